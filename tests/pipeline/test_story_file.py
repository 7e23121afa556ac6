from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import InvalidStoryError
from pipeline.story import SCHEMA_VERSION, Box, Key, Region, Scene, Story
from pipeline.story_file import migrate, read_story

FIRST = {
    "schema_version": 1,
    "id": "the-kite",
    "revision": 3,
    "title": "The kite",
    "characters": [{"id": "ada", "name": "Ada", "kind": "girl"}],
    "motions": [{"id": "runs", "words": "runs", "locomotion": True}],
    "scenes": [
        {
            "id": "hill",
            "regions": [
                {
                    "id": "ada",
                    "character_id": "ada",
                    "motion_id": "runs",
                    "keys": [{"box": {"x0": 0.1, "y0": 0.3, "x1": 0.4, "y1": 0.9}}, *[None] * 5],
                }
            ],
        }
    ],
}
"""A story as the first schema version wrote it."""


def _file(folder: Path, content: object) -> Path:
    path = folder / "story.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_story_of_the_first_version_opens(tmp_path: Path) -> None:
    story = read_story(_file(tmp_path, FIRST))
    assert (story.schema_version, story.language) == (SCHEMA_VERSION, "en")
    assert story.revision == 3
    assert story.scene("hill").regions[0].box_at(0) == Box(x0=0.1, y0=0.3, x1=0.4, y1=0.9)


def test_a_story_without_a_version_is_one_of_the_first() -> None:
    fields = {name: value for name, value in FIRST.items() if name != "schema_version"}
    assert migrate(fields)["schema_version"] == SCHEMA_VERSION


def test_the_current_version_stays_as_it_is(tmp_path: Path) -> None:
    key = Key(box=Box(x0=0.2, y0=0.1, x1=0.7, y1=0.8))
    scene = Scene(id="s", regions=(Region(id="r", keys=(key, *[None] * 5)),))
    story = Story(id="der-drache", title="Der Drache", language="de", scenes=(scene,))
    path = tmp_path / "story.json"
    path.write_text(story.model_dump_json(), encoding="utf-8")
    assert read_story(path) == story


@pytest.mark.parametrize(
    ("version", "words"), [(99, "schema version 99"), (0, "is 0"), ("two", "is 'two'")]
)
def test_other_versions_are_refused(tmp_path: Path, version: object, words: str) -> None:
    with pytest.raises(InvalidStoryError, match=words):
        read_story(_file(tmp_path, {**FIRST, "schema_version": version}))


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidStoryError, match="no valid story"):
        read_story(_file(tmp_path, ["a", "list"]))
