"""Project folders: made, opened and listed.

A project is a folder `{story.json, casting.json, planning.json, decisions.json, bin.json,
versions/, takes/, films/, media/, motions/}` (see `pipeline.project`).
Every file is written whole or not at all; a take exists once its JSON does. Ids are checked before
they become file names, so nothing outside the folder is ever opened.
"""

from __future__ import annotations

import errno
import heapq
import itertools
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from pipeline.artifacts import Casting, PlanRecord
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import checked_id, partial_path, short, workspace_errors, write_record
from pipeline.project import Project
from pipeline.settings import Settings, load_settings
from pipeline.story import Id, Record, Story
from pipeline.story_file import read_story

logger = logging.getLogger(__name__)

MAX_LISTED = 200
"""Projects in a list."""
EXAMPLE_OWNER = "example-"
"""How the users begin whose one story is an example that all look at."""


class ProjectSummary(Record):
    """A line of the list of projects."""

    id: Id
    title: str
    path: Path
    num_scenes: int
    changed: str
    """Date and time of the last saved edit, ISO 8601, UTC."""


def projects_dir(settings: Settings) -> Path:
    """Give the folder that holds the user's projects."""
    return settings.home / "users" / checked_id(settings.user) / "projects"


def create_project(
    story: Story,
    casting: Casting,
    *,
    planning: PlanRecord | None = None,
    settings: Settings | None = None,
    path: Path | None = None,
) -> Project:
    """Make a project of a story: in the user's projects under a free name, or exactly at `path`.

    Where the story's id is taken, the story gets the free name as its id.

    Raises:
        WorkspaceError: the folder exists with something in it, or cannot be written; nothing
            half-written is left.
    """
    beside: dict[str, Record] = {"casting.json": casting}
    if planning is not None:
        beside["planning.json"] = planning
    if path is not None:
        _place(story, beside, path)
        return Project(path)
    folder = projects_dir(settings or load_settings())
    for name in _names(story.id):
        if not _exists(folder / name):
            try:
                _place(story.model_copy(update={"id": name}), beside, folder / name)
                return Project(folder / name)
            except WorkspaceError:
                if not _exists(folder / name):
                    raise
    raise AssertionError  # there is always one more name


def move_in(folder: Path, story: Story, settings: Settings) -> Project:
    """Make a whole folder one of the user's projects, under a free name, with that story in it.

    The story gets the name as its id. `folder` lies on the same file system, such as beside the
    projects.

    Raises:
        WorkspaceError: it cannot be moved.
    """
    home = projects_dir(settings)
    for name in _names(story.id):
        if not _exists(home / name):
            write_record(folder / "story.json", story.model_copy(update={"id": name}))
            try:
                with workspace_errors(f"make a project at {short(home / name)}"):
                    folder.rename(home / name)
                return Project(home / name)
            except WorkspaceError:
                if not _exists(home / name):
                    raise
    raise AssertionError  # there is always one more name


def open_project(path: str | Path) -> Project:
    """Open a project by its folder or its `story.json`.

    Raises:
        WorkspaceError: there is no project.
        InvalidStoryError: the story is no story; `problems` says where and what.
    """
    path = Path(path)
    with workspace_errors(f"open {short(path)}"):
        is_file, holds_story = path.is_file(), (path / "story.json").is_file()
    if is_file:
        read_story(path)
        if path.name != "story.json":
            raise InputError(
                f"{short(path)} lies in no project folder",
                hint="Put it into a folder of its own under the name story.json.",
            )
        return Project(path.parent)
    if not holds_story:
        raise WorkspaceError(
            f"there is no project at {short(path)}",
            hint="Name a folder with a story.json; `python -m pipeline plan` makes one.",
        )
    return Project(path)


def list_projects(settings: Settings) -> list[ProjectSummary]:
    """Give the user's projects, the `MAX_LISTED` last edited ones, the last one first.

    A broken one is left out and logged. A story is read again only once its file has changed.
    """
    found: list[tuple[int, int, Path]] = []
    for file in projects_dir(settings).glob("[!.]*/story.json"):
        with suppress(OSError):  # it went away meanwhile
            there = file.stat()
            found.append((there.st_mtime_ns, there.st_size, file))
    last = heapq.nlargest(MAX_LISTED, found)
    return [one for edited, size, file in last if (one := _listed(file, edited, size))]


def _listed(file: Path, edited_ns: int, size: int) -> ProjectSummary | None:
    try:
        return _summary(file, edited_ns, size)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("project left out: %s", error)
        return None


@lru_cache(maxsize=4000)
def _summary(file: Path, edited_ns: int, _: int) -> ProjectSummary:
    story, edited = read_story(file), datetime.fromtimestamp(edited_ns // 10**9, UTC)
    return ProjectSummary(
        id=story.id,
        title=story.title,
        path=file.parent,
        num_scenes=len(story.scenes),
        changed=edited.isoformat(timespec="seconds"),
    )


def _place(story: Story, beside: Mapping[str, Record], path: Path) -> None:
    """Write a project beside its place under a hidden name, then move it there."""
    path = path.absolute()
    partial = partial_path(path)
    hint = "Choose another folder, or one that can be written."
    with workspace_errors(f"make a project at {short(path)}", hint=hint):
        _refuse_filled(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.mkdir()
            for name, record in {"story.json": story, **beside}.items():
                write_record(partial / name, record)
            if path.is_dir():
                path.rmdir()  # an empty one: renaming onto it fails on Windows
            partial.rename(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def _names(story_id: str) -> Iterator[str]:
    """An id, and the same with a number behind it, without end."""
    yield story_id
    yield from (f"{story_id[:58]}-{number}" for number in itertools.count(2))


def _exists(path: Path) -> bool:
    with workspace_errors(f"look for {short(path)}", hint="Choose another folder."):
        return path.exists()


def _refuse_filled(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise OSError(errno.EEXIST, "there is something already")
