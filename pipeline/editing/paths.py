"""Paths of regions stretched over more keyframes, or drawn together to fewer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.editing.thinning import reduce_keys
from pipeline.story import NUM_KEYFRAMES, Ease, Key, PriorUse, Region

Keys = tuple[Key | None, ...]
HALF = NUM_KEYFRAMES // 2
UNSEEN: Keys = (None,) * HALF
_SAME = (1e-9, 1e-9)
"""What edges may differ by and still lie on one straight way."""


def stretched(region: Region, half: int) -> Keys:
    """Give the keys of one half (0 or 1) of a region's path over all six keyframes.

    Keyframes 0..2, or 3..5, are spread evenly; each of them is seen for two keyframes. All None
    where the region is not seen in that half.
    """
    first = half * HALF
    times = [first + k * (HALF - 1) / (NUM_KEYFRAMES - 1) for k in range(NUM_KEYFRAMES)]
    return keys_of(_shown(region, times, [(first + k // 2,) for k in range(NUM_KEYFRAMES)]))


def drawn_together(region: Region | None) -> Keys:
    """Give three keys for a region's whole path, None where it is not seen.

    It is seen at one of them where it was at one of the two keyframes that this stands for.
    """
    if region is None:
        return UNSEEN
    times = [k * (NUM_KEYFRAMES - 1) / (HALF - 1) for k in range(HALF)]
    return _shown(region, times, [(2 * k, 2 * k + 1) for k in range(HALF)])


def keys_of(shown: Sequence[Key | None]) -> Keys:
    """Give the keys of a path that is to be seen as those six keys say, None = not seen.

    Keys on a straight way are left out.
    """
    seen = [k for k, key in enumerate(shown) if key]
    keys = list(shown)
    for k in range(seen[0], seen[-1]) if seen else ():
        before, here = keys[k], keys[k + 1]
        if here is None and before:
            keys[k + 1] = before.model_copy(update={"visible": False})
    return reduce_keys(tuple(keys), _SAME)


def priors_in_half(priors: Sequence[PriorUse], half: int) -> tuple[PriorUse, ...]:
    """Give what is used of learned looks and motions in one half, over all six keyframes."""
    first = half * HALF
    last = first + HALF - 1
    return tuple(
        prior.model_copy(
            update={
                "from_keyframe": 2 * (max(prior.from_keyframe, first) - first),
                "to_keyframe": 2 * (min(prior.to_keyframe, last) - first) + 1,
            }
        )
        for prior in priors
        if prior.from_keyframe <= last and prior.to_keyframe >= first
    )


def priors_in_whole(priors: Sequence[PriorUse], half: int) -> tuple[PriorUse, ...]:
    """Give what is used of learned looks and motions when all six keyframes become one half."""
    first = half * HALF
    return tuple(
        prior.model_copy(
            update={
                "from_keyframe": first + prior.from_keyframe // 2,
                "to_keyframe": first + prior.to_keyframe // 2,
            }
        )
        for prior in priors
    )


def _shown(region: Region, times: Sequence[float], seen_in: Sequence[tuple[int, ...]]) -> Keys:
    """A key for the box at each time, None where the region is seen at none of the old keyframes.

    Where it comes or goes between two keyframes, it is where it came or went.
    """
    keys: list[Key | None] = []
    for time, old in zip(times, seen_in, strict=True):
        near = [box for k in sorted(old, key=lambda k: abs(k - time)) if (box := region.box_at(k))]
        box = (region.box_between(time) or near[0]) if near else None
        keys.append(box and Key(box=box, ease=_ease_at(region, time)))
    return tuple(keys)


def _ease_at(region: Region, time: float) -> Ease:
    """'hold' on a way that holds its box, else 'linear': the boxes lie close enough for that."""
    before = [key for key in region.keys[: math.floor(time) + 1] if key]
    return "hold" if before and before[-1].ease == "hold" else "linear"
