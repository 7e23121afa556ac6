"""Rules about ids by themselves: each is an id, and no two things of a list share one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.plan.draft import DraftCharacter, DraftMotion, DraftRegion, DraftScene, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.sheet import Fault, Rule, Sheet, change_regions, change_scene
from pipeline.story import slug

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
N = TypeVar("N", DraftCharacter, DraftMotion, DraftScene, DraftRegion)


@dataclass(frozen=True)
class _List:
    """The ids of one list of a draft, what it lists, and the place of each."""

    what: str
    ids: list[str]
    place: Callable[[str], Place]


def is_id(text: str) -> bool:
    """Whether a text can be an id of a story."""
    return _ID.fullmatch(text) is not None


def quoted(text: str) -> str:
    """Give an id for a sentence, cut where it is long."""
    return f"“{text[:40]}”" if text.strip() else "an empty one"


def _lists(draft: DraftStory) -> Iterator[_List]:
    characters = [character.id for character in draft.characters]
    yield _List("character", characters, lambda one: Place(character_id=one))
    yield _List("motion", [m.id for m in draft.motions], lambda one: Place(motion_id=one))
    yield _List("scene", [scene.id for scene in draft.scenes], lambda one: Place(scene_id=one))
    for scene in draft.scenes:
        yield _List("box", [region.id for region in scene.regions], _in_scene(scene.id))


def _in_scene(scene_id: str) -> Callable[[str], Place]:
    return lambda one: Place(scene_id=scene_id, region_id=one)


def _invalid(sheet: Sheet) -> Iterator[Fault]:
    fix = "make an id of small letters, digits and dashes"
    if not is_id(sheet.draft.id):
        yield Fault(Place(), f"its id is no id: {quoted(sheet.draft.id)}", fix, safe=True)
    for one in _lists(sheet.draft):
        for name in dict.fromkeys(one.ids):
            if not is_id(name):
                message = f"the id of the {one.what} is no id: {quoted(name)}"
                yield Fault(one.place(name), message, fix, safe=True)


def _twice(sheet: Sheet) -> Iterator[Fault]:
    for one in _lists(sheet.draft):
        for name, count in Counter(one.ids).items():
            if count > 1:
                message = f"the id {quoted(name)} is that of {count} {_PLURALS[one.what]}"
                fix = "give the later ones ids of their own"
                yield Fault(one.place(name), message, fix, safe=True)


_PLURALS = {"character": "characters", "motion": "motions", "scene": "scenes", "box": "boxes"}


def _rename(sheet: Sheet, place: Place) -> DraftStory:
    """New ids at a place; what referred to the old one refers to the first that had it."""
    draft = sheet.draft
    if place.character_id is not None:
        return _rename_character(draft, place.character_id)
    if place.motion_id is not None:
        return _rename_motion(draft, place.motion_id)
    if place.region_id is not None:
        name = place.region_id
        return change_scene(draft, place, lambda scene: _rename_region(scene, name))
    if place.scene_id is not None:
        scenes = _renamed(draft.scenes, place.scene_id, "scene")
        return draft.model_copy(update={"scenes": scenes})
    made = draft.id if is_id(draft.id) else slug(draft.title, fallback="story")
    return draft.model_copy(update={"id": made})


def _rename_character(draft: DraftStory, name: str) -> DraftStory:
    characters = _renamed(draft.characters, name, "character")
    new = _new_id(draft.characters, characters, name)
    draft = draft.model_copy(update={"characters": characters})
    return change_regions(draft, lambda r: r.character_id == name, character_id=new)


def _rename_motion(draft: DraftStory, name: str) -> DraftStory:
    motions = _renamed(draft.motions, name, "motion")
    new = _new_id(draft.motions, motions, name)
    draft = draft.model_copy(update={"motions": motions})
    return change_regions(draft, lambda r: r.motion_id == name, motion_id=new)


def _rename_region(scene: DraftScene, name: str) -> DraftScene:
    regions = _renamed(scene.regions, name, "box")
    new = _new_id(scene.regions, regions, name)
    overlaps = tuple(
        overlap.model_copy(
            update={"region_ids": tuple(new if one == name else one for one in overlap.region_ids)}
        )
        for overlap in scene.overlaps
    )
    return scene.model_copy(update={"regions": regions, "overlaps": overlaps})


def _new_id(before: Sequence[N], after: Sequence[N], name: str) -> str:
    """What the first item called `name` is called now."""
    pairs = zip(before, after, strict=True)
    return next((new.id for old, new in pairs if old.id == name), name)


def _renamed(items: Sequence[N], name: str, fallback: str) -> tuple[N, ...]:
    """The items with other ids for those called `name`; the first keeps it if it is an id."""
    taken = {item.id for item in items}
    kept = not is_id(name)
    renamed: list[N] = []
    for item in items:
        if item.id == name and kept:
            made = slug(name, fallback=fallback, taken=taken)
            taken.add(made)
            item = item.model_copy(update={"id": made})
        kept = kept or item.id == name
        renamed.append(item)
    return tuple(renamed)


RULES = (
    Rule("id-invalid", "error", _invalid, _rename),
    Rule("id-twice", "error", _twice, _rename),
)
