"""What is said of the videos of a folder: in lists, in text files beside them, in their names."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pipeline.errors import InputError, WorkspaceError
from pipeline.files import workspace_errors
from pipeline.retrieve.rows import ClipRow
from pipeline.retrieve.sources.lines import read_lines
from pipeline.retrieve.sources.reports import Tally
from pipeline.retrieve.sources.table import clip_row, guess_columns
from pipeline.retrieve.sources.values import words

LIST_NAMES = ("clips.csv", "clips.jsonl")
_MAX_TEXT_BYTES = 20_000
_CAMERA_NAME = re.compile(
    r"img|image|vid|video|vlc|mov|movie|mvi|dsc[nf]?|go?pr?|gx|gh|pxl|dji|cam|camera|webcam|clip|p"
    r"|untitled|screen|screenrecording|recording|whatsapp|signal|snapchat|facetime|at"
)
_SIZE = re.compile(r"\d+(p|fps|k|hz|x\d+)", re.IGNORECASE)


class Entry(NamedTuple):
    """What is said of a video, or of a part of it."""

    caption: str = ""
    start_seconds: float | None = None
    end_seconds: float | None = None
    licence: str = ""
    credit: str = ""

    @property
    def is_part(self) -> bool:
        """Whether a part of the video is meant, not the whole of it."""
        return self.start_seconds is not None or self.end_seconds is not None


class FolderCaptions:
    """The captions of all videos of a folder."""

    def __init__(self, files: Mapping[str, Path], tally: Tally) -> None:
        """Read the lists; what is broken in them is counted and told in `tally`.

        Args:
            files: All files of the folder by their paths below it, parted by `/`.
            tally: Where problems are told.
        """
        self._files, self._tally = files, tally
        self._listed: dict[str, list[Entry]] = defaultdict(list)
        for source, path in files.items():
            if PurePosixPath(source).name in LIST_NAMES:
                self._read_list(source, path)

    def entries(self, source: str) -> tuple[Entry, ...]:
        """Give what is said of a video: by a list, else by the text beside it, else by its name."""
        if source in self._listed:
            return _joined(self._listed[source])
        beside = self._files.get(str(PurePosixPath(source).with_suffix(".txt")))
        if beside is not None:
            try:
                with workspace_errors("read the words beside it"), beside.open("rb") as file:
                    text = file.read(_MAX_TEXT_BYTES)
                return (Entry(words(text.decode("utf-8-sig", "replace"))),)
            except WorkspaceError as error:
                self._tally.tell(source, error.message)
        return (Entry(readable_name(source)),)

    def _read_list(self, source: str, path: Path) -> None:
        folder = PurePosixPath(source).parent
        try:
            for line_number, values in read_lines(path):
                try:
                    self._take(folder, _row(values))
                except InputError as error:
                    self._tally.leave_out(f"{source}, line {line_number}", error.message)
        except (InputError, WorkspaceError) as error:
            self._tally.leave_out(source, error.message)

    def _take(self, folder: PurePosixPath, row: ClipRow) -> None:
        named = str(folder / row.source)
        if named not in self._files:
            raise InputError(f"there is no video {row.source[:80]!r}")
        entry = Entry(row.caption, row.start_seconds, row.end_seconds, row.licence, row.credit)
        self._listed[named].append(entry)


def _joined(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Give one entry for each span: what several lines say of it are its words together."""
    spans: dict[tuple[float | None, float | None], Entry] = {}
    for entry in dict.fromkeys(entries):
        span = entry.start_seconds, entry.end_seconds
        if span in spans:
            together = words(". ".join(filter(None, (spans[span].caption, entry.caption))))
            entry = spans[span]._replace(caption=together)
        spans[span] = entry
    return tuple(spans.values())


def _row(values: Mapping[str, object] | str) -> ClipRow:
    if isinstance(values, str):
        raise InputError(values)
    columns = guess_columns(list(values)).model_copy(update={"url": None})
    return clip_row(values, columns, library="")  # its key is not used: shots are not known yet


def stamp_of(entries: Sequence[Entry]) -> str:
    """Give a short hash of what is said of a video: another one, and its clips are made anew."""
    return hashlib.sha256(json.dumps(entries).encode()).hexdigest()[:16]


def readable_name(source: str) -> str:
    """Give the words of a file's name: `red_fox-walking_03.mp4` is `red fox walking`.

    Numbers, sizes and what a camera calls its files are no words: `IMG_0042.MOV` gives none.
    """
    stem = PurePosixPath(source).stem
    parts = (part for part in re.split(r"[\W_]+", stem) if not _SIZE.fullmatch(part))
    bare = (part.rstrip("0123456789") for part in parts)
    kept = [part for part in bare if part and not any(letter.isdigit() for letter in part)]
    if all(_CAMERA_NAME.fullmatch(part.lower()) for part in kept):
        return ""
    spaced = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part) for part in kept)
    return words(" ".join(spaced).lower())
