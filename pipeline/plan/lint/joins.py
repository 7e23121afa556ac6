"""Rules about what ids refer to: nothing leads nowhere. Joined by whole ids, never by substring."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from pipeline.plan.lint.ids import is_id, quoted
from pipeline.plan.lint.sheet import (
    Fault,
    Rule,
    Sheet,
    Staged,
    StagedScene,
    change_region,
    change_scene,
)
from pipeline.plan.lint.verbs import moves_about, words_of_id
from pipeline.story import PriorUse, slug

_T = TypeVar("_T", DraftCharacter, DraftMotion)


def _unknown_characters(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        name = staged.region.character_id
        if name is not None and name not in sheet.characters:
            fix = _join_fix(name, _meant(name, sheet.draft.characters), "the cast")
            place = scene.place(staged.region).model_copy(update={"other_id": name})
            yield Fault(place, f"nobody in the cast has the id {quoted(name)}", fix, safe=True)


def _unknown_motions(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        name = staged.region.motion_id
        if name is not None and name not in sheet.motions:
            fix = _join_fix(name, _meant(name, sheet.draft.motions), "the motions")
            place = scene.place(staged.region).model_copy(update={"other_id": name})
            yield Fault(place, f"there is no motion with the id {quoted(name)}", fix, safe=True)


def _join_fix(name: str, meant: DraftCharacter | DraftMotion | None, where: str) -> str:
    if meant is not None:
        return f"take {quoted(_called(meant))}, which has that name"
    return f"add {quoted(words_of_id(name))} to {where}" if words_of_id(name) else "leave it out"


def _meant(name: str, items: Sequence[_T]) -> _T | None:
    """Whose id or whole name is the same but for capitals, spaces and marks."""
    wanted = _letters(name)
    same = (i for i in items if wanted and wanted in {_letters(i.id), _letters(_called(i))})
    return next(same, None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _called(item: DraftCharacter | DraftMotion) -> str:
    return item.name if isinstance(item, DraftCharacter) else item.words


def _join_character(sheet: Sheet, place: Place) -> DraftStory:
    """The region joined to who is meant, or to a new character."""
    name, draft = place.other_id or "", sheet.draft
    found, words = _meant(name, draft.characters), words_of_id(name)
    if found is None and words:
        made = slug(name, taken=[c.id for c in draft.characters])
        found = DraftCharacter(id=made, name=words.capitalize())
        draft = draft.model_copy(update={"characters": (*draft.characters, found)})
    return _joined(draft, place, "character_id", found.id if found else None)


def _join_motion(sheet: Sheet, place: Place) -> DraftStory:
    """The region joined to what is meant, or to a new motion."""
    name, draft = place.other_id or "", sheet.draft
    found, words = _meant(name, draft.motions), words_of_id(name)
    if found is None and words:
        made = slug(name, taken=[m.id for m in draft.motions])
        found = DraftMotion(id=made, words=words, locomotion=moves_about(words))
        draft = draft.model_copy(update={"motions": (*draft.motions, found)})
    return _joined(draft, place, "motion_id", found.id if found else None)


def _joined(draft: DraftStory, place: Place, field: str, new: str | None) -> DraftStory:
    """The draft whose region at a place refers to `new` where it referred to the lost id."""

    def changed(region: DraftRegion) -> DraftRegion:
        lost = region.id == place.region_id and getattr(region, field) == place.other_id
        return region.model_copy(update={field: new}) if lost else region

    def changed_scene(scene: DraftScene) -> DraftScene:
        return scene.model_copy(update={"regions": tuple(map(changed, scene.regions))})

    return change_scene(draft, place, changed_scene)


def _unknown_priors(sheet: Sheet) -> Iterator[Fault]:
    for scene, staged in sheet.regions():
        lost = [_prior_id(p) for p in staged.region.priors if not _is_joined(sheet, p)]
        if lost:
            place = scene.place(staged.region).model_copy(update={"other_id": lost[0]})
            message = f"a learned look or motion is of {quoted(lost[0])}, which is not in the story"
            yield Fault(place, message, "leave it out", safe=True)


def _prior_id(prior: PriorUse) -> str:
    return prior.character_id or prior.motion_id or ""


def _is_joined(sheet: Sheet, prior: PriorUse) -> bool:
    return prior.character_id in sheet.characters or prior.motion_id in sheet.motions


def _drop_priors(sheet: Sheet, place: Place) -> DraftStory:
    def changed(_: StagedScene, staged: Staged) -> DraftRegion:
        kept = tuple(
            p for p in staged.region.priors
            if _is_joined(sheet, p) or _prior_id(p) != place.other_id
        )  # fmt: skip
        return staged.region.model_copy(update={"priors": kept})

    return change_region(sheet, place, changed)


def _broken_overlaps(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        ids = {region.id for region in scene.scene.regions}
        for overlap in scene.scene.overlaps:
            lost = [name for name in overlap.region_ids if name not in ids]
            place = scene.place().model_copy(update={"other_id": lost[0] if lost else None})
            if lost:
                message = (
                    f"the words for an overlap name a box that is not there: {quoted(lost[0])}"
                )
                yield Fault(place, message, "leave that box out of them", safe=True)
            elif len({*overlap.region_ids}) < 2:
                message = "the words for an overlap are of one box only"
                yield Fault(place, message, "leave them out", safe=True)
            elif len({*overlap.region_ids}) < len(overlap.region_ids):
                message = "the words for an overlap name a box twice"
                yield Fault(place, message, "name each box once", safe=True)


def _mend_overlaps(sheet: Sheet, place: Place) -> DraftStory:
    def changed(scene: DraftScene) -> DraftScene:
        lost = place.other_id if place.other_id not in {r.id for r in scene.regions} else None
        kept = (_without(overlap, lost) for overlap in scene.overlaps)
        return scene.model_copy(update={"overlaps": tuple(o for o in kept if o)})

    return change_scene(sheet.draft, place, changed)


def _without(overlap: DraftOverlap, lost: str | None) -> DraftOverlap | None:
    """The overlap without a box; None where one box only is left."""
    left = tuple(dict.fromkeys(name for name in overlap.region_ids if name != lost))
    return overlap.model_copy(update={"region_ids": left}) if len(left) > 1 else None


def _unknown_pictures(sheet: Sheet) -> Iterator[Fault]:
    for character in sheet.draft.characters:
        lost = [name for name in character.pictures if not is_id(name)]
        if lost:
            message = f"a picture's id is no id: {quoted(lost[0])}"
            yield Fault(Place(character_id=character.id), message, "leave it out", safe=True)


def _drop_pictures(sheet: Sheet, place: Place) -> DraftStory:
    def changed(one: DraftCharacter) -> DraftCharacter:
        kept = tuple(name for name in one.pictures if is_id(name))
        return one.model_copy(update={"pictures": kept}) if one.id == place.character_id else one

    characters = tuple(map(changed, sheet.draft.characters))
    return sheet.draft.model_copy(update={"characters": characters})


RULES = (
    Rule("unknown-character", "error", _unknown_characters, _join_character),
    Rule("unknown-motion", "error", _unknown_motions, _join_motion),
    Rule("unknown-prior", "error", _unknown_priors, _drop_priors),
    Rule("overlap-broken", "error", _broken_overlaps, _mend_overlaps),
    Rule("unknown-picture", "error", _unknown_pictures, _drop_pictures),
)
