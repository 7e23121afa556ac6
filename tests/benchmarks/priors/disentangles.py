"""Does what is learned come apart from what it was learned from: the paper's Tables 4 and 6.

The clips of a motion all show one kind of figure; it is rendered with the other kinds. Who is in
the box then says what of the clips' looks came along.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tests.benchmarks.priors.casts import Eye
from tests.benchmarks.priors.learns import look_of, motion_scene
from tests.benchmarks.priors.lessons import (
    LOOKS,
    Lesson,
    look_lesson,
    motion_lesson,
    motion_specs,
    own_settings,
)
from tests.benchmarks.priors.scenes import Role, choose_figure, make_scene
from tests.benchmarks.priors.stage import Order, Stage
from tests.benchmarks.priors.tables import mean, of_condition, right, table

if TYPE_CHECKING:
    from pipeline.packs.record import PackRecord
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.teaching import Taught

STEPS, CLIPS, SCENES, TOGETHER = 150, 6, 8, 5
LOOK = "luna"
WAYS: dict[str, dict[str, object]] = {
    "each, L_ad": {},
    "each, no L_ad": {"debias": 0.0},
    "shared, L_ad": {"prompts": "shared"},
    "shared, no L_ad": {"prompts": "shared", "debias": 0.0},
    "each, L_ad, halves": {"blocks": "halves"},
}
"""How motions are learned: a caption per clip or one for all; the debiased loss; the blocks."""
_LAYOUTS = {"interleaved": "each, L_ad", "halves": "each, L_ad, halves"}


def run(stage: Stage) -> list[str]:
    """Teach, render and judge; the report's lines."""
    taught = {
        (motion, way): stage.teach(biased_lesson(stage, motion, changes))
        for motion in stage.options.motions
        for way, changes in WAYS.items()
    }
    alone = [
        row for (motion, way), one in taught.items() for row in _alone(stage, motion, way, one)
    ]
    together: list[Row] = []
    for layout, way in _LAYOUTS.items():
        motions = {motion: taught[motion, way] for motion in stage.options.motions}
        together += _together(stage, layout, motions)
    return [stage.summary(), *_alone_lines(alone), *_together_lines(together)]


def common_kind(motion: str, record: PackRecord) -> str:
    """The kind of figure that most of a motion's clips show."""
    assert record.troupe is not None
    counts = Counter(spec.figures[0].kind for spec in motion_specs(motion))
    return max(record.troupe.kinds, key=lambda kind: counts[kind])


def biased_lesson(stage: Stage, motion: str, changes: dict[str, object]) -> Lesson:
    """A lesson from clips of one kind of figure."""
    record = stage.record
    steps = stage.options.train_steps or STEPS
    settings = own_settings(record, "motion", **{"steps": steps, **changes})
    kind = common_kind(motion, record)
    specs = [spec for spec in motion_specs(motion) if spec.figures[0].kind == kind][:CLIPS]
    return motion_lesson(motion, record, settings, specs)


def _alone(stage: Stage, motion: str, way: str, taught: Taught) -> Iterator[Row]:
    """The motion in scenes of figures of other kinds than its clips'."""
    record = stage.record
    assert record.troupe is not None
    kinds = [kind for kind in record.troupe.kinds if kind != common_kind(motion, record)]
    for number in range(stage.options.scenes or SCENES):
        scene = motion_scene(record, motion, number, kinds)
        role = Role(look_of(scene, 0), motion, motion_word=taught.trigger)
        prompt = scene.prompt([role], record, [taught.bound_to("r0")])
        yield Eye(stage, scene).judge(Order(prompt, number, (taught,)), way, motion)


def _together(stage: Stage, layout: str, motions: dict[str, Taught]) -> Iterator[Row]:
    """Look and motion learned in blocks of that layout, both at work in one region."""
    record = stage.record
    assert record.troupe is not None
    steps = stage.options.train_steps or STEPS
    settings = own_settings(record, "character", steps=steps, blocks=layout)
    look = stage.teach(look_lesson(LOOK, record, settings))
    for motion, taught in motions.items():
        for number in range(stage.options.scenes or TOGETHER):
            rng = random.Random(f"{LOOK} {motion}, scene {number}")
            _, backdrop = choose_figure(rng, record.troupe)
            role = Role(LOOKS[LOOK], motion, look.trigger, taught.trigger)
            scene = make_scene(number, [role], backdrop, rng=rng)
            bound = [look.bound_to("r0"), taught.bound_to("r0")]
            order = Order(scene.prompt([role], record, bound), number, (look, taught))
            yield Eye(stage, scene, looks=(0,)).judge(order, layout, motion)


def _alone_lines(rows: Sequence[Row]) -> list[str]:
    motions = list(dict.fromkeys(row.subject for row in rows))
    heads = ["prompts, loss, blocks", *motions, "all motions", "kind", "colour", "backdrop"]
    body = []
    for way in WAYS:
        of = of_condition(rows, way)
        shares = [right(of_condition(of, way, motion), "motion0") for motion in motions]
        looks = [mean(of, name) for name in ("kind0", "colour0", "backdrop")]
        body.append([way, *shares, right(of, "motion0"), *looks])
    return table(heads, body)


def _together_lines(rows: Sequence[Row]) -> list[str]:
    body = []
    for layout in _LAYOUTS:
        of = of_condition(rows, layout)
        body.append([layout, right(of, "motion0"), mean(of, "score0"), mean(of, "extra")])
    heads = [f"{LOOK} and a motion in one region", "motion right", "score of the look", "extra"]
    return table(heads, body)
