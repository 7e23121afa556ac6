"""Project folders: stories with their versions, takes, decisions and films.

A project is a folder `{story.json, casting.json, planning.json, decisions.json, versions/, takes/,
films/}`.
Every file is written whole or not at all; a take exists once its JSON does. Ids are checked before
they become file names, so nothing outside the folder is ever opened.
"""

from __future__ import annotations

import errno
import logging
import re
import shutil
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from pipeline.artifacts import Casting, PlanRecord, Take
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import (
    partial_path,
    read_record,
    replace_file,
    short,
    workspace_errors,
    write_record,
)
from pipeline.settings import Settings, load_settings
from pipeline.story import Id, Record, Story
from pipeline.story_file import read_story

logger = logging.getLogger(__name__)

_ID = TypeAdapter(Id)
_story_lock = threading.Lock()  # the page's threads are the only ones that save stories


class ProjectSummary(Record):
    """A line of the list of projects."""

    id: Id
    title: str
    path: Path
    num_scenes: int
    changed: str
    """Date and time of the last saved edit, ISO 8601, UTC."""


class Decisions(Record):
    """What the storyteller decided: the take of each scene that goes into the film."""

    takes: dict[Id, Id] = Field(default_factory=dict)


def projects_dir(settings: Settings) -> Path:
    """Give the folder that holds the user's projects."""
    return settings.home / "users" / _checked_id(settings.user) / "projects"


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
    number, name = 1, story.id
    while True:
        if not _exists(folder / name):
            try:
                _place(story.model_copy(update={"id": name}), beside, folder / name)
                return Project(folder / name)
            except WorkspaceError:
                if not _exists(folder / name):
                    raise
        number += 1
        name = f"{story.id[:58]}-{number}"


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


def find_project(project_id: str, settings: Settings) -> Project:
    """Open one of the user's projects by its id (see `open_project`)."""
    return open_project(projects_dir(settings) / _checked_id(project_id))


def list_projects(settings: Settings) -> list[ProjectSummary]:
    """Give the user's projects, the last edited first; a broken one is left out and logged."""
    found: list[tuple[float, ProjectSummary]] = []
    for file in projects_dir(settings).glob("[!.]*/story.json"):
        try:
            story, edited = read_story(file), file.stat().st_mtime
        except (InvalidStoryError, WorkspaceError, OSError) as error:
            logger.warning("project left out: %s", error)
            continue
        found.append((edited, _summary(story, file.parent, edited)))
    return [summary for _, summary in sorted(found, key=lambda one: one[0], reverse=True)]


class Project:
    """A project folder. The story is read once; `reload()` reads it again."""

    def __init__(self, path: Path) -> None:
        """Open the folder; raises as `open_project`."""
        self.path = path.absolute()
        self.reload()

    def __str__(self) -> str:
        return str(self.path)

    @property
    def id(self) -> str:
        """Give the story's id."""
        return self.story.id

    @property
    def story(self) -> Story:
        """Give the story as last read or saved."""
        return self._story

    def reload(self) -> Story:
        """Read the story from the folder again and give it."""
        self._story = read_story(self._file("story.json"))
        return self._story

    def save_story(self, story: Story, *, base_revision: int | None = None) -> None:
        """Save an edited story; the one before goes to `versions/<revision>.json`.

        Args:
            story: the edited story; its revision is above the saved one's.
            base_revision: the revision the edits started from; by default the one before
                `story.revision`.

        Raises:
            WorkspaceError: the saved story is another revision by now, or it cannot be written.
        """
        base = story.revision - 1 if base_revision is None else base_revision
        with _story_lock:
            saved = self.reload()
            if saved == story:
                return
            if saved.revision != base or story.revision <= base:
                raise WorkspaceError(
                    f"story {story.id!r} was edited elsewhere: revision {saved.revision} is saved, "
                    f"the edits started from {base}",
                    hint="Open the story again and repeat the edit.",
                )
            write_record(self._file("versions", f"{saved.revision}.json"), saved)
            write_record(self._file("story.json"), story)
            self._story = story

    def versions(self) -> list[int]:
        """Give the revisions kept in `versions/`, oldest first."""
        return sorted(
            int(f.stem) for f in self._file("versions").glob("*.json") if f.stem.isdecimal()
        )

    def version(self, revision: int) -> Story:
        """Give an earlier story; WorkspaceError if it was not kept."""
        return read_story(self._file("versions", f"{revision}.json"))

    @property
    def has_casting(self) -> bool:
        """Say whether a casting was made (a story from elsewhere comes without one)."""
        return self._file("casting.json").is_file()

    @property
    def casting(self) -> Casting:
        """Give who plays whom; WorkspaceError if no casting was made yet."""
        return read_record(self._file("casting.json"), Casting)

    def save_casting(self, casting: Casting) -> None:
        """Save who plays whom."""
        write_record(self._file("casting.json"), casting)

    @property
    def planning(self) -> PlanRecord | None:
        """Give how the story was planned; None for one that came from elsewhere."""
        file = self._file("planning.json")
        return read_record(file, PlanRecord) if file.is_file() else None

    def save_planning(self, planning: PlanRecord) -> None:
        """Save how the story was planned."""
        write_record(self._file("planning.json"), planning)

    def take_dir(self, scene_id: str) -> Path:
        """Give the folder of a scene's takes, made if it is not there."""
        folder = self._file("takes", _checked_id(scene_id))
        with workspace_errors(f"make the folder {short(folder)}"):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def takes(self, scene_id: str) -> list[Take]:
        """Give a scene's takes, oldest first; a broken one is left out and logged."""
        files = self._file("takes", _checked_id(scene_id)).glob("take-*.json")
        return [take for file in sorted(files, key=_number) if (take := _read_take(file))]

    def reserve_take_id(self, scene_id: str) -> str:
        """Give the id of the scene's next take: `take-01`, `take-02`, ..."""
        return _next_name(self._file("takes", _checked_id(scene_id)), "take")

    def save_take(self, take: Take, video: Path) -> Take:
        """Move a finished video in and write the take beside it, the JSON last.

        Gives the take as saved: under the next free id if its own was taken meanwhile.
        """
        folder = self.take_dir(take.scene_id)
        with workspace_errors(f"save a take in {short(folder)}"):
            while not _claim(folder / f"{_checked_id(take.id)}.mp4"):
                take = take.model_copy(update={"id": self.reserve_take_id(take.scene_id)})
            target = folder / f"{take.id}.mp4"
            try:
                _move(video, target)
            except OSError:
                target.unlink(missing_ok=True)
                raise
        write_record(folder / f"{take.id}.json", take)
        return take

    def take_video(self, take: Take) -> Path:
        """Give the path of a take's video."""
        return self._file("takes", take.scene_id, f"{take.id}.mp4")

    def chosen_take(self, scene_id: str) -> Take | None:
        """Give the take that goes into the film: the chosen one, else the newest; None if none."""
        takes = self.takes(scene_id)
        chosen = self._decisions().takes.get(scene_id)
        return next((take for take in takes if take.id == chosen), takes[-1] if takes else None)

    def choose_take(self, scene_id: str, take_id: str) -> None:
        """Choose the take that goes into the film; InputError if the scene has no such take."""
        if all(take.id != take_id for take in self.takes(scene_id)):
            raise InputError(f"scene {scene_id!r} has no take {take_id!r}")
        takes = {**self._decisions().takes, scene_id: take_id}
        write_record(self._file("decisions.json"), Decisions(takes=takes))

    @property
    def films_dir(self) -> Path:
        """Give the folder of the finished films."""
        return self._file("films")

    def films(self) -> list[Path]:
        """Give the finished films, oldest first."""
        return sorted(self.films_dir.glob("film-*.mp4"), key=_number)

    def new_film_path(self) -> Path:
        """Give the path of the next film: `films/film-01.mp4`, ..., in a folder that is there."""
        with workspace_errors(f"make the folder {short(self.films_dir)}"):
            self.films_dir.mkdir(parents=True, exist_ok=True)
        return self.films_dir / f"{_next_name(self.films_dir, 'film')}.mp4"

    def _decisions(self) -> Decisions:
        file = self._file("decisions.json")
        try:
            return read_record(file, Decisions) if file.is_file() else Decisions()
        except (InvalidStoryError, WorkspaceError) as error:
            logger.warning("decisions left out: %s", error)
            return Decisions()

    def _file(self, *names: str) -> Path:
        """Give a path inside the folder; WorkspaceError if a link leads out of it."""
        path = self.path.joinpath(*names)
        if not path.resolve().is_relative_to(self.path.resolve()):
            raise WorkspaceError(f"{short(path)} leads out of the project")
        return path


def _checked_id(text: str) -> str:
    try:
        return _ID.validate_python(text)
    except ValidationError as error:
        raise InputError(f"{text[:80]!r} is no id", hint="Use a-z, 0-9, - and _.") from error


def _summary(story: Story, path: Path, edited: float) -> ProjectSummary:
    changed = datetime.fromtimestamp(edited, UTC).isoformat(timespec="seconds")
    return ProjectSummary(
        id=story.id, title=story.title, path=path, num_scenes=len(story.scenes), changed=changed
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


def _exists(path: Path) -> bool:
    with workspace_errors(f"look for {short(path)}", hint="Choose another folder."):
        return path.exists()


def _refuse_filled(path: Path) -> None:
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise OSError(errno.EEXIST, "there is something already")


def _read_take(file: Path) -> Take | None:
    try:
        take = read_record(file, Take)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("take left out: %s", error)
        return None
    if take.id != file.stem or not file.with_suffix(".mp4").is_file():
        logger.warning("take left out: %s has another id or no video", file)
        return None
    return take


def _number(file: Path) -> int:
    match = re.fullmatch(r"[a-z]+-(\d+)", file.stem)
    return int(match[1]) if match else 0


def _next_name(folder: Path, word: str) -> str:
    """Give `<word>-NN`, one above every file of that name, whatever its suffix."""
    last = max((_number(file) for file in folder.glob(f"{word}-*")), default=0)
    return f"{word}-{last + 1:02d}"


def _claim(path: Path) -> bool:
    """Make an empty file; False if one is there already, so that two writers never share a name."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    return True


def _move(source: Path, target: Path) -> None:
    """Move a file over `target` at once, also from another file system."""
    partial = partial_path(target)
    try:
        shutil.move(source, partial)
        replace_file(partial, target)
    finally:
        partial.unlink(missing_ok=True)
