"""The stage's geometry: which boxes figures fill, and where they stand or go in a scene."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.artifacts import Facing
from pipeline.story import NUM_KEYFRAMES, Box, Key

_FILE = Path(__file__).with_name("stage.json")
_CLOSE = (1 / 36, 1 / 24)
"""How far an interpolated box edge may lie from the figure's, as fractions of the frame."""
LEAST_WAY = 0.05
"""A box whose middle moves less than this, as a fraction of the frame's width, stays put."""
HALF = NUM_KEYFRAMES // 2
"""Keyframe at which the second of two motions begins."""
_ARMS_LENGTH = 0.52
"""How far apart two figures stand who hug or give, as a multiple of their height."""


@dataclass(frozen=True)
class Player:
    """A figure of the troupe in a scene, what it does, and what in the scene's second half."""

    kind: str
    motion: str
    then: str = ""
    chases: bool = False
    """Whether it runs after the other, and so goes behind."""
    comes: bool = False
    """Whether it is seen entering."""
    leaves: bool = False
    """Whether it may go out of the picture."""

    def doing(self, keyframe: int) -> str:
        """Give its motion at a keyframe."""
        return self.then if self.then and keyframe >= HALF else self.motion

    @property
    def motions(self) -> tuple[str, ...]:
        """Its one or two motions, in order."""
        return (self.motion, self.then) if self.then else (self.motion,)


@dataclass(frozen=True)
class Way:
    """Feet at the six keyframes and height of a figure, as fractions of the frame."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    height: float


def meets(motion: str) -> bool:
    """Whether a motion of the theatre reaches out to another figure, so that boxes touch."""
    return motion in _stage()["meeting"]


def travels(motion: str) -> bool:
    """Whether a motion of the theatre carries its actor across the stage."""
    return motion in _stage()["locomotion"]


def block(
    players: Sequence[Player], *, height: float, rng: random.Random, leaving: bool = False
) -> list[list[Box]]:
    """Give each player (one to three) six boxes: apart from each other, feet on the ground.

    `height` is that of a standing figure over the frame's height. Who travels does so for a third
    of the frame, in from an edge now and then, towards the other, and stays; `leaving` walks away
    from it.
    Two who hug or give stand at arm's length, so that their boxes touch.
    """
    paths = _paths(players, height, rng, leaving)
    if rng.random() < 0.5:
        paths = [replace(p, xs=tuple(1 - x for x in p.xs)) for p in paths]
    return [_boxes(player, paths, i) for i, player in enumerate(players)]


def shape_at(player: Player, keyframe: int, *, left: bool) -> tuple[float, float, float, float]:
    """Give a figure's box about its feet, as multiples of its height; `left` is how it faces."""
    shapes = _shapes(player.kind, player.doing(keyframe))
    x0, y0, x1, y1 = shapes[keyframe % len(shapes)]
    return (-x1, y0, -x0, y1) if left else (x0, y0, x1, y1)


def feet_y(motion: str, height: float, lane: int = 0) -> float:
    """Give where the feet of a figure are in the frame; lanes lie a little before each other."""
    if motion in _stage()["airborne"]:
        return min(0.74, height + 0.16)
    return _stage()["ground"] + (0.0, 0.02, -0.02)[lane % 3]


def box_about(x: float, y: float, height: float, shape: Sequence[float]) -> Box:
    """Give the box of a shape about feet at (x, y), edges held within what a box may have."""
    edges = (x, y, x, y)
    far = (min(1.5, max(-0.5, e + s * height)) for e, s in zip(edges, shape, strict=True))
    return Box.of(round(edge, 3) for edge in far)


def facing_of(boxes: Sequence[Box | None], others: Sequence[Sequence[Box | None]]) -> Facing:
    """Give where a figure looks: the way its box goes, else to the nearest other, else right."""
    middles = [_middle(box) for box in boxes if box]
    if not middles:
        return "right"
    way = middles[-1] - middles[0]
    if abs(way) > LEAST_WAY:
        return "right" if way > 0 else "left"
    here = sum(middles) / len(middles)
    there = [[_middle(box) for box in other if box] for other in others]
    ways = [sum(ms) / len(ms) - here for ms in there if ms]
    return "left" if ways and min(ways, key=abs) < 0 else "right"


def thin_keys(
    boxes: Sequence[Box], first: int = 0, last: int = NUM_KEYFRAMES - 1
) -> tuple[Key | None, ...]:
    """Give keys for six boxes: only those a straight path between the others cannot replace.

    None lie before the keyframe `first` or after `last`.
    """
    kept = [first, last]
    while True:
        errors = {k: _error(boxes, kept, k) for k in range(first, last) if k not in kept}
        worst = max(errors, key=lambda k: errors[k], default=0)
        if errors.get(worst, 0) <= 1:
            break
        kept = sorted([*kept, worst])
    return tuple(Key(box=box) if k in kept else None for k, box in enumerate(boxes))


@lru_cache(maxsize=1)
def _stage() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _paths(
    players: Sequence[Player], height: float, rng: random.Random, leaving: bool
) -> list[Way]:
    going = [any(map(travels, player.motions)) for player in players]
    if len(players) == 1:
        lanes = [
            _way_alone(players[0], rng, leaving) if going[0] else _still(rng.uniform(0.4, 0.6))
        ]
    elif len(players) == 2:
        lanes = _ways_of_two(players, going, height, rng, leaving)
    else:
        lanes = [
            (x - 0.07 * go, x + 0.07 * go) for x, go in zip((0.18, 0.5, 0.82), going, strict=True)
        ]
    return [_way(player, *lanes[i], height, i) for i, player in enumerate(players)]


def _way(player: Player, start: float, end: float, height: float, lane: int) -> Way:
    """The way through a lane; who travels in one half of the scene goes half as far.

    In the other half it stays inside the picture.
    """
    last = NUM_KEYFRAMES - 1
    steps = [k / last for k in range(NUM_KEYFRAMES)]
    if player.then and travels(player.motion) != travels(player.then):
        middle, slow = (start + end) / 2, HALF - 1
        if travels(player.motion):
            start, end = (middle, end) if _is_inside(end) else (start, middle)
            steps = [min(k, slow) / slow for k in range(NUM_KEYFRAMES)]
        else:
            start, end = (start, middle) if _is_inside(start) else (middle, end)
            steps = [max(0, k - HALF) / slow for k in range(NUM_KEYFRAMES)]
    xs = tuple(start + (end - start) * step for step in steps)
    ys = tuple(feet_y(player.doing(k), height, lane) for k in range(NUM_KEYFRAMES))
    return Way(xs, ys, height)


def _is_inside(x: float) -> bool:
    return 0.15 <= x <= 0.85


def _way_alone(player: Player, rng: random.Random, leaving: bool) -> tuple[float, float]:
    """A way that ends inside the picture, but for who leaves."""
    if leaving or player.leaves:
        return 0.62, 1.04
    ways = ((-0.02, 0.4), (0.3, 0.7), (0.28, 0.64))
    return rng.choice(ways[:1] if player.comes else ways)


def _still(x: float) -> tuple[float, float]:
    return x, x


def _ways_of_two(
    players: Sequence[Player],
    going: Sequence[bool],
    height: float,
    rng: random.Random,
    leaving: bool,
) -> list[tuple[float, float]]:
    if all(going):
        behind, ahead = (0.12, 0.45), (0.52, 0.85)
        after = players[1].chases and not players[0].chases
        return [ahead, behind] if after else [behind, ahead]
    if not any(going):
        if any(meets(motion) for player in players for motion in player.motions):
            reach = _ARMS_LENGTH * height / 2
            return [_still(0.5 - reach), _still(0.5 + reach)]
        return [_still(rng.uniform(0.25, 0.27)), _still(rng.uniform(0.73, 0.75))]
    walk, stay = rng.choice((((0.02, 0.38), 0.78), ((0.08, 0.42), 0.78)))
    if leaving:
        walk, stay = (0.58, 1.0), 0.24
    return [walk, _still(stay)] if going[0] else [_still(stay), walk]


def _boxes(player: Player, paths: Sequence[Way], index: int) -> list[Box]:
    path = paths[index]
    others = [[_point(x) for x in p.xs] for i, p in enumerate(paths) if i != index]
    boxes: list[Box] = []
    for k in range(NUM_KEYFRAMES):
        left = facing_of([_point(x) for x in _half_of(player, path.xs, k)], others) == "left"
        shape = shape_at(player, k, left=left)
        boxes.append(box_about(path.xs[k], path.ys[k], path.height, shape))
    return boxes


def _half_of(player: Player, xs: Sequence[float], keyframe: int) -> Sequence[float]:
    """The part of a way that belongs to the motion at a keyframe."""
    if not player.then:
        return xs
    return xs[HALF:] if keyframe >= HALF else xs[:HALF]


def _shapes(kind: str, motion: str) -> list[list[float]]:
    table = _stage()["shapes"]
    by_motion = table.get(kind) or next(iter(table.values()))
    return by_motion.get(motion) or by_motion[_stage()["alike"].get(motion, "walks")]


def _point(x: float) -> Box:
    return Box(x0=x - 0.01, y0=0.4, x1=x + 0.01, y1=0.6)


def _middle(box: Box) -> float:
    return (box.x0 + box.x1) / 2


def _error(boxes: Sequence[Box], kept: Sequence[int], keyframe: int) -> float:
    before = max(k for k in kept if k < keyframe)
    after = min(k for k in kept if k > keyframe)
    guess = boxes[before].lerp(boxes[after], (keyframe - before) / (after - before))
    x, y = _CLOSE
    pairs = zip(guess.as_list(), boxes[keyframe].as_list(), (x, y, x, y), strict=True)
    return max(abs(a - b) / limit for a, b, limit in pairs)
