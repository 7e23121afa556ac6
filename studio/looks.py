"""The pictures that a character's look is learned from: kept as plain PNG beside the story."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import workspace_errors
from pipeline.lessons import (
    MOST_PICTURES,
    choose_pictures,
    keep_picture,
    kept_pictures,
    picture_id,
)
from pipeline.priors.pictures import open_picture
from pipeline.settings import Settings
from pipeline.story import Box, Character
from pipeline.workspace import Project
from studio.cards import View
from studio.operations import character_of, check_character
from studio.projects import checked_id
from studio.refusals import NotThereError, TooLargeError
from studio.signing import Links

MAX_LOOK_BYTES = 300_000_000
"""Of all pictures that the characters of one story have."""
_decoding = threading.BoundedSemaphore(2)
"""How many pictures are decoded at once: a large one needs 200 MB."""


def look_view(project: Project, settings: Settings, links: Links, character_id: str) -> View:
    """Give the pictures of a character; NotThereError if the story does not have it."""
    character = find_actor(project, character_id)
    ids, below = kept_pictures(project, character), f"{project.path.name}/looks"
    return {
        "character": character.id,
        "name": character.name,
        "kind": character.kind,
        "trigger": character.trigger,
        "most": MOST_PICTURES,
        "room": MOST_PICTURES - len(ids),
        "pictures": [
            {"id": one, "picture": links.link(settings, f"{below}/{one}.png")} for one in ids
        ],
    }


def find_actor(project: Project, character_id: str) -> Character:
    """Give the character of that id; NotThereError if the story has none."""
    check_character(project.story, character_id)
    character = character_of(project.story, character_id)
    assert character is not None
    return character


def plain_png(data: bytes, part: Box | None = None) -> bytes:
    """Give a picture as it is kept: upright, small enough, without what a camera says in it.

    Of a picture only the wanted part is kept; None = all of it. It may take seconds: hold no lock
    meanwhile. Raises InputError as `open_picture` and `Picture.cropped`.
    """
    with _decoding:
        picture = open_picture(data, "This picture")
        return (picture.cropped(part) if part else picture).as_png()


def part_of(told: str | None) -> Box | None:
    """Give the part of a picture that a query names, `x0,y0,x1,y1`; None where it names none.

    Raises:
        InputError: it is no part of a picture.
    """
    if not told:
        return None
    try:
        x0, y0, x1, y1 = (float(edge) for edge in told.split(","))
        return Box(x0=x0, y0=y0, x1=x1, y1=y1)
    except ValueError as error:  # pydantic's is one of them
        raise InputError("This is no part of a picture", hint="Choose the part again.") from error


def keep_look(project: Project, character_id: str, png: bytes) -> None:
    """Keep what `plain_png` gave as a picture of a character; the same one is kept once.

    Raises:
        InputError: the character has `MOST_PICTURES` already.
        NotThereError: there is no such character.
        TooLargeError: the pictures of the story take too much room.
        WorkspaceError: it cannot be written.
    """
    character = find_actor(project, character_id)
    if picture_id(png) not in kept_pictures(project, character):
        _check_room(project, len(png))
    keep_picture(project, character, png)


def remove_look(project: Project, character_id: str, picture: str) -> None:
    """Take a picture of a character away, for good.

    Raises:
        NotThereError: there is no such character, or it does not have that picture.
        WorkspaceError: it cannot be deleted.
    """
    character = find_actor(project, character_id)
    kept = kept_pictures(project, character)
    if picture not in kept:
        raise NotThereError("This picture is no longer there", hint="Reload the page.")
    choose_pictures(project, character, (one for one in kept if one != picture))
    if any(picture in one.pictures for one in project.story.characters):
        return  # somebody else has the same one
    with workspace_errors("delete a picture"):
        project.look_file(picture).unlink(missing_ok=True)


def find_look(project: Project, picture_id: str) -> Path:
    """Give the file of a character's picture; NotThereError where the story has none such."""
    name = checked_id(picture_id, "picture")
    path = project.look_file(name)
    if not any(name in one.pictures for one in project.story.characters) or not path.is_file():
        raise NotThereError("There is no such picture", hint="Choose the picture again.")
    return path


def _check_room(project: Project, more: int) -> None:
    held = more
    for path in (project.path / "media").glob("look-*.png"):
        with suppress(FileNotFoundError):
            held += path.stat().st_size
    if held > MAX_LOOK_BYTES:
        raise TooLargeError(
            f"The pictures of this story would take more than {MAX_LOOK_BYTES // 10**6} MB",
            hint="Take some away first.",
        )
