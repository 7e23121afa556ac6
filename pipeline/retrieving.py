"""Retrieves clips for a motion, and brings libraries in: what command line, worker and page call.

Each is a work function (see `pipeline.progress`). The models come from whoever calls, as a function
that loads them on first use.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Container, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.clips import Candidate, Clip, ClipFilter, Retrieval
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.files import checked_id, short, workspace_errors
from pipeline.packs.record import load_record
from pipeline.progress import Progress, Work
from pipeline.retrieve.adding import add_library
from pipeline.retrieve.libraries import (
    THEATRE_LIBRARY,
    OpenLibrary,
    create_library,
    list_libraries,
    open_library,
)
from pipeline.retrieve.own import keep_own, own_library
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieve.sources.lines import TABLE_SUFFIXES
from pipeline.retrieve.sources.reports import ScanReport
from pipeline.retrieve.sources.table import names_files
from pipeline.retrieve.words import expand
from pipeline.settings import Settings
from pipeline.story import Character, Motion, slug
from pipeline.workspace import Project

if TYPE_CHECKING:
    from pipeline.vision.sight import Sight

    LoadSight = Callable[[], Sight]

N = TypeVar("N", Character, Motion)

THEATRE = "theatre"
"""The pack of the built-in world, which draws a library of its own."""


def find_motion(project: Project, name: str) -> Motion:
    """Give the motion of a story that has that id or those words; InputError if none has."""
    return named("motion", project.story.motions, name, lambda one: one.words)


def named(kind: str, things: Sequence[N], name: str, words: Callable[[N], str]) -> N:
    """Give the thing of a story that has that id or those words; InputError if none has."""
    found = [one for one in things if one.id == name or words(one).casefold() == name.casefold()]
    if not found:
        known = ", ".join(one.id for one in things) or "none"
        raise InputError(f"the story has no {kind} {name[:80]!r}", hint=f"There are: {known}.")
    return found[0]


def retrieve(
    project: Project,
    motion: Motion,
    *,
    settings: Settings,
    load_sight: LoadSight,
    words: str = "",
    terms: Sequence[str] | None = None,
    suggest: bool = False,
    fetch: bool = False,
    filter: ClipFilter | None = None,
) -> Work[Retrieval]:
    """Search every library that suits the pack for clips of a motion, and save what was found.

    Args:
        project: Whose story.
        motion: The motion to be learned.
        settings: Whose libraries, and which pack.
        load_sight: Gives what looks at clips.
        words: What to search for; empty = the motion's own words.
        terms: The words that captions are searched for; None = `expand(words)`.
        suggest: Whether the language model that the environment names adds other words.
        fetch: Whether clips that lie on YouTube are fetched by yt-dlp; else they are dropped.
        filter: What a clip needs; None = as the pack has it.

    Raises:
        InputError: no library suits the pack, no language model is named that is to be asked, or
            there is no yt-dlp to fetch with.
        PlanningError: the language model fails.
        ModelUnavailableError: what looks at clips cannot be loaded.
        RetrievalError: the search failed.
    """
    from pipeline.plan.llm import language_model, more_words
    from pipeline.retrieve.search import Query, search

    libraries = yield from ready_libraries(settings)
    record, asked = load_record(settings.pack), words.strip() or motion.words
    searched = tuple(expand(asked) if terms is None else terms)
    if suggest:
        searched = (*searched, *(yield from more_words(asked, language_model(settings))))
    query = Query(motion.id, asked, tuple(dict.fromkeys(searched)))
    limits = record.search.model_copy(update={"filter": filter or record.search.filter})
    work = search(
        query,
        libraries,
        load_sight(),
        settings=settings,
        limits=limits,
        aspect=record.width_px / record.height_px,
        brought=_brought(project, motion.id),
        fetch=fetch,
    )
    found = _lightened((yield from work), project.clip_decisions(motion.id))
    project.save_retrieval(found)
    return found


def _lightened(found: Retrieval, decided: Container[str]) -> Retrieval:
    """What was found without the paths of dropped clips: hundreds of them overfill a record."""
    bare = {"track": None, "crop": None}
    candidates = tuple(
        one.model_copy(update=bare) if one.stage and one.clip.id not in decided else one
        for one in found.candidates
    )
    return found.model_copy(update={"candidates": candidates})


def ready_libraries(settings: Settings) -> Work[list[OpenLibrary]]:
    """Give the libraries that suit the pack; the theatre's own is drawn where it is not there yet.

    Raises:
        InputError: there is none.
    """
    record = load_record(settings.pack)
    if record.name == THEATRE:
        yield from draw_theatre_library(settings)
    libraries = list_libraries(settings, record.name)
    if not libraries:
        raise InputError(
            f"there are no clips yet that the {record.name} pack could learn from",
            hint="Add a folder of videos, a film of your own or a list of captions first.",
        )
    return libraries


def draw_theatre_library(settings: Settings) -> Work[None]:
    """Draw the theatre's clips and list them in its library, as far as that was not done yet."""
    from pipeline.theatre.library.drawing import draw_library, is_drawn
    from pipeline.theatre.library.specs import load_specs

    listed = list_libraries(settings, THEATRE)
    known = next((one for one in listed if one.record.id == THEATRE_LIBRARY), None)
    whole = len(load_specs())
    if known and is_drawn(known.path / "clips") and known.catalogue.count() >= whole:
        return
    library = known or create_library(
        settings,
        "The paper theatre",
        "theatre",
        library_id=THEATRE_LIBRARY,
        suits=(THEATRE,),
        shared=True,
    )
    yield from draw_library(library.path / "clips")
    yield from scan_folder(library)


def _brought(project: Project, motion_id: str) -> tuple[Clip, ...]:
    """The clips that the storyteller brought for a motion, and did not reject since."""
    decided = project.clip_decisions(motion_id).values()
    return tuple(one.clip for one in decided if one.clip.own and one.verdict == "approved")


def keep_brought(
    project: Project,
    motion: Motion,
    video: Path,
    name: str,
    *,
    settings: Settings,
    load_sight: LoadSight,
) -> Work[list[Clip]]:
    """Take a video of the storyteller's own in, cut into shots; each is approved for a motion.

    Args:
        project: Whose story.
        motion: What the video shows.
        video: The uploaded file; it is moved into the user's own library.
        name: What the person calls it.
        settings: Whose library, and which pack.
        load_sight: Gives what looks at clips.

    Returns:
        The clips that can be read, one for each shot.

    Raises:
        UnreadableVideoError: it is no video, or damaged; where it was not moved, it is removed.
        ModelUnavailableError: what looks at clips cannot be loaded.
        WorkspaceError: the library or the project cannot be written.
    """
    from pipeline.retrieve.examining import Examiner, write_crop

    try:
        clips = keep_own(settings, video, name)
    finally:
        video.unlink(missing_ok=True)
    library, record = own_library(settings), load_record(settings.pack)
    aspect = record.width_px / record.height_px
    examiner = Examiner(settings, load_sight().tracker, motion.words, aspect)
    kept: list[Clip] = []
    for number, clip in enumerate(clips):
        yield Progress(stage="look", step=number, total=len(clips), note=clip.caption)
        looked = examiner.look(Candidate(clip=clip, found_by=("own",)), library)
        if looked.candidate.stage != "unreadable":
            write_crop(settings, looked)
            project.decide_clip(motion.id, looked.candidate, "approved")
            kept.append(clip)
    if not kept:
        reason = next((one.reason for one in clips if one.reason), "it has no frames")
        raise UnreadableVideoError(f"{name[-80:]!r} cannot be used: {reason}")
    return kept


def add_folder(path: Path, *, settings: Settings) -> Work[ScanReport]:
    """Make a library of a folder of videos, or of a list of clips; gives what came of it.

    One that is there already is looked through again.

    Args:
        path: A folder, or a list; the videos that a list names lie beside it.
        settings: Whose.

    Raises:
        InputError: it is neither, or it holds the studio's own files.
        WorkspaceError: it cannot be read.
    """
    with workspace_errors(f"read {short(path)}"):
        home, place = settings.home.resolve(), path.expanduser().resolve()
    if place.is_relative_to(home) or home.is_relative_to(place):
        raise InputError(
            f"{short(path)} holds the studio's own files",
            hint="Name a folder of videos, or a list of clips.",
        )
    _, report = yield from add_library(settings, place)
    return report


def add_list(upload: Path, name: str, *, settings: Settings) -> Work[ScanReport]:
    """Make a library of an uploaded list of captions; gives what came of it.

    The list is moved to `users/<user>/lists/`. Its videos are those of a site: one that names files
    is refused, since it belongs beside them (see `add_folder`).

    Raises:
        InputError: it is no list of clips, or names files.
        WorkspaceError: it cannot be kept.
    """
    folder = settings.home / "users" / checked_id(settings.user) / "lists"
    plain = Path(name.replace("\\", "/"))
    if plain.suffix.lower() not in TABLE_SUFFIXES:
        raise InputError(
            f"{name[-80:]!r} is no list of clips", hint=f"Bring {', '.join(TABLE_SUFFIXES)}."
        )
    if names_files(upload, kind=plain.suffix):
        raise InputError(
            f"the videos of {name[-80:]!r} are not on this machine",
            hint="Add the folder they lie in, or name the list's own path.",
        )
    target = folder / f"{slug(plain.stem, fallback='captions')}{plain.suffix.lower()}"
    with workspace_errors(f"keep the list {short(target)}"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.move(upload, target)
    _, report = yield from add_library(settings, target)
    return report


def scan_again(library_id: str, *, settings: Settings) -> Work[ScanReport]:
    """Look through a library's folder again; InputError if it is none, or has no folder."""
    return (yield from scan_folder(open_library(settings, library_id)))
