"""Words that a pack cannot read, marked where they stand; the same words as rendering drops."""

from __future__ import annotations

import time

import pytest

from pipeline.artifacts import Learned
from pipeline.plan.casting import cast_story
from pipeline.plan.prompts import scene_prompt
from pipeline.plan.readable import Known, known_of, unread_background, unread_words
from pipeline.plan.troupe import Troupe
from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story

TROUPE = Troupe(
    kinds=("witch", "fox", "robot", "rabbit"),
    colours=("red", "green", "blue"),
    motions=("stands", "walks", "jumps", "waves"),
    backdrops=("forest", "beach", "room"),
    learnable=("dances",),
)
KEYS = (Key(box=Box(x0=0.1, y0=0.2, x1=0.4, y1=0.9)), *[None] * 4, None)


def told(text: str, known: Known | None = None) -> dict[str, str]:
    """What is said of each marked word, by the word as it stands in the text."""
    marks = unread_words(text, TROUPE, known)
    for mark in marks:
        assert mark.words.startswith(f"{text[mark.start : mark.end]}: ")
    return {text[m.start : m.end]: m.words.partition(": ")[2] for m in marks}


def behind(text: str) -> dict[str, str]:
    marks = unread_background(text, TROUPE)
    return {text[m.start : m.end]: m.words.partition(": ")[2] for m in marks}


UNKNOWN = "not known to the paper theatre, has no effect"
HERE = "has no effect here"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a red fox walks left", {}),
        ("The Red Foxes were walking to the right, hello", {}),
        ("a robot waves, facing left", {}),
        ("a shy fox", {"shy": UNKNOWN}),
        ("the wolf strolls", {"wolf": "played as fox", "strolls": "played as walks"}),
        ("a crimson fox hops", {"crimson": "played as red", "hops": "played as jumps"}),
        ("a fox dances", {"dances": "played as jumps until it is learned"}),
        ("a fox walks and waves", {"waves": "only one movement of a box is played, has no effect"}),
        ("a red and blue fox", {"blue": HERE}),
        ("a fox meets a rabbit", {"meets": UNKNOWN, "rabbit": HERE}),
        ("a fox in the forest thinks", {"thinks": UNKNOWN}),
        ("", {}),
        ("... 12 !?", {}),
    ],
)
def test_words_of_a_box(text: str, expected: dict[str, str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the forest in the morning", {}),
        ("woods", {"woods": "played as forest"}),
        ("a lighthouse", {"lighthouse": "played as beach"}),
        ("a cosy room at midnight", {"cosy": UNKNOWN, "midnight": UNKNOWN}),
        ("the forest with a red fox", {"red": HERE, "fox": HERE}),
    ],
)
def test_words_of_a_background(text: str, expected: dict[str, str]) -> None:
    assert behind(text) == expected


def test_names_and_the_cast_are_known() -> None:
    known = Known(frozenset({"mia", "shy", "dragon"}), {"dragon": "robot", "dances": "waves"})
    assert told("Mia's shy dragon dances", known) == {
        "dragon": "played as robot",
        "dances": "played as waves",
    }
    assert told("Mia walks", known) == {}


def test_offsets_are_those_of_a_browser() -> None:
    text = "🦊🦊 a shy fox, ünd 🐉 gently"
    marks = unread_words(text, TROUPE)
    units = text.encode("utf-16-le")
    words = [units[2 * m.start : 2 * m.end].decode("utf-16-le") for m in marks]
    assert words == ["shy", "ünd", "gently"]
    assert marks[0].start == 7


def test_a_pack_that_reads_any_text_has_no_marks() -> None:
    assert unread_words("a shy wolf dreams", None) == ()
    assert unread_background("a cosy shop", None) == ()


def test_another_pack_is_called_by_its_name() -> None:
    (mark,) = unread_words("shy", TROUPE, pack="puppets")
    assert mark.words == "shy: not known to the puppets pack, has no effect"


def test_a_long_word_is_told_short() -> None:
    (mark,) = unread_words("x" * 3000, TROUPE)
    assert len(mark.words) < 100
    assert (mark.start, mark.end) == (0, 3000)


def make_story(description: str, words: str, look: str = "a shy grey wolf") -> Story:
    region = Region(
        id="one", character_id="grim", motion_id="move", description=description, keys=KEYS
    )
    return Story(
        id="tale",
        title="Tale",
        characters=(
            Character(id="grim", name="Grim", kind="wolf", look=look),
            Character(id="mia", name="Mia", kind="dragon"),
        ),
        motions=(Motion(id="move", words=words),),
        scenes=(Scene(id="s1", regions=(region,)),),
    )


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Grim strolls to Mia the dragon", "strolls"),
        ("the shy wolf gallops", "gallops"),
        ("a scarlet wolf waves", "strolls"),
        ("Grim leaps and runs", "leaps"),
        ("the robot jumps", "waves"),
        ("Grim", "hops"),
    ],
)
def test_what_is_said_to_be_played_is_what_the_model_gets(description: str, words: str) -> None:
    story = make_story(description, words)
    casting = cast_story(story, troupe=TROUPE)
    text = scene_prompt(story, "s1", casting, troupe=TROUPE).regions[0].text
    known = known_of(story.scenes[0].regions[0], story, casting)
    said = told(description, known)
    played = [one.removeprefix("played as ") for one in said.values() if "played as" in one]
    assert {*played} <= {*text.split()}
    assert {"grim", "mia", "dragon", "shy"}.isdisjoint(word.lower() for word in said)


def test_a_part_that_was_recast_is_told_as_it_is() -> None:
    story = make_story("the wolf walks", "walks")
    casting = cast_story(story, troupe=TROUPE)
    (part, other) = casting.parts
    recast = casting.model_copy(
        update={"parts": (part.model_copy(update={"kind": "rabbit"}), other)}
    )
    known = known_of(story.scenes[0].regions[0], story, recast)
    assert told("the wolf walks", known) == {"wolf": "played as rabbit"}


def test_the_longest_text_is_read_at_once() -> None:
    text = ("the crimson dragon dances gently in the quiet wood " * 80)[:4000]
    known = Known(frozenset({"mia"}), {"dragon": "robot"})
    unread_words(text, TROUPE, known)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        unread_words(text, TROUPE, known)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02


@pytest.mark.parametrize(
    ("description", "said"),
    [
        ("Grim dances", {}),
        ("the wolf is dancing", {}),
        ("Grim waltzes", {}),
        ("Grim spins", {"spins": "played as dances"}),
        ("Grim jumps", {}),
        ("Grim leaps", {"leaps": "played as jumps"}),
        ("a rabbit dances", {}),
    ],
)
def test_words_of_what_was_learned_are_read(description: str, said: dict[str, str]) -> None:
    story = make_story(description, "dances")
    look = Learned(character_id="grim", prior="1a" * 12, trigger="look3")
    dance = Learned(motion_id="move", prior="2b" * 12, trigger="motion7")
    casting = cast_story(story, troupe=TROUPE).model_copy(update={"learned": (look, dance)})
    assert told(description, known_of(story.scenes[0].regions[0], story, casting)) == said
    text = scene_prompt(story, "s1", casting, troupe=TROUPE).regions[0].text
    assert text.startswith("a blue rabbit " if "rabbit" in description else "look3 ")
    assert ("motion7" in text) == (description not in ("Grim jumps", "Grim leaps"))
