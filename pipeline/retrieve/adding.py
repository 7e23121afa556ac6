"""A folder or a list of a person made a library, or brought up to date where it is one already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pipeline.clips import LibraryKind
from pipeline.errors import InputError
from pipeline.files import short, workspace_errors
from pipeline.progress import Work
from pipeline.retrieve.libraries import (
    OpenLibrary,
    change_library,
    create_library,
    list_libraries,
)
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieve.sources.internvid import INTERNVID_LICENCE, add_internvid
from pipeline.retrieve.sources.lines import TABLE_SUFFIXES, read_lines
from pipeline.retrieve.sources.reports import ScanReport
from pipeline.retrieve.sources.table import ColumnMap, add_table
from pipeline.settings import Settings

Given = Literal["auto", "folder", "table", "internvid"]


def add_library(
    settings: Settings,
    path: Path,
    *,
    title: str = "",
    licence: str = "",
    given: Given = "auto",
    columns: ColumnMap | None = None,
    suits: Sequence[str] = (),
) -> Work[tuple[OpenLibrary, ScanReport]]:
    """Make a library of a folder of videos, or of a list of clips, and take its clips in.

    The same folder, or a list of the same name beside the same videos, is the same library: it is
    brought up to date, and takes another licence and other packs where these are given.

    Args:
        settings: Whose.
        path: A folder, or a list (see `add_table`, `add_internvid`).
        title: As a person reads it; the name of the file or folder unless given.
        licence: The terms of clips that do not name their own.
        given: What `path` is; looked at unless given.
        columns: Of a list.
        suits: Names of the packs it is for; empty = every pack.

    Raises:
        InputError: it is neither a folder nor a list that can be read.
        WorkspaceError: it cannot be read, or the library cannot be written.
    """
    with workspace_errors(f"read {short(path)}"):
        path = path.expanduser().resolve()
        kind = _kind(path, given)
    root = {"folder": path, "list": path.parent, "internvid": None}[kind]
    title = title or path.stem or str(path)
    known = _there(settings, kind, title, root)
    if known is not None:
        library = change_library(known, licence=licence, suits=suits)
    else:
        terms = licence or (INTERNVID_LICENCE if kind == "internvid" else "")
        library = create_library(settings, title, kind, root=root, suits=suits, licence=terms)
    works: dict[LibraryKind, Callable[[], Work[ScanReport]]] = {
        "folder": lambda: scan_folder(library),
        "list": lambda: add_table(library, path, columns),
        "internvid": lambda: add_internvid(library, path),
    }
    report = yield from works[kind]()
    return library, report


def _kind(path: Path, given: Given) -> Literal["folder", "list", "internvid"]:
    """Find out what a path is, and whether that is what it is said to be."""
    is_folder = path.is_dir()
    if not is_folder and not path.is_file():
        raise InputError(f"there is nothing at {short(path)}", hint="Check the name.")
    if given == "auto" and not is_folder and path.suffix.lower() not in TABLE_SUFFIXES:
        raise InputError(
            f"{short(path)} is neither a folder nor a list of clips",
            hint=f"Name the folder it lies in, or a list ({', '.join(TABLE_SUFFIXES)}).",
        )
    if given != "auto" and is_folder != (given == "folder"):
        raise InputError(f"{short(path)} is {'a' if is_folder else 'no'} folder")
    if is_folder:
        return "folder"
    if given == "internvid" or (given == "auto" and _is_internvid(path)):
        return "internvid"
    return "list"


def _is_internvid(path: Path) -> bool:
    if path.suffix.lower() not in (".jsonl", ".ndjson"):
        return False
    first = next((line for _, line in read_lines(path)), "")
    return not isinstance(first, str) and {"YoutubeID", "Start_timestamp"} <= first.keys()


def _there(
    settings: Settings, kind: LibraryKind, title: str, root: Path | None
) -> OpenLibrary | None:
    """Give the library that was made of the same before, of that title unless it is a folder."""
    for library in list_libraries(settings):
        record = library.record
        same_place = record.root == (None if root is None else str(root))
        if record.kind == kind and same_place and (kind == "folder" or record.title == title):
            return library
    return None
