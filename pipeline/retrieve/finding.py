"""Which clips are looked at: found by captions and by pictures, and long and wide enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.clips import Candidate, Clip, DropStage, SearchSettings
from pipeline.progress import Progress, Work
from pipeline.retrieve.candidates import find_in_libraries
from pipeline.retrieve.embeddings import EmbeddingCache
from pipeline.retrieve.ledger import Ledger
from pipeline.retrieve.lexical import index_library
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.pictures import Pictured, find_by_pictures, in_order
from pipeline.retrieve.probing import probe_clips
from pipeline.retrieve.sources.fetch import fetch_clip

if TYPE_CHECKING:
    from pipeline.vision.encoders import VideoEncoder

_FUSED = 60
"""Reciprocal rank fusion: what is found by words and by pictures is put into one order with it."""


@dataclass(frozen=True)
class Query:
    """What is searched for: a motion, its words, and the terms that captions are searched for."""

    motion_id: str
    words: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Finder:
    """Finds the clips of one search.

    Attributes:
        libraries: by their ids.
        encoder: sees single frames.
        cache: keeps its vectors.
        limits: how far each step goes.
        ledger: where counts and dropped clips go.
        fetch: whether clips that lie on a site are fetched, as many as are examined.
    """

    libraries: Mapping[str, OpenLibrary]
    encoder: VideoEncoder
    cache: EmbeddingCache
    limits: SearchSettings
    ledger: Ledger
    fetch: bool

    def find(self, query: Query) -> Work[list[Candidate]]:
        """Give the clips to be examined, best first."""
        indexes = []
        for library in self.libraries.values():
            indexes.append((library, (yield from index_library(library))))
        where, limits = self.limits.filter, self.limits
        told = find_in_libraries(indexes, query.terms, limit=limits.by_words, where=where)
        self.ledger.counts.extend(told.counts)
        self.ledger.dropped.extend(told.dropped)
        found = yield from self._pictured(query.words)
        pictured = found.kept
        self.ledger.dropped.extend(found.dropped)
        self.ledger.count("pictures", pictured)
        fitting = yield from self._fitting(_fused(told.kept, pictured))
        self.ledger.count("fit", fitting)
        self.ledger.drop(fitting[limits.examined :], "rank", "others match the words better")
        return fitting[: limits.examined]

    def _pictured(self, words: str) -> Work[Pictured]:
        asked, limit = self.encoder.encode_text(words), self.limits.by_pictures
        kept: list[Candidate] = []
        dropped: list[Candidate] = []
        for library in self.libraries.values():
            found = yield from find_by_pictures(
                library, self.encoder, self.cache, asked, limit=limit, where=self.limits.filter
            )
            kept += found.kept
            dropped += found.dropped
        return Pictured(sorted(kept, key=in_order)[:limit], dropped[:limit])

    def _fitting(self, found: Sequence[Candidate]) -> Work[list[Candidate]]:
        """Those that are long and wide enough, now that their files were looked into."""
        unknown = [one.clip for one in found if one.clip.state == "unknown"]
        known = yield from self._looked_into(unknown)
        kept: list[Candidate] = []
        for one in found:
            clip = known.get(one.clip.id)
            if clip is None:
                kept.append(one)
                continue
            stage, reason = self._against(clip)
            candidate = one.model_copy(update={"clip": clip, "stage": stage, "reason": reason})
            (self.ledger.dropped if stage else kept).append(candidate)
        return kept

    def _looked_into(self, unknown: Sequence[Clip]) -> Work[dict[str, Clip]]:
        """The clips, by their ids, as they are once their files were looked into."""
        known: dict[str, Clip] = {}
        fetched = 0
        for number, clip in enumerate(unknown):
            library = self.libraries[clip.library]
            fetches = self.fetch and library.lacks(clip) and fetched < self.limits.examined
            stage = "fetch" if fetches else "probe"
            yield Progress(stage=stage, step=number, total=len(unknown), note=clip.caption)
            fetched += fetches
            known[clip.id] = (
                fetch_clip(library, clip) if fetches else next(probe_clips(library, [clip.id]))
            )
        return known

    def _against(self, clip: Clip) -> tuple[DropStage, str]:
        """What speaks against a clip that was looked into just now; empty = nothing."""
        if clip.state == "unknown":
            return "unreadable", "it is not fetched yet"
        catalogue = self.libraries[clip.library].catalogue
        rowids = [*catalogue.rowids([clip.id]).values()]
        reasons = catalogue.dropped(rowids, self.limits.filter)
        return next(iter(reasons.values()), ("", ""))


def _fused(told: Sequence[Candidate], pictured: Sequence[Candidate]) -> list[Candidate]:
    """What words and pictures found in one order; what both found says so."""
    both: dict[str, Candidate] = {}
    ranks: dict[str, float] = {}
    for found in (told, pictured):
        for place, one in enumerate(found):
            name = one.clip.id
            ranks[name] = ranks.get(name, 0.0) + 1 / (_FUSED + place)
            both[name] = _joined(both[name], one) if name in both else one
    return sorted(both.values(), key=lambda one: (-ranks[one.clip.id], one.clip.id))


def _joined(told: Candidate, pictured: Candidate) -> Candidate:
    scores = told.scores.model_copy(update={"picture": pictured.scores.picture})
    found_by = tuple(dict.fromkeys((*told.found_by, *pictured.found_by)))
    return told.model_copy(update={"scores": scores, "found_by": found_by})
