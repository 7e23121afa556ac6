"""A project as one zip file and back. Nothing that comes back is trusted."""

from __future__ import annotations

import logging
import os
import re
import shutil
import stat
import struct
import time
import zipfile
import zlib
from calendar import timegm
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from pipeline.artifacts import Casting, PlanRecord, Take, Timeline
from pipeline.bin import Bin
from pipeline.decisions import Decisions
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import (
    MAX_RECORD_BYTES,
    as_json,
    partial_path,
    read_record,
    replace_file,
    short,
    workspace_errors,
)
from pipeline.film_edit import FilmEdit
from pipeline.project import Project
from pipeline.settings import Settings
from pipeline.story import Record, Story
from pipeline.story_file import read_story
from pipeline.versions import prune_versions
from pipeline.workspace import move_in, projects_dir

logger = logging.getLogger(__name__)

MAX_FILES = 20_000
MAX_BYTES = 2_000_000_000
"""Of all files of a project together."""
MAX_JSON_BYTES = 100_000_000
"""Of all its records together."""
_MAX_DIRECTORY_BYTES = 300 * MAX_FILES
_CHUNK_BYTES = 1 << 20
_PLAIN_BYTES = 10_000_000
"""What pictures and videos of a zip may unpack to, and twice the zip: they hardly get smaller."""
_LEFT_OVER_SECONDS = 86_400
_ID = r"[a-z0-9][a-z0-9_-]{0,63}"
_RECORDS: dict[str, type[Record]] = {
    "casting.json": Casting,
    "planning.json": PlanRecord,
    "decisions.json": Decisions,
    "bin.json": Bin,
    "film.json": FilmEdit,
}
_VERSION = re.compile(r"versions/(0|[1-9][0-9]{0,8})\.json")
_TAKE = re.compile(rf"takes/({_ID})/(take-[0-9]{{2,9}})\.(json|mp4)")
_FILM = re.compile(r"films/film-[0-9]{2,9}\.json")
_OTHER = re.compile(
    rf"story\.json|films/film-[0-9]{{2,9}}\.(mp4|srt|vtt)|media/{_ID}\.(jpg|png|m4a)"
)
_FOLDER = re.compile(rf"(versions|films|media|takes(/{_ID})?)/")
_STARTS: dict[str, Callable[[bytes], bool]] = {
    ".mp4": lambda start: start[4:8] == b"ftyp",
    ".jpg": lambda start: start.startswith(b"\xff\xd8\xff"),
    ".png": lambda start: start == b"\x89PNG\r\n\x1a\n",
    ".m4a": lambda start: start[4:8] == b"ftyp",
    ".vtt": lambda start: start.startswith(b"WEBVTT"),
}
"""How a file of each kind begins, in its first 8 bytes."""
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class _Entry:
    """A file of a bundle: its name in there, what it holds, and when that was saved."""

    name: str
    content: bytes | Path
    saved: float

    @property
    def size(self) -> int:
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


def write_bundle(project: Project, out: BinaryIO | Path) -> None:
    """Write all of a project into one zip: story, versions, bin, casting, takes, films, pictures.

    What cannot be read is left out.

    Raises:
        InputError: the project is larger than what `read_bundle` reads.
        WorkspaceError: it cannot be read or written.
    """
    with workspace_errors(f"keep {short(project.path)} in a zip"):
        entries = list(_entries(project))
        _check_sizes([(entry.name, entry.size) for entry in entries])
        if not isinstance(out, Path):
            _write(entries, out)
            return
        partial = partial_path(out)
        try:
            with partial.open("xb") as file:
                _write(entries, file)
            replace_file(partial, out)
        finally:
            partial.unlink(missing_ok=True)


def read_bundle(path: Path, settings: Settings) -> Project:
    """Make one of the user's projects of a zip that `write_bundle` wrote, under a free name.

    Raises:
        InputError: the file is no such zip, or holds anything else or too much.
        WorkspaceError: it cannot be read, or the project cannot be written; nothing is left.
    """
    _sweep(projects_dir(settings))
    folder = partial_path(projects_dir(settings) / "import")
    try:
        with workspace_errors("unpack the zip"), _zip_errors():
            folder.mkdir(parents=True)
            _unpack(path, folder)
        prune_versions(folder / "versions")
        story = _checked(folder)
        return move_in(folder, story, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Remove what imports left that were ended from outside, once nobody can still be at it."""
    for left in home.glob(".import.*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_OVER_SECONDS:
                shutil.rmtree(left)


def _entries(project: Project) -> Iterator[_Entry]:
    story = project.reload()
    yield _record("story.json", story, project.path / "story.json")
    for name, kind in _RECORDS.items():
        file = project.path / name
        if file.is_file() and (record := _readable(lambda f=file, k=kind: read_record(f, k))):
            yield _record(name, record, file)
    for revision in project.versions():
        file = project.path / "versions" / f"{revision}.json"
        if (old := _readable(lambda f=file: read_story(f))) and old.revision < story.revision:
            yield _record(f"versions/{revision}.json", old, file)
    for folder in sorted((project.path / "takes").glob("*/")):
        if re.fullmatch(_ID, folder.name):
            yield from _takes(project, folder.name)
    for file in sorted([*project.films_dir.glob("*"), *(project.path / "media").glob("*")]):
        name = f"{file.parent.name}/{file.name}"
        if _OTHER.fullmatch(name) and _starts_well(file):
            yield _Entry(name, file, file.stat().st_mtime)
        elif _FILM.fullmatch(name) and (made := _readable(lambda f=file: _timeline(f))):
            yield _record(name, made, file)


def _takes(project: Project, scene_id: str) -> Iterator[_Entry]:
    for take in project.takes(scene_id):
        video, name = project.take_video(take), f"takes/{scene_id}/{take.id}"
        if take.scene_id == scene_id and _starts_well(video) and _TAKE.fullmatch(f"{name}.mp4"):
            yield _record(f"{name}.json", take, video)
            yield _Entry(f"{name}.mp4", video, video.stat().st_mtime)


def _timeline(file: Path) -> Timeline:
    return read_record(file, Timeline)


def _record(name: str, record: Record, file: Path) -> _Entry:
    content = as_json(record, compact=isinstance(record, Decisions))
    return _Entry(name, content, file.stat().st_mtime)


def _readable(read: Callable[[], R]) -> R | None:
    try:
        return read()
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("left out of the zip: %s", error)
        return None


def _write(entries: Sequence[_Entry], file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, time.gmtime(max(entry.saved, 400_000_000))[:6])
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.file_size = entry.size
            if isinstance(entry.content, Path):
                with entry.content.open("rb") as source, archive.open(info, "w") as target:
                    shutil.copyfileobj(source, target, _CHUNK_BYTES)
            else:
                archive.writestr(info, entry.content, zipfile.ZIP_DEFLATED)


@contextmanager
def _zip_errors() -> Iterator[None]:
    """Turn what is wrong with a zip into an InputError."""
    broken = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)
    try:
        yield
    except broken as error:
        raise InputError("the file is no zip, or it is broken", hint=_HINT) from error


_HINT = "Choose a zip that the studio made of a story."


def _unpack(path: Path, folder: Path) -> None:
    """Write the files of a zip into a folder, none of them outside it or larger than allowed."""
    with path.open("rb") as file:
        number = _check_directory(file)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) != number:
                raise zipfile.BadZipFile("its list of files is cut short")
            _check_sizes([(info.filename, info.file_size) for info in entries])
            _check_packing(entries, path.stat().st_size)
            for info in entries:
                if not _FOLDER.fullmatch(info.filename):
                    _check_entry(info)
                    _unpack_one(archive, info, folder / info.filename)


def _check_directory(file: BinaryIO) -> int:
    """Refuse a list of files that is larger than ours get, before it is read into memory.

    Gives how many files it should hold. Number and length stand in the zip's last record. The
    record of a larger kind of zip (zip64) stands before that.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 42))
    tail = file.read()
    at = len(tail) - 22 if tail[-22:-18] == b"PK\5\6" else tail.rfind(b"PK\5\6")
    if at < 0:
        raise zipfile.BadZipFile
    number, length = struct.unpack_from("<HL", tail, at + 10)
    if length > _MAX_DIRECTORY_BYTES or tail[max(0, at - 20) : at].startswith(b"PK\6\7"):
        raise InputError("the zip lists more files than a story has", hint=_HINT)
    return number


def _check_sizes(files: Sequence[tuple[str, int]]) -> None:
    num_files, num_bytes = len(files), sum(size for _, size in files)
    records = sum(size for name, size in files if name.endswith(".json"))
    if num_files > MAX_FILES or num_bytes > MAX_BYTES or records > MAX_JSON_BYTES:
        raise InputError(
            f"the story has {num_files:,} files of {num_bytes / 1e9:.1f} GB; a zip of one holds "
            f"{MAX_FILES:,} and {MAX_BYTES / 1e9:.0f} GB at most, {MAX_JSON_BYTES / 1e6:.0f} MB "
            "of them words",
            hint="Remove takes or films that are not needed.",
        )


def _check_packing(entries: Sequence[zipfile.ZipInfo], zip_bytes: int) -> None:
    """Refuse videos and pictures that unpack to far more than they are: they are none."""
    media = sum(info.file_size for info in entries if not info.filename.endswith(".json"))
    if media > 2 * zip_bytes + _PLAIN_BYTES:
        raise InputError("the zip unpacks to far more than it is", hint=_HINT)


def _check_entry(info: zipfile.ZipInfo) -> None:
    """Refuse what is no plain file that a project has."""
    name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
    kinds = (_VERSION, _TAKE, _FILM, _OTHER)
    known = name in _RECORDS or any(one.fullmatch(name) for one in kinds)
    if not known:
        raise InputError(f"the zip holds {name[:80]!r}, which no story has", hint=_HINT)
    plain = kind in (0, stat.S_IFREG) and not info.flag_bits & 1
    if not plain or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{name} in the zip is a link, locked or packed otherwise", hint=_HINT)
    if name.endswith(".json") and info.file_size > MAX_RECORD_BYTES:
        raise InputError(f"{name} in the zip is too large", hint=_HINT)


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one file; reading ends at the size that was announced, so that was checked."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(info) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file, _CHUNK_BYTES)
    except FileExistsError as error:
        raise InputError(f"the zip holds {info.filename} twice", hint=_HINT) from error
    with suppress(ValueError, OverflowError):  # no such date
        saved = timegm((*info.date_time, 0, 0, 0))
        os.utime(target, (saved, saved))


def _checked(folder: Path) -> Story:
    """Read everything in an unpacked project; give its story."""
    if not (folder / "story.json").is_file():
        raise InputError("the zip holds no story", hint=_HINT)
    story = _read(folder, "story.json", read_story)
    for name, kind in _RECORDS.items():
        if (folder / name).is_file():
            _read(folder, name, lambda file, kind=kind: read_record(file, kind))
    for file in folder.glob("films/*.json"):
        _read(folder, f"films/{file.name}", _timeline)
    _check_versions(folder, story.revision)
    _check_takes(folder)
    for file in folder.rglob("*"):
        if file.is_file() and not _starts_well(file):
            raise _other_than_named(file.relative_to(folder).as_posix())
    return story


def _check_versions(folder: Path, revision: int) -> None:
    for file in folder.glob("versions/*.json"):
        old = _read(folder, f"versions/{file.name}", read_story)
        if old.revision != int(file.stem) or old.revision >= revision:
            raise _other_than_named(f"versions/{file.name}")


def _check_takes(folder: Path) -> None:
    for file in folder.glob("takes/*/*"):
        name = f"takes/{file.parent.name}/{file.stem}"
        if not all((folder / f"{name}{suffix}").is_file() for suffix in (".json", ".mp4")):
            raise InputError(f"the zip holds only a part of {name}", hint=_HINT)
        if file.suffix == ".json":
            take = _read(folder, f"{name}.json", lambda file: read_record(file, Take))
            if (take.scene_id, take.id) != (file.parent.name, file.stem):
                raise _other_than_named(f"{name}.json")


def _read(folder: Path, name: str, read: Callable[[Path], R]) -> R:
    """Read a record; what is wrong with it is said without the folder, which nobody knows."""
    file = folder / name
    try:
        return read(file)
    except InvalidStoryError as error:
        message = error.message.replace(short(file), f"{name} in the zip")
        raise InvalidStoryError(message, problems=error.problems, hint=_HINT) from error


def _other_than_named(name: str) -> InputError:
    return InputError(f"{name} in the zip is something else than its name says", hint=_HINT)


def _starts_well(file: Path) -> bool:
    """Whether a file begins as one of its kind does."""
    begins = _STARTS.get(file.suffix)
    if begins is None:
        return True
    with file.open("rb") as opened:
        return begins(opened.read(8))
