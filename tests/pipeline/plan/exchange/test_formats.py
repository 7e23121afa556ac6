"""Which file holds what, and that nothing is half read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.plan.draft import draft_of, story_of
from pipeline.plan.exchange import FORMATS, read_each, read_plans, write_story
from pipeline.plan.exchange.formats import format_of
from pipeline.plan.exchange.story_json import read_story_json
from pipeline.story import Story
from tests.pipeline.plan.exchange.any_story import stories
from tests.pipeline.stories import make_story

HERE = Path(__file__).parent
LINES = [
    line
    for name in ("two_scenes.txt", "escaped.txt", "oddities.jsonl", "kite.fountain")
    for line in (HERE / name).read_text("utf-8").split("\n")
]
SUFFIXES = st.sampled_from(["", ".txt", ".json", ".jsonl", ".fountain"])


@settings(deadline=None)
@given(stories())
def test_any_story_survives_exactly_in_our_own_file(story: Story) -> None:
    (one,) = read_story_json(write_story(story, "story").text, "any")
    assert story_of(one.draft) == story


@pytest.mark.parametrize(
    ("name", "count"),
    [("two_scenes.txt", 2), ("escaped.txt", 1), ("oddities.jsonl", 6), ("kite.fountain", 1)],
)
def test_files_of_every_format_are_read(tmp_path: Path, name: str, count: int) -> None:
    assert len(read_plans(HERE / name)) == count
    shutil.copy(HERE / name, tmp_path / "nameless")
    assert len(read_plans(tmp_path / "nameless")) == count


def test_a_story_that_does_not_hold_together_is_read_as_a_draft(tmp_path: Path) -> None:
    fields = json.loads(make_story().model_dump_json())
    region = fields["scenes"][0]["regions"][0]
    region["character_id"] = "nobody-knows"
    region["keys"][0]["box"].update(x0=0.9, x1=0.1)
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    (one,) = read_plans(tmp_path / "story.json")
    assert one.draft.scenes[0].regions[0].character_id == "nobody-knows"
    with pytest.raises(InvalidStoryError):
        story_of(one.draft)


def test_a_story_of_version_1_is_read() -> None:
    fields = json.loads(make_story().model_dump_json())
    del fields["language"]
    (one,) = read_story_json(json.dumps({**fields, "schema_version": 1}), "old")
    assert one.draft == draft_of(make_story())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "no story or plan", id="empty"),
        pytest.param(b"Once upon a time.", "no story or plan", id="prose"),
        pytest.param(bytes(range(256)), "not a text file", id="binary"),
        pytest.param(b" " * 5_000_001, "larger than 5 MB", id="large"),
        pytest.param(b"{", "Invalid JSON", id="no JSON"),
        pytest.param(b'{"id": 5}', "is no story", id="another record"),
        pytest.param(b"{" * 100_000, "Invalid JSON", id="deep"),
        pytest.param(b'{"schema_version": 9}', "schema version 9", id="newer"),
        pytest.param(b"[1, 2]", 'line 1: expected ["0001.mp4"', id="list"),
        pytest.param(b"Background: x\nFrame_1: [[[", "line 2, Frame_1", id="plan"),
        pytest.param(b"INT. HALL\n\n" * 50, "line 81: expected at most 40", id="script"),
    ],
)
def test_what_is_nothing_we_know_is_refused_in_one_line(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidStoryError) as caught:
        read_plans(tmp_path / "file")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=12), SUFFIXES)
def test_any_text_is_plans_or_a_clear_error(lines: list[str], suffix: str) -> None:
    text = "\n".join(lines)
    message = ""
    try:
        assert FORMATS[format_of(text, suffix)].read(text, "any")
    except InvalidStoryError as error:
        message = error.message
    assert len(message) < 700


def test_one_broken_plan_refuses_the_file_and_is_named(tmp_path: Path) -> None:
    text = (
        (HERE / "two_scenes.txt").read_text("utf-8").replace('Frame_6: [["none', 'Frame_6: ["none')
    )
    (tmp_path / "two.txt").write_text(text, "utf-8")
    with pytest.raises(InvalidStoryError, match="line 15, Frame_6"):
        read_plans(tmp_path / "two.txt")
    assert [one.name for one in read_each(tmp_path / "two.txt")] == ["two-1", "two-2"]


def test_a_missing_file_is_an_error_of_the_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such file"):
        read_plans(tmp_path / "absent.txt")


def test_the_suffix_decides_where_the_content_is_open() -> None:
    assert format_of("Background: a", ".fountain") == "fountain"
    assert format_of("Background: a", ".json") == "plan"
    assert format_of("", ".jsonl") == "jsonl"


def test_formats_that_are_only_read_say_what_is_written() -> None:
    assert [name for name, kind in FORMATS.items() if kind.write] == ["story", "plan", "jsonl"]
    for name in ("fountain", "docx"):
        with pytest.raises(InputError, match="story, plan, jsonl"):
            write_story(make_story(), name)
    assert write_story(make_story(), "story").notes == ()
    assert write_story(make_story(), "plan").notes


@pytest.mark.parametrize(
    ("name", "count", "words"),
    [
        ("characters", 201, "at most 200 characters, found 201"),
        ("motions", 201, "at most 200 motions, found 201"),
        ("scenes", 101, "at most 100 scenes, found 101"),
    ],
)
def test_a_story_of_far_too_much_is_refused_before_it_is_looked_through(
    tmp_path: Path, name: str, count: int, words: str
) -> None:
    fields = json.loads(make_story().model_dump_json())
    fields[name] = [fields[name][0]] * count
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    with pytest.raises(InvalidStoryError, match=words):
        read_plans(tmp_path / "story.json")


@pytest.mark.parametrize(
    ("regions", "scenes", "overlaps", "words"),
    [
        (51, 1, 0, "at most 50 boxes in a scene, found 51"),
        (41, 25, 0, "at most 1,000 boxes, found 1,025"),
        (2, 1, 51, "at most 50 overlaps, priors or pictures together, found 51"),
    ],
)
def test_a_scene_of_far_too_much_is_refused(
    tmp_path: Path, regions: int, scenes: int, overlaps: int, words: str
) -> None:
    fields = json.loads(make_story().model_dump_json())
    scene = fields["scenes"][0]
    scene["regions"] = [scene["regions"][0]] * regions
    scene["overlaps"] = [{"region_ids": ["a", "b"], "description": "both"}] * overlaps
    fields["scenes"] = [scene] * scenes
    (tmp_path / "story.json").write_text(json.dumps(fields), "utf-8")
    with pytest.raises(InvalidStoryError, match=words):
        read_plans(tmp_path / "story.json")
