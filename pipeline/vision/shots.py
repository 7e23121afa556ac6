"""Shots of a video: the footage between two cuts, so that no clip spans a cut.

PySceneDetect's `AdaptiveDetector` looks at small frames. It compares each change with those around
it, so a fast figure or camera is no cut; `ContentDetector` has one threshold for both. Cross-fades,
and cuts within half a second of another, are not found.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from pipeline.vision.frames import probe_video, read_frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Shot = tuple[int, int]
"""Its first frame, and the first that is no longer in it."""
_LOOK_PX = 128
_CHUNK_FRAMES = 1000
"""Of a wide video that is 28 MB."""
_CHUNK_SECONDS = 120.0
_SHORTEST_SECONDS = 0.5


def find_shots(path: Path) -> list[Shot]:
    """Find the shots of a video: half-open ranges of frames that follow each other and cover it.

    Raises:
        UnreadableVideoError: it cannot be read, or not in time.
        ModelUnavailableError: what decodes videos cannot be started.
    """
    facts = probe_video(path, timeout_seconds=_CHUNK_SECONDS)
    cuts = _Cuts(facts.fps)
    for first in range(0, facts.num_frames, _CHUNK_FRAMES):
        numbers = range(first, min(first + _CHUNK_FRAMES, facts.num_frames))
        cuts.look(read_frames(path, numbers, longest_px=_LOOK_PX, timeout_seconds=_CHUNK_SECONDS))
    return cuts.shots()


def shots_in(frames: NDArray[np.uint8], fps: float) -> list[Shot]:
    """Find the shots of frames that were read: half-open ranges that cover all of them.

    Args:
        frames: Uint8 RGB (F, H, W, 3).
        fps: How many there are to a second.
    """
    cuts = _Cuts(fps)
    cuts.look(map(_small, frames))
    return cuts.shots()


def _small(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame at the size that is looked at."""
    height, width = frame.shape[:2]
    shrunk = min(1.0, _LOOK_PX / max(height, width))
    size = max(1, round(width * shrunk)), max(1, round(height * shrunk))
    small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    return small.astype(frame.dtype, copy=False)


class _Cuts:
    """The cuts of one video, whose small frames come one after the other."""

    def __init__(self, fps: float) -> None:
        from scenedetect.detectors import AdaptiveDetector

        self._detector = AdaptiveDetector(min_scene_len=max(1, round(_SHORTEST_SECONDS * fps)))
        self._fps, self._seen, self._starts = fps, 0, [0]

    def look(self, frames: Iterable[NDArray[np.uint8]]) -> None:
        from scenedetect.common import FrameTimecode

        for frame in frames:
            now = FrameTimecode(self._seen, self._fps)
            found = self._detector.process_frame(now, frame[..., ::-1])
            self._starts += [cut.frame_num for cut in found]
            self._seen += 1

    def shots(self) -> list[Shot]:
        return list(zip(self._starts, [*self._starts[1:], self._seen], strict=True))
