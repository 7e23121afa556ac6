"""How fast the paper theatre draws: `python -m tests.benchmarks.drawing`.

Prints clips of 24 frames per CPU second of one thread, masks and depth included.
"""

from __future__ import annotations

import argparse
import random
import time

import cv2

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script


def clips_per_second(num_clips: int, *, width_px: int, height_px: int, seed: int = 0) -> float:
    """Draw sampled clips and give clips per second of CPU time, sampling included."""
    rng = random.Random(seed)
    started = time.process_time()
    for _ in range(num_clips):
        draw_clip(sample_script(rng), width_px=width_px, height_px=height_px)
    return num_clips / (time.process_time() - started)


def main() -> None:
    """Print one line per frame size."""
    parser = argparse.ArgumentParser(description="How fast the theatre draws.")
    parser.add_argument("--clips", type=int, default=200)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    for width_px, height_px in ((144, 96), (192, 128)):
        rate = clips_per_second(options.clips, width_px=width_px, height_px=height_px)
        print(f"{width_px}x{height_px}: {rate:.0f} clips per CPU second")


if __name__ == "__main__":
    main()
