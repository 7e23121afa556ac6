"""Story files: read as any schema version ever written, one step at a time to the current one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import InvalidStoryError
from pipeline.files import invalid_record, read_text, short
from pipeline.story import SCHEMA_VERSION, Story

Fields = dict[str, Any]
_FIELDS = TypeAdapter(Fields)


def _to_2(fields: Fields) -> Fields:
    """Version 2 names the language of the words; all stories before were told in English."""
    return {"language": "en", **fields}


def _to_3(fields: Fields) -> Fields:
    """Version 3 names the clip that a region moves like; before, none did."""
    return fields


_STEPS: Mapping[int, Callable[[Fields], Fields]] = {1: _to_2, 2: _to_3}
"""By version: what makes the next one of it."""


def migrate(fields: Fields) -> Fields:
    """Give a story's fields in the current schema version; the current ones come back as they are.

    Raises:
        InvalidStoryError: the version is unknown, or newer than this studio.
    """
    version = fields.get("schema_version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InvalidStoryError(
            f"schema_version is {version!r}; it is a whole number from 1 to {SCHEMA_VERSION}",
            problems=[("schema_version", "unknown")],
        )
    if version > SCHEMA_VERSION:
        raise InvalidStoryError(
            f"the story has schema version {version}; this studio reads up to {SCHEMA_VERSION}",
            problems=[("schema_version", "newer than this studio")],
            hint="Update the studio, or export the story as plan text where it was made.",
        )
    for number in range(version, SCHEMA_VERSION):
        fields = {**_STEPS[number](fields), "schema_version": number + 1}
    return fields


def read_story(path: Path) -> Story:
    """Read a story file, trusting nothing; an older version is brought up to date.

    Raises:
        WorkspaceError: the file is missing or cannot be read.
        InvalidStoryError: it is too large, no text, no JSON, newer than this studio, or no story;
            `problems` names each place in words.
    """
    text = read_text(path, "story")
    try:
        return Story.model_validate(migrate(_FIELDS.validate_json(text)))
    except ValidationError as error:
        raise invalid_record(f"{short(path)} is no valid story", error) from error
