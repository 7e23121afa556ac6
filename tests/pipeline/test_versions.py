"""Earlier stories: kept with their times, brought back, and there after any crash."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.versions import MAX_VERSIONS
from pipeline.workspace import Project, create_project, open_project
from tests.pipeline.stories import make_casting, make_story

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(make_story(), make_casting(), path=tmp_path / "kite")


def _edit(project: Project, times: int = 1) -> None:
    for _ in range(times):
        title = f"Tale {project.story.revision + 1}"
        project.save_story(project.story.revised(title=title))


def _set_time(file: Path, seconds: int) -> None:
    os.utime(file, (seconds, seconds))


def test_the_last_versions_are_kept(project: Project) -> None:
    _edit(project, MAX_VERSIONS + 7)
    assert project.story.revision == 57
    assert project.versions() == [*range(7, 57)]
    back = project.restore(57 - 49)
    assert (back.title, back.revision) == ("Tale 8", 58)
    assert open_project(project.path).story == back


def test_what_is_restored_is_a_new_revision_of_all_it_was(project: Project) -> None:
    _edit(project, 3)
    back = project.restore(0)
    assert back == make_story(revision=4)
    assert project.versions() == [0, 1, 2, 3]
    assert project.restore(3).title == "Tale 3"


@pytest.mark.parametrize("links", [True, False])
def test_a_version_is_the_file_that_was_saved(
    project: Project, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_link)
    story, kept = project.path / "story.json", project.path / "versions" / "0.json"
    kept.parent.mkdir()
    kept.write_text("left of a save that was cut short", "utf-8")
    _set_time(story, 1_000_000_007)
    content, inode = story.read_bytes(), story.stat().st_ino
    _edit(project)
    assert (kept.read_bytes(), kept.stat().st_mtime) == (content, 1_000_000_007)
    assert (kept.stat().st_ino == inode) is links
    assert [file.name for file in kept.parent.iterdir()] == ["0.json"]


def _no_link(*_: object) -> None:
    raise PermissionError(1, "this disk has no links")


def test_what_is_saved_already_is_not_saved_again(project: Project) -> None:
    _edit(project, 2)
    assert project.restore(2).revision == 2
    assert project.versions() == [0, 1]


@pytest.mark.parametrize("revision", [-1, 3, 99])
def test_what_was_not_kept_is_not_restored(project: Project, revision: int) -> None:
    _edit(project, 2)
    with pytest.raises(InputError, match="no longer kept"):
        project.restore(revision)
    assert project.reload().revision == 2


def test_a_version_keeps_the_id_that_the_project_has_now(project: Project) -> None:
    _edit(project)
    moved = project.story.model_copy(update={"id": "lost-kite-2"})
    (project.path / "story.json").write_text(moved.model_dump_json(), "utf-8")
    assert project.restore(0).id == "lost-kite-2"


def test_the_history_tells_when_each_revision_was_saved(project: Project) -> None:
    story = project.path / "story.json"
    for seconds in (1_000_000_000, 1_000_000_100, 1_000_000_300):
        _set_time(story, seconds)
        _edit(project)
    now = datetime.now(UTC).timestamp()
    last, *earlier = project.history()
    assert [(one.revision, one.saved) for one in earlier] == [
        (2, "2001-09-09T01:51:40+00:00"),
        (1, "2001-09-09T01:48:20+00:00"),
        (0, "2001-09-09T01:46:40+00:00"),
    ]
    assert last.revision == 3
    assert abs(datetime.fromisoformat(last.saved).timestamp() - now) < 60


def test_a_version_that_was_kept_by_hand_stays(project: Project) -> None:
    _edit(project)
    kept = project.path / "versions" / "0-2.json"
    kept.write_text("my own", "utf-8")
    _edit(project, MAX_VERSIONS)
    assert kept.read_text("utf-8") == "my own"
    assert 0 not in project.versions()


def test_a_broken_version_is_not_restored_over_the_story(project: Project) -> None:
    _edit(project, 2)
    (project.path / "versions" / "1.json").write_text("{", "utf-8")
    with pytest.raises((InputError, WorkspaceError), match="no valid story"):
        project.restore(1)
    assert project.reload().title == "Tale 2"


def test_the_saved_story_is_a_version_too(project: Project) -> None:
    _edit(project)
    assert (project.version(1), project.version(0)) == (project.story, make_story())


@pytest.mark.skipif(os.name == "nt", reason="Windows ends processes otherwise")
@pytest.mark.parametrize("answered", [1, 4, 23, 60])
def test_what_was_answered_outlasts_a_kill(project: Project, answered: int) -> None:
    script = ROOT / "tests" / "pipeline" / "edits_until_killed.py"
    process = subprocess.Popen(
        [sys.executable, str(script), str(project.path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(answered)]
        process.kill()
        said += [int(line) for line in process.stdout if line.endswith("\n")]
    found = open_project(project.path)
    assert process.returncode == -9
    assert said == [*range(1, len(said) + 1)]
    assert found.story.revision in (len(said), len(said) + 1)
    kept = [*found.versions(), found.story.revision]
    assert {*range(max(0, len(said) - 49), len(said) + 1)} <= {*kept}
    for revision in filter(None, kept):
        assert found.version(revision).scenes[0].title == f"edit {revision}"
    assert found.restore(kept[-2]).scenes == found.version(kept[-2]).scenes
