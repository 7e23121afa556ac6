"""Shares with Wilson intervals, how much of a look is there, and where a take changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from pipeline.diffusion.boxes import rasterise
from pipeline.theatre.pieces import GOLD, INK
from pipeline.theatre.world import Look, load_world
from pipeline.vision.colour import colour_mask
from tests.benchmarks.theatre_pack.scores import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.packs.record import PackRecord
    from pipeline.theatre.draw import DrawnClip
    from tests.benchmarks.priors.scenes import Scene
    from tests.benchmarks.priors.watching import Watched

_Z = 1.959964
"""Of a 95 % interval."""
HAT_COLOURS = {"crown": GOLD, "top hat": INK, "scarf": (216, 104, 112)}
_HAT_ROOM_PX = 2
_LEAST_GAP = 1e-3
PARTS = ("kind", "colour", "paint", "hat")


def share(rights: Sequence[bool]) -> Value:
    """How many are right, with the Wilson 95 % interval; nan of none."""
    count = len(rights)
    if not count:
        return Value(math.nan, math.nan, math.nan, 0)
    mean = sum(rights) / count
    middle = mean + _Z**2 / (2 * count)
    reach = _Z * math.sqrt(mean * (1 - mean) / count + _Z**2 / (4 * count**2))
    low, high = ((middle + sign * reach) / (1 + _Z**2 / count) for sign in (-1, 1))
    return Value(round(mean, 4), round(low, 4), round(high, 4), count)


@dataclass(frozen=True)
class LookScale:
    """How much paint a look shows in its box, and how much others do in its place.

    Attributes:
        look: the look.
        box: its box in pixels, (x0, y0, x1, y1).
        hat_box: where its hat is; None without one.
        paint: shares of the box's pixels that have the look's colour: (others', its own).
        hat: likewise of the hat's colour in the hat's box: (without a hat, with it).
    """

    look: Look
    box: tuple[int, int, int, int]
    hat_box: tuple[int, int, int, int] | None
    paint: tuple[float, float]
    hat: tuple[float, float]

    def score(self, frames: NDArray[np.uint8], figure: Watched) -> dict[str, float]:
        """How much of the look is there, each part 0 to 1, and their mean as `score`.

        `kind` and `colour`: shares of frames in which the judges name them so; `paint` and `hat`:
        pixels of the colour, from what others have in that place (0) to what the drawn look has
        (1). A hat counts no more than `colour`: the edges of a red figure look like a pink scarf.
        Without a hat there is no such part.
        """
        kind, colour, _ = figure.share_of(self.look.kind, self.look.colour)
        paint = _on_scale(_painted(frames, self.box, _paint_of(self.look)), self.paint)
        parts = {"kind": kind, "colour": colour, "paint": paint}
        if self.hat_box and self.look.hat:
            had = _painted(frames, self.hat_box, HAT_COLOURS[self.look.hat])
            parts["hat"] = min(_on_scale(had, self.hat), colour)
        return parts | {"score": sum(parts.values()) / len(parts)}

    def stray(self, frames: NDArray[np.uint8], other: LookScale) -> float:
        """How much of another look's paint is in this box, 0 to 1: 1 = as much as that one has.

        Nothing counts that others have of that colour (`other.paint[0]`).
        """
        return _on_scale(_painted(frames, self.box, _paint_of(other.look)), other.paint)


def look_scale(scene: Scene, number: int, record: PackRecord, *, frames_per_pose: int) -> LookScale:
    """The scale of a scene's figure of that number, from drawings of the scene with and without."""
    assert record.troupe is not None
    actor = scene.script.actors[number]
    look = Look(kind=actor.kind, colour=actor.colour, hat=actor.hat)

    def drawn(colour: str, hat: str | None) -> DrawnClip:
        actors = list(scene.script.actors)
        actors[number] = replace(actor, colour=colour, hat=hat)
        changed = replace(scene, script=replace(scene.script, actors=tuple(actors)))
        return changed.draw(record, frames_per_pose=frames_per_pose)

    whole, bare = drawn(look.colour, look.hat).frames, drawn(look.colour, None).frames
    box, place = _pixels_of(scene.boxes[number], record), _changed_box(whole, bare)
    others = [
        _painted(drawn(colour, None).frames, box, _paint_of(look))
        for colour in record.troupe.colours
    ]
    paint = float(np.mean(others)), _painted(whole, box, _paint_of(look))
    hat = (0.0, 1.0)
    if place and look.hat:
        shade = HAT_COLOURS[look.hat]
        hat = _painted(bare, place, shade), _painted(whole, place, shade)
    return LookScale(look, box, place, paint, hat)


def _paint_of(look: Look) -> tuple[int, int, int]:
    return load_world().colours[look.colour]


def _pixels_of(box: NDArray[np.float64], record: PackRecord) -> tuple[int, int, int, int]:
    sides = np.tile([record.width_px, record.height_px], 2)
    x0, y0, x1, y1 = (box * sides).round().astype(int).tolist()
    return x0, y0, x1, y1


def _changed_box(
    one: NDArray[np.uint8], other: NDArray[np.uint8]
) -> tuple[int, int, int, int] | None:
    """The box in pixels, with some room, of all that differs between two clips (F, H, W, 3)."""
    rows, columns = np.nonzero((one != other).any((0, 3)))
    if not len(rows):
        return None
    height, width = one.shape[1:3]
    low = max(0, int(columns.min()) - _HAT_ROOM_PX), max(0, int(rows.min()) - _HAT_ROOM_PX)
    high = int(columns.max()) + _HAT_ROOM_PX + 1, int(rows.max()) + _HAT_ROOM_PX + 1
    return *low, min(width, high[0]), min(height, high[1])


def _painted(
    frames: NDArray[np.uint8], box: tuple[int, int, int, int], colour: Sequence[int]
) -> float:
    """The share of a box's pixels, over all frames, that have a colour or its shade."""
    x0, y0, x1, y1 = box
    return float(np.mean([colour_mask(frame[y0:y1, x0:x1], colour) for frame in frames]))


def _on_scale(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return float(np.clip((value - low) / max(high - low, _LEAST_GAP), 0, 1))


def change(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    boxes: NDArray[np.float64],
    record: PackRecord,
) -> tuple[float, float]:
    """How much two takes differ, 0 to 255, inside and outside regions: mean over their pixels.

    A region is what the model takes for it: the cells of its tokens that `boxes` (A, 4) cover.
    """
    rows, columns = record.grid
    cells = rasterise(torch.from_numpy(boxes), grid_height=rows, grid_width=columns).any(0).numpy()
    side = record.height_px // rows
    inside = cells.repeat(side, 0).repeat(side, 1)
    gap = np.abs(one.astype(np.int16) - other.astype(np.int16)).mean((0, 3))
    return float(gap[inside].mean()), float(gap[~inside].mean())
