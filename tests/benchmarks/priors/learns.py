"""Does it learn: motions and looks held out of the pack's training, before and after."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.theatre.world import Look
from tests.benchmarks.priors.casts import Eye
from tests.benchmarks.priors.lessons import (
    CLIPS,
    LOOKS,
    look_lesson,
    motion_lesson,
    motion_specs,
    own_settings,
)
from tests.benchmarks.priors.scenes import (
    PLAYED,
    Role,
    Scene,
    choose_figure,
    look_stand_in,
    make_scene,
    motion_stand_in,
)
from tests.benchmarks.priors.scoring import PARTS
from tests.benchmarks.priors.stage import Order, Stage
from tests.benchmarks.priors.tables import bar, mean, of_condition, right, table

if TYPE_CHECKING:
    from pipeline.packs.record import PackRecord
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.teaching import Taught

MOTION_SCENES, LOOK_SCENES = 16, 10
JUDGED, CODED = 40, 4
"""Drawn clips of each motion that the judge is tried on; scenes of each look that are coded."""
CONDITIONS = ("before", "stand-in", "after")
_DRAWN = "drawn"
_UNSEEN = 10_000


def run(stage: Stage) -> list[str]:
    """Teach, render and judge; the report's lines."""
    rows: list[Row] = []
    for motion in stage.options.motions:
        rows += _try_motion(stage, motion)
    looks: list[Row] = []
    for look in stage.options.looks:
        looks += _try_look(stage, look)
    lines = [stage.summary()]
    lines += _motion_lines(stage.options.motions, rows) if rows else []
    return lines + (_look_lines(stage.options.looks, looks) if looks else [])


def _try_motion(stage: Stage, motion: str) -> list[Row]:
    record = stage.record
    settings = own_settings(record, "motion", steps=stage.options.train_steps)
    taught = stage.teach(motion_lesson(motion, record, settings))
    rows = []
    for number in range(stage.options.scenes or MOTION_SCENES):
        scene = motion_scene(record, motion, number)
        look = look_of(scene, 0)
        called = [Role(look, motion, motion_word=taught.trigger)]
        instead = [Role(look, motion_stand_in(motion, record))]
        eye = Eye(stage, scene, changed=0)
        for condition, order in _orders(scene, called, instead, taught, record, "r0"):
            rows.append(eye.judge(order, condition, motion))
    for number in _judged(stage):
        eye = Eye(stage, motion_scene(record, motion, number))
        rows.append(eye.judge_drawn(_DRAWN, motion, coded=False))
    return rows


def _judged(stage: Stage) -> range:
    """Numbers of scenes, none of which is rendered, that the judge is tried on."""
    wanted = stage.options.scenes
    return range(_UNSEEN, _UNSEEN + (2 * wanted if wanted else JUDGED))


def motion_scene(
    record: PackRecord, motion: str, number: int, kinds: Sequence[str] | None = None
) -> Scene:
    """One figure before a backdrop, together as in none of the clips that are learned from."""
    assert record.troupe is not None
    rng = random.Random(f"{motion}, scene {number}")
    clips = [(spec.figures[0], spec.backdrop) for spec in motion_specs(motion)[:CLIPS]]
    taken = {(figure.kind, figure.colour, backdrop) for figure, backdrop in clips}
    look, backdrop = choose_figure(rng, record.troupe, taken=taken, kinds=kinds)
    return make_scene(number, [Role(look, motion)], backdrop, rng=rng)


def look_of(scene: Scene, number: int) -> Look:
    """What a scene's figure of that number looks like."""
    actor = scene.script.actors[number]
    return Look(kind=actor.kind, colour=actor.colour, hat=actor.hat)


def _orders(
    scene: Scene,
    called: Sequence[Role],
    instead: Sequence[Role],
    taught: Taught,
    record: PackRecord,
    region: str,
) -> list[tuple[str, Order]]:
    """The takes of a scene before and after learning, and with what the pack plays in its place."""
    after = scene.prompt(called, record, [taught.bound_to(region)])
    return [
        ("before", Order(scene.prompt(called, record), scene.number)),
        ("stand-in", Order(scene.prompt(instead, record), scene.number)),
        ("after", Order(after, scene.number, (taught,))),
    ]


def _try_look(stage: Stage, name: str) -> list[Row]:
    record = stage.record
    settings = own_settings(record, "character", steps=stage.options.train_steps)
    taught = stage.teach(look_lesson(name, record, settings))
    rows = []
    for number in range(stage.options.scenes or LOOK_SCENES):
        scene, at = look_scene(record, name, number)
        roles = [Role(look_of(scene, n), scene.script.actors[n].motion) for n in (0, 1)]
        called, instead = list(roles), list(roles)
        called[at] = Role(LOOKS[name], roles[at].motion, figure_word=taught.trigger)
        instead[at] = Role(look_stand_in(LOOKS[name], record), roles[at].motion)
        eye = Eye(stage, scene, looks=(at,), changed=at)
        for condition, order in _orders(scene, called, instead, taught, record, f"r{at}"):
            rows.append(_seen_from(eye.judge(order, condition, name), at))
        if number < CODED:
            rows.append(_seen_from(eye.judge_drawn(_DRAWN, name, coded=True), at))
    return rows


def look_scene(record: PackRecord, name: str, number: int) -> tuple[Scene, int]:
    """The look beside somebody whom the pack plays, and the look's number, 0 or 1."""
    assert record.troupe is not None
    rng = random.Random(f"{name}, scene {number}")
    beside, backdrop = choose_figure(rng, record.troupe)
    at = number % 2
    roles = [Role(beside, rng.choice(PLAYED)), Role(beside, rng.choice(PLAYED))]
    roles[at] = Role(LOOKS[name], rng.choice(PLAYED))
    return make_scene(number, roles, backdrop, rng=rng), at


def _seen_from(row: Row, at: int) -> Row:
    """The row with its numbers named by the look ("score") and who is beside it ("other bound")."""
    named = {
        name.removesuffix(str(at)) if name.endswith(str(at)) else _beside(name): value
        for name, value in row.numbers.items()
    }
    return row.model_copy(update={"numbers": named})


def _beside(name: str) -> str:
    return f"other {name[:-1]}" if name[-1].isdigit() else name


def _motion_lines(motions: Sequence[str], rows: list[Row]) -> list[str]:
    judged = right(of_condition(rows, _DRAWN), "motion0")
    body = [
        [
            subject or "all",
            right(of_condition(rows, _DRAWN, subject), "motion0"),
            *(right(of_condition(rows, c, subject), "motion0") for c in CONDITIONS),
            f"{leak_of(of_condition(rows, 'after', subject)):.3f}",
        ]
        for subject in (*motions, None)
    ]
    heads = ["motion named right", "drawn (the judge)", *CONDITIONS, "change outside / inside"]
    lines = table(heads, body)
    lines += _parts(rows, ("kind0", "colour0", "backdrop"), "figure and place right")
    shares = {c: right(of_condition(rows, c), "motion0").mean for c in CONDITIONS}
    return [
        *lines,
        "",
        bar("judge right on drawn clips", judged.mean, least=0.95),
        bar("motion named right after", shares["after"], least=0.8),
        bar("motion named right before", shares["before"], most=0.3),
        bar("change outside / inside", leak_of(of_condition(rows, "after")), most=0.05),
    ]


def _look_lines(looks: Sequence[str], rows: list[Row]) -> list[str]:
    body = [
        [
            subject or "all",
            *(mean(of_condition(rows, c, subject), "score") for c in (_DRAWN, *CONDITIONS)),
            f"{leak_of(of_condition(rows, 'after', subject)):.3f}",
        ]
        for subject in (*looks, None)
    ]
    heads = ["score of the look", "drawn and coded", *CONDITIONS, "change outside / inside"]
    lines = table(heads, body)
    others = ("motion", "other bound", "other motion", "extra")
    lines += _parts(rows, (*PARTS, *others), "parts of the look; who is beside it")
    scores = {c: mean(of_condition(rows, c), "score").mean for c in CONDITIONS}
    return [
        *lines,
        "",
        bar("score after / before", scores["after"] / max(scores["before"], 1e-3), least=2),
        bar("score after / stand-in", scores["after"] / max(scores["stand-in"], 1e-3), least=2),
        bar("change outside / inside", leak_of(of_condition(rows, "after")), most=0.05),
    ]


def _parts(rows: list[Row], names: Sequence[str], head: str) -> list[str]:
    body = [[name, *(mean(of_condition(rows, c), name) for c in CONDITIONS)] for name in names]
    return table([head, *CONDITIONS], body)


def leak_of(rows: Sequence[Row]) -> float:
    """The mean change outside the regions as a share of the mean change inside."""
    inside = sum(row.numbers["inside"] for row in rows)
    return sum(row.numbers["outside"] for row in rows) / inside if inside else 0.0
