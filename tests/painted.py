"""Frames with their numbers painted in them, so that a test can tell which frame it was given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 128, 96
_CELL_PX = 32


def painted(numbers: Sequence[int], width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Frames with a red band on top and their numbers in bits below, RGB (F, H, W, 3) uint8."""
    frames = np.zeros((len(numbers), HEIGHT, WIDTH, 3), np.uint8)
    frames[:, :_CELL_PX] = (200, 30, 30)
    for frame, number in zip(frames, numbers, strict=True):
        for bit in range(8):
            row, column = (1 + bit // 4) * _CELL_PX, bit % 4 * _CELL_PX
            frame[row : row + _CELL_PX, column : column + _CELL_PX] = (
                235 if number >> bit & 1 else 20
            )
    return frames[:, :height, :width]


def painted_number(frame: NDArray[np.uint8]) -> int:
    """The number painted in a frame; -1 if it does not stand upright."""
    height, width = frame.shape[0] / 3, frame.shape[1] / 4
    cells = [
        frame[round((row + 0.3) * height) : round((row + 0.7) * height),
              round((column + 0.3) * width) : round((column + 0.7) * width)].mean(axis=(0, 1))
        for row in range(3)
        for column in range(4)
    ]  # fmt: skip
    if any(red < 120 or green > 100 for red, green, _ in cells[:4]):
        return -1
    return sum((cell.mean() > 128) << bit for bit, cell in enumerate(cells[4:]))
