"""What of the home can go is counted first, and nothing else goes."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cleaning import HARMLESS, KINDS, clean, find_waste, sweep
from pipeline.disk import disk_use, free_bytes, size_words
from pipeline.errors import InputError
from pipeline.files import SCRATCH
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.take_bin import throw_take
from pipeline.workspace import EXAMPLE_OWNER, Project, create_project
from tests.studio.fixtures import add_take, make_casting, make_story

DAYS = 86_400
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings) -> Project:
    return create_project(make_story(), make_casting(), settings=settings)


def put(path: Path, num_bytes: int, *, days_old: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * num_bytes)
    then = time.time() - days_old * DAYS
    os.utime(path, (then, then))
    return path


def test_the_disk_is_told_by_kind(settings: Settings, project: Project) -> None:
    put(project.path / "takes" / "dawn" / "take-01.mp4", 700)
    put(project.films_dir / "film-01.mp4", 1100)
    put(settings.home / "users" / "local" / "priors" / "k" / "adapter.safetensors", 1300)
    put(settings.home / "models" / "m" / "w.safetensors", 1700)
    put(settings.home / "cache" / "text" / "t", 1900)
    held = {use.kind: use.num_bytes for use in disk_use(settings)}
    assert {kind: held[kind] for kind in ("takes", "films", "learned", "models", "cache")} == {
        **{"takes": 700, "films": 1100, "learned": 1300, "models": 1700, "cache": 1900}
    }
    assert held["stories"] > 0
    alone = {use.kind: use.num_bytes for use in disk_use(settings, user="local")}
    assert (alone["takes"], alone["models"], alone["cache"]) == (700, 0, 0)
    assert free_bytes(settings.home / "not" / "there") > 0


@pytest.mark.parametrize(
    ("num_bytes", "words"),
    [(0, "0 kB"), (120_000, "120 kB"), (9_940_000, "9.9 MB"), (34_000_000, "34 MB"),
     (999_499_999, "999 MB"), (1_234_000_000, "1.2 GB")],
)  # fmt: skip
def test_sizes_are_said_as_a_person_would(num_bytes: int, words: str) -> None:
    assert size_words(num_bytes) == words


def test_what_cut_off_work_left_goes_and_what_is_new_stays(
    settings: Settings, project: Project
) -> None:
    uploads = settings.home / "users" / "local" / "uploads"
    gone = [
        put(project.path / ".story.json.abc.part", 30, days_old=1),
        put(project.path / "takes" / "dawn" / ".take-01.mp4.abc.part", 50, days_old=1),
        put(uploads / "old.mp4", 70, days_old=2),
        put(settings.home / "log" / "worker.log.3", 110, days_old=40),
        put(settings.home.parent / "scratch" / f"{SCRATCH}abc" / "story.zip", 130, days_old=2),
    ]
    os.utime(gone[-1].parent, (0, 0))
    stays = [
        put(project.path / ".casting.json.abc.part", 31),
        put(uploads / "new.mp4", 71),
        put(settings.home / "log" / "worker.log", 111, days_old=40),
        put(settings.home / "models" / ".w.safetensors.abc.part", 113, days_old=90),
        put(settings.home.parent / "scratch" / "somebody-elses", 131, days_old=90),
    ]
    found = find_waste(settings, HARMLESS)
    assert sum(one.num_bytes for one in found) == 30 + 50 + 70 + 110 + 130
    assert all(path.exists() for path in gone)  # only counted
    assert sweep(settings) == 390
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stays)
    assert project.reload().title == "The shy fox"


def test_what_a_person_keeps_among_temporary_things_stays(settings: Settings) -> None:
    scratch = settings.home.parent / "scratch"
    for name in ("dreamrunner-studio", "dreamrunner-demo", ".dreamrunner"):
        os.utime(put(scratch / name / "story.json", 137).parent, (0, 0))
    assert sweep(settings) == 0
    assert len([*scratch.glob("*/story.json")]) == 3


def test_every_folder_among_temporary_things_is_known_by_its_name() -> None:
    made = re.compile(r"(?:TemporaryDirectory|mkdtemp)\(([^)]*)\)")
    others = {
        file.relative_to(ROOT).as_posix()
        for package in ("pipeline", "studio")
        for file in (ROOT / package).rglob("*.py")
        for how in made.findall(file.read_text(encoding="utf-8"))
        if "dir=" not in how and how != "prefix=SCRATCH"
    }
    assert others == set()


def test_takes_that_are_not_chosen_go_only_when_they_are_named(
    settings: Settings, project: Project
) -> None:
    takes = [add_take(project, "dawn", seed=seed) for seed in (3, 5, 7)]
    project.choose_take("dawn", takes[1].id)
    assert [one for one in find_waste(settings, HARMLESS) if one.kind == "takes"] == []
    found = find_waste(settings, ["takes"])
    assert [one.path.stem for one in found] == [takes[0].id, takes[2].id]
    assert clean(found) == sum(one.num_bytes for one in found) > 0
    assert [take.id for take in project.takes("dawn")] == [takes[1].id]
    assert project.take_video(takes[1]).is_file()
    assert project.reserve_take_id("dawn") == "take-04"


def test_a_take_that_was_chosen_since_it_was_found_stays(
    settings: Settings, project: Project
) -> None:
    first, _ = add_take(project, "dawn", seed=3), add_take(project, "dawn", seed=5)
    found = find_waste(settings, ["takes"])
    project.choose_take("dawn", first.id)
    with pytest.raises(InputError, match="take-01 of dawn was chosen meanwhile"):
        clean(found)
    assert len(project.takes("dawn")) == 2
    assert project.take_video(first).is_file()


def test_the_example_that_all_look_at_stays_whole(settings: Settings) -> None:
    owner = replace(settings, user=f"{EXAMPLE_OWNER}0123456789ab")
    example = create_project(make_story(), make_casting(), settings=owner)
    for seed in (1, 2):
        add_take(example, "dawn", seed=seed)
    for name in ("film-01.mp4", "film-02.mp4"):
        put(example.films_dir / name, 13)
    assert find_waste(settings, ["takes", "films", "bin"]) == []


def test_the_bin_and_earlier_films_go_when_they_are_named(
    settings: Settings, project: Project
) -> None:
    take = add_take(project, "dusk", seed=11)
    throw_take(project, "dusk", take.id)
    for name, size in (("film-01.mp4", 13), ("film-01.srt", 17), ("film-02.mp4", 19)):
        put(project.films_dir / name, size)
    held = project.take_video(take).stat().st_size
    assert clean(find_waste(settings, ["bin"])) == held
    assert not project.take_video(take).exists()
    assert clean(find_waste(settings, ["films"])) == 13 + 17
    assert [path.name for path in project.films()] == ["film-02.mp4"]


def test_caches_stay_while_something_is_made(settings: Settings, project: Project) -> None:
    kept = put(settings.home / "cache" / "text" / "t", 23)
    render = put(settings.home / "cache" / "renders" / "r.safetensors", 29)
    queue = open_queue(settings)
    job = queue.submit("animatic", project.path, {})
    with pytest.raises(InputError, match="being made"):
        find_waste(settings, ["cache"])
    queue.control(job, "cancel")
    assert clean(find_waste(settings, ["cache"])) == 23
    assert not kept.exists()
    assert render.exists()  # an interrupted render goes on from it


def test_learning_that_makes_way_keeps_its_state(settings: Settings, project: Project) -> None:
    states = {
        user: put(settings.home / "users" / user / "training" / "k.safetensors", 31, days_old=1)
        for user in ("local", "v-1")
    }
    queue = open_queue(settings)
    queue.submit("train", project.path, {"motion_id": "hops"}, user="v-1")
    queue.submit("render", project.path, {"scene_id": "dawn"})
    learning = queue.submit("train", project.path, {"motion_id": "hops"})
    assert find_waste(settings, ["training"]) == []
    queue.control(learning, "stop")
    assert clean(find_waste(settings, ["training"])) == 31
    assert [user for user, state in states.items() if state.exists()] == ["v-1"]


def test_a_visitor_cleans_the_own_things_alone(settings: Settings, project: Project) -> None:
    other = replace(settings, user="v-1")
    theirs = create_project(make_story(), make_casting(), settings=other)
    for one in (project, theirs):
        add_take(one, "dawn", seed=1)
        add_take(one, "dawn", seed=2)
    assert clean(find_waste(settings, ["takes"], user="v-1")) > 0
    assert [len(one.takes("dawn")) for one in (project, theirs)] == [2, 1]
    for kind in ("temporary", "logs", "cache"):
        with pytest.raises(InputError):
            find_waste(settings, [kind], user="v-1")


@pytest.mark.parametrize("kind", ["stories", "", "../x"])
def test_there_are_no_other_kinds(settings: Settings, kind: str) -> None:
    with pytest.raises(InputError, match="can go"):
        find_waste(settings, [kind])


def test_an_empty_home_has_nothing_to_clean(settings: Settings) -> None:
    assert find_waste(settings, KINDS) == []
    assert not (settings.home / "users").exists()
