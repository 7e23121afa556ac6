"""The paper's plan text: what is read, what is refused, and that writing keeps every number."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InvalidStoryError
from pipeline.plan.draft import story_of
from pipeline.plan.exchange.arrivals import Imported, Refused
from pipeline.plan.exchange.plan_text import (
    PlanEntry,
    draft_of_plan,
    losses,
    parse_plan,
    read_plan_text,
    write_plan,
    write_plan_text,
)
from pipeline.story import NUM_KEYFRAMES, Box, Key, Overlap, Region, Scene, Story
from tests.pipeline.plan.exchange.any_story import stories
from tests.pipeline.stories import make_story

HERE = Path(__file__).parent
BEACH = (HERE / "two_scenes.txt").read_text("utf-8").split("\n\n")[0]
LINES = BEACH.split("\n")


def with_frame(number: int, body: str) -> str:
    """The beach's plan with other words after the colon of one frame."""
    return "\n".join([*LINES[:number], f"Frame_{number}: {body}", *LINES[number + 1 :]])


def frames_of(story: Story, scene: Scene) -> list[list[PlanEntry]]:
    """The entries that a scene's plan must hold, from the story itself."""
    frames: list[list[PlanEntry]] = [[] for _ in range(NUM_KEYFRAMES)]
    for region in scene.regions:
        who = story.character(region.character_id).name if region.character_id else "none"
        how = story.motion(region.motion_id).words if region.motion_id else "none"
        for k, box in enumerate(region.boxes()):
            if box:
                edges = (box.x0, box.y0, box.x1, box.y1)
                words = region.description
                frames[k].append(PlanEntry(entity=who, motion=how, caption=words, box=edges))
    return frames


def in_order(frames: Sequence[Sequence[PlanEntry]]) -> list[list[tuple[object, ...]]]:
    return [sorted((e.entity, e.motion, e.caption, e.box) for e in frame) for frame in frames]


@settings(deadline=None)
@given(stories())
def test_any_story_survives_as_plan_text(story: Story) -> None:
    found = read_plan_text(write_plan_text(story), "any")
    assert len(found) == len(story.scenes)
    for scene, one in zip(story.scenes, found, strict=True):
        plan = parse_plan(write_plan(story, scene.id))
        assert [list(frame) for frame in plan.frames] == frames_of(story, scene)
        words = scene.background or scene.setting
        assert plan.background == words or "\n" in words or "\r" in words
        assert isinstance(one, Imported)
        again = story_of(one.draft)
        assert in_order(frames_of(again, again.scenes[0])) == in_order(plan.frames)
        if not plan.background.lower().startswith("the background of the event"):
            assert again.scenes[0].background == plan.background


def test_entries_become_regions_by_their_words() -> None:
    draft = draft_of_plan(parse_plan(BEACH), "the_beach")
    assert draft.title == "The beach"
    assert [(c.id, c.kind) for c in draft.characters] == [("fox", "fox"), ("boat", "boat")]
    assert [(m.words, m.locomotion) for m in draft.motions] == [
        ("walking", True),
        ("waving", False),
    ]
    (scene,) = draft.scenes
    walking, boat, waving = scene.regions
    assert (walking.character_id, walking.motion_id) == ("fox", "walking")
    assert (waving.character_id, waving.motion_id) == ("fox", "waving")
    assert (boat.character_id, boat.motion_id) == ("boat", None)
    assert [key is not None for key in walking.keys] == [True] * 3 + [False] * 3
    assert [key is not None for key in waving.keys] == [False] * 3 + [True, False, True]
    assert [key is not None for key in boat.keys] == [True] + [False] * 4 + [True]


def test_the_same_entry_twice_in_a_frame_is_two_regions() -> None:
    _, lamps = read_plan_text((HERE / "two_scenes.txt").read_text("utf-8"), "two")
    assert isinstance(lamps, Imported)
    left, right = lamps.draft.scenes[0].regions
    assert left.character_id is None
    assert left.keys[0] is not None
    assert right.keys[5] is not None
    assert (left.keys[0].box.x0, right.keys[5].box.x0) == (0.1, 0.7)


def test_a_frame_without_the_entry_hides_it() -> None:
    story = story_of(draft_of_plan(parse_plan(with_frame(2, "[]")), "gap"))
    walking = next(r for r in story.scenes[0].regions if r.motion_id == "walking")
    assert [box is not None for box in walking.boxes()] == [True, False, True, False, False, False]


PIECES = (*"[](), 1\"'\\\n#\ud800", "-0.5", "1e9", '"a"', "'b'")
FOX = '[["fox", "none", "a fox"], [0.1, 0.2, 0.34, 0.9]]'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param(f'"{BEACH}"', 2, id="marks around the whole"),
        pytest.param(f'"{BEACH}"\n\n', 2, id="newlines after the closing mark"),
        pytest.param(f'"{BEACH}', 2, id="no closing mark"),
        pytest.param(BEACH.replace("\n", "\n\n"), 2, id="blank lines"),
        pytest.param(BEACH.replace("\n", "\r\n"), 2, id="lines of Windows"),
        pytest.param(BEACH.replace("\n", "\\n"), 2, id="escaped newlines"),
        pytest.param(f"\n{json.dumps(BEACH)}\n", 2, id="a JSON string"),
        pytest.param(json.dumps(BEACH)[1:-1], 2, id="a JSON string without its marks"),
        pytest.param(BEACH.replace("Frame_", "frame_"), 2, id="small letters"),
        pytest.param(with_frame(3, FOX.replace('"', "'")), 1, id="single quotes"),
        pytest.param(with_frame(3, f"[{FOX}, {FOX}]"), 2, id="a list of entries"),
        pytest.param(with_frame(3, f"[{FOX}]"), 1, id="a list of one entry"),
        pytest.param(with_frame(3, f"{FOX},\n   {FOX}"), 2, id="a frame over two lines"),
        pytest.param(with_frame(3, f"{FOX},"), 1, id="a comma at the end"),
        pytest.param(with_frame(3, "[]"), 0, id="an empty list"),
        pytest.param(with_frame(3, ""), 0, id="nothing after the colon"),
        pytest.param(with_frame(3, FOX.replace("0.34", "1")), 1, id="a whole number"),
        pytest.param(with_frame(3, FOX.replace("0.34", "1.3e0")), 1, id="beyond the picture"),
        pytest.param(with_frame(3, FOX.replace("0.34", "-.2")), 1, id="inside out"),
        pytest.param(with_frame(3, FOX.replace("[[", "([").replace("]]", "])")), 1, id="tuples"),
    ],
)
def test_oddities_are_read(text: str, count: int) -> None:
    plan = parse_plan(text)
    assert plan.background == "a quiet beach at low tide"
    assert len(plan.frames[2]) == count
    assert plan.frames[0] == parse_plan(BEACH).frames[0]
    assert plan.frames[5] == parse_plan(BEACH).frames[5]


def test_the_number_of_a_frame_counts_and_not_its_place() -> None:
    turned = "\n".join([LINES[0], *reversed(LINES[1:])])
    assert parse_plan(turned) == parse_plan(BEACH)


@pytest.mark.parametrize(
    ("written", "caption"),
    [
        pytest.param('"a fox\\u2019s den"', "a fox\u2019s den", id="unicode"),
        pytest.param('"\\ud83e\\udd8a"', "🦊", id="two halves"),
        pytest.param('"\\ud83e"', "\ufffd", id="one half"),
        pytest.param('"50\\% off"', "50\\% off", id="unknown escape"),
        pytest.param('"\\N{BULLET}"', "\\N{BULLET}", id="named"),
        pytest.param("'it\\'s'", "it's", id="quote"),
        pytest.param('"one\\ntwo"', "one\ntwo", id="newline"),
    ],
)
def test_escapes_in_captions(written: str, caption: str) -> None:
    plan = parse_plan(with_frame(4, FOX.replace('"a fox"', written)))
    assert plan.frames[3][0].caption == caption


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'line 1: expected "Background: ..."'),
        ("Once upon a time", 'line 1: expected "Background: ...", found Once upon'),
        (BEACH.replace("Frame_3", "Frme_3"), "line 3, Frame_2"),
        ("\n".join([LINES[0], "so:", *LINES[1:]]), "line 2: expected Frame_1: "),
        ("\n".join(LINES[:-1]), "line 6: expected Frame_6, found the end of the plan"),
        (BEACH.replace("Frame_5", "Frame_4"), "line 6, Frame_4: expected each frame once"),
        (BEACH.replace("Frame_6", "Frame_7"), "line 7, Frame_7: expected Frame_1 to Frame_6"),
        (with_frame(2, FOX.replace("0.34", "wide")), "line 3, Frame_2: expected"),
        (with_frame(2, FOX.replace("0.34", "0.34.5")), "line 3, Frame_2: expected"),
        (with_frame(2, FOX.replace("0.34", "1e999")), "entry 1: expected four numbers"),
        (with_frame(2, FOX.replace('"none"', "None")), "line 3, Frame_2: expected"),
        (with_frame(2, FOX.replace('"none", ', "")), "line 3, Frame_2, entry 1: expected"),
        (with_frame(2, FOX.replace(", 0.9", "")), "line 3, Frame_2, entry 1: expected"),
        (with_frame(2, f"{FOX} {FOX}"), "line 3, Frame_2"),
        (with_frame(2, FOX[:-1]), "brackets and commas in pairs"),
        (with_frame(2, "[" * 50_000), "line 3, Frame_2: expected"),
        (with_frame(2, "-" * 50_000 + "1"), "line 3, Frame_2: expected"),
        (with_frame(2, "__import__('os').getcwd()"), "line 3, Frame_2: expected"),
        (with_frame(2, FOX.replace("a fox", "x" * 5000)), "texts of at most 4,000"),
        (with_frame(2, ", ".join([FOX] * 51)), "at most 50 entries, found 51"),
        (BEACH.replace("a quiet beach", "x" * 5000), "a background of at most 4,000"),
        ("Background: " + " " * 1_000_001, "a plan of at most 1,000,000 characters"),
        (BEACH.replace("quiet", "\ud83e"), "line 1: expected whole characters, found half of one"),
        (json.dumps(BEACH.replace("low", "\udc00")), "line 1: expected whole characters"),
    ],
)
def test_what_is_no_plan_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        parse_plan(text)
    assert words in caught.value.message
    assert len(caught.value.message) < 300
    assert caught.value.problems


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES]) | st.text(max_size=5), max_size=30))
def test_any_frame_is_entries_or_a_clear_error(pieces: list[str]) -> None:
    message = ""
    try:
        assert len(parse_plan(with_frame(3, "".join(pieces))).frames) == NUM_KEYFRAMES
    except InvalidStoryError as error:
        message = error.message
    assert message == "" or message.startswith("line ")


def test_a_broken_plan_of_a_file_leaves_the_others() -> None:
    text = f"{BEACH}\n\n{with_frame(4, 'nobody')}\n\n{BEACH}"
    first, second, third = read_plan_text(text, "three")
    assert (first.name, second.name, third.name) == ("three-1", "three-2", "three-3")
    assert isinstance(second, Refused)
    assert second.message.startswith("line 13, Frame_4: expected")
    assert isinstance(third, Imported)


def test_what_plan_text_cannot_hold_is_said() -> None:
    key = Key(box=Box(x0=-0.25, y0=0.3, x1=0.35, y1=0.8))
    regions = tuple(Region(id=name, keys=(key, *[None] * 5)) for name in ("one", "two"))
    overlap = Overlap(region_ids=("one", "two"), description="they hug")
    scene = Scene(id="meadow", background="a\nb", regions=regions, overlaps=(overlap,))
    told = "\n".join(losses(make_story().replace_scene(scene)))
    for words in ("scene 1: the words for an overlap", "they hug", "line breaks", "below zero"):
        assert words in told
    assert "scene 2: Frame_1, Frame_2" in told


def test_no_line_takes_long() -> None:
    start = time.perf_counter()
    with pytest.raises(InvalidStoryError, match="line 1: expected"):
        read_plan_text(" " * 100_000 + "x", "spaces")
    assert time.perf_counter() - start < 5
