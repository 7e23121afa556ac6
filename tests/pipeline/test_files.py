"""Files whole or not at all; records read from anything."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import (
    MAX_RECORD_BYTES,
    describe_place,
    read_record,
    replace_file,
    write_bytes,
    write_record,
)
from pipeline.story import Story
from tests.pipeline.stories import make_story


def _story_with(**edges: object) -> bytes:
    content = json.loads(make_story().model_dump_json())
    content["scenes"][0]["regions"][0]["keys"][4]["box"].update(edges)
    return json.dumps(content).encode()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_record(tmp_path / "deep" / "story.json", make_story())
    assert read_record(tmp_path / "deep" / "story.json", Story) == make_story()
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["story.json"]


def test_a_compact_record_is_one_line(tmp_path: Path) -> None:
    write_record(tmp_path / "story.json", make_story(), compact=True)
    assert (tmp_path / "story.json").read_text("utf-8").count("\n") == 1
    assert read_record(tmp_path / "story.json", Story) == make_story()


def test_a_record_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    path, story = tmp_path / "story.json", make_story()
    crowd = (story.characters[0].model_copy(update={"look": "\N{FOX FACE}" * 4000}),) * 320
    write_record(path, story)
    with pytest.raises(InputError, match="more than a story can hold: at most 5 MB"):
        write_record(path, story.model_copy(update={"characters": crowd}))
    assert read_record(path, Story) == story
    assert [file.name for file in tmp_path.iterdir()] == ["story.json"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is no valid story", id="empty"),
        pytest.param(bytes(range(256)) * 40, "not a text file", id="binary"),
        pytest.param(b"[1, 2]", "is no valid story", id="list"),
        pytest.param(b"[" * 100_000, "is no valid story", id="deep"),
        pytest.param(b" " * (MAX_RECORD_BYTES + 1), "larger than 5 MB", id="large"),
        pytest.param(_story_with(x0=float("nan")), "keyframe 5, box, x0", id="nan"),
        pytest.param(
            _story_with(y1=1e400), "scene 1, region 1, keyframe 5, box, y1", id="infinite"
        ),
        pytest.param(_story_with(x0=1.2), "a box needs x0 < x1", id="inside out"),
    ],
)
def test_what_is_no_story_is_refused_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "story.json"
    path.write_bytes(content)
    with pytest.raises(InvalidStoryError, match=words) as caught:
        read_record(path, Story)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700


def test_many_problems_are_counted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "story.json"
    path.write_text('{"id": "Ä", "title": "", "scenes": [], "more": 1, "revision": -1}', "utf-8")
    with pytest.raises(InvalidStoryError, match=r"\(and 2 more\)") as caught:
        read_record(path, Story)
    assert [where for where, _ in caught.value.problems][:2] == ["id", "revision"]


def test_a_missing_file_is_an_error_of_the_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such file"):
        read_record(tmp_path / "story.json", Story)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_no_file_system_takes_is_an_error_of_the_workspace(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(WorkspaceError) as caught:
        read_record(tmp_path / name, Story)
    assert len(str(caught.value)) < 400


def test_a_write_that_fails_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "story.json").mkdir()
    with pytest.raises(WorkspaceError, match="cannot write"):
        write_bytes(tmp_path / "story.json", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["story.json"]


def test_a_place_is_said_in_words() -> None:
    place = ("scenes", 1, "regions", 0, "keys", 4, "box", "x0")
    assert describe_place(place) == "scene 2, region 1, keyframe 5, box, x0"


class Busy(type(Path())):
    """A file that another program keeps open for a while, as Windows has it."""

    refusals = 2

    def replace(self, target: str | os.PathLike[str]) -> Path:
        """Refuse twice, then do as told."""
        if Busy.refusals:
            Busy.refusals -= 1
            raise PermissionError(13, "the file is in use")
        return Path(Path(self).replace(target))


def test_a_file_that_is_in_use_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    replace_file(Busy(tmp_path / "new"), tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"new"
    assert Busy.refusals == 0
