"""What a picture suffers on its way through a small model, and figures ruined past knowing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from pipeline.theatre.judging.clips import Labelled

Change = Callable[[np.ndarray], np.ndarray]


def degrade(rng: random.Random, frames: np.ndarray) -> np.ndarray:
    """Frames uint8 (F, H, W, 3) after a random choice of mild damage, the same for all."""
    changes = [make(rng) for chance, make in _DAMAGES if rng.random() < chance]
    if not changes:
        return frames
    spoilt = frames
    for change in changes:
        spoilt = np.stack([change(frame) for frame in spoilt])
    return _trail(rng, spoilt) if rng.random() < 0.1 else spoilt


def _trail(rng: random.Random, frames: np.ndarray) -> np.ndarray:
    """Every frame with a little of the one before."""
    share = rng.uniform(0.1, 0.35)
    mixed = frames.astype(np.float32)
    mixed[1:] += share * (mixed[:-1] - mixed[1:])
    return mixed.round().astype(np.uint8)


def _blur(rng: random.Random) -> Change:
    sigma = rng.uniform(0.4, 1.5)
    return lambda frame: cv2.GaussianBlur(frame, (0, 0), sigma)


def _shrink(rng: random.Random) -> Change:
    scale = rng.uniform(0.4, 0.9)

    def change(frame: np.ndarray) -> np.ndarray:
        height, width = frame.shape[:2]
        small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)

    return change


def _recolour(rng: random.Random) -> Change:
    """Light, contrast and saturation change so little that every colour keeps its name."""
    gains = np.array([rng.uniform(0.94, 1.06) for _ in range(3)]) * rng.uniform(0.88, 1.08)
    lift, saturation = rng.uniform(-10, 10), rng.uniform(0.75, 1.15)
    grey = np.full((3, 3), (1 - saturation) / 3) + np.eye(3) * saturation
    matrix = np.hstack([gains[:, None] * grey, [[lift]] * 3])
    return lambda frame: cv2.transform(frame, matrix)


def _speckle(rng: random.Random) -> Change:
    noise = np.random.default_rng(rng.randrange(1 << 30))
    strength = rng.uniform(2, 12)

    def change(frame: np.ndarray) -> np.ndarray:
        dirt = noise.standard_normal(frame.shape, np.float32) * strength
        return (frame + dirt).clip(0, 255).astype(np.uint8)

    return change


def _compress(rng: random.Random) -> Change:
    quality = [cv2.IMWRITE_JPEG_QUALITY, rng.randint(25, 85)]

    def change(frame: np.ndarray) -> np.ndarray:
        decoded = cv2.imdecode(cv2.imencode(".jpg", frame, quality)[1], cv2.IMREAD_COLOR)
        assert decoded is not None
        return decoded

    return change


_DAMAGES = (
    (0.5, _recolour),
    (0.25, _blur),
    (0.2, _shrink),
    (0.2, _speckle),
    (0.2, _compress),
)


def ruin(rng: random.Random, clip: Labelled) -> Labelled:
    """The clip with one figure, apart from the others, ruined and no longer listed as a figure.

    Where no figure stands apart, the clip as it is.
    """
    alone = [index for index in range(len(clip.boxes)) if _stands_apart(clip.boxes, index)]
    if not alone:
        return clip
    chosen = rng.choice(alone)
    spoil = rng.choice((_shuffle, _warp, _double))
    height, width = clip.frames.shape[1:3]
    frames = clip.frames.copy()
    seed = rng.randrange(1 << 30)
    for frame, box in zip(frames, clip.boxes[chosen], strict=True):
        x0, y0, x1, y1 = np.rint(box * [width, height, width, height]).astype(int)
        if x1 - x0 >= 8 and y1 - y0 >= 8:
            frame[y0:y1, x0:x1] = spoil(random.Random(seed), frame[y0:y1, x0:x1].copy())
    rest = [index for index in range(len(clip.boxes)) if index != chosen]
    return replace(
        clip,
        frames=frames,
        boxes=clip.boxes[rest],
        shares=clip.shares[rest],
        figures=tuple(clip.figures[index] for index in rest),
    )


def _stands_apart(boxes: np.ndarray, index: int) -> bool:
    others = np.delete(boxes, index, axis=0)
    wide = np.minimum(others[..., 2], boxes[index, :, 2]) - np.maximum(
        others[..., 0], boxes[index, :, 0]
    )
    tall = np.minimum(others[..., 3], boxes[index, :, 3]) - np.maximum(
        others[..., 1], boxes[index, :, 1]
    )
    return not bool(((wide > 0.01) & (tall > 0.01)).any())


def _shuffle(rng: random.Random, patch: np.ndarray) -> np.ndarray:
    """The patch with its parts in another order."""
    rows, columns = rng.randint(3, 5), rng.randint(3, 4)
    tall, wide = patch.shape[0] // rows, patch.shape[1] // columns
    parts = [
        patch[r * tall : (r + 1) * tall, c * wide : (c + 1) * wide].copy()
        for r in range(rows)
        for c in range(columns)
    ]
    rng.shuffle(parts)
    for place, part in enumerate(parts):
        r, c = divmod(place, columns)
        patch[r * tall : (r + 1) * tall, c * wide : (c + 1) * wide] = part
    return cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.5, 1.5))


def _warp(rng: random.Random, patch: np.ndarray) -> np.ndarray:
    """The patch stirred like wet paint."""
    height, width = patch.shape[:2]
    noise = np.random.default_rng(rng.randrange(1 << 30))
    strength = 0.3 * min(height, width)
    push = noise.uniform(-strength, strength, (2, 6, 5)).astype(np.float32)
    dx, dy = (cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in push)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(patch, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _double(rng: random.Random, patch: np.ndarray) -> np.ndarray:
    """The patch mixed with itself upside down, and blurred."""
    mixed = cv2.addWeighted(patch, 0.5, patch[::-1, :: rng.choice((-1, 1))], 0.5, 0)
    return cv2.GaussianBlur(mixed, (0, 0), rng.uniform(0.8, 2.5))
