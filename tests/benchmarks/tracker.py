"""Whether the asked actor is the one that is cut out: `python -m tests.benchmarks.tracker`.

Draws clips of 48 frames in which two actors cross, asks for one of them by its kind, and compares
the track that is chosen with where the figures truly are. A clip that is refused counts as missed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clips import Track
from pipeline.packs.record import find_pack
from pipeline.retrieve.actor import choose_actor
from pipeline.retrieve.moves import keys_of
from pipeline.retrieve.subject import subject_of
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.sight.detector import sample_crossing
from pipeline.vision.colour import box_overlap
from pipeline.vision.tracking import Tracker, YoloTracker

WEIGHTS = find_pack("theatre") / "sight" / "detector" / "yolov5n.pt"
NUM_FRAMES, CYCLE_FRAMES = 48, 24
SIZE_PX = (288, 192)
HIT = 0.5
SEED = 2_000_003
"""Far from any seed of training."""


@dataclass(frozen=True)
class Crossing:
    """A drawn clip: `frames` (F, H, W, 3), the figures' `kinds`, and their `boxes` (A, F, 4)."""

    frames: NDArray[np.uint8]
    kinds: tuple[str, ...]
    boxes: NDArray[np.float32]


@dataclass(frozen=True)
class Outcome:
    """What became of one clip; IoUs are means over the chosen track's frames, 0..1."""

    clip: Crossing
    reason: str
    asked_iou: float = 0.0
    other_iou: float = 0.0
    keys_iou: float = 0.0
    track: Track | None = None

    @property
    def hit(self) -> bool:
        """Whether the chosen figure is the asked one and not the other."""
        return self.asked_iou >= HIT > self.other_iou


def draw_crossing(seed: int, *, same_kind: bool = False) -> Crossing:
    """A clip of two actors that cross, in different kinds or in one."""
    script = sample_crossing(random.Random(seed), same_kind=same_kind)
    drawn = draw_clip(
        script, width_px=SIZE_PX[0], height_px=SIZE_PX[1],
        num_frames=NUM_FRAMES, cycle_frames=CYCLE_FRAMES,
    )  # fmt: skip
    kinds = tuple(actor.kind for actor in script.actors)
    return Crossing(drawn.frames, kinds, drawn.boxes.clip(0, 1))


def ask(tracker: Tracker, clip: Crossing, asked: int) -> Outcome:
    """Ask for one figure of a clip, and compare what is chosen with the truth."""
    subject = subject_of(f"a {clip.kinds[asked]} moves", tracker.labels)
    tracks = tracker.track(clip.frames, range(NUM_FRAMES))
    track, reason = choose_actor(tracks, subject, NUM_FRAMES)
    if track is None:
        return Outcome(clip, reason)
    return Outcome(
        clip, "",
        mean_iou(track, clip.boxes[asked]), mean_iou(track, clip.boxes[1 - asked]),
        _keys_iou(track, clip.boxes[asked]), track,
    )  # fmt: skip


def mean_iou(track: Track, truth: NDArray[np.float32]) -> float:
    """The mean IoU of a track's boxes with the true boxes (F, 4) of a figure."""
    pairs = zip(track.frames, track.boxes, strict=True)
    return statistics.fmean(box_overlap(np.array(box), truth[frame]) for frame, box in pairs)


def _keys_iou(track: Track, truth: NDArray[np.float32]) -> float:
    """The mean IoU of the six boxes with the true ones; a missing box counts 0."""
    sixth = NUM_FRAMES // 6
    overlaps = []
    for index, key in enumerate(keys_of(track, NUM_FRAMES)):
        middle = truth[sixth * index + sixth // 2 - 1 : sixth * index + sixth // 2 + 1].mean(0)
        box = np.array(key.box.as_list()) if key else np.zeros(4)
        overlaps.append(box_overlap(box, middle))
    return statistics.fmean(overlaps)


def count_switches(tracks: Sequence[Track], boxes: NDArray[np.float32]) -> int:
    """How often a track goes over from one figure to the other, told where they stand apart."""
    switches = 0
    for track in tracks:
        owners = []
        for frame, box in zip(track.frames, track.boxes, strict=True):
            first, second = (box_overlap(np.array(box), one[frame]) for one in boxes)
            if max(first, second) >= HIT and abs(first - second) > 0.3:
                owners.append(first > second)
        switches += sum(one != then for one, then in pairwise(owners))
    return switches


def run(tracker: Tracker, num_clips: int) -> Iterator[tuple[str, str]]:
    """Give each figure in words."""
    outcomes, seconds = [], 0.0
    for number in range(num_clips):
        clip = draw_crossing(SEED + number)
        started = time.perf_counter()
        outcomes.append(ask(tracker, clip, number % 2))
        seconds += time.perf_counter() - started
    hits = [one for one in outcomes if one.hit]
    yield "asked actor chosen", f"{len(hits) / num_clips:.2f}"
    yield "  refused", f"{sum(bool(one.reason) for one in outcomes) / num_clips:.2f}"
    for reason in sorted({one.reason for one in outcomes if one.reason}):
        yield f"    {reason}", f"{sum(one.reason == reason for one in outcomes)}"
    yield "  IoU with the asked one, mean", f"{_mean([one.asked_iou for one in hits]):.2f}"
    yield "  its six boxes against the truth, mean IoU", f"{_mean([o.keys_iou for o in hits]):.2f}"
    yield "tracking, ms per frame", f"{1000 * seconds / num_clips / NUM_FRAMES:.1f}"
    yield from _same_kind(tracker, max(1, num_clips // 4))


def _same_kind(tracker: Tracker, num_clips: int) -> Iterator[tuple[str, str]]:
    switches = refused = 0
    for number in range(num_clips):
        clip = draw_crossing(SEED + number, same_kind=True)
        tracks = tracker.track(clip.frames, range(NUM_FRAMES))
        switches += count_switches(tracks, clip.boxes)
        refused += choose_actor(tracks, clip.kinds[0], NUM_FRAMES)[0] is None
    yield f"two of one kind, {num_clips} clips: refused", f"{refused}"
    yield "  tracks that went over to the other figure", f"{switches}"


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else 0.0


def main() -> None:
    """Measure and print a table."""
    import torch

    parser = argparse.ArgumentParser(description="Whether the asked actor is the one cut out.")
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--image-px", type=int, default=192)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    tracker = YoloTracker(options.weights.absolute(), image_px=options.image_px)
    for what, value in run(tracker, options.clips):
        print(f"{what:58} {value}", flush=True)


if __name__ == "__main__":
    main()
