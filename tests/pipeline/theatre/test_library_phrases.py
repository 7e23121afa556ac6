"""Phrases about motions: three sets that share words but no phrase."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from pipeline.theatre.library.phrases import (
    PLAIN,
    THESAURUS,
    asked_phrases,
    caption_words,
    library_caption,
    training_phrase,
    training_words,
    words_of,
)
from pipeline.theatre.script import Actor, sample_script
from pipeline.theatre.world import load_world

DRAWS = 20_000
MOTIONS = list(load_world().motions)


def _drawn(write: Callable[[random.Random, Actor, str], str], seed: int) -> set[str]:
    """Give what a writer says of sampled actors, as its words alone."""
    world, rng = load_world(), random.Random(seed)
    scripts = [
        sample_script(
            rng,
            num_actors=1,
            colours=list(world.colours),
            motions=MOTIONS,
            backdrops=list(world.backdrops),
        )
        for _ in range(DRAWS)
    ]
    return {" ".join(words_of(write(rng, one.actors[0], one.backdrop))) for one in scripts}


@pytest.fixture(scope="module")
def captions() -> set[str]:
    return _drawn(library_caption, 11)


@pytest.fixture(scope="module")
def trained() -> set[str]:
    return _drawn(training_phrase, 12)


@pytest.fixture(scope="module")
def asked() -> set[str]:
    sets = [phrases for motion in MOTIONS for phrases in asked_phrases(motion).values()]
    return {" ".join(words_of(phrase)) for phrases in sets for phrase in phrases}


def _words(phrases: set[str]) -> set[str]:
    return {word for phrase in phrases for word in phrase.split()}


def test_the_three_sets_share_no_phrase(
    captions: set[str], trained: set[str], asked: set[str]
) -> None:
    assert len(asked) == 12 * len(MOTIONS)
    assert not asked & trained
    assert not asked & captions
    assert not trained & captions


def test_test_phrases_hold_words_of_training_only(trained: set[str], asked: set[str]) -> None:
    assert _words(trained) == set(training_words())
    assert _words(asked) <= _words(trained)


def test_no_caption_holds_a_verb_of_the_thesaurus(captions: set[str]) -> None:
    verbs = {form for others in THESAURUS.values() for verb in others for form in verb}
    assert not verbs & _words(captions)


def test_every_verb_belongs_to_one_motion() -> None:
    bases = [verb.base for table in (PLAIN, THESAURUS) for row in table.values() for verb in row]
    assert len(bases) == len(set(bases))
    assert all(len(THESAURUS[motion]) >= 4 for motion in MOTIONS)


@pytest.mark.parametrize("motion", MOTIONS)
def test_plain_verbs_are_those_of_the_world(motion: str) -> None:
    told = _words({" ".join(load_world().motions[motion].words)}) - {"is", "hello", "a", "parcel"}
    forms = {form for verb in PLAIN[motion] for form in verb}
    assert told <= forms
    assert caption_words(motion)[0] == motion


@pytest.mark.parametrize("motion", MOTIONS)
def test_half_of_the_test_phrases_use_the_thesaurus(motion: str) -> None:
    for table, phrases in zip((PLAIN, THESAURUS), asked_phrases(motion).values(), strict=True):
        forms = {form for verb in table[motion] for form in verb}
        assert len(phrases) == 6
        assert all(forms & set(words_of(phrase)) for phrase in phrases)


def test_some_captions_are_empty() -> None:
    rng = random.Random(13)
    script = sample_script(rng, num_actors=1)
    empty = sum(not library_caption(rng, script.actors[0], script.backdrop) for _ in range(4000))
    assert 0.04 < empty / 4000 < 0.08
