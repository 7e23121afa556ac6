"""Finding figures by their colour: the largest group of one colour, grown to the whole figure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import cv2
import numpy as np

TOLERANCE = 42
SHADES = (1.0, 0.8)
"""Figures are painted in their colour and in this darker shade of it."""
BRIDGE = 0.2
"""Parts of one figure lie at most this far apart, as a share of the frame's height."""
LEAST_SHARE = 0.004


def colour_mask(
    frame: np.ndarray, colour: Sequence[int], *, tolerance: int = TOLERANCE
) -> np.ndarray:
    """Give the pixels, uint8 0 or 1 (H, W), of a uint8 RGB frame that have a colour or its shade.

    Every channel must lie within `tolerance` of it.
    """
    pixels = frame.astype(np.int16)
    shades = [np.rint(np.array(colour) * shade).astype(np.int16) for shade in SHADES]
    distance = np.min([np.abs(pixels - shade).max(axis=-1) for shade in shades], axis=0)
    return (distance < tolerance).astype(np.uint8)


def find_colour(
    frame: np.ndarray, colour: Sequence[int], *, least_share: float = LEAST_SHARE
) -> np.ndarray | None:
    """Give the box `[x0, y0, x1, y1]` (frame fractions) of the largest group of a colour, or None.

    `frame` is uint8 RGB (H, W, 3). Pixels at most `BRIDGE` apart are one group; a group below
    `least_share` of the frame does not count.
    """
    mask = colour_mask(frame, colour)
    groups = _label_groups(mask)
    sizes = np.bincount(groups[mask > 0], minlength=1)
    if len(sizes) < 2 or sizes.max() < least_share * mask.size:
        return None
    ys, xs = np.nonzero((groups == sizes.argmax()) & (mask > 0))
    height, width = mask.shape
    return np.array(
        [xs.min() / width, ys.min() / height, (xs.max() + 1) / width, (ys.max() + 1) / height]
    )


def _label_groups(mask: np.ndarray) -> np.ndarray:
    """The number of each pixel's group, int32 (H, W); 0 outside."""
    side = max(3, round(BRIDGE * len(mask)) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cv2.connectedComponents(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel))[1]


def grow(coloured: np.ndarray, growth: np.ndarray) -> np.ndarray:
    """Give the box of a whole figure, inside the frame, from the box of its coloured part."""
    return np.clip(coloured + growth * np.tile(coloured[2:] - coloured[:2], 2), 0, 1)


def fit_growth(
    examples: Iterable[tuple[Hashable, np.ndarray, np.ndarray]],
) -> Mapping[Hashable, np.ndarray]:
    """Give for each kind of figure what `grow` needs: the median over its examples.

    An example is (kind, box of the coloured part, box of the whole figure).
    """
    moves: dict[Hashable, list[np.ndarray]] = {}
    for kind, coloured, figure in examples:
        sides = np.tile(coloured[2:] - coloured[:2], 2)
        moves.setdefault(kind, []).append((np.clip(figure, 0, 1) - coloured) / sides)
    return {kind: np.median(found, axis=0) for kind, found in moves.items()}


def box_overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Give intersection over union of two boxes `[x0, y0, x1, y1]`."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    shared = float(np.clip(sides, 0, None).prod())
    union = float((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod()) - shared
    return shared / union if union > 0 else 0.0
