"""What one theatre clip shows: its backdrop and its actors on their marks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.theatre.world import load_world

Facing = Literal["left", "right"]
NUM_MARKS = 6
_MOST_OVERLAP = 0.4
_TRIES = 12
_REACH = {
    "waves": 0.27, "jumps": 0.27, "flies": 0.3, "sleeps": 0.38,
    "gives": 0.35, "hugs": 0.33, "chases": 0.33,
}  # fmt: skip
_TRAVEL = {"chases": (0.15, 0.42, 0.3)}
"""Least, most and likeliest way of a motion that travels, as fractions of the frame's width."""


@dataclass(frozen=True)
class Mark:
    """Where a figure stands at one keyframe: feet and height, as fractions of the frame.

    `x` is the feet's centre over the frame's width; `y` the feet and `height` the standing
    figure's height over the frame's height. Values outside [0, 1] lie off the stage.
    """

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Actor:
    """A figure, its motion and its six marks; `phase` (radians) shifts the motion's cycle."""

    kind: str
    colour: str
    motion: str
    facing: Facing
    hat: str | None
    marks: tuple[Mark, ...]
    phase: float


@dataclass(frozen=True)
class Script:
    """A clip before it is drawn: actors stand back to front, `seed` varies the backdrop."""

    backdrop: str
    actors: tuple[Actor, ...]
    seed: int


def sample_script(
    rng: random.Random,
    *,
    num_actors: int | None = None,
    kinds: Sequence[str] | None = None,
    colours: Sequence[str] | None = None,
    motions: Sequence[str] | None = None,
    backdrops: Sequence[str] | None = None,
) -> Script:
    """A script as training draws it: slow movements, distinct colours, mostly apart.

    Names default to all playable ones; what is held out appears only when it is asked for. A
    pack plays fewer: who draws what it knows passes the names of its record.
    Without `num_actors` there are none in 6 %, one in 38 %, two in 50 %, three in 6 %.
    """
    world = load_world()
    if num_actors is None:
        num_actors = rng.choices((0, 1, 2, 3), (6, 38, 50, 6))[0]
    cast_colours = rng.sample(list(colours or world.playable_colours), num_actors)
    actors: list[Actor] = []
    for colour in cast_colours:
        kind = rng.choice(kinds or world.kinds)
        motion = rng.choice(motions or world.playable_motions)
        actors.append(_sample_apart(rng, actors, kind=kind, colour=colour, motion=motion))
    actors.sort(key=lambda actor: actor.marks[0].y)
    backdrop = rng.choice(backdrops or world.playable_backdrops)
    return Script(backdrop, tuple(actors), rng.randrange(1 << 30))


def _sample_apart(
    rng: random.Random, others: Sequence[Actor], *, kind: str, colour: str, motion: str
) -> Actor:
    best: Actor | None = None
    least = float("inf")
    for _ in range(_TRIES):
        actor = _sample_actor(rng, kind, colour, motion)
        overlap = max((_overlap(actor, other) for other in others), default=0.0)
        if overlap < least:
            best, least = actor, overlap
        if overlap <= _MOST_OVERLAP or rng.random() < 0.03:
            return actor
    assert best is not None
    return best


def _sample_actor(rng: random.Random, kind: str, colour: str, motion: str) -> Actor:
    facing: Facing = rng.choice(("left", "right"))
    height = _sample_height(rng)
    xs = _sample_xs(rng, motion, 1.0 if facing == "right" else -1.0, height)
    ys = _sample_ys(rng, motion, height)
    end = height * (rng.uniform(0.85, 1.18) if rng.random() < 0.15 else 1.0)
    marks = tuple(
        Mark(x, y, height + (end - height) * k / (NUM_MARKS - 1))
        for k, (x, y) in enumerate(zip(xs, ys, strict=True))
    )
    phase = rng.uniform(-0.3, 0.3) if motion == "jumps" else rng.uniform(0.0, 6.283)
    return Actor(kind, colour, motion, facing, None, marks, phase)


def _sample_height(rng: random.Random) -> float:
    if rng.random() < 0.15:
        return rng.uniform(0.25, 0.9)
    return min(0.9, max(0.25, rng.gauss(0.55, 0.1)))


def _sample_xs(rng: random.Random, motion: str, forward: float, height: float) -> list[float]:
    travel = _sample_travel(rng, motion, forward)
    half = _REACH.get(motion, 0.2) * height + abs(travel) / 2
    centre = rng.uniform(min(half, 0.5), max(1 - half, 0.5))
    chance = rng.random()
    if chance < 0.08:
        inward = rng.uniform(-0.01, 0.08)
        centre = rng.choice((inward, 1.0 - inward))
    elif chance < 0.13:
        side = rng.choice((0.0, 1.0))
        travel = forward * rng.uniform(0.2, 0.4)
        entering = (forward > 0) == (side == 0.0)
        centre = side + travel * (0.35 if entering else -0.35)
    return [centre + travel * (step - 0.5) for step in _sample_pace(rng)]


def _sample_travel(rng: random.Random, motion: str, forward: float) -> float:
    if load_world().motions[motion].locomotion:
        return forward * rng.triangular(*_TRAVEL.get(motion, (0.03, 0.42, 0.1)))
    if rng.random() < 0.35:
        return rng.uniform(-0.12, 0.12)
    return 0.0


def _sample_pace(rng: random.Random) -> list[float]:
    """Shares of the way covered at the six keyframes: 0 to 1, even, or with a slow part."""
    bend = rng.uniform(-0.25, 0.25) if rng.random() < 0.4 else 0.0
    steps = [k / (NUM_MARKS - 1) for k in range(NUM_MARKS)]
    return [step + bend * step * (1 - step) for step in steps]


def _sample_ys(rng: random.Random, motion: str, height: float) -> list[float]:
    if load_world().motions[motion].airborne:
        start = rng.uniform(max(0.5, height), max(0.74, min(0.94, height + 0.2)))
        drift, bow = rng.uniform(-0.1, 0.1), rng.uniform(-0.1, 0.1)
    else:
        start = rng.uniform(0.8, 0.96) if rng.random() < 0.85 else rng.uniform(0.6, 1.05)
        drift = rng.uniform(-0.06, 0.06) if rng.random() < 0.3 else 0.0
        bow = rng.uniform(-0.12, 0.12) if rng.random() < 0.15 else 0.0
    steps = [k / (NUM_MARKS - 1) for k in range(NUM_MARKS)]
    return [start + drift * step + 2 * bow * step * (1 - step) for step in steps]


def _overlap(one: Actor, other: Actor) -> float:
    """The largest share of the smaller figure that the other's rough box covers."""
    pairs = zip(one.marks, other.marks, strict=True)
    return max(_box_overlap(_rough_box(one, a), _rough_box(other, b)) for a, b in pairs)


def _rough_box(actor: Actor, mark: Mark) -> tuple[float, float, float, float]:
    half, tall = 0.17 * mark.height, mark.height
    if actor.motion == "sleeps":
        half, tall = 0.34 * mark.height, 0.5 * mark.height
    return mark.x - half, mark.y - tall, mark.x + half, mark.y


def _box_overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    tall = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return wide * tall / smaller
