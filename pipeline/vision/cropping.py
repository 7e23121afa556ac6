"""The pictures that a window shows which follows somebody through a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.clips import Crop, Track


def cut_crop(frames: NDArray[np.uint8], crop: Crop) -> NDArray[np.uint8]:
    """Cut the window out of frames uint8 (F, H, W, 3): those of the crop's range, in order.

    Returns:
        Uint8 (F, crop.height_px, crop.width_px, 3).
    """
    if len(frames) != len(crop.windows):
        raise ValueError(f"{len(frames)} frames for {len(crop.windows)} windows")
    height, width = frames.shape[1:3]
    corners = np.array(crop.windows) * [width, height, width, height]
    sides = window_sides(crop, (width, height))
    firsts = np.rint(corners[:, :2]).astype(int).clip(0, [width, height] - sides)
    size = crop.width_px, crop.height_px
    return np.stack([
        cv2.resize(frame[y : y + sides[1], x : x + sides[0]], size, interpolation=cv2.INTER_AREA)
        for frame, (x, y) in zip(frames, firsts, strict=True)
    ]).astype(np.uint8, copy=False)  # fmt: skip


def boxes_at(track: Track, numbers: NDArray[np.int_]) -> NDArray[np.float64]:
    """Give the boxes (N, 4) of a track at frames (N,), interpolated, held before and after it."""
    known = np.array(track.boxes)
    return np.stack([np.interp(numbers, track.frames, edge) for edge in known.T], axis=1)


def window_sides(crop: Crop, size: tuple[int, int]) -> NDArray[np.int_]:
    """Width and height (2,) of a crop's window in frames of `size` (width, height), all in px."""
    edges = np.array(crop.windows) * (size * 2)
    sides = np.maximum(1, np.rint((edges[:, 2:] - edges[:, :2]).mean(0))).astype(int)
    return np.minimum(sides, size)


def fill_size(picture: NDArray[np.uint8], height_px: int, width_px: int) -> NDArray[np.uint8]:
    """Give the middle of a picture uint8 (H, W, C) in another size; nothing is stretched."""
    height, width = picture.shape[:2]
    tall = min(height, max(1, round(width * height_px / width_px)))
    wide = min(width, max(1, round(height * width_px / height_px)))
    top, left = (height - tall) // 2, (width - wide) // 2
    return resize(picture[top : top + tall, left : left + wide], height_px, width_px)


def resize(picture: NDArray[np.uint8], height_px: int, width_px: int) -> NDArray[np.uint8]:
    """Give a picture uint8 (H, W, C) in another size: averaged when smaller, smooth when larger."""
    if picture.shape[:2] == (height_px, width_px):
        return picture
    shrinks = height_px * width_px < picture.shape[0] * picture.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return cv2.resize(picture, (width_px, height_px), interpolation=how).astype(
        np.uint8, copy=False
    )
