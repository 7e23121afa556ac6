"""The paper's Table 3 on the theatre: base, learned only, regions only, both.

A learned look does a learned motion, somebody the pack plays stands beside it. All four takes of
a scene have the same noise and settings; without what was learned, the nearest look and motion of
the pack are asked for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.artifacts import PriorBinding, RegionPrompt, ScenePrompt
from pipeline.errors import InputError
from pipeline.story import NUM_KEYFRAMES, Box
from tests.benchmarks.priors.casts import Eye
from tests.benchmarks.priors.learns import look_of
from tests.benchmarks.priors.lessons import LOOKS, look_lesson, motion_lesson, own_settings
from tests.benchmarks.priors.scenes import (
    PLAYED,
    Role,
    Scene,
    choose_figure,
    look_stand_in,
    make_scene,
    motion_stand_in,
)
from tests.benchmarks.priors.stage import Order, Stage
from tests.benchmarks.priors.tables import mean, of_condition, right, table

if TYPE_CHECKING:
    from pipeline.packs.record import PackRecord
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.teaching import Taught

SCENES = 18
CONDITIONS = ("base", "learned only", "regions only", "both")
_EVERYWHERE = "all"
_COLUMNS = {
    "anywhere0": "right kind and colour anywhere",
    "bound0": "in its box",
    "score0": "score of the look in its box",
    "bound1": "the other one in its box",
    "extra": "an extra figure",
}


def run(stage: Stage) -> list[str]:
    """Teach, render and judge; the report's lines."""
    record, steps = stage.record, stage.options.train_steps
    if not stage.options.motions or not stage.options.looks:
        raise InputError("a motion and a look are needed", hint="Leave --motions and --looks out.")
    motion_settings = own_settings(record, "motion", steps=steps)
    look_settings = own_settings(record, "character", steps=steps)
    motions = [
        stage.teach(motion_lesson(name, record, motion_settings)) for name in stage.options.motions
    ]
    look = stage.teach(look_lesson(stage.options.looks[0], record, look_settings))
    rows = [
        row
        for number in range(stage.options.scenes or SCENES)
        for row in _try(stage, number, look, motions[number % len(motions)])
    ]
    return [stage.summary(), *_lines(rows)]


def _try(stage: Stage, number: int, look: Taught, motion: Taught) -> Iterator[Row]:
    record = stage.record
    scene = learned_scene(record, number, look, motion)
    beside = Role(look_of(scene, 1), scene.script.actors[1].motion)
    called = [Role(LOOKS[look.name], motion.name, look.trigger, motion.trigger), beside]
    stand_in = look_stand_in(LOOKS[look.name], record)
    instead = [Role(stand_in, motion_stand_in(motion.name, record)), beside]
    bound = [look.bound_to("r0"), motion.bound_to("r0")]
    plain, priors = scene.prompt(instead, record), (look, motion)
    orders = (
        Order(plain, number, use_regions=False),
        Order(everywhere(scene.prompt(called, record), priors), number, priors),
        Order(plain, number),
        Order(scene.prompt(called, record, bound), number, priors),
    )
    for condition, order in zip(CONDITIONS, orders, strict=True):
        yield Eye(stage, scene, looks=(0,)).judge(order, condition, motion.name)


def learned_scene(record: PackRecord, number: int, look: Taught, motion: Taught) -> Scene:
    """The look doing the motion on the left, and somebody whom the pack plays."""
    assert record.troupe is not None
    rng = random.Random(f"{look.name} {motion.name}, scene {number} of table 3")
    beside, backdrop = choose_figure(rng, record.troupe)
    roles = [Role(LOOKS[look.name], motion.name), Role(beside, rng.choice(PLAYED))]
    return make_scene(number, roles, backdrop, rng=rng)


def everywhere(prompt: ScenePrompt, priors: Sequence[Taught]) -> ScenePrompt:
    """The prompt's caption as the one text of the whole picture, priors at work in all of it."""
    whole = RegionPrompt(
        region_id=_EVERYWHERE,
        text=prompt.caption,
        boxes=(Box.of((0.0, 0.0, 1.0, 1.0)),) * NUM_KEYFRAMES,
    )
    bound: list[PriorBinding] = [one.bound_to(_EVERYWHERE) for one in priors]
    return prompt.model_copy(update={"regions": (whole,), "priors": tuple(bound)})


def _lines(rows: Sequence[Row]) -> list[str]:
    body = []
    for condition in CONDITIONS:
        of = of_condition(rows, condition)
        means = [mean(of, name) for name in _COLUMNS]
        body.append([condition, *means, right(of, "motion0"), right(of, "motion1")])
    heads = ["", *_COLUMNS.values(), "its motion right", "the other one's"]
    return table(heads, body)
