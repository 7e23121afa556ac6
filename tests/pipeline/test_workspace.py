"""Project folders: made whole, opened with care, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import workspace
from pipeline.errors import (
    InputError,
    InvalidStoryError,
    PipelineError,
    StaleStoryError,
    WorkspaceError,
)
from pipeline.settings import Settings
from pipeline.workspace import (
    Project,
    create_project,
    list_projects,
    open_project,
    projects_dir,
)
from tests.pipeline.stories import make_casting, make_story, make_take, make_video


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", user="ada")


@pytest.fixture
def project(settings: Settings) -> Project:
    return create_project(make_story(), make_casting(), settings=settings)


def _files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


def _add_take(project: Project, tmp_path: Path, *, seed: int = 5) -> str:
    take = make_take(project.reserve_take_id("meadow"), seed=seed)
    video = make_video(tmp_path / "rendered.mp4", f"frames {seed}".encode())
    return project.save_take(take, video).id


def test_a_project_is_a_folder_of_the_users(project: Project, settings: Settings) -> None:
    assert project.path == settings.home / "users" / "ada" / "projects" / "lost-kite"
    assert _files(project.path) == {"story.json", "casting.json"}
    assert (project.story, project.casting) == (make_story(), make_casting())


def test_a_second_story_of_that_name_gets_a_free_one(project: Project, settings: Settings) -> None:
    second = create_project(make_story(), make_casting(), settings=settings)
    assert (second.path.name, second.id) == ("lost-kite-2", "lost-kite-2")
    assert project.reload().id == "lost-kite"


@pytest.mark.parametrize("exists", [False, True])
def test_a_project_may_be_made_at_a_path(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "new" / "My Film"
    if exists:
        path.mkdir(parents=True)
    project = create_project(make_story(), make_casting(), path=path)
    assert (project.path, project.id) == (path, "lost-kite")
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("mine", "utf-8")
    with pytest.raises(WorkspaceError, match="there is something already"):
        create_project(make_story(), make_casting(), path=tmp_path)
    assert _files(tmp_path) == {"diary.txt"}


def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(WorkspaceError, match="cannot make a project"):
        create_project(make_story(), make_casting(), path=tmp_path / "file" / "film")
    with pytest.raises(WorkspaceError):
        create_project(make_story(), make_casting(), settings=Settings(home=tmp_path / "file"))
    assert _files(tmp_path) == {"file"}


def test_a_home_no_file_system_takes_is_an_error_of_the_workspace(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / ("x" * 300))
    with pytest.raises(WorkspaceError, match="name too long"):
        create_project(make_story(), make_casting(), settings=settings)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_without_write_permission_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(WorkspaceError, match="permission denied"):
        create_project(make_story(), make_casting(), path=tmp_path / "film")
    assert list(tmp_path.iterdir()) == []


def test_a_project_opens_by_folder_by_story_and_by_id(project: Project, settings: Settings) -> None:
    opened = [
        open_project(project.path),
        open_project(str(project.path / "story.json")),
        open_project(projects_dir(settings) / "lost-kite"),
    ]
    assert [(one.path, one.story) for one in opened] == [(project.path, make_story())] * 3


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        pytest.param("nothing", WorkspaceError, "there is no project at", id="absent"),
        pytest.param("empty", WorkspaceError, "there is no project at", id="empty folder"),
        pytest.param("picture.png", InvalidStoryError, "not a text file", id="binary"),
        pytest.param("y" * 100_000, WorkspaceError, "name too long", id="endless"),
    ],
)
def test_what_is_no_project_is_said_in_one_line(
    tmp_path: Path, name: str, error: type[PipelineError], words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(error, match=words) as caught:
        open_project(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_story_of_another_name_is_told_where_to_go(tmp_path: Path) -> None:
    (tmp_path / "kite.json").write_text(make_story().model_dump_json(), "utf-8")
    with pytest.raises(InputError, match=r"under the name story\.json"):
        open_project(tmp_path / "kite.json")


def test_a_story_without_casting_opens(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_text(make_story().model_dump_json(), "utf-8")
    project = open_project(tmp_path)
    assert not project.has_casting
    with pytest.raises(WorkspaceError):
        _ = project.casting
    project.save_casting(make_casting())
    assert project.has_casting


def test_projects_are_listed_the_last_edited_first(settings: Settings) -> None:
    assert list_projects(settings) == []
    for number, name in enumerate(["first", "third", "second"]):
        made = create_project(make_story(name), make_casting(), settings=settings)
        edited = 1_000_000_000 + {0: 100, 1: 300, 2: 200}[number]
        os.utime(made.path / "story.json", (edited, edited))
    broken = projects_dir(settings) / "broken"
    broken.mkdir()
    (broken / "story.json").write_text("{", "utf-8")
    found = list_projects(settings)
    assert [one.id for one in found] == ["third", "second", "first"]
    assert (found[0].num_scenes, found[0].changed) == (2, "2001-09-09T01:51:40+00:00")


def test_a_listed_story_is_read_again_only_when_its_file_has_changed(
    settings: Settings, project: Project
) -> None:
    file = project.path / "story.json"
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert [one.title for one in list_projects(settings)] == ["The lost kite"]
    file.write_text(file.read_text("utf-8").replace("The lost kite", "The torn kite"), "utf-8")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert [one.title for one in list_projects(settings)] == ["The lost kite"], "not read"
    os.utime(file, (1_000_000_000, 1_000_000_002))
    assert [one.title for one in list_projects(settings)] == ["The torn kite"]


def test_the_list_ends_with_the_last_edited_ones(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        made = create_project(make_story(f"tale-{number}"), make_casting(), settings=settings)
        os.utime(made.path / "story.json", (1_000_000_000 + number, 1_000_000_000 + number))
    monkeypatch.setattr(workspace, "MAX_LISTED", 3)
    assert [one.id for one in list_projects(settings)] == ["tale-4", "tale-3", "tale-2"]


def test_a_saved_story_keeps_the_one_before(project: Project) -> None:
    edited = project.story.revised(title="The found kite")
    project.save_story(edited)
    assert open_project(project.path).story == edited
    assert project.versions() == [0]
    assert project.version(0) == make_story()


def test_two_edits_from_one_revision_do_not_overwrite_each_other(project: Project) -> None:
    here, there = open_project(project.path), open_project(project.path)
    here.save_story(here.story.revised(title="Mine"))
    with pytest.raises(StaleStoryError, match="edited elsewhere"):
        there.save_story(there.story.revised(title="Yours"))
    assert project.reload().title == "Mine"


def test_other_projects_are_saved_while_one_waits(project: Project, tmp_path: Path) -> None:
    others = (
        create_project(make_story(), make_casting(), path=tmp_path / f"kite-{n}") for n in range(99)
    )
    other = next(one for one in others if one.lock is not project.lock)
    with project.lock:
        other.save_story(other.story.revised(title="Meanwhile"))
    assert other.reload().title == "Meanwhile"
    assert open_project(project.path).lock is project.lock


def test_several_edits_at_once_say_where_they_began(project: Project) -> None:
    edited = project.story.revised(title="One").revised(title="Two")
    with pytest.raises(WorkspaceError, match="edited elsewhere"):
        project.save_story(edited)
    project.save_story(edited, base_revision=0)
    assert (project.reload().revision, project.story.title) == (2, "Two")


def test_saving_what_is_saved_changes_nothing(project: Project) -> None:
    project.save_story(project.story)
    assert project.versions() == []


def test_takes_are_kept_in_order_with_their_videos(project: Project, tmp_path: Path) -> None:
    assert project.takes("meadow") == []
    ids = [_add_take(project, tmp_path, seed=seed) for seed in range(11)]
    takes = project.takes("meadow")
    assert (ids[0], ids[-1]) == ("take-01", "take-11")
    assert [take.settings.seed for take in takes] == [*range(11)]
    assert project.take_video(takes[9]).read_bytes() == b"frames 9"
    assert project.takes("shore") == []


def test_a_hundredth_take_comes_after_the_others(project: Project, tmp_path: Path) -> None:
    _add_take(project, tmp_path)
    (project.take_dir("meadow") / "take-99.mp4").touch()
    assert _add_take(project, tmp_path, seed=6) == "take-100"
    assert [take.id for take in project.takes("meadow")] == ["take-01", "take-100"]


def test_a_take_whose_id_was_taken_meanwhile_gets_the_next(
    project: Project, tmp_path: Path
) -> None:
    mine, theirs = (make_take(project.reserve_take_id("meadow"), seed=seed) for seed in (1, 2))
    saved = [project.save_take(one, make_video(tmp_path / "v")) for one in (mine, theirs)]
    assert [take.id for take in saved] == ["take-01", "take-02"]
    assert [take.settings.seed for take in project.takes("meadow")] == [1, 2]


def test_a_take_without_its_json_or_its_video_is_none(project: Project, tmp_path: Path) -> None:
    ids = [_add_take(project, tmp_path) for _ in range(4)]
    folder = project.take_dir("meadow")
    (folder / f"{ids[0]}.json").unlink()
    (folder / f"{ids[1]}.mp4").unlink()
    (folder / f"{ids[2]}.json").write_text("{", "utf-8")
    assert [take.id for take in project.takes("meadow")] == [ids[3]]


def test_a_take_that_cannot_be_saved_leaves_nothing(project: Project, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot save a take"):
        project.save_take(make_take("take-01"), tmp_path / "never-rendered.mp4")
    assert _files(project.take_dir("meadow")) == set()


def test_the_newest_take_goes_into_the_film_until_one_is_chosen(
    project: Project, tmp_path: Path
) -> None:
    assert project.chosen_take("meadow") is None
    for seed in (1, 2, 3):
        _add_take(project, tmp_path, seed=seed)
    newest = project.chosen_take("meadow")
    project.choose_take("meadow", "take-02")
    chosen = open_project(project.path).chosen_take("meadow")
    assert newest is not None
    assert chosen is not None
    assert (newest.id, chosen.id) == ("take-03", "take-02")
    with pytest.raises(InputError, match="no take 'take-09'"):
        project.choose_take("meadow", "take-09")
    project.choose_take("meadow", "take-01")
    _add_take(project, tmp_path, seed=4)
    rendered = project.chosen_take("meadow")
    assert rendered is not None
    assert rendered.id == "take-04"


def test_a_damaged_decision_costs_no_project(project: Project, tmp_path: Path) -> None:
    for seed in (1, 2):
        _add_take(project, tmp_path, seed=seed)
    (project.path / "decisions.json").write_bytes(b'{"takes": [')
    newest = open_project(project.path).chosen_take("meadow")
    assert newest is not None
    assert newest.id == "take-02"
    project.choose_take("meadow", "take-01")
    chosen = project.chosen_take("meadow")
    assert chosen is not None
    assert chosen.id == "take-01"


def test_films_are_numbered(project: Project) -> None:
    first = project.new_film_path()
    make_video(first)
    second = project.new_film_path()
    assert [path.name for path in (first, second)] == ["film-01.mp4", "film-02.mp4"]
    assert project.films() == [first]


@pytest.mark.parametrize("name", ["..", "../shore", "/etc", "", "a/b", "a\\b", "A", "a\0", "é"])
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(Project.takes, id="takes"),
        pytest.param(Project.take_dir, id="take_dir"),
        pytest.param(Project.reserve_take_id, id="reserve_take_id"),
    ],
)
def test_a_name_that_is_no_id_never_becomes_a_path(
    project: Project, use: Callable[[Project, str], object], name: str
) -> None:
    with pytest.raises(InputError, match="is no id"):
        use(project, name)
    assert _files(project.path) == {"story.json", "casting.json"}


def test_a_user_that_is_no_id_is_refused(settings: Settings) -> None:
    with pytest.raises(InputError):
        projects_dir(Settings(home=settings.home, user="../ada"))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_out_of_the_project_is_not_followed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project.path / "takes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="leads out of the project"):
        project.take_dir("meadow")
    assert list((tmp_path / "elsewhere").iterdir()) == []
