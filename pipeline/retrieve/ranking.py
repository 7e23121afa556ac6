"""The final order of candidates: what words, frames and motion say of each, weighed.

The paper ranks by the similarity of CLIP and of a video-text model (ViCLIP) to the motion's words.
Here the caption's BM25 counts a little too, as an approved clip's words mostly fit. Raw values of
the three have nothing in common, so each is first compared with the other clips of the same search.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.clips import Candidate, Scores

_TEMPLATES = ("{}", "someone {}", "a picture of {}")
_FLOOR = 1e-6


class Weights(NamedTuple):
    """How much each value counts; only their proportions matter."""

    bm25: float = 0.15
    clip: float = 0.25
    video_text: float = 0.6


WEIGHTS = Weights()
_WORDS = {
    "bm25": "how well the caption fits the words",
    "picture": "how near its whole pictures are to the words",
    "clip": "how near its pictures, cut to the actor, are to the words",
    "video_text": "how near its movement is to the words",
    "final": "all together, against the other clips found: 0.5 is the middle",
}


def ask_in_many_ways(words: str) -> tuple[str, ...]:
    """Say the same in some ways: one wording alone leans towards clips it happens to be near."""
    return tuple(template.format(words.strip()) for template in _TEMPLATES)


def mean_text(encode_text: Callable[[str], np.ndarray], texts: Sequence[str]) -> np.ndarray:
    """Give the unit mean float32 (D,) of texts' vectors.

    Raises:
        ValueError: there are no texts.
    """
    if not texts:
        raise ValueError("there are no words to compare with")
    mean = np.mean([encode_text(text) for text in texts], axis=0)
    return (mean / max(float(np.linalg.norm(mean)), _FLOOR)).astype(np.float32)


def nearness(vectors: Sequence[np.ndarray | None], text: np.ndarray) -> list[float | None]:
    """Give the cosine of each clip's unit vector (D,) and a text's, -1 to 1; None stays None."""
    return [None if vector is None else float(vector @ text) for vector in vectors]


def choose_for_second_look(
    candidates: Sequence[Candidate], *, limit: int, weights: Weights = WEIGHTS
) -> tuple[list[Candidate], list[Candidate]]:
    """Split candidates into the best by caption and frames, and the others; both best first.

    Clips of one's own are always looked at. `limit` says how many the slow model sees.
    """
    ordered = rank(candidates, weights=weights._replace(video_text=0.0))
    before = {one.clip.id: one for one in candidates}
    ordered = [before[one.clip.id] for one in ordered]
    ordered.sort(key=lambda one: not one.clip.own)
    return ordered[:limit], ordered[limit:]


def rank(candidates: Sequence[Candidate], *, weights: Weights = WEIGHTS) -> list[Candidate]:
    """Give every candidate its final score, 0 to 1, and put the best first.

    Each value counts by how far it lies from the mean of this search, in standard deviations. A
    clip that a step did not look at is taken to be as low as the lowest there: the slow model
    skips those that the others found worst, and a clip found by its pictures has no fitting words.
    Equal clips stand in the order of their ids.
    """
    if not candidates:
        return []
    total = sum(weight for weight in weights if weight > 0) or 1.0
    sums = np.zeros(len(candidates))
    for name, weight in weights._asdict().items():
        sums += weight / total * standardise([getattr(one.scores, name) for one in candidates])
    scored = [
        one.model_copy(update={"scores": one.scores.model_copy(update={"final": _as_share(value)})})
        for one, value in zip(candidates, sums, strict=True)
    ]
    return sorted(scored, key=lambda one: (-(one.scores.final or 0.0), one.clip.id))


def standardise(values: Sequence[float | None]) -> np.ndarray:
    """Give values (N,) in standard deviations from their mean; None counts as the lowest.

    All are 0 where none is known or all are the same.
    """
    known = [value for value in values if value is not None]
    if not known:
        return np.zeros(len(values))
    array = np.array([min(known) if value is None else value for value in values], float)
    spread = float(array.std())
    return (array - array.mean()) / spread if spread > _FLOOR else np.zeros(len(array))


def _as_share(value: float) -> float:
    return round(1 / (1 + math.exp(-value)), 6)


class ScoreLine(NamedTuple):
    """One value of a clip, and what it means, for a person."""

    name: str
    value: float
    words: str


def explain(scores: Scores) -> list[ScoreLine]:
    """Give the values that are known, the final one last."""
    return [
        ScoreLine(name, value, words)
        for name, words in _WORDS.items()
        if (value := getattr(scores, name)) is not None
    ]
