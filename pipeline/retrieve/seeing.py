"""What is seen in clips, encoded: kept beside each other by clip, crop and model."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.clips import Candidate
from pipeline.errors import UnreadableVideoError
from pipeline.retrieve.embeddings import EmbeddingCache, key_of
from pipeline.retrieve.examining import ClipFrames, Examiner, Looked
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.ranking import nearness
from pipeline.vision.likeness import HASH_BITS, HASH_ID, NUM_HASHED, hash_clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.vision.encoders import VideoEncoder

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Viewer:
    """Looks at the clips of one search, one after the other: no frames stay in memory.

    Attributes:
        libraries: by their ids.
        examiner: finds the actor.
        cache: keeps what was encoded.
    """

    libraries: Mapping[str, OpenLibrary]
    examiner: Examiner
    cache: EmbeddingCache

    def look(self, candidate: Candidate) -> Looked:
        """Find the actor of a candidate; one that cannot be used has its step and reason.

        A clip of the storyteller's own needs no actor, but a file that can be read.
        """
        library = self.libraries.get(candidate.clip.library)
        if library is None:
            reason = "its library is not here"
            update = {"stage": "unreadable", "reason": reason}
            return Looked(candidate.model_copy(update=update), None)
        looked = self.examiner.look(candidate, library)
        if "own" in candidate.found_by and looked.candidate.stage == "actor":
            return Looked(candidate, looked.clip_frames)
        return looked

    def looked(self, candidate: Candidate) -> Looked:
        """Give a candidate that `look` kept, to be read again where that is needed."""
        library = self.libraries[candidate.clip.library]
        return Looked(candidate, ClipFrames(library, candidate.clip))

    def scored(
        self,
        looked: Looked,
        name: Literal["clip", "video_text"],
        encoder: VideoEncoder,
        asked: NDArray[np.float32],
    ) -> Candidate:
        """Give the candidate with how near an encoder finds its crop to the words (dim,)."""
        vector = self._kept(looked, encoder.id, encoder.encode_video)
        (value,) = nearness([vector], asked)
        scores = looked.candidate.scores.model_copy(update={name: value})
        return looked.candidate.model_copy(update={"scores": scores})

    def likeness(self, looked: Looked) -> NDArray[np.bool_] | None:
        """Give what tells near-duplicates, bool (3, 64); None where the clip cannot be read."""
        kept = self._kept(looked, HASH_ID, lambda pictures: hash_clip(pictures).reshape(-1))
        return None if kept is None else kept.reshape(NUM_HASHED, HASH_BITS) > 0

    def _kept(
        self,
        looked: Looked,
        model: str,
        encode: Callable[[NDArray[np.uint8]], NDArray[np.generic]],
    ) -> NDArray[np.float32] | None:
        """What a model makes of a crop, as the cache gives it the first time and ever after."""
        key = key_of(looked.candidate.clip, looked.candidate.crop)
        known = self.cache.read([key], model)
        if key not in known:
            try:
                self.cache.write({key: encode(looked.pictures)}, model)
            except UnreadableVideoError as error:
                logger.warning("clip %s cannot be read: %s", looked.candidate.clip.id, error)
                return None
            known = self.cache.read([key], model)
        return known.get(key)
