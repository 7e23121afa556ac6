"""The search for clips of a motion: captions and pictures, filter, actor, and what is seen in it.

DreamRunner, section 3.2: the best 400 captions, attributes, track and crop, CLIP and a video-text
model; what the paper leaves to chance is left to a person, who sees every reason.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.clips import Candidate, Clip, Retrieval, SearchSettings
from pipeline.progress import Progress, Work
from pipeline.retrieve.embeddings import EmbeddingCache
from pipeline.retrieve.examining import Examiner, write_crop
from pipeline.retrieve.finding import Finder, Query
from pipeline.retrieve.folding import fold, spread_sources
from pipeline.retrieve.ledger import Ledger
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.ranking import ask_in_many_ways, choose_for_second_look, mean_text, rank
from pipeline.retrieve.seeing import Viewer
from pipeline.retrieve.sources.fetch import find_program
from pipeline.settings import Settings
from pipeline.vision.sight import Sight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def search(
    query: Query,
    libraries: Sequence[OpenLibrary],
    sight: Sight,
    *,
    settings: Settings,
    limits: SearchSettings,
    aspect: float,
    brought: Sequence[Clip] = (),
    fetch: bool = False,
) -> Work[Retrieval]:
    """Search libraries for clips of a motion.

    Whatever was seen of a clip is kept at once: a search that is closed halfway goes on from there
    when it is begun again.

    Args:
        query: What for.
        libraries: Where; those that suit the pack.
        sight: What looks at clips.
        settings: Whose cache.
        limits: How far each step goes.
        aspect: Width over height of the crops.
        brought: Clips of the storyteller's own; they are shown first and pass every filter.
        fetch: Whether clips that lie on YouTube are fetched by yt-dlp; else they are dropped.

    Raises:
        InputError: clips are to be fetched, and yt-dlp is not installed.
        ModelUnavailableError: a model or a decoder cannot be started.
        WorkspaceError: a catalogue or the cache cannot be written.
    """
    if fetch:
        find_program()
    started, ledger = time.monotonic(), Ledger()
    places = {one.record.id: one for one in libraries}
    cache = EmbeddingCache(settings.home / "cache" / "embeddings" / "clips.sqlite")
    found = yield from Finder(places, sight.clip, cache, limits, ledger, fetch).find(query)
    own = [Candidate(clip=clip, found_by=("own",)) for clip in brought]
    mine = {one.id for one in brought}
    others = [one for one in found if one.clip.id not in mine]
    examiner = Examiner(settings, sight.tracker, query.words, aspect)
    look = _Look(query, sight, limits, ledger, Viewer(places, examiner, cache))
    shown = yield from look.choose([*own, *others])
    ledger.count("shown", shown)
    return Retrieval(
        motion_id=query.motion_id,
        words=query.words,
        terms=query.terms,
        counts=tuple(ledger.counts),
        candidates=(*shown, *ledger.dropped_beside(shown)),
        models=sight.ids,
        libraries=tuple(places),
        seconds=round(time.monotonic() - started, 3),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


@dataclass(frozen=True)
class _Look:
    """Which of the clips that were found are shown, by what is seen in them."""

    query: Query
    sight: Sight
    limits: SearchSettings
    ledger: Ledger
    viewer: Viewer
    hashes: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    """What tells near-duplicates, by clip."""

    def choose(self, found: Sequence[Candidate]) -> Work[list[Candidate]]:
        """Those to be shown, best first; the storyteller's own come before all others."""
        asked = ask_in_many_ways(self.query.words)
        seen = yield from self._seen(found, mean_text(self.sight.clip.encode_text, asked))
        best, others = choose_for_second_look(seen, limit=self.limits.closely)
        video_text = self.sight.video_text
        best = yield from self._closely(best, mean_text(video_text.encode_text, asked))
        ranked = sorted(rank([*best, *others]), key=lambda one: not _is_own(one))
        kept, folded = fold(ranked, self.hashes)
        self.ledger.dropped.extend(folded)
        self.ledger.count("duplicate", kept)
        shown = self._first(kept)
        for number, one in enumerate(shown):
            yield Progress(stage="crop", step=number, total=len(shown), note=one.clip.caption)
            write_crop(self.viewer.examiner.settings, self.viewer.looked(one))
        return shown

    def _seen(
        self, found: Sequence[Candidate], asked: NDArray[np.float32]
    ) -> Work[list[Candidate]]:
        """Those that show their actor, with how near their crops are to the words."""
        kept: list[Candidate] = []
        for number, one in enumerate(found):
            yield Progress(stage="look", step=number, total=len(found), note=one.clip.caption)
            seen = self._look_at(one, asked)
            (self.ledger.dropped if seen.stage else kept).append(seen)
        self.ledger.count("looked", found)
        self.ledger.count("actor", kept)
        return kept

    def _look_at(self, candidate: Candidate, asked: NDArray[np.float32]) -> Candidate:
        looked = self.viewer.look(candidate)
        if looked.candidate.stage:
            return looked.candidate
        likeness = self.viewer.likeness(looked)
        if likeness is not None:
            self.hashes[candidate.clip.id] = likeness
        return self.viewer.scored(looked, "clip", self.sight.clip, asked)

    def _closely(
        self, best: Sequence[Candidate], asked: NDArray[np.float32]
    ) -> Work[list[Candidate]]:
        """The best with how near their movement is to the words."""
        scored: list[Candidate] = []
        for number, one in enumerate(best):
            yield Progress(stage="video_text", step=number, total=len(best), note=one.clip.caption)
            seen, encoder = self.viewer.looked(one), self.sight.video_text
            scored.append(self.viewer.scored(seen, "video_text", encoder, asked))
            del seen  # its frames
        self.ledger.count("closely", scored)
        return scored

    def _first(self, kept: Sequence[Candidate]) -> list[Candidate]:
        """As many as a person is asked about: all of their own, and others in turns of sources."""
        own = [one for one in kept if _is_own(one)]
        room = max(0, self.limits.shown - len(own))
        others = spread_sources([one for one in kept if not _is_own(one)], first=room)
        self.ledger.drop(others[room:], "rank", "others fit better")
        return [*own, *others[:room]]


def _is_own(candidate: Candidate) -> bool:
    return "own" in candidate.found_by
