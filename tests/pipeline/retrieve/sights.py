"""What looks at small films without any weights: an orange square is a fox, colours are meaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.clips import Track
from pipeline.vision.encode import encode_frames
from pipeline.vision.sight import Sight
from tests.pipeline.retrieve.films import FPS, HEIGHT, WIDTH

_ORANGE = (235, 120, 30)


def write_fox(path: Path, seed: int, num_frames: int = 48) -> Path:
    """Write a film of an orange square that moves before a pattern, another one for each seed."""
    blocks = np.random.default_rng(seed).integers(0, 90, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    frames = np.repeat(blocks.repeat(8, 0).repeat(8, 1)[None], num_frames, 0)
    for number, frame in enumerate(frames):
        left = 8 + abs(55 - (2 * number) % 110)
        frame[16:48, left : left + 24] = _ORANGE
    path.parent.mkdir(parents=True, exist_ok=True)
    encode_frames(frames, path, fps=FPS)
    return path


class Spotter:
    """A tracker that follows what is orange."""

    id: str = "spotter-1"
    labels: tuple[str, ...] = ("fox", "robot")

    def __init__(self) -> None:
        self.clips = 0

    def track(self, frames: NDArray[np.uint8], numbers: Sequence[int]) -> list[Track]:
        self.clips += 1
        red, green, blue = np.moveaxis(frames.astype(int), -1, 0)
        orange = (red > 180) & (green > 80) & (green < 160) & (blue < 90)
        found = [(at, _box(one)) for at, one in zip(numbers, orange, strict=True) if one.any()]
        if not found:
            return []
        at, boxes = zip(*found, strict=True)
        return [Track(label="fox", frames=at, boxes=boxes, scores=(0.875,) * len(at))]


def _box(orange: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    rows, columns = np.flatnonzero(orange.any(1)), np.flatnonzero(orange.any(0))
    height, width = orange.shape
    return (
        columns[0] / width,
        rows[0] / height,
        (columns[-1] + 1) / width,
        (rows[-1] + 1) / height,
    )


class Colours:
    """An encoder for which a film means its mean colour, and all words mean red."""

    dim = 3

    def __init__(self, name: str, num_frames: int) -> None:
        self.id, self.num_frames = name, num_frames

    def encode_video(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        mean = frames.mean((0, 1, 2)) + 1.0
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def encode_text(self, text: str) -> NDArray[np.float32]:
        assert text
        return np.array([1, 0, 0], np.float32)


def plain_sight() -> Sight:
    """Give a sight of these."""
    return Sight(Spotter(), Colours("colours-2", 2), Colours("colours-5", 5))
