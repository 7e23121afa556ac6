"""What every edit needs: find what is edited, and check what comes out of it."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from pipeline.errors import InputError
from pipeline.files import invalid_record
from pipeline.story import MAX_SCENES, Character, Record, Scene, Story

R = TypeVar("R", bound=Record)


def find_scene(story: Story, scene_id: str) -> Scene:
    """Give the scene of that id; InputError if the story has none."""
    for scene in story.scenes:
        if scene.id == scene_id:
            return scene
    raise InputError(f"there is no scene {scene_id[:80]!r}", hint="Reload the page.")


def find_character(story: Story, character_id: str) -> Character:
    """Give the character of that id; InputError if the story has none."""
    for character in story.characters:
        if character.id == character_id:
            return character
    raise InputError(f"there is no character {character_id[:80]!r}", hint="Reload the page.")


def changed(record: R, **changes: object) -> R:
    """Give the record with other fields, checked anew; InputError if these cannot be kept."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return checked(type(record), {**fields, **changes})


def checked(kind: type[R], fields: object) -> R:
    """Give a record of such fields.

    Raises:
        InvalidStoryError: they are none; `problems` names each place in words.
    """
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise invalid_record("this cannot be kept", error) from error


def next_revision(story: Story, **changes: object) -> Story:
    """Give the story with other fields, revision + 1; raises as `checked`."""
    return changed(story, **changes, revision=story.revision + 1)


def with_scene(story: Story, scene: Scene) -> Story:
    """Give the story with that scene in place of the one of its id, revision + 1."""
    scenes = tuple(scene if one.id == scene.id else one for one in story.scenes)
    return next_revision(story, scenes=scenes)


def check_room(story: Story) -> None:
    """Refuse one scene more where the story is full."""
    if len(story.scenes) >= MAX_SCENES:
        raise InputError(
            f"the story has {MAX_SCENES} scenes, and more are not kept",
            hint="Join two scenes or remove one first.",
        )
