"""The browser's own copy of a story: given out, and made a story again where the studio forgot."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from pipeline.errors import InputError, InvalidStoryError
from pipeline.files import MAX_RECORD_BYTES
from pipeline.plan.casting import cast_story
from pipeline.planning import load_troupe
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.story_file import migrate
from pipeline.workspace import Project, create_project, projects_dir
from studio.answers import refused
from studio.bodies import Copy
from studio.refusals import ConflictError


def copy_view(project: Project) -> dict[str, Any]:
    """Give all that a browser keeps of a story: its words and boxes, and who plays whom."""
    casting = project.casting.model_dump(mode="json") if project.has_casting else None
    return {"copy": {"story": project.story.model_dump(mode="json"), "casting": casting}}


def remember(copy: Copy, settings: Settings) -> Project:
    """Make a story of a copy again, under the id that it had.

    Raises:
        ConflictError: the user has a story of that id.
        InputError: the copy holds no story, or one that could not be read again.
    """
    try:
        story = Story.model_validate(migrate(copy.story))
    except ValidationError as error:
        raise refused(error) from error
    except InvalidStoryError as error:
        raise InputError("This copy is of no story that can be read", hint=str(error)) from error
    if len(story.model_dump_json(indent=1).encode("utf-8", "replace")) >= MAX_RECORD_BYTES:
        raise InputError("This copy is too large for a story", hint="Begin a new story.")
    path = projects_dir(settings) / story.id
    if path.exists():
        raise ConflictError("This story is there already", hint="Open it from the first page.")
    troupe = load_troupe(settings.pack)
    casting = cast_story(story, troupe=troupe, pack=settings.pack, previous=copy.casting)
    return create_project(story, casting, path=path)
