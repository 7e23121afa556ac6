"""The recipes side by side: by loss on held-out clips and pictures, and by what is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.priors.casts import Eye
from tests.benchmarks.priors.held_out import held_out_loss
from tests.benchmarks.priors.learns import look_of, look_scene, motion_scene
from tests.benchmarks.priors.lessons import (
    CLIPS,
    LOOKS,
    Lesson,
    look_lesson,
    made_settings,
    motion_lesson,
    motion_specs,
    own_settings,
)
from tests.benchmarks.priors.scenes import Role
from tests.benchmarks.priors.stage import Order, Stage
from tests.benchmarks.priors.tables import mean, right, table
from tests.benchmarks.priors.teaching import examples_of

if TYPE_CHECKING:
    from tests.benchmarks.priors.rows import Row
    from tests.benchmarks.priors.teaching import Taught

SCENES, HELD_BACK = 10, 4
MOTION, LOOK = "bows", "luna"
RECIPES = ("own", "paper", "quick")
PICTURES: dict[str, dict[str, object]] = {
    "still video": {"pictures": "video"},
    "still video, no text": {"pictures": "video", "prompts": "none"},
    "single latent": {"pictures": "latent"},
}
"""How a look is learned, by the pack's own recipe otherwise."""


def run(stage: Stage) -> list[str]:
    """Teach, measure the losses, render and judge; the report's lines."""
    motions, looks = _motions(stage), _looks(stage)
    return [stage.summary(), *motions, *looks]


def _motions(stage: Stage) -> list[str]:
    record, steps = stage.record, stage.options.train_steps
    held = motion_specs(MOTION)[CLIPS : CLIPS + HELD_BACK]
    unseen = motion_lesson(MOTION, record, own_settings(record, "motion"), held)
    examples = examples_of(unseen, stage.pack)
    body: list[list[object]] = [
        ["none", "", "", "", f"{held_out_loss(stage.pack, examples, 'motion', None):.4f}", ""]
    ]
    for recipe in RECIPES:
        settings = made_settings(record, "motion", recipe, steps=steps)
        lesson = motion_lesson(MOTION, record, settings)
        taught = stage.teach(lesson)
        rows = [_see_motion(stage, number, taught, recipe) for number in _numbers(stage)]
        loss = held_out_loss(stage.pack, examples, "motion", taught)
        body.append([recipe, *_cost(lesson, taught), f"{loss:.4f}", right(rows, "motion0")])
    heads = [f"recipe, {MOTION}", "size", "steps", "seconds", "held-out loss", "motion right"]
    return table(heads, body)


def _looks(stage: Stage) -> list[str]:
    record, steps = stage.record, stage.options.train_steps
    settings = made_settings(record, "character", "own", pictures="video", prompts="each")
    examples = examples_of(look_lesson(LOOK, record, settings, held_back=True), stage.pack)
    none = held_out_loss(stage.pack, examples, "character", None)
    body: list[list[object]] = [["none", "", "", "", f"{none:.4f}", ""]]
    ways = {way: made_settings(record, "character", "own", steps=steps, **changes)
            for way, changes in PICTURES.items()}  # fmt: skip
    for recipe in ("paper", "quick"):
        ways[recipe] = made_settings(record, "character", recipe, steps=steps)
    for way, chosen in ways.items():
        lesson = look_lesson(LOOK, record, chosen)
        taught = stage.teach(lesson)
        rows = [_see_look(stage, number, taught, way) for number in _numbers(stage)]
        loss = held_out_loss(stage.pack, examples, "character", taught)
        body.append([way, *_cost(lesson, taught), f"{loss:.4f}", mean(rows, "score0")])
    heads = [f"pictures or recipe, {LOOK}", "size", "steps", "seconds", "held-out loss", "score"]
    return table(heads, body)


def _numbers(stage: Stage) -> range:
    """Even numbers: then the look of `look_scene` is the figure of number 0."""
    return range(0, 2 * (stage.options.scenes or SCENES), 2)


def _cost(lesson: Lesson, taught: Taught) -> list[str]:
    frames, height, width = lesson.windows[0].frames.shape[:3]
    return [
        f"{frames} of {height}x{width}",
        f"{lesson.settings.steps}",
        f"{taught.row.seconds:.0f}",
    ]


def _see_motion(stage: Stage, number: int, taught: Taught, condition: str) -> Row:
    scene = motion_scene(stage.record, MOTION, number)
    role = Role(look_of(scene, 0), MOTION, motion_word=taught.trigger)
    prompt = scene.prompt([role], stage.record, [taught.bound_to("r0")])
    return Eye(stage, scene).judge(Order(prompt, number, (taught,)), condition, MOTION)


def _see_look(stage: Stage, number: int, taught: Taught, condition: str) -> Row:
    scene, at = look_scene(stage.record, LOOK, number)
    roles = [Role(look_of(scene, n), scene.script.actors[n].motion) for n in (0, 1)]
    roles[at] = Role(LOOKS[LOOK], roles[at].motion, figure_word=taught.trigger)
    prompt = scene.prompt(roles, stage.record, [taught.bound_to(f"r{at}")])
    order = Order(prompt, number, (taught,))
    return Eye(stage, scene, looks=(at,)).judge(order, condition, LOOK)
