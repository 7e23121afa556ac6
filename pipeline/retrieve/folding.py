"""What a ranking is thinned by: near-duplicates fold into one, and no source fills the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from pipeline.clips import Candidate, ClipId
from pipeline.vision.likeness import distance

MOST_BITS = 8.0
"""Clips whose hashes differ in at most so many of 64 bits are nearly the same pictures."""
SOURCE_PENALTY = 0.04
"""What each earlier clip of the same source takes from a final score of 0 to 1."""


def fold(
    ranked: Sequence[Candidate],
    hashes: Mapping[ClipId, np.ndarray],
    *,
    most_bits: float = MOST_BITS,
) -> tuple[list[Candidate], list[Candidate]]:
    """Fold near-duplicates under the best of them.

    Args:
        ranked: the best first.
        hashes: bool (3, 64) of `hash_clip` for each clip; a clip without one is never folded.
        most_bits: how far apart duplicates may be.

    Returns:
        The kept, with the ids that they stand for, and the folded, each with its reason.
    """
    kept: list[Candidate] = []
    folded: list[Candidate] = []
    stands_for: dict[ClipId, list[ClipId]] = {}
    for candidate in ranked:
        best = _find_like(candidate, kept, hashes, most_bits)
        if best is None:
            kept.append(candidate)
            continue
        stands_for.setdefault(best.clip.id, []).append(candidate.clip.id)
        reason = f"nearly the same pictures as {best.clip.source}"
        folded.append(candidate.model_copy(update={"stage": "duplicate", "reason": reason}))
    return [_with_duplicates(one, stands_for.get(one.clip.id, [])) for one in kept], folded


def _find_like(
    candidate: Candidate,
    kept: Sequence[Candidate],
    hashes: Mapping[ClipId, np.ndarray],
    most_bits: float,
) -> Candidate | None:
    mine = hashes.get(candidate.clip.id)
    if mine is None:
        return None
    for one in kept:
        other = hashes.get(one.clip.id)
        if other is not None and distance(mine, other) <= most_bits:
            return one
    return None


def _with_duplicates(candidate: Candidate, ids: Sequence[ClipId]) -> Candidate:
    if not ids:
        return candidate
    return candidate.model_copy(update={"duplicates": (*candidate.duplicates, *ids)})


def source_of(candidate: Candidate) -> str:
    """Name the video that a clip was cut from."""
    return f"{candidate.clip.library}/{candidate.clip.source}"


def spread_sources(
    ranked: Sequence[Candidate],
    *,
    first: int,
    penalty: float = SOURCE_PENALTY,
    source: Callable[[Candidate], str] = source_of,
) -> list[Candidate]:
    """Let sources take turns among the first, those that a person looks at.

    The rest and all scores stay as they are.

    The next place goes to the highest final score, less a penalty for each clip of the same source
    that stands before it. Equal ones keep their order.
    """
    waiting, placed, seen = list(ranked), [], Counter[str]()
    while waiting and len(placed) < first:
        values = [(one.scores.final or 0.0) - penalty * seen[source(one)] for one in waiting]
        chosen = waiting.pop(int(np.argmax(values)))
        seen[source(chosen)] += 1
        placed.append(chosen)
    return placed + waiting
