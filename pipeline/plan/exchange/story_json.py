"""Our own story file, in any version ever written, also one that is no valid story."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline.files import invalid_record
from pipeline.plan.draft import DraftStory
from pipeline.plan.exchange.arrivals import Imported
from pipeline.story import Story
from pipeline.story_file import migrate

_FIELDS = TypeAdapter(dict[str, Any])


def read_story_json(text: str, name: str) -> tuple[Imported, ...]:
    """Give the one story of a file as a draft, so that `lint` can say what is wrong with it.

    Raises:
        InvalidStoryError: it is no JSON, newer than this studio, or has not the shape of a story.
    """
    try:
        draft = DraftStory.model_validate(migrate(_FIELDS.validate_json(text)))
    except ValidationError as error:
        raise invalid_record(f"{name} is no story", error) from error
    return (Imported(draft=draft, name=draft.id or name),)


def write_story_json(story: Story) -> str:
    """Give the file's text: everything, in the current schema version."""
    return story.model_dump_json(indent=1) + "\n"
