"""The stage's geometry: which boxes figures fill, and where they stand or go in a scene."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Player:
    """A figure of the troupe in a scene, and what it does."""

    kind: str
    motion: str


@dataclass(frozen=True)
class Way:
    """Feet from start to end over the six keyframes, as fractions of the frame."""

    start: float
    end: float
    y: float
    height: float


def travels(motion: str) -> bool:
    """Whether a motion of the troupe carries its actor across the stage."""
    return motion in _stage()["locomotion"]


def block(
    players: Sequence[Player], *, height: float, rng: random.Random, leaving: bool = False
) -> list[list[Box]]:
    """Give each player (one to three) six boxes: apart from each other, feet on the ground.

    `height` is that of a standing figure over the frame's height. Who travels does so for a third
    of the frame, in from an edge now and then, towards the other; `leaving` walks away from it.
    """
    paths = _paths(players, height, rng, leaving)
    if rng.random() < 0.5:
        paths = [Way(1 - p.start, 1 - p.end, p.y, p.height) for p in paths]
    return [_boxes(player, paths, i) for i, player in enumerate(players)]


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


def thin_keys(boxes: Sequence[Box]) -> tuple[Key | None, ...]:
    """Give keys for six boxes: only those a straight path between the others cannot replace."""
    kept = [0, NUM_KEYFRAMES - 1]
    while True:
        errors = {k: _error(boxes, kept, k) for k in range(NUM_KEYFRAMES) if k not in kept}
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
    going = [travels(player.motion) for player in players]
    if len(players) == 1:
        lanes = [_way_alone(rng) if going[0] else _still(rng.uniform(0.4, 0.6))]
    elif len(players) == 2:
        lanes = _ways_of_two(going, rng, leaving)
    else:
        lanes = [
            (x - 0.05 * go, x + 0.05 * go) for x, go in zip((0.18, 0.5, 0.82), going, strict=True)
        ]
    feet = [_feet(player, height, i) for i, player in enumerate(players)]
    return [Way(a, b, y, height) for (a, b), y in zip(lanes, feet, strict=True)]


def _way_alone(rng: random.Random) -> tuple[float, float]:
    return rng.choice(((0.3, 0.7), (0.28, 0.64), (-0.02, 0.4), (0.62, 1.04)))


def _still(x: float) -> tuple[float, float]:
    return x, x


def _ways_of_two(
    going: Sequence[bool], rng: random.Random, leaving: bool
) -> list[tuple[float, float]]:
    if all(going):
        return [(0.12, 0.45), (0.52, 0.85)]
    if not any(going):
        return [_still(rng.uniform(0.25, 0.29)), _still(rng.uniform(0.71, 0.75))]
    walk, stay = rng.choice((((0.02, 0.38), 0.78), ((0.08, 0.42), 0.78)))
    if leaving:
        walk, stay = (0.58, 1.0), 0.24
    return [walk, _still(stay)] if going[0] else [_still(stay), walk]


def _feet(player: Player, height: float, index: int) -> float:
    if player.motion in _stage()["airborne"]:
        return min(0.74, height + 0.16)
    return _stage()["ground"] + (0.0, 0.02, -0.02)[index % 3]


def _boxes(player: Player, paths: Sequence[Way], index: int) -> list[Box]:
    path = paths[index]
    others = [p for i, p in enumerate(paths) if i != index]
    rough = [_point(path.start), _point(path.end)]
    left = facing_of(rough, [[_point(p.start), _point(p.end)] for p in others]) == "left"
    shapes = _shapes(player)
    boxes: list[Box] = []
    for k in range(NUM_KEYFRAMES):
        x = path.start + (path.end - path.start) * k / (NUM_KEYFRAMES - 1)
        x0, y0, x1, y1 = shapes[k % len(shapes)]
        if left:
            x0, x1 = -x1, -x0
        edges = (x + x0 * path.height, path.y + y0 * path.height)
        far = (x + x1 * path.height, path.y + y1 * path.height)
        boxes.append(Box.of(round(min(1.5, max(-0.5, edge)), 3) for edge in (*edges, *far)))
    return boxes


def _shapes(player: Player) -> list[list[float]]:
    table = _stage()["shapes"]
    by_motion = table.get(player.kind) or next(iter(table.values()))
    return by_motion.get(player.motion) or by_motion["walks"]


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
