"""Boxes that are no boxes yet: their edges put right, and their path over the keyframes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.plan.draft import DraftBox, DraftKey, DraftRegion
from pipeline.story import Box, Region

LEAST_EDGE, MOST_EDGE = -0.5, 1.5
EMPTY = 0.001
"""A box shorter than this in one side, as a fraction of the frame, is no box."""
CLOSE = 1e-6
"""What lengths and ways may differ by from their limits."""


@dataclass(frozen=True)
class Limits:
    """What a model obeys well.

    `columns` and `rows` are the pack's token grid, `seconds` the length of a scene. `side` is the
    least side of a box as a fraction of the frame: 0.2 as in DreamRunner's planning rules, which
    the theatre's narrowest figure keeps too.
    """

    columns: int = 9
    rows: int = 6
    at_once: int = 3
    seconds: float = 3.0
    side: float = 0.2

    @property
    def least_width(self) -> float:
        """Least width of a box: the side, or a token where that is wider."""
        return max(self.side, 1 / self.columns, EMPTY)

    @property
    def least_height(self) -> float:
        """Least height of a box."""
        return max(self.side, 1 / self.rows, EMPTY)


def boxes_of(region: DraftRegion, limits: Limits) -> tuple[Box | None, ...]:
    """Give a region's boxes over the keyframes, broken ones as the safe fixes would mend them."""
    keys = tuple(
        key and key.model_copy(update={"box": mended(key.box, limits)}) for key in region.keys
    )
    return Region.model_construct(keys=keys).boxes()


def mended(box: DraftBox, limits: Limits) -> Box:
    """Give the box with its edges in order, within reach of the picture, and not empty."""
    inside = clipped(in_order(box))
    return Box.of(edges_of(grown(inside, limits) if is_empty(inside) else inside))


def edges_of(box: DraftBox | Box) -> list[float]:
    """Give `[x0, y0, x1, y1]`."""
    return [box.x0, box.y0, box.x1, box.y1]


def draft_box(edges: Iterable[float]) -> DraftBox:
    """Make a box of `[x0, y0, x1, y1]`."""
    x0, y0, x1, y1 = edges
    return DraftBox(x0=x0, y0=y0, x1=x1, y1=y1)


def in_order(box: DraftBox) -> DraftBox:
    """Give the box with swapped edges put right."""
    (x0, x1), (y0, y1) = sorted((box.x0, box.x1)), sorted((box.y0, box.y1))
    return draft_box((x0, y0, x1, y1))


def clipped(box: DraftBox) -> DraftBox:
    """Give the box within [-0.5, 1.5]; one wholly beyond keeps its size and comes to the edge."""
    x0, x1 = _clipped_side(box.x0, box.x1)
    y0, y1 = _clipped_side(box.y0, box.y1)
    return draft_box((x0, y0, x1, y1))


def is_empty(box: DraftBox) -> bool:
    """Whether one side of the box has no length."""
    return abs(box.x1 - box.x0) < EMPTY or abs(box.y1 - box.y0) < EMPTY


def grown(box: DraftBox, limits: Limits) -> DraftBox:
    """Give the box with the least sides: wider about its middle, taller above its feet."""
    x0, x1 = _grown_side(box.x0, box.x1, limits.least_width, keep=0.5)
    y0, y1 = _grown_side(box.y0, box.y1, limits.least_height, keep=1.0)
    return draft_box((x0, y0, x1, y1))


def _clipped_side(low: float, high: float) -> tuple[float, float]:
    if high < low:
        high, low = _clipped_side(high, low)
        return low, high
    length = min(high - low, MOST_EDGE - LEAST_EDGE)
    if low >= MOST_EDGE:
        return MOST_EDGE - length, MOST_EDGE
    if high <= LEAST_EDGE:
        return LEAST_EDGE, LEAST_EDGE + length
    return min(MOST_EDGE, max(LEAST_EDGE, low)), min(MOST_EDGE, max(LEAST_EDGE, high))


def _grown_side(low: float, high: float, length: float, *, keep: float) -> tuple[float, float]:
    """The side made `length` long where it is shorter; the point at `keep` of it stays put."""
    if high - low >= length:
        return low, high
    start = low + (high - low) * keep - length * keep
    start = min(MOST_EDGE - length, max(LEAST_EDGE, start))
    return start, min(MOST_EDGE, start + length)


def with_boxes(region: DraftRegion, boxes: tuple[Box | None, ...]) -> DraftRegion:
    """Give the region with a key for each keyframe between its first and last box.

    Where a box is None in between, the region is hidden. Without any box it stays as it is.
    """
    shown = [k for k, box in enumerate(boxes) if box]
    if not shown:
        return region
    keys = list[DraftKey | None](None for _ in boxes)
    last: Box | None = None
    for k in range(shown[0], shown[-1] + 1):
        last = boxes[k] or last
        assert last is not None
        keys[k] = DraftKey(box=draft_box(edges_of(last)), visible=boxes[k] is not None)
    return region.model_copy(update={"keys": tuple(keys)})


def seen_part(box: Box) -> float:
    """Give how much of the picture a box covers, 0 where it lies beside it."""
    return shared_part(box, Box(x0=0, y0=0, x1=1, y1=1))


def shared_part(a: Box, b: Box) -> float:
    """Give the area that two boxes share, as a fraction of the frame."""
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    tall = min(a.y1, b.y1) - max(a.y0, b.y0)
    return max(0.0, wide) * max(0.0, tall)


def area(box: Box) -> float:
    """Give the area of a box as a fraction of the frame."""
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def step_of(a: Box, b: Box) -> float:
    """Give how far the middle goes from one box to another, as a fraction of the frame."""
    return math.hypot(a.x0 + a.x1 - b.x0 - b.x1, a.y0 + a.y1 - b.y0 - b.y1) / 2
