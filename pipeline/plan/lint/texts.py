"""Rules about how long the texts of a draft may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import TypeVar

from pipeline.plan.draft import (
    DraftCharacter,
    DraftMotion,
    DraftOverlap,
    DraftRegion,
    DraftScene,
    DraftStory,
)
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.sheet import Fault, Rule, Sheet, change_region, change_scene

SHORT, LONG = 200, 4000
"""Letters that a story's labels and its texts may have."""
_FIELDS = MappingProxyType(
    {
        DraftStory: {"title": SHORT},
        DraftCharacter: {"name": SHORT, "kind": SHORT, "look": LONG, "trigger": SHORT},
        DraftMotion: {"words": SHORT},
        DraftScene: {"title": SHORT, "setting": SHORT, "background": LONG, "camera": SHORT},
        DraftRegion: {"description": LONG},
        DraftOverlap: {"description": LONG},
    }
)
"""How long texts may be that are cut unasked. The narration is none of them: it is the story."""

R = TypeVar("R", DraftStory, DraftCharacter, DraftMotion, DraftScene, DraftRegion, DraftOverlap)


def cut(text: str, longest: int) -> str:
    """Give a text of `longest` letters at most, cut between words and marked with '…'."""
    text = text.strip()
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return f"{head.rpartition(' ')[0].strip() or head}…"


def _long(sheet: Sheet) -> Iterator[Fault]:
    draft = sheet.draft
    yield from _long_at(Place(), _long_fields(draft))
    for character in draft.characters:
        yield from _long_at(Place(character_id=character.id), _long_fields(character))
    for motion in draft.motions:
        yield from _long_at(Place(motion_id=motion.id), _long_fields(motion))
    for scene in sheet.scenes:
        of_overlaps = ["words for an overlap" for o in scene.scene.overlaps if _long_fields(o)]
        yield from _long_at(scene.place(), [*_long_fields(scene.scene), *of_overlaps[:1]])
        for region in scene.scene.regions:
            yield from _long_at(scene.place(region), _long_fields(region))


def _long_at(place: Place, names: Sequence[str]) -> Iterator[Fault]:
    if names:
        told = " and ".join(names)
        message = f"too long for a story to hold: {told}"
        yield Fault(place, message, f"cut the {told} between words", safe=True)


def _long_fields(record: R) -> list[str]:
    fields = _FIELDS[type(record)].items()
    return [name for name, longest in fields if len(getattr(record, name)) > longest]


def _cut_record(record: R) -> R:
    fields = _FIELDS[type(record)]
    texts = {name: cut(getattr(record, name), fields[name]) for name in _long_fields(record)}
    return record.model_copy(update=texts)


def _cut_at(sheet: Sheet, place: Place) -> DraftStory:
    draft = sheet.draft
    if place.region_id is not None:
        return change_region(sheet, place, lambda _, staged: _cut_record(staged.region))
    if place.scene_id is not None:
        return change_scene(draft, place, _cut_scene)
    if place.character_id is not None:
        characters = (_cut_record(c) if c.id == place.character_id else c for c in draft.characters)
        return draft.model_copy(update={"characters": tuple(characters)})
    if place.motion_id is not None:
        motions = (_cut_record(m) if m.id == place.motion_id else m for m in draft.motions)
        return draft.model_copy(update={"motions": tuple(motions)})
    return _cut_record(draft)


def _cut_scene(scene: DraftScene) -> DraftScene:
    overlaps = tuple(map(_cut_record, scene.overlaps))
    return _cut_record(scene).model_copy(update={"overlaps": overlaps})


def _long_narration(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        if (length := len(scene.scene.narration)) > LONG:
            message = f"the narration has {length:,} letters; a scene holds {LONG:,}"
            yield Fault(scene.place(), message, "cut the narration between words")


def _cut_narration(sheet: Sheet, place: Place) -> DraftStory:
    def changed(scene: DraftScene) -> DraftScene:
        return scene.model_copy(update={"narration": cut(scene.narration, LONG)})

    return change_scene(sheet.draft, place, changed)


RULES = (
    Rule("text-long", "error", _long, _cut_at),
    Rule("narration-long", "error", _long_narration, _cut_narration),
)
