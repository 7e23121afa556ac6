"""Takes of one grey a frame, the cuts that show them, and the greys of a film."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.artifacts import Cut, Timeline
from pipeline.vision.encode import encode_frames
from tests.pipeline.decoded import all_frames

FPS = 8


def write_greys(
    path: Path, greys: Sequence[int], *, fps: int = FPS, size: tuple[int, int] = (96, 64)
) -> Path:
    """A take whose frames have these greys; `size` is its width and height."""
    frames = np.empty((len(greys), size[1], size[0], 3), np.uint8)
    frames[:] = np.array(greys, np.uint8)[:, None, None, None]
    encode_frames(frames, path, fps=fps)
    return path


def greys_of(film: Path) -> list[float]:
    """The mean grey of the middle of each frame, where no bars are."""
    frames = all_frames(film)
    _, height, width, _ = frames.shape
    inner = frames[:, height // 3 : -height // 3, width // 3 : -width // 3]
    return [float(frame.mean()) for frame in inner]


def make_film(lengths: dict[str, tuple[int, int]], *, fps: int = FPS, fade: int = 0) -> Timeline:
    """Cuts of so many own and held frames each, without words."""
    cuts = tuple(
        Cut(scene_id=name, take_id="take-01", num_frames=own, hold_frames=held)
        for name, (own, held) in lengths.items()
    )
    return Timeline(title="Greys", fps=fps, cuts=cuts, transition_frames=fade)
