"""Project folders as the page needs them: open by id, find media, edit one at a time."""

from __future__ import annotations

import logging
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline import files
from pipeline.artifacts import PlanRecord
from pipeline.bin import Binned
from pipeline.errors import InputError, InvalidStoryError, PipelineError
from pipeline.settings import Settings
from pipeline.story import Scene, Story
from pipeline.workspace import Project, open_project, projects_dir
from studio.quotas import check_quota
from studio.refusals import NotThereError

_LOG = logging.getLogger(__name__)
STORIES_DIR = Path(__file__).resolve().parent.parent / "static" / "stories"
MAX_STORIES = 200
"""Stories of one visitor; a person's own studio keeps as many as there is room for."""
_NAME_CHARACTERS = 62
_LOCKS = tuple(threading.RLock() for _ in range(64))
"""Each project has one of them, by its path; now and then two share one."""


@dataclass(frozen=True)
class Example:
    """An idea to begin with: a name for its button, and the idea itself."""

    name: str
    idea: str


def example_ideas(folder: Path = STORIES_DIR) -> list[Example]:
    """Read the example ideas, one text file each; its first words name the button."""
    paths = sorted(folder.glob("*.txt"))
    return [_example(path) for path in paths]


def _example(path: Path) -> Example:
    idea = path.read_text(encoding="utf-8").strip()
    return Example(textwrap.shorten(idea, _NAME_CHARACTERS, placeholder="\u00a0…"), idea)


def open_by_id(settings: Settings, project_id: object) -> Project:
    """Open the project of that id; nothing is made by asking for an unknown one.

    Raises:
        NotThereError: the id is no id, or the user has no such project.
        InputError: its story cannot be read.
    """
    path = projects_dir(settings) / checked_id(project_id, "story")
    if not (path / "story.json").is_file():
        raise NotThereError(
            f"There is no story {path.name!r} here",
            hint="Choose one of your stories, or begin anew.",
        )
    try:
        return open_project(path)
    except InvalidStoryError as error:
        _LOG.warning("a story cannot be read: %s", error)
        hint = "It was changed by another program; look for an earlier one in its versions folder."
        raise InputError("This story cannot be read", hint=hint) from error


@contextmanager
def editing(settings: Settings, project_id: object) -> Iterator[Project]:
    """Open a project for an edit; another edit of it waits meanwhile. Raises as `open_by_id`."""
    with alone_with(settings, project_id):
        yield open_by_id(settings, project_id)


@contextmanager
def alone_with(settings: Settings, project_id: object) -> Iterator[Path]:
    """Hold back other edits of a project; gives its folder, whether that is there or not."""
    path = projects_dir(settings) / checked_id(project_id, "story")
    with _LOCKS[hash(path) % len(_LOCKS)]:
        yield path


def check_room(settings: Settings) -> None:
    """Refuse one story more (InputError) where a visitor has `MAX_STORIES`, or no room left."""
    check_quota(settings)
    if settings.visitors and len([*projects_dir(settings).glob("[!.]*")]) >= MAX_STORIES:
        hint = "Go on with one of them."
        raise InputError(f"You have {MAX_STORIES} stories, and more are not kept", hint=hint)


def checked_id(value: object, what: str) -> str:
    """Give the value if it is an id; NotThereError if it is anything else."""
    if isinstance(value, str):
        with suppress(InputError):
            return files.checked_id(value)
    raise NotThereError(f"This is not the name of a {what}", hint="Reload the page.")


def find_scene(story: Story, scene_id: object) -> Scene:
    """Give the scene of that id; NotThereError if there is none."""
    for scene in story.scenes:
        if scene.id == scene_id:
            return scene
    raise NotThereError("This scene is no longer there", hint="Reload the page.")


def find_binned(project: Project, bin_id: str) -> Binned:
    """Give the scene of that id in the bin; NotThereError if it is not there."""
    try:
        return project.binned(bin_id)
    except InputError as error:
        raise NotThereError(error.message, hint=error.hint) from error


def find_take(project: Project, scene_id: object, take_id: object) -> Path:
    """Give the video of a take; NotThereError if there is none."""
    scene, wanted = checked_id(scene_id, "scene"), checked_id(take_id, "take")
    for take in project.takes(scene):
        if take.id == wanted:
            return project.take_video(take)
    raise NotThereError("There is no such take", hint="Reload the page.")


def film_file(project: Project, film_id: object, suffix: str) -> Path:
    """Give a film's file of that suffix; NotThereError if there is none."""
    path = project.films_dir / f"{checked_id(film_id, 'film')}{suffix}"
    if not path.is_file():
        raise NotThereError("There is no such film", hint="Make the film again.")
    return path


def plan_record(project: Project) -> PlanRecord | None:
    """Give how the story was planned; None where nobody can tell."""
    file = project.path / "planning.json"
    try:
        there = file.stat()
        return _read_plan(file, there.st_mtime_ns, there.st_size)
    except FileNotFoundError:
        return None
    except (PipelineError, OSError) as error:
        _LOG.warning("the record of the planning is left out: %s", error)
        return None


@lru_cache(maxsize=64)
def _read_plan(file: Path, *_: int) -> PlanRecord:
    return files.read_record(file, PlanRecord)
