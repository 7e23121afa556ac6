"""What a plan plays, and which words its captions need."""

from __future__ import annotations

import random

import pytest

from pipeline.errors import PipelineError
from pipeline.theatre.captions import background_caption, caption, region_caption, words_of
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.names import playable_names, played_names, spoken_words
from pipeline.theatre.train.plans import PLANS, DataPlan, Plan


def test_a_plan_without_names_plays_all_that_is_not_held_out() -> None:
    assert played_names(DataPlan()) == playable_names()
    names = played_names(DataPlan(kinds=("fox",), motions=("waves", "jumps")))
    assert (names.kinds, names.motions) == (("fox",), ("waves", "jumps"))
    assert names.colours == playable_names().colours


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (DataPlan(kinds=("unicorn",)), "unicorn"),
        (DataPlan(motions=("walks", "dances")), "dances"),
    ],
    ids=["unknown", "held out"],
)
def test_names_that_nobody_may_play_are_refused(data: DataPlan, said: str) -> None:
    with pytest.raises(PipelineError, match=said):
        played_names(data)


NARROW = Plan(name="narrow", data=DataPlan(kinds=("fox",), backdrops=("castle",)))


@pytest.mark.parametrize("plan", [*PLANS.values(), NARROW], ids=lambda plan: plan.name)
def test_captions_of_a_plan_have_no_other_words(plan: Plan) -> None:
    rng, names = random.Random(7), played_names(plan.data)
    words = set(spoken_words(names))
    for _ in range(300):
        script = sample_script(rng, num_actors=rng.choice((1, 2)), **vars(names))
        texts = [caption(script, rng), background_caption(script.backdrop, rng)]
        texts += [region_caption(actor, rng) for actor in script.actors]
        assert set(words_of(" ".join(texts))) <= words


def test_words_of_names_that_are_not_played_are_left_out() -> None:
    words = set(spoken_words(played_names(NARROW.data)))
    assert {"fox", "castle", "near", "in", "on", "look1", "motion16"} <= words
    assert words.isdisjoint({"robot", "witch", "forest", "trees", "beach", "sea", "inside"})
