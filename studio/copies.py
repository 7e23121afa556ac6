"""The browser's own copy of a story: given out, and made a story again where the studio forgot."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pipeline.errors import InputError, InvalidStoryError
from pipeline.packs.record import load_record
from pipeline.playing import cast_for
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.story_file import migrate
from pipeline.workspace import Project, create_project
from studio.answers import refused
from studio.bodies import Copy
from studio.projects import alone_with, check_room
from studio.refusals import ConflictError


def copy_view(project: Project) -> dict[str, Any]:
    """Give all that a browser keeps of a story: its words and boxes, and who plays whom."""
    casting = project.casting.model_dump(mode="json") if project.has_casting else None
    return {"copy": {"story": project.story.model_dump(mode="json"), "casting": casting}}


def remember(copy: Copy, settings: Settings) -> Project:
    """Make a story of a copy again, under the id that it had.

    Raises:
        ConflictError: the user has a story of that id.
        InputError: the copy holds no story, or one that is too large; or there is no room.
    """
    try:
        story = Story.model_validate(migrate(copy.story))
    except ValidationError as error:
        raise refused(error) from error
    except InvalidStoryError as error:
        raise InputError("This copy is of no story that can be read", hint=str(error)) from error
    check_room(settings)
    record = load_record(settings.pack)
    casting = cast_for(story, record, pack=settings.pack, previous=copy.casting)
    with alone_with(settings, story.id) as path:
        if path.exists():
            raise ConflictError("This story is there already", hint="Open it from the first page.")
        return create_project(story, casting, path=path)
