"""Clips found by their pictures: also those that nobody has put into words."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pipeline.clips import Candidate, Clip, ClipFilter, DropStage, Scores
from pipeline.errors import UnreadableVideoError
from pipeline.progress import Progress, Work
from pipeline.retrieve.embeddings import EmbeddingCache, VectorKey, key_of
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.probing import probe_clips
from pipeline.vision.frames import read_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.vision.encoders import VideoEncoder

logger = logging.getLogger(__name__)

MOST_CLIPS = 100_000
"""Of a larger library only the captions are searched."""
_BATCH = 100
_LOOKED_PX = 448
"""The longer side of the frames that are encoded: no model sees more of a whole frame."""


@dataclass(frozen=True)
class Pictured:
    """What the pictures of libraries gave.

    Attributes:
        kept: best first.
        dropped: clips that cannot be used, each with its step and its reason.
    """

    kept: list[Candidate] = field(default_factory=list)
    dropped: list[Candidate] = field(default_factory=list)


def find_by_pictures(
    library: OpenLibrary,
    encoder: VideoEncoder,
    cache: EmbeddingCache,
    asked: NDArray[np.float32],
    *,
    limit: int,
    where: ClipFilter,
) -> Work[Pictured]:
    """Give the clips of a library whose frames lie nearest to the words.

    What was not encoded before is now: that takes its time once for each clip. Files that nobody
    has looked into are looked into where a clip has no words that it could be found by.

    Args:
        library: It is searched whole; one of more than `MOST_CLIPS` gives nothing.
        encoder: Sees single frames.
        cache: Keeps its vectors.
        asked: The encoded words, a unit vector (dim,).
        limit: How many, of the dropped ones too.
        where: What a clip needs.
    """
    total = library.catalogue.count()
    if total > MOST_CLIPS or limit == 0:
        logger.info("library %s: %d clips; only words are searched", library.record.id, total)
        return Pictured()
    looker = _Looker(library, encoder, cache, total)
    best: list[Candidate] = []
    dropped: list[Candidate] = []
    last, done = 0, 0
    while rows := library.catalogue.rows(last, _BATCH):
        rowids = [rowid for rowid, _ in rows]
        yield from looker.probe(rowids, done)
        reasons = library.catalogue.dropped(rowids, where)
        dropped += [_dropped(clip, *reason) for clip, reason in _clips(library, reasons)]
        kept = [one for one in rowids if one not in reasons]
        vectors = yield from looker.vectors(kept, done, dropped)
        best += [_candidate(clip, float(vector @ asked)) for clip, vector in vectors]
        best = sorted(best, key=in_order)[:limit]
        last, done = rowids[-1], done + len(rows)
    return Pictured(best, dropped[:limit])


def in_order(one: Candidate) -> tuple[float, str]:
    """Give what candidates found by their pictures are sorted by, the nearest first."""
    return -(one.scores.picture or 0.0), one.clip.id


Reason = tuple[DropStage, str]


def _clips(library: OpenLibrary, reasons: Mapping[int, Reason]) -> list[tuple[Clip, Reason]]:
    clips = library.catalogue.by_rowids(reasons)
    rowids = library.catalogue.rowids(clip.id for clip in clips)
    return [(clip, reasons[rowids[clip.id]]) for clip in clips if clip.id in rowids]


@dataclass(frozen=True)
class _Looker:
    """Looks at the clips of one library, a batch of rows at a time."""

    library: OpenLibrary
    encoder: VideoEncoder
    cache: EmbeddingCache
    total: int

    def probe(self, rowids: Sequence[int], done: int) -> Work[None]:
        """Look into the files of clips without words, where nobody has and they are there."""
        for number, clip in enumerate(self.library.catalogue.by_rowids(rowids)):
            if clip.state == "unknown" and not clip.caption and not self.library.lacks(clip):
                yield self._progress(done + number, clip)
                next(probe_clips(self.library, [clip.id]))

    def vectors(
        self, rowids: Sequence[int], done: int, dropped: list[Candidate]
    ) -> Work[list[tuple[Clip, NDArray[np.float32]]]]:
        """The clips that were looked into with their vectors; unreadable ones are `dropped`."""
        clips = [one for one in self.library.catalogue.by_rowids(rowids) if one.state == "ok"]
        known = self.cache.read(map(key_of, clips), self.encoder.id)
        new: dict[VectorKey, NDArray[np.float32]] = {}
        try:
            for number, clip in enumerate(clips):
                if key_of(clip) in known:
                    continue
                yield self._progress(done + number, clip)
                try:
                    new[key_of(clip)] = self._encoded(clip)
                except UnreadableVideoError as error:
                    dropped.append(_dropped(clip, "unreadable", error.message))
        finally:
            self.cache.write(new, self.encoder.id)  # also where the search is stopped
        # from the cache, which rounds: so a search gives the same whenever its clips were encoded
        found = self.cache.read(map(key_of, clips), self.encoder.id) if new else known
        return [(clip, found[key]) for clip in clips if (key := key_of(clip)) in found]

    def _progress(self, step: int, clip: Clip) -> Progress:
        step, note = min(step, self.total), clip.caption
        return Progress(stage="pictures", step=step, total=self.total, note=note)

    def _encoded(self, clip: Clip) -> NDArray[np.float32]:
        frames = self.library.frames_of(clip)
        middles = (np.arange(self.encoder.num_frames) + 0.5) * len(frames) / self.encoder.num_frames
        chosen = [frames[at] for at in middles.astype(int)]
        file = self.library.file_of(clip)
        return self.encoder.encode_video(read_frames(file, chosen, longest_px=_LOOKED_PX))


def _dropped(clip: Clip, stage: DropStage, reason: str) -> Candidate:
    return Candidate(clip=clip, found_by=("pictures",), stage=stage, reason=reason)


def _candidate(clip: Clip, score: float) -> Candidate:
    return Candidate(clip=clip, found_by=("pictures",), scores=Scores(picture=round(score, 4)))
