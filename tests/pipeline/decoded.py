"""All frames of a small video, as the product's own reader gives them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.vision.ffmpeg import probe
from pipeline.vision.frames import read_frames


def all_frames(path: Path) -> NDArray[np.uint8]:
    """RGB, (F, H, W, 3) uint8."""
    return read_frames(path, range(probe(path).num_frames))
