"""Libraries of clips: folders `{library.json, catalogue.sqlite, index/, clips/}`.

Shared ones lie in `libraries/` of the home folder, those of one person in
`users/<user>/libraries/`. The videos stay where they are (`Library.root`); a library's own `clips/`
holds those that were brought or fetched.
"""

from __future__ import annotations

import itertools
import logging
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.clips import Clip, Library, LibraryKind
from pipeline.errors import InputError, InvalidStoryError, UnreadableVideoError, WorkspaceError
from pipeline.files import (
    checked_id,
    partial_path,
    read_record,
    short,
    workspace_errors,
    write_record,
)
from pipeline.retrieve.catalogue import Catalogue
from pipeline.settings import Settings
from pipeline.story import slug

logger = logging.getLogger(__name__)

THEATRE_LIBRARY = "theatre"
OWN_LIBRARY = "my-clips"
"""Ids of the libraries that the studio makes itself; no other one gets them."""
_SITE_ID = re.compile(r"[A-Za-z0-9_-]{11}")


@dataclass(frozen=True)
class OpenLibrary:
    """A library, where it lies, and its catalogue."""

    record: Library
    path: Path
    catalogue: Catalogue

    @property
    def root(self) -> Path:
        """The folder that sources lie in."""
        return Path(self.record.root) if self.record.root else self.path / "clips"

    def file_of(self, clip: Clip) -> Path:
        """Give the video of a clip, every link resolved.

        Raises:
            UnreadableVideoError: it is gone, not fetched yet, no file, or lies outside.
        """
        if is_site_id(clip.source):
            return _file_below(self.path / "clips", f"{clip.id}.mp4", gone="it is not fetched yet")
        return _file_below(self.root, clip.source, gone="the file is gone")

    def lacks(self, clip: Clip) -> bool:
        """Whether a clip lies on a site and is not fetched yet."""
        return is_site_id(clip.source) and not (self.path / "clips" / f"{clip.id}.mp4").exists()

    def span_of(self, clip: Clip) -> tuple[float | None, float | None]:
        """Give where a clip begins and ends, in seconds of the file that `file_of` gives.

        A fetched file holds nothing but the clip: it begins and ends with it.
        """
        if is_site_id(clip.source):
            return None, None
        return clip.start_seconds, clip.end_seconds

    def frames_of(self, clip: Clip) -> range:
        """Give the numbers of a clip's frames in the file that `file_of` gives.

        Raises:
            UnreadableVideoError: nobody has looked into the file yet.
        """
        if clip.num_frames is None or clip.fps is None:
            raise UnreadableVideoError(f"the frames of clip {clip.id} are not known yet")
        first = round((self.span_of(clip)[0] or 0.0) * clip.fps)
        return range(first, first + clip.num_frames)


def is_site_id(source: str) -> bool:
    """Whether a source is the id of a video on YouTube; paths have a suffix, so they are none."""
    return _SITE_ID.fullmatch(source) is not None


def libraries_dirs(settings: Settings) -> tuple[Path, Path]:
    """Give the folders of the shared libraries and of the user's own."""
    own = settings.home / "users" / checked_id(settings.user) / "libraries"
    return settings.home / "libraries", own


def list_libraries(settings: Settings, pack: str | None = None) -> list[OpenLibrary]:
    """Give the shared and the user's libraries by id; broken ones are left out and logged.

    Args:
        settings: Whose.
        pack: The name of a pack: those that are not for it are left out; None = all.
    """
    folders = {
        file.parent.name: file.parent
        for folder in libraries_dirs(settings)
        for file in folder.glob("[!.]*/library.json")
    }
    opened = (one for id_ in sorted(folders) if (one := _listed(folders[id_])))
    return [one for one in opened if suits(one.record, pack)]


def suits(library: Library, pack: str | None) -> bool:
    """Whether a library may be offered to a pack of that name."""
    return pack is None or not library.suits or pack in library.suits


def open_library(settings: Settings, library_id: str) -> OpenLibrary:
    """Open a library by its id, the user's own before a shared one.

    Raises:
        InputError: there is none of that id.
        InvalidStoryError: its `library.json` is no such record.
        WorkspaceError: it cannot be read.
    """
    return _open(_folder_of(settings, library_id))


def create_library(
    settings: Settings,
    title: str,
    kind: LibraryKind,
    *,
    root: Path | None = None,
    suits: Sequence[str] = (),
    licence: str = "",
    library_id: str | None = None,
    shared: bool = False,
) -> OpenLibrary:
    """Make an empty library under a free id made of its title.

    Args:
        settings: Whose home.
        title: As a person reads it.
        kind: Where its clips come from.
        root: The folder that sources are relative to; None = the library's own `clips/`.
        suits: Names of the packs it is for; empty = every pack.
        licence: The terms of clips that do not name their own.
        library_id: Exactly this id instead; InputError if it is taken.
        shared: For all users of the home, not this one alone.

    Raises:
        InputError: `root` is no folder, or the id is taken.
        WorkspaceError: the library cannot be written.
    """
    if root is not None and not root.is_dir():
        raise InputError(f"there is no folder {short(root)}", hint="Check the name.")
    id_ = _free_id(settings, title, library_id)
    folder = libraries_dirs(settings)[0 if shared else 1] / id_
    made = partial_path(folder)
    record = Library(
        id=id_,
        title=title.strip() or id_,
        kind=kind,
        root=None if root is None else str(root.resolve()),
        suits=tuple(suits),
        licence=licence,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with workspace_errors(f"make a library at {short(folder)}"):
        try:
            (made / "clips").mkdir(parents=True)
            write_record(made / "library.json", record)
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return _open(folder)


def change_library(
    library: OpenLibrary, *, licence: str = "", suits: Sequence[str] = ()
) -> OpenLibrary:
    """Give a library other terms, or other packs that it is for; what is empty stays as it is.

    Raises:
        WorkspaceError: it cannot be written.
    """
    named = {"licence": licence, "suits": tuple(suits)}
    changes = {name: value for name, value in named.items() if value}
    record = library.record.model_copy(update=changes)
    if record == library.record:
        return library
    write_record(library.path / "library.json", record)
    return _open(library.path)


def delete_library(settings: Settings, library_id: str) -> None:
    """Delete a library with what was fetched or brought into it; videos elsewhere stay.

    Raises:
        InputError: there is none, or it is shared and the studio has visitors.
        WorkspaceError: it cannot be deleted.
    """
    folder = _folder_of(settings, library_id)
    if settings.visitors and folder.parent == libraries_dirs(settings)[0]:
        raise InputError(f"the library {library_id} is for all, so it stays")
    away = partial_path(folder)
    with workspace_errors(f"delete the library {short(folder)}"):
        folder.rename(away)
        shutil.rmtree(away)


def _file_below(root: Path, source: str, *, gone: str) -> Path:
    """Give a file below a folder, links resolved; it is refused where one leads outside."""
    try:
        real = Path(os.path.realpath(root / source, strict=True))
        inside = real.is_relative_to(os.path.realpath(root))
    except (OSError, ValueError) as error:
        raise UnreadableVideoError(gone) from error
    if not inside:
        raise UnreadableVideoError("it lies outside the library's folder")
    if not real.is_file():
        raise UnreadableVideoError("it is no file")
    return real


def _folder_of(settings: Settings, library_id: str) -> Path:
    shared, own = (folder / checked_id(library_id) for folder in libraries_dirs(settings))
    for folder in (own, shared):
        if (folder / "library.json").is_file():
            return folder
    raise InputError(
        f"there is no library {library_id}", hint="`python -m pipeline library list` names them."
    )


def _open(folder: Path) -> OpenLibrary:
    record = read_record(folder / "library.json", Library)
    if record.id != folder.name:
        raise InvalidStoryError(f"{short(folder)} holds the library {record.id!r}")
    catalogue = Catalogue(folder / "catalogue.sqlite", library=record.id, licence=record.licence)
    return OpenLibrary(record, folder, catalogue)


def _listed(folder: Path) -> OpenLibrary | None:
    try:
        return _open(folder)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("library left out: %s", error)
        return None


def _free_id(settings: Settings, title: str, library_id: str | None) -> str:
    """Give an id that no library of the user or of all has: the one asked for, or of the title."""
    names = iter([checked_id(library_id)]) if library_id else _names(slug(title, fallback="clips"))
    for name in names:
        if not any((folder / name).exists() for folder in libraries_dirs(settings)):
            return name
    raise InputError(f"there is a library {library_id} already", hint="Choose another id.")


def _names(base: str) -> Iterator[str]:
    if base not in (THEATRE_LIBRARY, OWN_LIBRARY):
        yield base
    yield from (f"{base}-{number}" for number in itertools.count(2))
