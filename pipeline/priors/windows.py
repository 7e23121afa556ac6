"""The pictures of a clip as a motion is learned from them: windows as long as the pack's clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import InputError, UnreadableVideoError
from pipeline.files import short
from pipeline.vision.cropping import cut_crop, fill_size, window_sides
from pipeline.vision.frames import probe_video, read_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.clips import Crop
    from pipeline.diffusion.model import ClipFormat

_MOST_FRAMES = 480
"""What is read of a clip at most: a minute at 8 frames a second."""
_AT_ONCE = 16
"""Frames held in memory before the crop is cut out of them."""
_LONGEST_PX = 1920
_LEAST_PART = 3
"""A clip has to fill one in so many of a window: 2 s, the shortest that searches keep, of 6 s."""
_ANOTHER = "Choose another clip."


def read_source(
    path: Path,
    *,
    fps: float | None = None,
    span: range | None = None,
    crop: Crop | None = None,
) -> tuple[NDArray[np.uint8], float, NDArray[np.int_]]:
    """Read what a motion is learned from: a clip's frames, or what its crop shows of them.

    The crop is cut at the source's own sharpness (`crop.width_px` is that of its preview). Of a
    long clip the first minute is read.

    Args:
        path: The video file.
        fps: Frames a second that are wanted: of faster videos those nearest in time are read.
        span: The clip's frames within the file; None = all of them.
        crop: The window that follows the actor; it counts from the span's first frame.

    Returns:
        Uint8 RGB (F, h, w, 3), how many of them there are to a second, and which frames of the
        clip they are (F,).

    Raises:
        UnreadableVideoError: it is damaged, empty, no video, or has fewer frames than the span
            and the crop tell of.
        ModelUnavailableError: what decodes videos cannot be started.
    """
    facts = probe_video(path)
    numbers = range(facts.num_frames) if span is None else span
    if crop is not None:
        numbers = numbers[crop.start_frame : crop.end_frame]
        if len(numbers) != len(crop.windows):
            raise UnreadableVideoError(
                f"{short(path)} has fewer frames than the crop of it",
                hint="The file may have changed: search for clips again.",
            )
    rate = facts.fps if fps is None else min(fps, facts.fps)
    chosen = frames_at(rate, len(numbers), facts.fps)[:_MOST_FRAMES]
    first = crop.start_frame if crop else 0
    return np.concatenate(list(_read(path, numbers, chosen.tolist(), crop))), rate, chosen + first


def _read(
    path: Path, numbers: range, chosen: Sequence[int], crop: Crop | None
) -> Iterator[NDArray[np.uint8]]:
    """A few frames at a time, those at the `chosen` places among `numbers`."""
    for first in range(0, len(chosen), _AT_ONCE):
        places = chosen[first : first + _AT_ONCE]
        frames = read_frames(path, [numbers[at] for at in places], longest_px=_LONGEST_PX)
        yield frames if crop is None else _cut(frames, crop, places)


def _cut(frames: NDArray[np.uint8], crop: Crop, places: Sequence[int]) -> NDArray[np.uint8]:
    """What the crop shows in the frames at some places of it, as large as it is there."""
    width, height = window_sides(crop, (frames.shape[2], frames.shape[1])).tolist()
    windows = tuple(crop.windows[at] for at in places)
    sharp = {"windows": windows, "width_px": width, "height_px": height}
    return cut_crop(frames, crop.model_copy(update=sharp))


def paced(
    frames: NDArray[np.uint8], fps: float, clip: ClipFormat, *, name: str = "the clip"
) -> tuple[NDArray[np.uint8], NDArray[np.int_]]:
    """Give a clip at the pace and in the size of the pack's clips, and as long as one or longer.

    Of a clip a bit too short the last frame is repeated. What is wider or higher than the pack's
    frames loses its edges: nothing is stretched.

    Args:
        frames: Uint8 RGB (F, H, W, 3).
        fps: Of these frames.
        clip: The pack's clips, or those that are trained on.
        name: What errors call the clip.

    Returns:
        Uint8 RGB (N, clip.height_px, clip.width_px, 3), N at least clip.num_frames, and which of
        the frames they are (N,).

    Raises:
        InputError: it has one frame only, or fills less than a third of a window.
    """
    if len(frames) < 2:
        raise InputError(f"{name} has one frame only: nothing moves in it", hint=_ANOTHER)
    chosen = frames_at(clip.fps, len(frames), fps)
    least_frames = clip.num_frames // _LEAST_PART
    if len(chosen) < least_frames:
        seconds, least = len(frames) / fps, least_frames / clip.fps
        raise InputError(
            f"{name} is too short: {seconds:.1f} s, and a motion needs {least:.1f} s", hint=_ANOTHER
        )
    fitted = {at: fill_size(frames[at], clip.height_px, clip.width_px) for at in set(chosen)}
    held = np.pad(chosen, (0, max(0, clip.num_frames - len(chosen))), mode="edge")
    return np.stack([fitted[at] for at in held]), held


def frames_at(rate: float, num_frames: int, fps: float) -> NDArray[np.int_]:
    """Give the frames of a clip of `fps` that play it with `rate` frames a second; one at least."""
    count = max(1, round(num_frames * rate / fps))
    return np.rint(np.arange(count) * fps / rate).astype(int).clip(0, num_frames - 1)


def window_starts(num_frames: int, length: int) -> list[int]:
    """Give where windows begin: about half a window apart, from the first to the last frame.

    A clip that is longer by less than a quarter of a window gives one, from its first frame.
    """
    spare = num_frames - length
    count = 1 + round(spare / (length / 2))
    return [0] if count == 1 else [round(spare * k / (count - 1)) for k in range(count)]
