"""Captions: short, varied, and all from one closed vocabulary."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.theatre.captions import (
    MAX_WORDS,
    background_caption,
    canonical_background_text,
    canonical_region_text,
    caption,
    region_caption,
    vocabulary,
    with_article,
    words_of,
)
from pipeline.theatre.script import Actor, Mark, Script, sample_script
from pipeline.theatre.world import load_world

_WALKER = Actor("fox", "blue", "walks", "left", None, (Mark(0.2, 0.9, 0.5),) * 6, 0.0)
_SLEEPER = Actor("robot", "red", "sleeps", "right", None, (Mark(0.8, 0.9, 0.8),) * 6, 0.0)


@given(st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_captions_are_short_and_use_the_vocabulary_only(seed: int) -> None:
    rng = random.Random(seed)
    script = sample_script(rng)
    texts = [caption(script, rng), background_caption(script.backdrop, rng)]
    texts += [region_caption(actor, rng) for actor in script.actors]
    known = set(vocabulary())
    for text in texts:
        assert 0 < len(words_of(text)) <= MAX_WORDS
        assert set(words_of(text)) <= known, text


def test_the_vocabulary_is_small_and_holds_every_reserved_word_but_no_held_out_one() -> None:
    world, words = load_world(), vocabulary()
    assert len(words) == len(set(words)) <= 200
    assert {*world.reserved.motions, *world.reserved.looks} <= set(words)
    held_out = {*world.held_out.motions, *world.held_out.colours, *world.held_out.backdrops}
    assert not held_out & set(words)


def test_one_scene_is_told_in_many_ways_from_either_side() -> None:
    script = Script("castle", (_WALKER, _SLEEPER), 1)
    rng = random.Random(3)
    texts = {caption(script, rng) for _ in range(300)}
    assert len(texts) > 150
    plain = [text for text in texts if "fox" in text and "robot" in text]
    first = sum(text.index("fox") < text.index("robot") for text in plain)
    assert 0.35 < first / len(plain) < 0.65
    assert any(text.startswith(("at the castle", "by a castle")) for text in texts)


def test_positions_and_directions_are_the_actors_own() -> None:
    rng = random.Random(4)
    texts = [caption(Script("beach", (_WALKER,), 1), rng) for _ in range(200)]
    assert any("on the left" in text for text in texts)
    assert not any("right" in text or "middle" in text for text in texts)


def test_a_region_sometimes_has_a_reserved_word_for_its_motion_or_look() -> None:
    rng = random.Random(6)
    texts = [region_caption(_WALKER, rng) for _ in range(2000)]
    shares = [sum(word in text for text in texts) / 2000 for word in ("motion", "look")]
    assert all(0.015 < share < 0.05 for share in shares)
    assert 0.5 < sum("left" in text for text in texts) / 2000 < 0.7


def test_canonical_texts() -> None:
    assert canonical_region_text("fox", "blue", "walks", "left") == "a blue fox walks left"
    assert canonical_region_text("robot", "red", "sleeps", "right") == (
        "a red robot sleeps facing right"
    )
    assert canonical_region_text("astronaut", "red", "chases", "right") == (
        "a red astronaut chases right"
    )
    assert canonical_region_text("look3", "", "motion7") == "look3 motion7"
    assert canonical_background_text("forest") == "an empty stage in the forest"


def test_three_wordy_actors_still_fit() -> None:
    mark = Mark(0.5, 0.9, 0.8)
    cast = [
        Actor("astronaut", colour, "gives", "left", None, (mark,) * 6, 0.0)
        for colour in ("red", "green", "blue")
    ]
    script, rng = Script("rain", tuple(cast), 1), random.Random(12)
    assert max(len(words_of(caption(script, rng))) for _ in range(300)) == MAX_WORDS


def test_canonical_texts_use_the_vocabulary() -> None:
    world, known = load_world(), set(vocabulary())
    for motion in (*world.playable_motions, *world.reserved.motions):
        text = canonical_region_text("witch", "green", motion, "left")
        assert set(words_of(text)) <= known, text


def test_articles_and_word_count() -> None:
    assert with_article("orange fox") == "an orange fox"
    assert with_article("teal fox") == "a teal fox"
    assert words_of("A fox walks, a robot naps") == ["a", "fox", "walks", ",", "a", "robot", "naps"]
