"""A clip's movement for a region ("move like this"): its six boxes from the actor's track."""

from __future__ import annotations

import numpy as np

from pipeline.clips import Track
from pipeline.story import NUM_KEYFRAMES, Box, Key
from pipeline.vision.cropping import boxes_at

_LEAST_SIDE = 0.01


def keys_of(
    track: Track, num_frames: int, *, clip_aspect: float = 1.5, frame_aspect: float = 1.5
) -> tuple[Key | None, ...]:
    """Give a key for the middle of each sixth of a clip: the actor's box there.

    None where the actor is not seen within that sixth. Of a clip of another shape the boxes keep
    their middles and heights, and are made as wide as the actor looks in the frame.

    Args:
        track: The actor, in frames of the clip.
        num_frames: Of the clip.
        clip_aspect: Width over height of the clip's pictures.
        frame_aspect: Width over height of the frame that the boxes are drawn in.
    """
    sixth = num_frames / NUM_KEYFRAMES
    middles = (np.arange(NUM_KEYFRAMES) + 0.5) * sixth - 0.5
    wider = clip_aspect / frame_aspect
    return tuple(_key(track, middle, sixth / 2, wider) for middle in middles.tolist())


def _key(track: Track, middle: float, reach: float, wider: float) -> Key | None:
    away = np.abs(np.array(track.frames) - middle)
    if away.min() > reach:
        return None
    x0, y0, x1, y1 = boxes_at(track, np.array([middle]))[0].tolist()
    centre, half = (x0 + x1) / 2, min(1.0, (x1 - x0) * wider) / 2
    x0, x1 = (x0, x1) if wider == 1 else (centre - half, centre + half)
    return Key(box=Box(x0=x0, y0=y0, x1=max(x1, x0 + _LEAST_SIDE), y1=max(y1, y0 + _LEAST_SIDE)))
