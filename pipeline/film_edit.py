"""The storyteller's edit of the film: how it is made, and each scene's place (`film.json`)."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from pipeline.artifacts import FilmSettings, Join
from pipeline.errors import InputError, InvalidStoryError
from pipeline.files import checked_id, invalid_record, read_record, write_record
from pipeline.project import Project
from pipeline.story import Id, Record

logger = logging.getLogger(__name__)

FILE = "film.json"
MAX_VOICE_SECONDS = 180
NUM_LEVELS = 48
_KEPT_UNUSED = 8
"""Recordings that no scene uses any more: what was replaced can be brought back."""
_MAX_SCENES = 1000
"""Scenes that a story had or has: those of earlier versions keep their places."""


class Voice(Record):
    """A recorded narration."""

    seconds: Annotated[float, Field(gt=0, le=MAX_VOICE_SECONDS + 1, allow_inf_nan=False)]
    levels: Annotated[tuple[Annotated[int, Field(ge=0, le=100)], ...], Field(max_length=100)] = ()
    """How loud each part of it is, in percent of the loudest."""


class SceneEdit(Record):
    """A scene's place in the film."""

    left_out: bool = False
    from_frame: Annotated[int, Field(ge=0, lt=10_000)] = 0
    """The first frame of the take that is shown."""
    to_frame: Annotated[int, Field(gt=0, le=10_000)] | None = None
    """The first frame after those that are shown; None = the take's end."""
    join: Join | None = None
    """How the next scene follows; None = as the film's scenes do."""
    voice: Id | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to_frame is not None and self.to_frame <= self.from_frame:
            raise ValueError("a scene shows one frame at least")
        return self

    def shown(self, num_frames: int) -> tuple[int, int]:
        """Give the first frame and the end of what is shown of a take of so many frames."""
        first = min(self.from_frame, num_frames - 1)
        return first, max(first + 1, min(self.to_frame or num_frames, num_frames))


class FilmEdit(Record):
    """How a story becomes a film; scenes that are not named are shown whole."""

    schema_version: Literal[1] = 1
    revision: int = Field(default=0, ge=0)
    """Counts the edits."""
    settings: FilmSettings = FilmSettings()
    scenes: Annotated[dict[Id, SceneEdit], Field(max_length=_MAX_SCENES)] = Field(
        default_factory=dict
    )
    voices: Annotated[dict[Id, Voice], Field(max_length=2 * _MAX_SCENES)] = Field(
        default_factory=dict
    )
    """The recordings there are, the oldest first."""

    @model_validator(mode="after")
    def _has_voices(self) -> Self:
        if missing := self.used_voices() - self.voices.keys():
            raise ValueError(f"there is no recording {min(missing)}")
        return self

    def of(self, scene_id: str) -> SceneEdit:
        """Give a scene's place."""
        return self.scenes.get(scene_id, _WHOLE)

    def voice_of(self, scene_id: str) -> Voice | None:
        """Give the recording of a scene; None if it has none."""
        return self.voices.get(self.of(scene_id).voice or "")

    def used_voices(self) -> set[str]:
        """Give the recordings that scenes use."""
        return {scene.voice for scene in self.scenes.values() if scene.voice}

    def with_voice(self, scene_id: str, voice_id: str, voice: Voice) -> FilmEdit:
        """Give the edit with one more recording, heard with a scene."""
        scene = self.of(scene_id).model_copy(update={"voice": voice_id})
        scenes, voices = {**self.scenes, scene_id: scene}, {**self.voices, voice_id: voice}
        return self.model_copy(update={"scenes": scenes, "voices": voices})


_WHOLE = SceneEdit()


def has_film_edit(project: Project) -> bool:
    """Whether the film of a project was ever edited."""
    return (project.path / FILE).is_file()


def read_film_edit(project: Project) -> FilmEdit:
    """Give a project's edit of the film.

    Raises:
        InputError: the file is broken, or one of a later version.
        WorkspaceError: it cannot be read.
    """
    try:
        return read_record(project.path / FILE, FilmEdit) if has_film_edit(project) else FilmEdit()
    except InvalidStoryError as error:
        logger.warning("the edit of a film cannot be made out: %s", error)
        hint = f"Take {FILE} out of the story's folder to edit anew, or start the later version."
        message = "another program, or a later version, has written the edit of this film"
        raise InputError(message, hint=hint) from error


def save_film_edit(project: Project, edit: FilmEdit) -> FilmEdit:
    """Save an edit as the next revision and give it; long unused recordings go with their files.

    Raises:
        InputError: it could not be read again, such as one of too many scenes; nothing is kept.
        WorkspaceError: it cannot be written.
    """
    used = edit.used_voices()
    unused = [name for name in edit.voices if name not in used]
    gone = unused[: max(0, len(unused) - _KEPT_UNUSED)]
    voices = {name: voice for name, voice in edit.voices.items() if name not in gone}
    saved = _checked(edit.model_copy(update={"revision": edit.revision + 1, "voices": voices}))
    write_record(project.path / FILE, saved)
    for name in gone:
        voice_file(project, name).unlink(missing_ok=True)
    return saved


def _checked(edit: FilmEdit) -> FilmEdit:
    """An edit that was put together by copying, which checks nothing, checked."""
    try:
        return FilmEdit.model_validate(edit.model_dump())
    except ValidationError as error:
        told = invalid_record("this edit of the film cannot be kept", error).message
        hint = "The film stays as it was: change less of it, or go on in a new story."
        raise InputError(told, hint=hint) from error


def voice_file(project: Project, voice_id: str) -> Path:
    """Give the path of a recording, whether it is there or not."""
    return project.path / "media" / f"{checked_id(voice_id)}.m4a"
