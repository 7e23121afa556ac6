"""What the videos themselves say: their facts, their contents' hash, and which ones are bad."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.clips import Clip
from pipeline.errors import UnreadableVideoError
from pipeline.progress import Progress, Work
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.vision.frames import VideoFacts, probe_video

_MAX_FPS = 1000.0
_BATCH = 500
_KEPT_FILES = 16
"""Spans of one video lie side by side in a catalogue: each file is read once."""


def probe_clips(library: OpenLibrary, ids: Iterable[str]) -> Iterator[Clip]:
    """Look into the files of clips, write down what they hold, and give the clips as they are now.

    A bad one is marked with its reason. Of one that lies on a site and is not fetched nothing is
    known, whatever went wrong before: it may be fetched again. Each is written before the next one
    is looked into.

    Raises:
        InputError: there is no such clip.
        WorkspaceError: the catalogue cannot be written.
    """
    for id_ in ids:
        clip = library.catalogue.clip(id_)
        if not library.lacks(clip):
            library.catalogue.mark(id_, **_found(library, clip))
        elif clip.state != "unknown":
            library.catalogue.mark(id_, state="unknown", reason="")
        yield library.catalogue.clip(id_)


def verify_library(library: OpenLibrary) -> Work[list[Clip]]:
    """Look into every file of a library again, and give the clips that are bad, with reasons."""
    _facts_of.cache_clear()
    bad: list[Clip] = []
    last, done, total = 0, 0, library.catalogue.count()
    while rows := library.catalogue.rows(last, _BATCH):
        clips = library.catalogue.by_rowids(row for row, _ in rows)
        for clip in probe_clips(library, [clip.id for clip in clips]):
            done += 1
            yield Progress(stage="verify", step=min(done, total), total=total, note=clip.source)
            if clip.state == "bad":
                bad.append(clip)
        last = rows[-1][0]
    return bad


def hash_file(path: Path) -> str:
    """Give the SHA-256 of a file in hex, read a piece at a time.

    Raises:
        UnreadableVideoError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableVideoError(f"the file cannot be read: {reason}") from error


def facts_of_span(facts: VideoFacts, start: float | None, end: float | None) -> dict[str, Any]:
    """Give what a clip is said to be (see `Clip`), of what its whole file is.

    Args:
        facts: Of the file.
        start: Seconds from its beginning; None = the beginning.
        end: Seconds; None, or behind the end = the end.

    Raises:
        UnreadableVideoError: no frame lies in the span, or the facts cannot be right.
    """
    if not (0 < facts.fps <= _MAX_FPS and facts.width > 0 and facts.height > 0):
        raise UnreadableVideoError(
            f"it says {facts.fps:g} frames a second of {facts.width} x {facts.height} pixels"
        )
    first = round((start or 0.0) * facts.fps)
    behind = facts.num_frames if end is None else round(end * facts.fps)
    num_frames = min(behind, facts.num_frames) - first
    if num_frames <= 0:
        raise UnreadableVideoError("its part lies behind the end of the video")
    return {
        "duration_seconds": num_frames / facts.fps,
        "num_frames": num_frames,
        "fps": facts.fps,
        "width": facts.width,
        "height": facts.height,
    }


def _found(library: OpenLibrary, clip: Clip) -> dict[str, Any]:
    try:
        file = library.file_of(clip)
        facts, content_hash = _facts_of(file, _stamp(file))
        known = facts_of_span(facts, *library.span_of(clip))
    except UnreadableVideoError as error:
        return {"state": "bad", "reason": error.message}
    return {"state": "ok", "reason": "", "content_hash": content_hash, **known}


@lru_cache(maxsize=_KEPT_FILES)
def _facts_of(file: Path, _: tuple[int, int]) -> tuple[VideoFacts, str]:
    return probe_video(file), hash_file(file)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        there = file.stat()
    except OSError as error:
        raise UnreadableVideoError("the file is gone") from error
    return there.st_size, there.st_mtime_ns
