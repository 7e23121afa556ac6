"""A clip as something is learned from it: its pictures, and where its actor is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.priors.aligning import aligned_starts
from pipeline.priors.windows import paced, window_starts
from pipeline.vision.cropping import boxes_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.clips import Crop, Track
    from pipeline.diffusion.model import ClipFormat

WHOLE = np.array([0.0, 0.0, 1.0, 1.0])
"""The box of a figure that nobody followed: the whole picture."""


@dataclass(frozen=True)
class Footage:
    """A clip at the pace and in the size of the pack's clips.

    Attributes:
        frames: uint8 RGB (N, H, W, 3), N at least as many as a window has.
        boxes: (N, 4), where the actor is in each, in fractions of it.
    """

    frames: NDArray[np.uint8]
    boxes: NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """A part of a clip, as long as the pack's clips.

    Attributes:
        frames: uint8 RGB (F, H, W, 3).
        box: (4,), holds the actor in all of them.
    """

    frames: NDArray[np.uint8]
    box: NDArray[np.float64]


def footage_of(
    frames: NDArray[np.uint8],
    fps: float,
    numbers: NDArray[np.int_],
    clip: ClipFormat,
    *,
    track: Track | None,
    crop: Crop | None,
    name: str = "the clip",
) -> Footage:
    """Give a clip at the pace of the pack's.

    Args:
        frames: what was read of it, (F, h, w, 3), cropped.
        fps: of these.
        numbers: which frames of the clip they are (F,), as its track and crop count.
        clip: the size that is learned at.
        track: its actor; None = the whole picture is.
        crop: what the frames were cut out by.
        name: what errors call it.

    Raises:
        InputError: see `paced`.
    """
    shown, chosen = paced(frames, fps, clip, name=name)
    if track is None:
        return Footage(shown, np.tile(WHOLE, (len(shown), 1)))
    boxes = boxes_at(track, numbers[chosen])
    if crop is not None:
        windows = np.array(crop.windows)[numbers[chosen] - crop.start_frame]
        boxes = _within(boxes, windows)
    height, width = frames.shape[1:3]
    across = min(1.0, clip.width_px / clip.height_px * height / width)
    down = min(1.0, clip.height_px / clip.width_px * width / height)
    seen = np.array([0.5 - across / 2, 0.5 - down / 2, 0.5 + across / 2, 0.5 + down / 2])
    return Footage(shown, _within(boxes, seen[None]))


def windows_of(
    clips: Sequence[Footage], num_frames: int, *, aligned: bool = False
) -> list[list[Window]]:
    """Cut clips into windows of so many frames: about half a window apart, or `aligned_starts`."""
    if aligned:
        starts = aligned_starts([(one.frames, one.boxes) for one in clips], num_frames)
    else:
        starts = [window_starts(len(one.frames), num_frames) for one in clips]
    return [
        [_window(one, at, at + num_frames) for at in places]
        for one, places in zip(clips, starts, strict=True)
    ]


def _window(clip: Footage, start: int, end: int) -> Window:
    boxes = clip.boxes[start:end]
    return Window(
        clip.frames[start:end], np.concatenate([boxes[:, :2].min(0), boxes[:, 2:].max(0)])
    )


def _within(boxes: NDArray[np.float64], frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes (N, 4) in fractions of other frames (N or 1, 4), both being in those of one picture."""
    corners, sides = frames[:, :2], frames[:, 2:] - frames[:, :2]
    return (boxes - np.tile(corners, 2)) / np.tile(sides, 2)
