"""Where motions come from: the libraries of clips, and the ways to bring more."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.clips import ClipFilter, Library
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.queue import Queue
from pipeline.retrieve.libraries import (
    THEATRE_LIBRARY,
    OpenLibrary,
    delete_library,
    libraries_dirs,
    list_libraries,
    suits,
)
from pipeline.retrieve.sources.lines import TABLE_SUFFIXES
from pipeline.settings import DEFAULT_PACK, Settings
from pipeline.workspace import Project
from studio.cards import View, counted
from studio.jobs import ON_CLIPS
from studio.refusals import NotAllowedError, NotThereError
from studio.rendering import check_queue

_THEATRE = {
    "id": DEFAULT_PACK,
    "title": "The paper theatre",
    "clips": "drawn with the first search",
    "licence": "drawn by the studio itself",
    "suits": "only for theatre",
    "fits": True,
    "unread": [],
    "again": False,
    "loses": "",
}
"""The library of the built-in pack, before it was drawn."""
_LOSES = {
    "folder": "Its videos stay in their folder.",
    "list": "What was fetched for it is deleted too.",
    "internvid": "What was fetched for it is deleted too.",
    "own": "The videos that you filmed or brought are deleted with it, for good.",
}
"""What is lost with a library of each kind that can be deleted."""
_OF_A_SITE = ("list", "internvid")
"""Kinds of libraries whose clips may lie on a site."""
_MOST_COUNTED = 100_000
"""Clips of a library that are looked over for those that cannot be read; more take too long."""
_MOST_REASONS = 8
"""Clips of a library that are said to be unreadable with their reasons."""
_ANY = ClipFilter(min_seconds=0.0, min_frames=0, min_aspect=0.0)


def libraries_view(settings: Settings) -> View:
    """Give the libraries a visitor may search, and whether none of them suits the pack."""
    pack = load_record(settings.pack).name
    views = [_library(one, pack, settings) for one in list_libraries(settings)]
    if pack == DEFAULT_PACK and all(one["id"] != DEFAULT_PACK for one in views):
        views.insert(0, dict(_THEATRE))
    return {
        "libraries": views,
        "asks": not any(one["fits"] for one in views),
        "folders": not settings.visitors,
    }


def add_folder(project: Project, settings: Settings, queue: Queue, path: str) -> None:
    """Queue the look through a folder or a list of clips on the studio's own machine.

    Raises:
        InputError: there is no such folder or list, or too much waits already.
        NotAllowedError: the studio is for visitors, who have no folders here.
    """
    if settings.visitors:
        raise NotAllowedError(
            "Only who runs the studio can add folders of its machine",
            hint="Bring a video or a caption list instead.",
        )
    place = Path(path)
    is_list = place.suffix.lower() in TABLE_SUFFIXES and place.is_file()
    if not place.is_absolute() or not (is_list or place.is_dir()):
        raise InputError(
            f"There is no folder or list “{path}” on this machine",
            hint="Give its whole path, as in /home/you/clips or /home/you/clips.csv.",
        )
    check_queue(queue, settings.user, 1)
    queue.submit("scan", project.path, {"path": str(place)}, user=settings.user)


def unfit_libraries(settings: Settings) -> set[str]:
    """Give the ids of the libraries whose clips are not for the pack."""
    pack = load_record(settings.pack).name
    unfit = {one.record.id for one in list_libraries(settings) if not suits(one.record, pack)}
    return unfit if pack == DEFAULT_PACK else {*unfit, THEATRE_LIBRARY}


def can_fetch(settings: Settings) -> bool:
    """Whether clips may be fetched from their site: by a person's own studio that has yt-dlp."""
    if settings.visitors or shutil.which("yt-dlp") is None:
        return False
    libraries = list_libraries(settings, load_record(settings.pack).name)
    return any(one.record.kind in _OF_A_SITE for one in libraries)


def look_again(project: Project, settings: Settings, queue: Queue, library_id: str) -> None:
    """Queue another look through the folder of a library.

    Raises:
        InputError: too much waits already.
        NotAllowedError: it has no folder, or the studio is for visitors.
        NotThereError: there is no such library.
    """
    library = _find(settings, library_id)
    if not _has_folder(library.record, settings):
        raise NotAllowedError(
            "This library has no folder to look through", hint="Add its folder instead."
        )
    check_queue(queue, settings.user, 1)
    queue.submit("scan", project.path, {"library": library.record.id}, user=settings.user)


def remove_library(settings: Settings, queue: Queue, library_id: str) -> None:
    """Delete a library; what was decided of its clips stays.

    Raises:
        InputError: work of this user reads libraries right now.
        NotAllowedError: it is the theatre's own, or for all in a studio for visitors.
        NotThereError: there is no such library.
        WorkspaceError: it cannot be deleted.
    """
    library = _find(settings, library_id)
    if not _loses(library, settings):
        raise NotAllowedError("This library stays", hint="Only libraries of your own can go.")
    if any(job.user == settings.user and job.kind in ON_CLIPS for job in queue.jobs(active=True)):
        raise InputError(
            "Clips are searched or looked through right now",
            hint="Wait for that, or cancel it, then delete the library.",
        )
    delete_library(settings, library.record.id)


def _find(settings: Settings, library_id: str) -> OpenLibrary:
    for library in list_libraries(settings):
        if library.record.id == library_id:
            return library
    raise NotThereError("This library is no longer there", hint="Reload the page.")


def _library(library: OpenLibrary, pack: str, settings: Settings) -> View:
    record = library.record
    licence = _THEATRE["licence"] if record.kind == "theatre" else record.licence
    return {
        "id": record.id,
        "title": record.title,
        **_clips(library),
        "licence": licence or "licence unknown",
        "suits": _for_whom(record),
        "fits": suits(record, pack),
        "again": _has_folder(record, settings),
        "loses": _loses(library, settings),
    }


def _clips(library: OpenLibrary) -> View:
    """Say how many clips a library has and how many cannot be read; why, of the first of these."""
    catalogue = library.catalogue
    number = catalogue.count()
    if not number and library.record.kind == "theatre":  # it was made, and is not drawn yet
        return {"clips": _THEATRE["clips"], "unread": []}
    bad = catalogue.stats().bad if number <= _MOST_COUNTED else 0
    words = counted(number, "clip")
    if not bad:
        return {"clips": words, "unread": []}
    rowids = [rowid for rowid, _ in catalogue.rows(limit=_MOST_COUNTED)]
    first = list(catalogue.dropped(rowids, _ANY))[:_MOST_REASONS]
    unread = [f"{one.source}: {one.reason}" for one in catalogue.by_rowids(first)]
    return {"clips": f"{words}, {bad} cannot be read", "unread": unread}


def _for_whom(record: Library) -> str:
    return f"only for {', '.join(record.suits)}" if record.suits else "for every model"


def _has_folder(record: Library, settings: Settings) -> bool:
    """Whether whoever asks may have the folder of a library looked through again."""
    return record.kind == "folder" and not settings.visitors


def _loses(library: OpenLibrary, settings: Settings) -> str:
    """Say what is lost with a library; empty where it cannot be deleted."""
    is_shared = library.path.parent == libraries_dirs(settings)[0]
    return "" if is_shared and settings.visitors else _LOSES.get(library.record.kind, "")
