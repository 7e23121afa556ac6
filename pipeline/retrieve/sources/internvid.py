"""Captions of InternVid as published: JSON lines of YouTube ids and spans, no videos.

`YoutubeID, Start_timestamp, End_timestamp ("HH:MM:SS.mmm"), Caption`, and scores that are not kept.
Of a clip nothing but its duration is known until it is fetched (Wang et al., 2023,
"InternVid: A large-scale video-text dataset for multimodal understanding and generation").
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.clips import clip_id
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.progress import Progress, Work
from pipeline.retrieve.libraries import OpenLibrary, is_site_id
from pipeline.retrieve.rows import ClipRow, Source, key_of
from pipeline.retrieve.sources.lines import MAX_LINE_BYTES, limited_lines, parsed
from pipeline.retrieve.sources.reports import ScanReport, Tally
from pipeline.retrieve.sources.values import check_span, seconds, words

INTERNVID_LICENCE = "CC-BY-NC-SA-4.0 (captions); the videos belong to their owners"
_BATCH_LINES = 20_000
_COMMIT_SECONDS = 5.0


def add_internvid(library: OpenLibrary, jsonl: Path) -> Work[ScanReport]:
    """Add the clips of a file of InternVid; where it was stopped before, it goes on from there.

    Lines are read one after the other; broken ones are counted and left out. A file that has grown
    is read on from its old end.

    Args:
        library: Where to; its licence is that of the clips.
        jsonl: The file, of any size.

    Raises:
        WorkspaceError: it cannot be read, or the catalogue cannot be written.
    """
    file, tally = jsonl.resolve(), Tally()
    source = _begin(library, file)
    committed = time.monotonic()
    with (
        workspace_errors(f"read {short(file)}"),
        file.open("rb") as opened,
        library.catalogue.writing() as writer,
    ):
        opened.seek(source.done_bytes)
        while lines := _next_lines(opened):
            tally.added += writer.add(list(rows_of(lines, source.done_lines + 1, tally, file.name)))
            tally.files += len(lines)
            source = source._replace(
                done_lines=source.done_lines + len(lines), done_bytes=opened.tell()
            )
            writer.note(source)
            if time.monotonic() - committed > _COMMIT_SECONDS:
                writer.commit()
                committed = time.monotonic()
            yield _progress(source)
        writer.note(source._replace(state="done"))
    return tally.report()


def rows_of(lines: Sequence[bytes], first: int, tally: Tally, name: str) -> Iterator[ClipRow]:
    """Give the clips of lines, the first of them with that number; broken ones are told."""
    for line_number, line in enumerate(lines, first):
        if line.isspace():
            continue
        try:
            yield internvid_row(parsed(line))
        except InputError as error:
            tally.leave_out(f"{name}, line {line_number}", error.message)


def internvid_row(values: dict[str, Any] | str) -> ClipRow:
    """Give the clip of a line; a text says why there is none.

    Raises:
        InputError: it is no line of InternVid.
    """
    if isinstance(values, str):
        raise InputError(values)
    source, caption = values.get("YoutubeID"), values.get("Caption")
    if not isinstance(source, str) or not is_site_id(source):
        raise InputError("it has no YoutubeID")
    start, end = seconds(values.get("Start_timestamp")), seconds(values.get("End_timestamp"))
    if start is None or end is None:
        raise InputError("it has no Start_timestamp or End_timestamp")
    check_span(start, end)
    key, low = key_of(clip_id(source, start, end))
    return ClipRow(
        key, low, source, start, end, words(caption), duration_seconds=round(end - start, 3)
    )


def _begin(library: OpenLibrary, file: Path) -> Source:
    """Give how far a file was read; a file that has become another one is read from its start."""
    with workspace_errors(f"read {short(file)}"):
        there = file.stat()
    now = Source(str(file), there.st_size, there.st_mtime_ns, state="partly")
    known = library.catalogue.source(now.name)
    if known is None or known.size > now.size:
        return now
    if (known.size, known.mtime_ns) == (now.size, now.mtime_ns) or known.size < now.size:
        return now._replace(done_bytes=known.done_bytes, done_lines=known.done_lines)
    return now


def _next_lines(opened: BinaryIO) -> list[bytes]:
    """Give the next lines; a last one that is cut off is left for when the file has grown."""
    lines = list(itertools.islice(limited_lines(opened), _BATCH_LINES))
    if lines and _is_cut_off(lines[-1]):
        opened.seek(-len(lines.pop()), os.SEEK_CUR)
    return lines


def _is_cut_off(line: bytes) -> bool:
    whole = line.endswith(b"\n") or len(line) >= MAX_LINE_BYTES
    return not whole and isinstance(parsed(line), str)


def _progress(source: Source) -> Progress:
    return Progress(
        stage="list",
        step=source.done_bytes // 1000,
        total=max(source.size, source.done_bytes) // 1000,
        note=f"{source.done_lines:,} lines",
    )
