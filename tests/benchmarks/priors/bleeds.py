"""Two learned looks with two learned motions in one frame: does one go over to the other.

Three conditions: each prior in its own region; the same with the motions swapped; and, to see
that the measure would notice, all priors at work in both regions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from tests.benchmarks.priors.casts import Eye
from tests.benchmarks.priors.lessons import (
    EMBER,
    LOOKS,
    look_lesson,
    motion_lesson,
    own_settings,
)
from tests.benchmarks.priors.scenes import Role, choose_figure, make_scene
from tests.benchmarks.priors.scoring import share
from tests.benchmarks.priors.stage import Order, Stage
from tests.benchmarks.priors.tables import of_condition, table
from tests.benchmarks.theatre_pack.scores import mean_of

if TYPE_CHECKING:
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.teaching import Taught

SCENES = 12
WITCH = "luna"
CONDITIONS = ("by regions", "swapped", "in both regions")
_MEANS = {
    "score": "score of its own look",
    "stray": "the other's paint in its box",
    "bound": "its own kind and colour",
}
_RIGHTS = {"motion": "its own motion", "swapped": "the other's motion"}


def run(stage: Stage) -> list[str]:
    """Teach, render and judge; the report's lines."""
    record, steps = stage.record, stage.options.train_steps
    look_settings = own_settings(record, "character", steps=steps)
    motion_settings = own_settings(record, "motion", steps=steps)
    looks = [stage.teach(look_lesson(name, record, look_settings)) for name in (WITCH, EMBER)]
    names = stage.options.motions[-2:]
    if len(names) < 2:
        raise InputError("two motions are needed", hint="Name two with --motions.")
    motions = [stage.teach(motion_lesson(name, record, motion_settings)) for name in names]
    rows: list[Row] = []
    for number in range(stage.options.scenes or SCENES):
        rows += _try(stage, number, looks, motions, "by regions")
        rows += _try(stage, number, looks, motions[::-1], "swapped")
        rows += _try(stage, number, looks, motions, "in both regions")
    return [stage.summary(), *_lines(rows)]


def _try(
    stage: Stage, number: int, looks: list[Taught], motions: list[Taught], condition: str
) -> Iterator[Row]:
    """One scene; in every second one the fox is on the left."""
    record = stage.record
    assert record.troupe is not None
    rng = random.Random(f"{WITCH} and {EMBER}, scene {number}")
    _, backdrop = choose_figure(rng, record.troupe)
    pairs = list(zip(looks, motions, strict=True))
    if number % 2:
        pairs.reverse()
    roles = [Role(LOOKS[look.name], m.name, look.trigger, m.trigger) for look, m in pairs]
    scene = make_scene(number, roles, backdrop, rng=rng)
    both = ("r0", "r1")
    bound = [
        prior.bound_to(*(both if condition == "in both regions" else (both[at],)))
        for at, pair in enumerate(pairs)
        for prior in pair
    ]
    order = Order(scene.prompt(roles, record, bound), number, (*looks, *motions))
    yield Eye(stage, scene, looks=(0, 1)).judge(order, condition, f"{WITCH} and {EMBER}")


def _lines(rows: Sequence[Row]) -> list[str]:
    body = []
    for condition in CONDITIONS:
        for name in (WITCH, EMBER):
            of = of_condition(rows, condition)
            means = [mean_of([_of(row, part, name) for row in of]) for part in _MEANS]
            rights = [share([_of(row, part, name) == 1 for row in of]) for part in _RIGHTS]
            body.append([condition, name, *means, *rights])
    return table(["", "look", *_MEANS.values(), *_RIGHTS.values()], body)


def _of(row: Row, part: str, name: str) -> float:
    """A number of the figure with that look: the witch is on the left in even scenes."""
    left = WITCH if row.scene % 2 == 0 else EMBER
    return row.numbers[f"{part}{0 if name == left else 1}"]
