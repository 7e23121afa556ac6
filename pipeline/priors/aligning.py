"""Clips of one movement, begun at the same moment of it.

A small model that sees a sway to the left as often as one to the right at the same time learns
their mean, which stands still. What moves where and when is compared, not what it looks like.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDS = 4
"""Of choosing a start for each clip, and then the movement that they have in common."""
_CELLS = 2
"""The picture is cut into so many rows and columns; how each moves is compared."""
_SMALL_PX = (48, 48)
_LEAST_PX = 8
"""Of an actor who is hardly in the picture at all."""
_MIRRORED = 0.05
"""A clip's mirror image has to be nearer by so much: who sways to the left needs none."""
_ALMOST = 0.93
"""Another window of a clip is taken too if it is as near to the movement as this share."""


def aligned_starts(
    clips: Sequence[tuple[NDArray[np.uint8], NDArray[np.float64]]], length: int
) -> list[list[int]]:
    """Give where windows begin in each clip, so that they show the movement in step.

    The first clip's first window says where the movement begins; then what all have in common.

    Args:
        clips: uint8 RGB (F, H, W, 3), F at least `length`, all at one pace; and the boxes (F, 4) of
            who moves in them, in fractions of the picture.
        length: frames of a window.

    Returns:
        For each clip one start or more, half a window apart or farther; the best comes first.
    """
    moves = [_windows(movement(_actor(*one)), length) for one in clips]
    common = moves[0][0, 0]
    for _ in range(_ROUNDS):
        scored = [_likeness(one, common) for one in moves]
        places = [np.unravel_index(scores.argmax(), scores.shape) for scores in scored]
        best = [one[at] for one, at in zip(moves, places, strict=True)]
        common = _unit(np.mean(best, axis=0))
    return [_good(_likeness(one, common).max(axis=1), length) for one in moves]


def _actor(frames: NDArray[np.uint8], boxes: NDArray[np.float64]) -> NDArray[np.uint8]:
    """What the boxes cover together: where in the picture someone moves does not count."""
    height, width = frames.shape[1:3]
    left, top = np.floor(boxes[:, :2].min(0) * [width, height]).astype(int)
    right, bottom = np.ceil(boxes[:, 2:].max(0) * [width, height]).astype(int)
    left, top = np.clip([left, top], 0, [width - _LEAST_PX, height - _LEAST_PX])
    return frames[:, top : max(bottom, top + _LEAST_PX), left : max(right, left + _LEAST_PX)]


def _likeness(moves: NDArray[np.float64], common: NDArray[np.float64]) -> NDArray[np.float64]:
    """How near windows (starts, 2, values) and their mirror images are to a movement."""
    return moves @ common - [0, _MIRRORED]


def movement(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Give how each part of the picture moves from frame to frame (F - 1, cells, 2): optical flow.

    The mean over the cells of a row of two by two, in shares of the width.
    """
    small = [cv2.resize(one, _SMALL_PX, interpolation=cv2.INTER_AREA) for one in frames]
    grey = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in small]
    return np.stack([_flow(*pair) for pair in pairwise(grey)])


def _flow(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float64]:
    still = np.zeros((*before.shape, 2), np.float32)
    flow = cv2.calcOpticalFlowFarneback(before, after, still, 0.5, 2, 11, 2, 5, 1.1, 0)
    cells = [part for row in np.split(flow, _CELLS) for part in np.split(row, _CELLS, axis=1)]
    return np.stack([cell.mean((0, 1)) for cell in cells]).astype(float) / _SMALL_PX[0]


def _windows(moves: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """The movement in every window of a clip and in its mirror image (starts, 2, values)."""
    mirrored = moves.reshape(len(moves), _CELLS, _CELLS, 2)[:, :, ::-1] * [-1, 1]
    both = moves, mirrored.reshape(moves.shape)
    starts = range(len(moves) - length + 2)
    return np.stack([[_unit(one[at : at + length - 1]).ravel() for one in both] for at in starts])


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = values - values.mean(axis=0) if values.ndim > 1 else values
    return centred / max(float(np.linalg.norm(centred)), 1e-9)


def _good(scores: NDArray[np.float64], length: int) -> list[int]:
    chosen: list[int] = []
    for at in np.argsort(-scores, kind="stable").tolist():
        near_best = scores[at] >= _ALMOST * scores.max() or not chosen
        if near_best and all(abs(at - other) >= length // 2 for other in chosen):
            chosen.append(at)
    return chosen
