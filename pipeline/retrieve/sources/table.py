"""Lists of clips with named columns: CSV, JSON lines, Parquet; read a line at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from pipeline.clips import clip_id
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.progress import Progress, Work
from pipeline.retrieve.libraries import OpenLibrary, is_site_id
from pipeline.retrieve.rows import ClipRow, Source, key_of
from pipeline.retrieve.sources.lines import Line, read_lines
from pipeline.retrieve.sources.reports import ScanReport, Tally
from pipeline.retrieve.sources.values import check_span, number, seconds, site_id, words
from pipeline.story import Record

_BATCH_ROWS = 5_000
_MAX_PATH = 1000
_LINES_FOR_NAMES = 200


class ColumnMap(Record):
    """Which column of a list holds what; None = none does."""

    path: str | None = None
    url: str | None = None
    """Address or id of a video on YouTube, where there is no path."""
    caption: str | None = None
    start: str | None = None
    end: str | None = None
    duration: str | None = None
    frames: str | None = None
    fps: str | None = None
    width: str | None = None
    height: str | None = None
    licence: str | None = None
    credit: str | None = None


_USUAL_NAMES = {
    "path": ("path", "file", "filename", "file_name", "video", "video_path", "videopath"),
    "url": ("url", "youtubeid", "youtube_id", "videoid", "video_id"),
    "caption": ("caption", "text", "description", "title", "name"),
    "start": ("start", "start_seconds", "start_time", "start_timestamp"),
    "end": ("end", "end_seconds", "end_time", "end_timestamp"),
    "duration": ("duration", "duration_seconds", "seconds"),
    "frames": ("frames", "num_frames", "n_frames"),
    "fps": ("fps", "frame_rate"),
    "width": ("width",),
    "height": ("height",),
    "licence": ("licence", "license"),
    "credit": ("credit", "author", "attribution"),
}


def guess_columns(names: Sequence[str]) -> ColumnMap:
    """Take the usual names of columns for what they usually hold, in any case."""
    there = {str(name).strip().lower(): name for name in reversed(names)}
    found = {
        what: next((there[name] for name in usual if name in there), None)
        for what, usual in _USUAL_NAMES.items()
    }
    return ColumnMap(**found)


def names_files(file: Path, *, kind: str = "") -> bool:
    """Whether the lines of a list name files, not videos on a site; `kind` as in `read_lines`."""
    columns = guess_columns(_names_in(file, kind))
    return columns.path is not None and columns.url is None


def add_table(
    library: OpenLibrary, file: Path, columns: ColumnMap | None = None
) -> Work[ScanReport]:
    """Add the clips of a list; again after it changed, and only what is new is added.

    Paths are relative to the library's folder. No video is opened: what the list does not say is
    unknown. Broken lines are counted and left out. Closed between batches, it keeps those.

    Args:
        library: Where to.
        file: `.csv`, `.tsv`, `.jsonl` or `.parquet`.
        columns: Which column holds what; those left None are guessed by their names.

    Raises:
        InputError: it is no such list, or has neither a path nor an address.
        WorkspaceError: it cannot be read.
    """
    file = file.resolve()
    columns = _all_columns(file, columns)
    with workspace_errors(f"read {short(file)}"):
        there = file.stat()
    source = Source(str(file), there.st_size, there.st_mtime_ns, columns.model_dump_json())
    if library.catalogue.source(source.name) == source:
        return Tally(unchanged=1).report()
    tally, lines = Tally(), read_lines(file)
    while batch := list(itertools.islice(lines, _BATCH_ROWS)):
        rows = list(rows_of(batch, columns, tally, file.name, library.record.id))
        with library.catalogue.writing() as writer:
            tally.added += writer.add(rows)
        tally.files += len(batch)
        note = f"{tally.files:,} lines"  # nobody knows how many there will be
        yield Progress(stage="list", step=tally.files, total=tally.files, note=note)
    with library.catalogue.writing() as writer:
        writer.note(source)
    return tally.report()


def rows_of(
    lines: Sequence[Line], columns: ColumnMap, tally: Tally, name: str, library: str
) -> Iterator[ClipRow]:
    """Give the clips of lines; those that have none are counted and told under the list's name."""
    for line_number, values in lines:
        try:
            if isinstance(values, str):
                raise InputError(values)
            yield clip_row(values, columns, library)
        except InputError as error:
            tally.leave_out(f"{name}, line {line_number}", error.message)


def clip_row(values: Mapping[str, Any], columns: ColumnMap, library: str) -> ClipRow:
    """Give the clip of a line of a list that belongs to a library of that id.

    Raises:
        InputError: it has no source, or a value that cannot be.
    """

    def get(column: str | None) -> Any:  # noqa: ANN401 - any JSON
        return values.get(column) if column else None

    start, end = seconds(get(columns.start)), seconds(get(columns.end))
    check_span(start, end)
    duration = seconds(get(columns.duration))
    if duration is None and end is not None:
        duration = end - (start or 0.0)
    frames, width, height = (
        round(number(get(column), most=1e9) or 0) or None
        for column in (columns.frames, columns.width, columns.height)
    )
    source = _source(get(columns.path), get(columns.url))
    return ClipRow(
        *key_of(clip_id(source, start, end, library="" if is_site_id(source) else library)),
        source=source,
        start_seconds=start,
        end_seconds=end,
        caption=words(get(columns.caption)),
        licence=words(get(columns.licence)),
        credit=words(get(columns.credit)),
        duration_seconds=duration,
        num_frames=frames,
        fps=number(get(columns.fps), most=1000),
        width=width,
        height=height,
    )


def relative_path(text: str) -> str:
    """Give a path of a list as it is kept: relative, parted by `/`.

    Raises:
        InputError: it is empty, absolute, leads upwards, or is no path of a video.
    """
    path = PurePosixPath(text.replace("\\", "/"))
    if PureWindowsPath(text).drive or path.is_absolute() or ".." in path.parts:
        raise InputError(f"{text[:80]!r} does not lie in the library's folder")
    if not path.suffix or "\0" in text or len(text) > _MAX_PATH:
        raise InputError(f"{text[:80]!r} is no name of a video")
    return str(path)


def _source(path: object, url: object) -> str:
    if path:
        text = str(path)
        source = relative_path(text)
        return source if source.isascii() else _encodable(source)
    if url:
        return site_id(str(url).strip())
    raise InputError("it names no video")


def _encodable(text: str) -> str:
    with suppress(UnicodeEncodeError):
        text.encode()
        return text
    raise InputError("its path is no text")


def _all_columns(file: Path, given: ColumnMap | None) -> ColumnMap:
    """Give the columns that are named, the rest guessed by the first lines'."""
    names = _names_in(file)
    said = {what: name for what, name in (given or ColumnMap()) if name is not None}
    for what, name in said.items():
        if name not in names:
            raise InputError(
                f"{short(file)} has no column {name!r} for {what}",
                hint=f"It has {', '.join(map(str, names[:20])) or 'no columns'}.",
            )
    columns = guess_columns(names).model_copy(update=said)
    if not (columns.path or columns.url):
        raise InputError(
            f"{short(file)} does not say where its videos are",
            hint="Name the column: --column path=NAME, or --column url=NAME.",
        )
    return columns


def _names_in(file: Path, kind: str = "") -> list[str]:
    """The names of a list's columns, as far as its first lines have them."""
    first = itertools.islice(read_lines(file, kind=kind), _LINES_FOR_NAMES)
    named = (name for _, line in first if not isinstance(line, str) for name in line)
    return list(dict.fromkeys(named))
