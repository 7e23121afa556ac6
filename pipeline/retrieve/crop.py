"""A window of one size that follows the actor, smoothly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.clips import Crop, Track
from pipeline.vision.cropping import boxes_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MARGIN = 0.12
"""Room on each side of the actor, as a share of its box."""
_STEADY = 12
"""The window's path is smoothed over this part (one in so many) of the clip."""
_LEAST_SIGMA = 2.0
_SPARE_FRAMES = 2
"""A tracker is sure of a figure only after a frame or two; the crop does not miss those."""
_INSIDE_SHARE = 0.98
"""Of the frames in which the window has to hold the whole actor; it grows until it does."""
_GROWTH = 1.08
MOST_PX = 512


def plan_crop(
    track: Track,
    num_frames: int,
    size: tuple[int, int],
    aspect: float,
    *,
    most_px: int = MOST_PX,
) -> Crop:
    """Plan a window that keeps the actor in the picture from its first to its last frame.

    Args:
        track: The actor; where its box is missing it is interpolated.
        num_frames: Of the whole clip.
        size: Width and height of the clip's frames, px.
        aspect: Width over height of the window.
        most_px: The longer side of the pictures that are cut; larger windows are made smaller.

    Returns:
        A window as large as the actor needs, never larger than the frame, inside it all along.
    """
    start, end = _range(track, num_frames)
    scale = np.array(size * 2, float)
    boxes = boxes_at(track, np.arange(start, end)) * scale
    sigma = max(_LEAST_SIGMA, num_frames / _STEADY)
    window, centres = _fit(boxes, np.array(size, float), aspect, sigma)
    windows = np.concatenate([centres - window / 2, centres + window / 2], axis=1) / scale
    width_px, height_px = _even(window * min(1.0, most_px / window.max()))
    edges = tuple(tuple(row) for row in windows.clip(0, 1).tolist())
    return Crop(
        start_frame=start,
        end_frame=end,
        windows=edges,
        width_px=width_px,
        height_px=height_px,
    )


def _range(track: Track, num_frames: int) -> tuple[int, int]:
    """The first frame of the crop, and the first that is no longer in it."""
    start, end = track.frames[0], track.frames[-1] + 1
    return (
        0 if start <= _SPARE_FRAMES else start,
        num_frames if end >= num_frames - _SPARE_FRAMES else end,
    )


def _fit(
    boxes: NDArray[np.float64], size: NDArray[np.float64], aspect: float, sigma: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Find the size (2,) px of a window and its centres (F, 2) px around boxes (F, 4) px."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    sides = np.percentile(boxes[:, 2:] - boxes[:, :2], 95, axis=0) * (1 + 2 * _MARGIN)
    largest = min(size[0], size[1] * aspect)
    width = min(max(sides[0], sides[1] * aspect, 2.0), largest)
    window, centres = _follow(middles, size, width, aspect, sigma)
    while width < largest and _share_inside(boxes, centres, window) < _INSIDE_SHARE:
        width = min(width * _GROWTH, largest)
        window, centres = _follow(middles, size, width, aspect, sigma)
    return window, centres


def _follow(
    middles: NDArray[np.float64],
    size: NDArray[np.float64],
    width: float,
    aspect: float,
    sigma: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A window of that width and its centres, which keep it inside the frame."""
    window = np.array([width, width / aspect])
    return window, smooth(middles.clip(window / 2, size - window / 2), sigma)


def smooth(path: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Smooth a path (F, 2) by a Gaussian of `sigma` frames; it stays between its extremes."""
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-((np.arange(-reach, reach + 1) / sigma) ** 2) / 2)
    padded = np.pad(path, ((reach, reach), (0, 0)), mode="symmetric")
    return np.stack([np.convolve(one, weights / weights.sum(), "valid") for one in padded.T], 1)


def _share_inside(
    boxes: NDArray[np.float64], centres: NDArray[np.float64], window: NDArray[np.float64]
) -> float:
    left = boxes[:, :2] >= centres - window / 2 - 0.5
    right = boxes[:, 2:] <= centres + window / 2 + 0.5
    return float((left & right).all(1).mean())


def _even(sides_px: NDArray[np.float64]) -> tuple[int, int]:
    """Width and height as videos need them: even, 2 at least."""
    width, height = (max(2, round(side / 2) * 2) for side in sides_px.tolist())
    return width, height
