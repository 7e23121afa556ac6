"""A story not checked yet: what models, files and people give, in the shape of a story.

A draft takes any finite box and any id, so that `lint` can say everything that is wrong with it
and `repair` can mend what is safe. `Story` stays the one type that the rest trusts.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

from pipeline.errors import InvalidStoryError
from pipeline.files import problems_of
from pipeline.story import (
    NUM_KEYFRAMES,
    SCHEMA_VERSION,
    ClipId,
    Ease,
    PriorUse,
    Record,
    ShotSize,
    Story,
)

Number = Annotated[float, Field(allow_inf_nan=False)]
Words = Annotated[str, Field(max_length=20_000)]


class DraftBox(Record):
    """Edges as fractions of the frame; anything finite, in any order."""

    x0: Number
    y0: Number
    x1: Number
    y1: Number


class DraftKey(Record):
    """A box set at a keyframe; see `Key`."""

    box: DraftBox
    visible: bool = True
    ease: Ease = "linear"


class DraftRegion(Record):
    """A region whose ids may lead nowhere; see `Region`."""

    id: Words
    character_id: Words | None = None
    motion_id: Words | None = None
    description: Words = ""
    layer: int = 0
    locked: bool = False
    keys: tuple[DraftKey | None, ...] = Field(min_length=NUM_KEYFRAMES, max_length=NUM_KEYFRAMES)
    priors: tuple[PriorUse, ...] = ()
    clip: ClipId | None = None


class DraftOverlap(Record):
    """Words for an overlap; see `Overlap`."""

    region_ids: tuple[Words, ...] = ()
    description: Words = ""


class DraftCharacter(Record):
    """See `Character`."""

    id: Words
    name: Words = ""
    kind: Words = ""
    look: Words = ""
    trigger: Words = ""
    pictures: tuple[Words, ...] = ()


class DraftMotion(Record):
    """See `Motion`."""

    id: Words
    words: Words = ""
    locomotion: bool = False


class DraftScene(Record):
    """See `Scene`."""

    id: Words
    title: Words = ""
    setting: Words = ""
    background: Words = ""
    narration: Words = ""
    shot_size: ShotSize = "full"
    camera: Words = ""
    regions: tuple[DraftRegion, ...] = ()
    overlaps: tuple[DraftOverlap, ...] = ()


class DraftStory(Record):
    """See `Story`; nothing is joined or checked."""

    schema_version: int = SCHEMA_VERSION
    id: Words
    revision: Annotated[int, Field(ge=0)] = 0
    title: Words = ""
    language: Words = "en"
    characters: tuple[DraftCharacter, ...] = ()
    motions: tuple[DraftMotion, ...] = ()
    scenes: tuple[DraftScene, ...] = ()


def draft_of(story: Story) -> DraftStory:
    """Give the draft that says the same as a story."""
    return DraftStory.model_validate(story.model_dump())


def story_of(draft: DraftStory) -> Story:
    """Give the story that a draft holds.

    Raises:
        InvalidStoryError: it holds none; `problems` says where and what. `repair` mends much of it.
    """
    try:
        return Story.model_validate(draft.model_dump())
    except ValidationError as error:
        raise InvalidStoryError(
            "this is not a whole story yet", problems=problems_of(error)
        ) from error
