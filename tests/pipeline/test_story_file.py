"""Story files of every version ever written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import InvalidStoryError, WorkspaceError
from pipeline.files import write_record
from pipeline.story import SCHEMA_VERSION
from pipeline.story_file import migrate, read_story
from pipeline.workspace import open_project
from tests.pipeline.stories import make_story

OLD = Path(__file__).parent / "story_v1.json"


def test_a_story_of_version_1_opens() -> None:
    story = read_story(OLD)
    assert (story.schema_version, story.language, story.revision) == (SCHEMA_VERSION, "en", 3)
    box = story.scenes[0].regions[0].box_at(5)
    assert box is not None
    assert box.as_list() == [0.6, 0.25, 0.9, 0.85]


def test_a_project_of_version_1_opens_and_is_saved_as_the_current_one(tmp_path: Path) -> None:
    (tmp_path / "story.json").write_bytes(OLD.read_bytes())
    project = open_project(tmp_path)
    project.save_story(project.story.revised(title="The found kite"))
    saved = json.loads((tmp_path / "story.json").read_text("utf-8"))
    assert (saved["schema_version"], saved["title"]) == (SCHEMA_VERSION, "The found kite")
    assert project.version(3).title == "The lost kite"


def test_a_current_story_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_record(tmp_path / "story.json", make_story())
    assert read_story(tmp_path / "story.json") == make_story()


def test_fields_of_the_current_version_stay_as_they_are() -> None:
    fields = {"schema_version": SCHEMA_VERSION, "title": "x"}
    assert migrate(fields) == fields
    assert migrate({"title": "x"})["language"] == "en"


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (SCHEMA_VERSION + 1, f"schema version {SCHEMA_VERSION + 1}; this studio reads up to"),
        (10**30, "this studio reads up to"),
        (0, "schema_version is 0; it is a whole number from 1"),
        (-1, "schema_version is -1"),
        ("2", "schema_version is '2'"),
        (1.5, "schema_version is 1.5"),
        (True, "schema_version is True"),
        (None, "schema_version is None"),
        ([1], "schema_version is"),
    ],
)
def test_an_unknown_version_is_refused(tmp_path: Path, version: object, words: str) -> None:
    fields = {**json.loads(OLD.read_text("utf-8")), "schema_version": version}
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    with pytest.raises(InvalidStoryError) as caught:
        read_story(tmp_path / "story.json")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300
    assert caught.value.problems[0][0] == "schema_version"


def test_what_an_old_story_gets_wrong_is_named(tmp_path: Path) -> None:
    fields = json.loads(OLD.read_text("utf-8"))
    fields["scenes"][0]["regions"][0]["keys"][5]["box"]["x1"] = 0.3
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    with pytest.raises(InvalidStoryError, match="scene 1, region 1, keyframe 6, box"):
        read_story(tmp_path / "story.json")


def test_a_missing_file_is_an_error_of_the_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such file"):
        read_story(tmp_path / "story.json")
