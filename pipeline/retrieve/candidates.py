"""Clips found by their captions: as many as are asked for, after the attribute filter."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.clips import Candidate, ClipFilter, DropStage, FoundBy, Scores, StageCount
from pipeline.retrieve.catalogue import Catalogue
from pipeline.retrieve.lexical import LexicalIndex
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.words import tokenize

logger = logging.getLogger(__name__)

_DEEPEST = 200_000
"""A filter that hardly a clip passes is not asked of more captions than these, the best ones."""

FILTER_STAGES: tuple[DropStage, ...] = ("unreadable", "duration", "frames", "aspect")
"""The parts of the attribute filter, in the order in which they are looked at."""
WORDS: tuple[FoundBy, ...] = ("words",)
Hit = tuple[int, float]
"""A caption's row, and its score."""


@dataclass(frozen=True)
class Found:
    """What the captions of one library gave.

    Attributes:
        hits: what passed the filter, best first, of equal scores the lower row first.
        passed_over: what did not pass and scored no lower than the last of the hits (all that was
            seen, where there are fewer hits than asked for), best first.
    """

    hits: list[Hit] = field(default_factory=list)
    passed_over: list[Hit] = field(default_factory=list)


def find_by_words(
    index: LexicalIndex,
    catalogue: Catalogue,
    terms: Iterable[str],
    *,
    limit: int,
    where: ClipFilter,
) -> list[Hit]:
    """Give the `limit` clips whose captions match best, of those that pass the filter.

    Args:
        index: Of the catalogue's captions.
        catalogue: What is known of the clips.
        terms: Words that count each, as `expand` gives them or a person wrote them.
        limit: How many; fewer come only where there are no more.
        where: What a clip needs; what is not known of it passes.

    Returns:
        Rowid and score above 0, best first, of equal scores the lower rowid first.
    """
    return search_captions(index, catalogue, terms, limit=limit, where=where).hits


def search_captions(
    index: LexicalIndex,
    catalogue: Catalogue,
    terms: Iterable[str],
    *,
    limit: int,
    where: ClipFilter,
) -> Found:
    """Do as `find_by_words`, and also say which better matches the filter passed over."""
    words = list(dict.fromkeys(word for term in terms for word in tokenize(term)))
    asked, seen, kept = limit + limit // 2, dict[int, float](), set[int]()
    while words and limit > 0:
        found = dict(index.search(words, asked))
        kept.update(catalogue.kept([rowid for rowid in found if rowid not in seen], where))
        seen |= found
        if len(kept) >= limit or len(found) < asked:
            break
        if asked >= _DEEPEST:
            logger.info("%d of the best %d captions pass the filter", len(kept), len(seen))
            break
        asked *= 2
    return _parted(seen, kept, limit)


def _parted(seen: dict[int, float], kept: set[int], limit: int) -> Found:
    ordered = sorted(seen.items(), key=lambda hit: (-hit[1], hit[0]))
    hits = [hit for hit in ordered if hit[0] in kept][:limit]
    end = ordered.index(hits[-1]) if len(hits) == limit > 0 else len(ordered)
    return Found(hits, [hit for hit in ordered[:end] if hit[0] not in kept])


@dataclass(frozen=True)
class FoundInLibraries:
    """What the captions of several libraries gave, as candidates found by words.

    Attributes:
        kept: best first.
        dropped: better matches that the filter passed over, each with its step and its reason,
            best first, as many as were asked for at most.
        counts: how many the words found ("words"), and how many each step of the filter left; all
            that were passed over count.
    """

    kept: list[Candidate]
    dropped: list[Candidate]
    counts: tuple[StageCount, ...]


def find_in_libraries(
    searched: Sequence[tuple[OpenLibrary, LexicalIndex]],
    terms: Iterable[str],
    *,
    limit: int,
    where: ClipFilter,
) -> FoundInLibraries:
    """Give the `limit` best clips of several libraries by score, and what the filter dropped.

    A clip that lies in several libraries comes once, with its best score.
    """
    asked = list(terms)
    kept: list[Candidate] = []
    dropped: list[Candidate] = []
    drops = Counter[str]()
    for library, index in searched:
        catalogue = library.catalogue
        found = search_captions(index, catalogue, asked, limit=limit, where=where)
        reasons = catalogue.dropped([rowid for rowid, _ in found.passed_over], where)
        drops.update(stage for stage, _ in reasons.values())
        kept += _candidates(catalogue, found.hits, {})
        named = [hit for hit in found.passed_over if hit[0] in reasons][:limit]
        dropped += _candidates(catalogue, named, reasons)
    best = _merged(kept)[:limit]
    return FoundInLibraries(best, _merged(dropped)[:limit], _counts(len(best), drops))


def _candidates(
    catalogue: Catalogue, hits: Sequence[Hit], reasons: Mapping[int, tuple[DropStage, str]]
) -> list[Candidate]:
    clips = catalogue.by_rowids(rowid for rowid, _ in hits)
    scores, rowids = dict(hits), catalogue.rowids(clip.id for clip in clips)
    found = []
    for clip in clips:
        rowid = rowids[clip.id]
        stage, reason = reasons.get(rowid, ("", ""))
        score = Scores(bm25=scores[rowid])
        found.append(Candidate(clip=clip, found_by=WORDS, scores=score, stage=stage, reason=reason))
    return found


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Put candidates of several libraries in one order; of the same clip the better one stays."""
    best: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: -(one.scores.bm25 or 0.0)):
        best.setdefault(one.clip.id, one)
    return list(best.values())


def _counts(kept: int, drops: Mapping[str, int]) -> tuple[StageCount, ...]:
    left = kept + sum(drops.values())
    counts = [StageCount(stage="words", kept=left)]
    for stage in FILTER_STAGES:
        left -= drops.get(stage, 0)
        counts.append(StageCount(stage=stage, kept=left))
    return tuple(counts)
