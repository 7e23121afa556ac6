"""The story: characters, motions and scenes with their regions over six keyframes.

Stories are pack-neutral: names, words, and times as keyframes. Who plays whom in a pack is a
`Casting` (see `pipeline.artifacts`). All records are frozen; an edit makes a new record
(`story.replace_scene(...)`). Ids join things, never names or substrings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

SCHEMA_VERSION = 3
NUM_KEYFRAMES = 6
MAX_SCENES = 40
MAX_REGIONS = 18
MAX_OVERLAPS = 200
MAX_CHARACTERS = 200
MAX_MOTIONS = 400

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Lower-case slug; unique within its list."""
ClipId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""Hash of where a clip of a library comes from (see `pipeline.clips`)."""
Revision = Annotated[int, Field(ge=0, lt=2**53)]
"""Number of a saved story; any that a browser can hold exactly."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Edge = Annotated[float, Field(ge=-0.5, le=1.5, allow_inf_nan=False)]
"""A box edge as a fraction of the frame; outside 0..1 while entering or leaving."""
Ease = Literal["linear", "ease", "hold"]
ShotSize = Literal["wide", "full", "medium", "close"]


class Record(BaseModel):
    """Base of everything a story or an artifact holds: frozen, nothing unknown accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Record):
    """A box as fractions of the frame, origin top left; both sides longer than zero."""

    x0: Edge
    y0: Edge
    x1: Edge
    y1: Edge

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.x1 <= self.x0 or self.y1 <= self.y0:
            raise ValueError("a box needs x0 < x1 and y0 < y1")
        return self

    def as_list(self) -> list[float]:
        """Give `[x0, y0, x1, y1]`."""
        return [self.x0, self.y0, self.x1, self.y1]

    @classmethod
    def of(cls, edges: Iterable[float]) -> Box:
        """Make a box of `[x0, y0, x1, y1]`."""
        x0, y0, x1, y1 = edges
        return cls(x0=x0, y0=y0, x1=x1, y1=y1)

    def lerp(self, other: Box, amount: float) -> Box:
        """Give the box `amount` (0..1) of the way to `other`."""
        pairs = zip(self.as_list(), other.as_list(), strict=True)
        return Box.of(a + (b - a) * amount for a, b in pairs)


class Key(Record):
    """A box that a person or the planner set at a keyframe, and how the path goes on from it."""

    box: Box
    visible: bool = True
    ease: Ease = "linear"


class Character(Record):
    """Someone or something of the story."""

    id: Id
    name: ShortText = Field(min_length=1)
    kind: ShortText = ""
    """What it is, in a word or two: 'girl', 'fox', 'lighthouse keeper'."""
    look: Text = ""
    """How it looks: 'a small red fox with a scarf'."""
    trigger: ShortText = ""
    """Word that calls a learned look; empty until one is learned."""
    pictures: tuple[Id, ...] = ()


class Motion(Record):
    """A way of moving that regions refer to."""

    id: Id
    words: ShortText = Field(min_length=1)
    locomotion: bool = False
    """Whether the motion carries its actor across the stage."""


class PriorUse(Record):
    """A learned look or motion used by a region, from one keyframe to another."""

    character_id: Id | None = None
    motion_id: Id | None = None
    scale: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] = 1.0
    from_keyframe: Annotated[int, Field(ge=0, lt=NUM_KEYFRAMES)] = 0
    to_keyframe: Annotated[int, Field(ge=0, lt=NUM_KEYFRAMES)] = NUM_KEYFRAMES - 1

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.character_id is None) == (self.motion_id is None):
            raise ValueError("a prior is of one character or of one motion")
        if self.from_keyframe > self.to_keyframe:
            raise ValueError("from_keyframe lies after to_keyframe")
        return self


class Region(Record):
    """One entity with one motion, its words and its boxes over the six keyframes.

    `keys[k]` is the key set at keyframe `k`, or None where the box is interpolated between its
    neighbours. Before the first and after the last set key the region is absent.
    """

    id: Id
    character_id: Id | None = None
    motion_id: Id | None = None
    description: Text = ""
    layer: Annotated[int, Field(ge=0, le=99)] = 0
    locked: bool = False
    keys: tuple[Key | None, ...] = Field(min_length=NUM_KEYFRAMES, max_length=NUM_KEYFRAMES)
    priors: tuple[PriorUse, ...] = ()
    clip: ClipId | None = None
    """The clip it moves like: its boxes were taken from that clip's actor."""

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if all(key is None for key in self.keys):
            raise ValueError("a region needs a box at one keyframe at least")
        return self

    def box_at(self, keyframe: int) -> Box | None:
        """Give the box at a keyframe, set or interpolated; None where absent or hidden."""
        return self.box_between(keyframe)

    def box_between(self, time: float) -> Box | None:
        """Give the box at a time from 0 to 5, also between keyframes; None where absent or hidden.

        Between two set keys it goes the way the first one's ease says.
        """
        before = max((k for k, key in enumerate(self.keys) if key and k <= time), default=None)
        after = min((k for k, key in enumerate(self.keys) if key and k >= time), default=None)
        if before is None or after is None:
            return None
        return self._between(before, after, time)

    def boxes(self) -> tuple[Box | None, ...]:
        """Give the box at each of the six keyframes; None where absent or hidden."""
        return tuple(self.box_at(k) for k in range(NUM_KEYFRAMES))

    def _between(self, before: int, after: int, time: float) -> Box | None:
        start, end = self.keys[before], self.keys[after]
        assert start is not None
        assert end is not None
        if not start.visible:
            return None
        if before == after or start.ease == "hold" or not end.visible:
            return start.box
        amount = (time - before) / (after - before)
        if start.ease == "ease":
            amount = amount * amount * (3 - 2 * amount)
        return start.box.lerp(end.box, amount)


class Overlap(Record):
    """Words for the place where regions overlap, instead of both texts side by side."""

    region_ids: tuple[Id, ...] = Field(min_length=2, max_length=MAX_REGIONS)
    description: Text


class Scene(Record):
    """A part of the story that becomes one take."""

    id: Id
    title: ShortText = ""
    setting: ShortText = ""
    """Where it plays, in the story's own words: 'the edge of the forest'."""
    background: Text = ""
    """Words of the picture behind the regions."""
    narration: Text = ""
    shot_size: ShotSize = "full"
    camera: ShortText = ""
    regions: tuple[Region, ...] = Field(default=(), max_length=MAX_REGIONS)
    overlaps: tuple[Overlap, ...] = Field(default=(), max_length=MAX_OVERLAPS)

    @model_validator(mode="after")
    def _joined(self) -> Self:
        ids = _unique("region", (region.id for region in self.regions))
        for overlap in self.overlaps:
            if not ids.issuperset(overlap.region_ids):
                raise ValueError(f"an overlap of scene {self.id!r} names an unknown region")
        return self


class Story(Record):
    """A whole story; the file `story.json` of a project is one of these."""

    schema_version: Literal[3] = SCHEMA_VERSION
    id: Id
    revision: Revision = 0
    title: ShortText = Field(min_length=1)
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    """Language of title and narration, BCP 47: 'en', 'pt-BR'."""
    characters: tuple[Character, ...] = Field(default=(), max_length=MAX_CHARACTERS)
    motions: tuple[Motion, ...] = Field(default=(), max_length=MAX_MOTIONS)
    scenes: tuple[Scene, ...] = Field(min_length=1, max_length=MAX_SCENES)

    @model_validator(mode="after")
    def _joined(self) -> Self:
        characters = _unique("character", (c.id for c in self.characters))
        motions = _unique("motion", (m.id for m in self.motions))
        _unique("scene", (s.id for s in self.scenes))
        for scene in self.scenes:
            for region in scene.regions:
                _check_refs(scene.id, region, characters=characters, motions=motions)
        return self

    def character(self, character_id: str) -> Character:
        """Give the character of that id; KeyError if there is none."""
        return _find(self.characters, character_id)

    def motion(self, motion_id: str) -> Motion:
        """Give the motion of that id; KeyError if there is none."""
        return _find(self.motions, motion_id)

    def scene(self, scene_id: str) -> Scene:
        """Give the scene of that id; KeyError if there is none."""
        return _find(self.scenes, scene_id)

    def replace_scene(self, scene: Scene) -> Story:
        """Give the story with that scene in place of the one of its id, revision + 1."""
        self.scene(scene.id)
        scenes = tuple(scene if s.id == scene.id else s for s in self.scenes)
        return self.revised(scenes=scenes)

    def revised(self, **changes: object) -> Story:
        """Give a validated copy with changed fields, revision + 1."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Story.model_validate({**fields, **changes, "revision": self.revision + 1})


def slug(text: str, *, fallback: str = "x", taken: Iterable[str] = ()) -> str:
    """Make an id of words, unlike any in `taken` ('The Red Fox' -> 'the-red-fox', ... '-2')."""
    base = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-") or fallback
    used = set(taken)
    number = 2
    name = base
    while name in used:
        name, number = f"{base}-{number}", number + 1
    return name


_T = TypeVar("_T", Character, Motion, Scene)


def _unique(what: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"two {what}s have the id {one!r}")
        seen.add(one)
    return seen


def _check_refs(scene_id: str, region: Region, *, characters: set[str], motions: set[str]) -> None:
    where = f"region {region.id!r} of scene {scene_id!r}"
    if region.character_id is not None and region.character_id not in characters:
        raise ValueError(f"{where} names an unknown character {region.character_id!r}")
    if region.motion_id is not None and region.motion_id not in motions:
        raise ValueError(f"{where} names an unknown motion {region.motion_id!r}")


def _find(items: tuple[_T, ...], wanted: str) -> _T:
    for item in items:
        if item.id == wanted:
            return item
    raise KeyError(wanted)
