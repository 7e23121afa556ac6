"""Screenplays: what is read, and the story made of it."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InvalidStoryError
from pipeline.plan.draft import DraftStory, story_of
from pipeline.plan.exchange.fountain import Part, parse_fountain
from pipeline.plan.exchange.screenplay import read_fountain

CROWD = "INT. HALL\n\n" + "\n\n".join(f"MAN{n}\nHello." for n in range(4000))
KITE = (Path(__file__).parent / "kite.fountain").read_text("utf-8")


def draft(text: str) -> DraftStory:
    (one,) = read_fountain(text, "a-script")
    return one.draft


def parts(text: str) -> list[tuple[str, str]]:
    return [(part.kind, part.text) for part in parse_fountain(f"INT. X\n\n{text}").parts[1:]]


def test_a_screenplay_becomes_a_story() -> None:
    (one,) = read_fountain(KITE, "kite")
    story = story_of(one.draft)
    assert (story.id, story.title) == ("the-kite-over-the-bay", "The Kite over the Bay")
    assert [(c.id, c.kind, c.look) for c in story.characters] == [
        ("rosa", "girl", "a small girl"),
        ("fox", "fox", "red fox"),
        ("mcavoy", "person", ""),
    ]
    garden, beach, roof = story.scenes
    assert garden.background == "rosa's garden by day"
    assert garden.narration == (
        "ROSA, a small girl, runs through the grass. A RED FOX sleeps under the tree. "
        "Rosa: “Did you see my kite?” Fox: “It flew to the sea.”"
    )
    assert [(r.character_id, r.motion_id) for r in garden.regions] == [
        ("rosa", "runs"),
        ("fox", "sleeps"),
    ]
    assert (beach.setting, beach.background) == ("the long beach", "the long beach in the evening")
    assert {r.character_id for r in beach.regions} == {"rosa", "fox", "mcavoy"}
    assert roof.narration == "Fly, fly away Rosa waves."


def test_every_line_keeps_its_number() -> None:
    lines = KITE.split("\n")
    for part in parse_fountain(KITE).parts:
        assert part.text.split()[-1][:4].strip("*_") in " ".join(
            lines[part.line - 1 : part.line + 3]
        )
    headings = [part.line for part in parse_fountain(KITE).parts if part.kind == "heading"]
    assert [lines[line - 1][:6] for line in headings] == ["EXT. R", "Ext. t", ".THE R"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("INT. HALL\nShe runs.", [("heading", "INT. HALL"), ("action", "She runs.")]),
        pytest.param("I/E CAR - DAY #12A#", [("heading", "I/E CAR - DAY")]),
        pytest.param("...and then", [("action", "...and then")], id="dots"),
        pytest.param("!INT. not a place", [("action", "INT. not a place")], id="forced action"),
        pytest.param("TOM (O.S.)\n(low)\nYes.\n(loud)\nNo!", [("speech", "Yes. No!")]),
        pytest.param("TOM", [("action", "TOM")], id="a name alone"),
        pytest.param("ÉLODIE\nOui.", [("speech", "Oui.")], id="accents"),
        pytest.param("@deMille\nCut!", [("speech", "Cut!")], id="forced cue"),
        pytest.param("> fade to grey", [], id="forced transition"),
        pytest.param("SMASH CUT TO:", [], id="transition"),
        pytest.param("> centred <", [("action", "centred")]),
        pytest.param("# Act one\n\n= They meet.\n\n===", [], id="sections"),
        pytest.param("a *b* **c** _d_ snake_case \\*", [("action", "a b c d snake_case *")]),
        pytest.param("a [[note\n\nover lines]] b /* c */ d", [("action", "a"), ("action", "b d")]),
        pytest.param("/* never closed", [("action", "/ never closed")]),
    ],
)
def test_parts_of_the_page(text: str, expected: list[tuple[str, str]]) -> None:
    assert parts(text) == expected


def test_who_is_only_heard_gets_no_boxes() -> None:
    story = draft("INT. HALL\n\nANN\nHello.\n\nBEN (V.O.)\nHi.\n\nNARRATOR\nSo it began.")
    assert [region.character_id for region in story.scenes[0].regions] == ["ann"]
    assert [c.id for c in story.characters] == ["ann", "ben", "narrator"]


def test_more_than_three_stand_in_a_row() -> None:
    names = ["ANN", "BEN", "CLARA", "DAN", "EVE"]
    story = draft("INT. HALL\n\n" + "\n\n".join(f"{name}\nHello." for name in names))
    (scene,) = story.scenes
    first = [region.keys[0] for region in scene.regions]
    edges = [(key.box.x0, key.box.x1) for key in first if key]
    assert len(edges) == 5
    assert all(left[1] < right[0] for left, right in pairwise(edges))
    assert scene.shot_size == "wide"


def test_a_crowd_and_a_long_scene_are_noted() -> None:
    crowd = "\n\n".join(f"MAN{letter}\nHello." for letter in "ABCDEFGHIJ")
    (one,) = read_fountain(f"INT. HALL\n\n{crowd}\n\n{'word ' * 1200}", "a-script")
    assert len(story_of(one.draft).scenes) == 2
    assert one.notes == (
        "line 1: 10 figures; only 8 have boxes",
        "line 1: a long scene becomes 2",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: expected a scene heading such as INT. KITCHEN, found nothing"),
        ("\n\nOnce upon a time.", "line 3: expected a scene heading"),
        ("Title: Only a title", "line 1: expected a scene heading"),
        ("INT. HALL\n\n" * 41, "line 81: expected at most 40 scenes in a story"),
        ("x" * 1_000_001, "a script of at most 1,000,000 characters"),
        (CROWD, "line 603: expected at most 200 figures, found Man200"),
    ],
)
def test_what_is_no_screenplay_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        read_fountain(text, "x")
    assert words in caught.value.message


LINES = st.lists(
    st.text(max_size=40) | st.sampled_from([*KITE.split("\n"), "", "TOM", "@", ".", ">"])
)


@settings(deadline=None)
@given(LINES)
def test_any_script_is_a_story_or_a_clear_error(lines: list[str]) -> None:
    message = ""
    try:
        (one,) = read_fountain("\n".join(lines), "any")
        assert story_of(one.draft).scenes
    except InvalidStoryError as error:
        message = error.message
    assert message == "" or message.startswith("line ")


@pytest.mark.parametrize("piece", [*"*#( -", "[[", "/*", "_ ", "__", "A ", "INT. ", "a:", "- a"])
def test_no_line_takes_long(piece: str) -> None:
    start = time.perf_counter()
    text = f"INT. X\n\nANN\n{piece * 20_000}x\n\n{piece * 20_000}x\n\n.{piece * 20_000}x"
    assert isinstance(parse_fountain(text).parts[0], Part)
    draft(text)
    assert time.perf_counter() - start < 5
