"""Small films with known facts, written as real files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.progress import Work
from pipeline.retrieve.sources.reports import ScanReport
from pipeline.vision.encode import encode_frames

FPS, WIDTH, HEIGHT = 8, 96, 64


def write_film(path: Path, num_frames: int = 19, *, cut_at: int | None = None) -> Path:
    """Write a dark film of a bright square that goes to and fro; from `cut_at` on, the negative."""
    frames = np.full((num_frames, HEIGHT, WIDTH, 3), 20, np.uint8)
    for number, frame in enumerate(frames):
        left = 3 + abs(60 - (2 * number) % 120)  # there and back: no jump that looks like a cut
        frame[20:40, left : left + 17] = (230, 120, 40)
    if cut_at is not None:
        frames[cut_at:] = 255 - frames[cut_at:]
    path.parent.mkdir(parents=True, exist_ok=True)
    encode_frames(frames, path, fps=FPS)
    return path


def run_until(work: Work[ScanReport], step: int) -> None:
    """Run a work function up to a step, then close it."""
    for progress in work:
        if progress.step >= step:
            break
    work.close()
