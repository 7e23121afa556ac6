"""Following figures through a clip: YOLO finds them in each frame, ByteTrack says who is who."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pipeline.clips import Edges, Track
from pipeline.vision.yolo import load_yolo

if TYPE_CHECKING:
    from types import SimpleNamespace

    from numpy.typing import NDArray
    from ultralytics.engine.results import Boxes
    from ultralytics.trackers.byte_tracker import BYTETracker

LEAST_SCORE = 0.1
"""Finds below it are not looked at, 0..1."""
_SAME_OVERLAP = 0.6
"""Of two finds of one label that overlap more, the weaker is dropped."""
_BATCH = 16
_VERSION = 1
"""Number of this way of tracking; results of another are made anew."""
_BYTETRACK = {
    "track_high_thresh": 0.25,
    "track_low_thresh": LEAST_SCORE,
    "new_track_thresh": 0.3,
    "track_buffer": 24,
    "match_thresh": 0.9,
    "fuse_score": False,
}


class Tracker(Protocol):
    """What follows figures through a clip."""

    id: str
    """Names the weights and settings: another id may give other tracks."""
    labels: tuple[str, ...]
    """What it can call a figure."""

    def track(self, frames: NDArray[np.uint8], numbers: Sequence[int]) -> list[Track]:
        """Follow every figure through frames uint8 RGB (F, H, W, 3) of one clip.

        `numbers` (F,) ascending: which frames of the clip they are.
        """
        ...


class YoloTracker:
    """A detector of ultralytics with ByteTrack, one for each label: figures that cross stay apart.

    Args:
        weights: The detector's `.pt` file, an absolute path.
        image_px: The longer side of the pictures it looks at; frames are resized to it.
        device: `cpu` or `cuda:<n>`.
        threads: CPU threads of the detector; None = as many as torch uses already.

    Raises:
        ModelUnavailableError: ultralytics or the weights are missing or unfit.
    """

    def __init__(
        self,
        weights: Path,
        *,
        image_px: int = 640,
        device: str = "cpu",
        threads: int | None = None,
    ) -> None:
        with _own_threads(threads):
            self._model = load_yolo(weights)
        self._image_px, self._device, self._threads = image_px, device, threads
        mark = hashlib.sha256(weights.read_bytes()).hexdigest()[:16]
        self.id = f"{weights.stem}-{mark}-{image_px}-{_VERSION}"
        self.labels: tuple[str, ...] = tuple(self._model.names.values())

    def track(self, frames: NDArray[np.uint8], numbers: Sequence[int]) -> list[Track]:
        """Follow every figure through frames uint8 RGB (F, H, W, 3); see `Tracker.track`."""
        if len(frames) != len(numbers):
            raise ValueError(f"{len(frames)} frames, but {len(numbers)} numbers")
        paths = _Paths()
        for number, found in zip(numbers, self._detect(frames), strict=True):
            paths.add(number, found)
        return [
            Track(label=self.labels[kind], frames=at, boxes=boxes, scores=scores)
            for kind, at, boxes, scores in paths.whole()
        ]

    def _detect(self, frames: NDArray[np.uint8]) -> Iterator[Boxes]:
        """What is found in each frame."""
        for start in range(0, len(frames), _BATCH):
            batch = [np.ascontiguousarray(one[..., ::-1]) for one in frames[start : start + _BATCH]]
            with _own_threads(self._threads):
                found = self._model.predict(
                    batch, imgsz=self._image_px, conf=LEAST_SCORE, iou=_SAME_OVERLAP,
                    device=self._device, verbose=False,
                )  # fmt: skip
            for one in found:
                boxes = getattr(one, "boxes", None)
                assert boxes is not None, "a detector gives boxes"
                yield boxes.cpu().numpy()


class _Paths:
    """Where each figure of a clip was seen so far: ByteTrack for each label, and what it joined."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, int], list[tuple[int, Edges, float]]] = {}
        self._trackers: dict[int, BYTETracker] = {}
        self._numbers: list[int] = []

    def add(self, number: int, boxes: Boxes) -> None:
        """Take in what was found in the next frame."""
        kinds = np.asarray(boxes.cls).astype(int)
        for kind in set(kinds) - set(self._trackers):
            self._trackers[kind] = _new_tracker(len(self._numbers))
        self._numbers.append(number)
        for kind, tracker in self._trackers.items():
            own = boxes[np.flatnonzero(kinds == kind)]
            corners, sure = np.asarray(own.xyxyn), np.asarray(own.conf)
            for row in tracker.update(own):
                identity, at = int(row[4]), int(row[7])
                edges = tuple(corners[at].clip(0, 1).tolist())
                score = min(1.0, float(sure[at]))
                self._seen.setdefault((kind, identity), []).append((number, edges, score))

    def whole(self) -> Iterator[tuple[int, tuple[int, ...], tuple[Edges, ...], tuple[float, ...]]]:
        """Each figure: its label's number, its frames, its boxes and its scores."""
        for (kind, _), seen in sorted(self._seen.items()):
            numbers, boxes, scores = zip(*seen, strict=True)
            yield kind, numbers, boxes, scores


def _new_tracker(frame: int) -> BYTETracker:
    """A ByteTrack without memory, that begins with the frame of that place in the clip."""
    from ultralytics.trackers.byte_tracker import BYTETracker
    from ultralytics.utils import IterableSimpleNamespace

    settings: SimpleNamespace = IterableSimpleNamespace(**_BYTETRACK)
    tracker = BYTETracker(settings)
    tracker.frame_id = frame
    return tracker


@contextmanager
def _own_threads(threads: int | None) -> Iterator[None]:
    """Leave the threads of torch and OpenCV as they were: ultralytics sets its own for all."""
    import cv2
    import torch

    before, before_cv2 = torch.get_num_threads(), cv2.getNumThreads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        cv2.setNumThreads(before_cv2)
