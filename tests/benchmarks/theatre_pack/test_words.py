"""The phrases of the condition `unseen` are such as training never writes."""

from __future__ import annotations

import random

from pipeline.theatre.captions import background_caption, region_caption, vocabulary, words_of
from pipeline.theatre.script import sample_script
from pipeline.theatre.world import load_world
from tests.benchmarks.theatre_pack.scenes import ask
from tests.benchmarks.theatre_pack.words import (
    caption_of,
    unseen_prompt,
    unseen_region_text,
    usual_prompt,
)
from tests.pipeline.packs.fixtures import tiny_record

RECORD = tiny_record().model_copy(update={"vocabulary": tuple(vocabulary())})


def test_unseen_phrases_are_none_of_trainings() -> None:
    rng = random.Random(41)
    for number in range(24):
        asked = ask(RECORD, number)
        prompt = unseen_prompt(asked, RECORD)
        for region, actor in zip(prompt.regions, asked.script.actors, strict=True):
            assert region.text not in {region_caption(actor, rng) for _ in range(400)}
        backdrop = asked.script.backdrop
        assert prompt.background not in {background_caption(backdrop, rng) for _ in range(60)}


def test_unseen_phrases_still_say_who_and_how_in_words_of_the_pack() -> None:
    rng = random.Random(42)
    for actor in (a for n in range(40) for a in sample_script(random.Random(n)).actors):
        text, _ = RECORD.normalise(unseen_region_text(actor, rng))
        said = set(words_of(text))
        assert said <= set(RECORD.vocabulary)
        assert {actor.kind, actor.colour, actor.facing} <= said
        told = {
            word for words in load_world().motions[actor.motion].words for word in words.split()
        }
        assert said & (told - {"is"}), text


def test_usual_phrases_pass_the_packs_vocabulary_unchanged() -> None:
    asked = ask(RECORD, 2)
    prompt = usual_prompt(asked, RECORD)
    actor = asked.script.actors[0]
    assert prompt.regions[0].text.startswith(f"a {actor.colour} {actor.kind}")
    assert RECORD.normalise(prompt.background) == (prompt.background, ())


def test_caption_leaves_out_ways_then_places_when_words_run_short() -> None:
    script = ask(RECORD, 2).script
    lengths = [len(words_of(caption_of(script, max_words=most))) for most in (99, 27, 20)]
    assert lengths[0] > 27 >= lengths[1] > 20
    assert "on the" in caption_of(script, max_words=27) or "in the middle" in caption_of(
        script, max_words=27
    )
    assert "the left" not in caption_of(script, max_words=20)
