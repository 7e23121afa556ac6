"""The same data and settings give the same key, whatever things are called."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clips import Crop
from pipeline.prior import PriorPlan, Source, TrainSettings
from pipeline.priors.keys import import_key, key_of, ordered
from tests.pipeline.priors.kept import make_plan

_words = st.text(max_size=12)
_crops = st.one_of(
    st.none(),
    st.integers(0, 40).map(
        lambda first: Crop(
            start_frame=first,
            end_frame=first + 1,
            windows=((0.1, 0.2, 0.7, 0.9),),
            width_px=96,
            height_px=64,
        )
    ),
)
_sources = st.builds(
    Source,
    kind=st.just("clip"),
    name=_words,
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    prompt=_words,
    licence=_words,
    credit=_words,
    crop=_crops,
)
_lists = st.lists(_sources, min_size=1, max_size=5)


@given(_lists, st.randoms(use_true_random=False), _words)
def test_order_names_and_terms_of_the_sources_do_not_matter(
    sources: list[Source], chance: random.Random, name: str
) -> None:
    plan = make_plan(sources=tuple(sources))
    others = [one.model_copy(update={"name": name, "licence": name}) for one in sources]
    chance.shuffle(others)
    assert key_of(make_plan(sources=tuple(others))) == key_of(plan)
    identities = [(one.sha256, one.prompt, one.crop) for one in ordered(sources)]
    assert [(one.sha256, one.prompt, one.crop) for one in ordered(others)] == identities


@given(_lists, _lists)
def test_other_sources_give_another_key(first: list[Source], then: list[Source]) -> None:
    def contents(sources: list[Source]) -> list[tuple[object, ...]]:
        return [(one.sha256, one.prompt, one.crop) for one in ordered(sources)]

    keys = [key_of(make_plan(sources=tuple(sources))) for sources in (first, then)]
    assert (keys[0] == keys[1]) == (contents(first) == contents(then))


@pytest.mark.parametrize(
    "changes",
    [
        {"pack_revision": "6a"},
        {"kind": "character"},
        {"trigger": "motion8"},
        {"settings": TrainSettings(steps=300, rank=3, alpha=6.0, seed=11)},
        {"settings": TrainSettings(steps=300, rank=3, alpha=6.0, debias=0.5)},
        {"settings": TrainSettings(steps=299, rank=3, alpha=6.0)},
    ],
)
def test_what_the_weights_follow_from_changes_the_key(changes: dict[str, object]) -> None:
    assert key_of(make_plan(**changes)) != key_of(make_plan())


@pytest.mark.parametrize(
    "changes",
    [
        {"words": "dancing"},
        {"pack": "renamed"},
        {"settings": {"recipe": "quick", "steps": 300, "rank": 3, "alpha": 6}},
        {
            "settings": {
                "sample_every": 7,
                "checkpointing": True,
                "steps": 300,
                "rank": 3,
                "alpha": 6,
            }
        },
        {"settings": {"background": "remove", "steps": 300, "rank": 3, "alpha": 6}},
    ],
)
def test_what_they_do_not_follow_from_leaves_it(changes: dict[str, object]) -> None:
    assert key_of(make_plan(**changes)) == key_of(make_plan())


def test_a_look_is_another_one_with_another_background_but_not_with_another_debias() -> None:
    def key(**settings: object) -> str:
        plan = make_plan(kind="character", settings=TrainSettings.model_validate(settings))
        return key_of(plan)

    assert key(background="remove") != key()
    assert key(pictures="latent") != key()
    assert key(debias=0.25) == key()
    assert key(form="regions", aligned=True, cropped=False) == key()


def test_keys_are_24_hex_digits_and_the_same_in_every_run() -> None:
    plan = PriorPlan.model_validate_json(make_plan().model_dump_json())
    assert re.fullmatch("[0-9a-f]{24}", key_of(plan))
    assert key_of(plan) == "2b12907c72fc0adad1fc6caf"
    assert import_key("ab" * 32, "r1", "motion", "bows", "", "m") != import_key(
        "ab" * 32, "r1", "character", "bows", "", "m"
    )
