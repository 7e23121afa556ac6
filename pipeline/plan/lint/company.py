"""Rules about how many there are and who stands where: crowds, overlaps, one character twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from pipeline.plan.draft import DraftOverlap, DraftRegion, DraftScene, DraftStory
from pipeline.plan.lint.findings import Place
from pipeline.plan.lint.geometry import area, seen_part, shared_part, with_boxes
from pipeline.plan.lint.sheet import Fault, Rule, Sheet, Staged, StagedScene, change_scene
from pipeline.plan.lint.texts import LONG, cut
from pipeline.plan.measures import FEWEST_SCENES, MOST_MOTIONS, MOST_REGIONS, MOST_SCENES
from pipeline.story import (
    MAX_CHARACTERS,
    MAX_MOTIONS,
    MAX_OVERLAPS,
    MAX_REGIONS,
    MAX_SCENES,
    NUM_KEYFRAMES,
)

TOUCHING, COLLIDING = 0.2, 0.5
"""Shares of the smaller of two boxes that the other covers."""


def _no_scenes(sheet: Sheet) -> Iterator[Fault]:
    if not sheet.scenes:
        yield Fault(Place(), "there are no scenes")


def _too_many_scenes(sheet: Sheet) -> Iterator[Fault]:
    if (count := len(sheet.scenes)) > MAX_SCENES:
        message = f"{count} scenes; {MAX_SCENES} is the most"
        yield Fault(Place(), message, f"keep the first {MAX_SCENES}")


def _first_scenes(sheet: Sheet, _: Place) -> DraftStory:
    return sheet.draft.model_copy(update={"scenes": sheet.draft.scenes[:MAX_SCENES]})


def _long_lists(sheet: Sheet) -> Iterator[Fault]:
    draft = sheet.draft
    lists = [
        (Place(), "characters", len(draft.characters), MAX_CHARACTERS),
        (Place(), "motions", len(draft.motions), MAX_MOTIONS),
        *((s.place(), "overlaps", len(s.scene.overlaps), MAX_OVERLAPS) for s in sheet.scenes),
    ]
    for place, what, count, most in lists:
        if count > most:
            yield Fault(place, f"{count} {what}; {most} is the most")


def _scene_count(sheet: Sheet) -> Iterator[Fault]:
    count = len(sheet.scenes)
    if 0 < count < FEWEST_SCENES or MOST_SCENES < count <= MAX_SCENES:
        told = f"{count} scene{'s' if count > 1 else ''}"
        yield Fault(Place(), f"{told}; {FEWEST_SCENES} to {MOST_SCENES} make a good story")


def _nobody(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        if not scene.staged:
            yield Fault(scene.place(), "nobody is on the stage")


def _too_many_regions(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        if (count := len(scene.staged)) > MAX_REGIONS:
            message = f"{count} boxes; {MAX_REGIONS} is the most"
            yield Fault(scene.place(), message, f"keep the first {MAX_REGIONS}")


def _many_regions(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        if MOST_REGIONS < (count := len(scene.staged)) <= MAX_REGIONS:
            message = (
                f"{count} boxes in one scene; more than {MOST_REGIONS} get in each other's way"
            )
            yield Fault(scene.place(), message, f"keep the first {MOST_REGIONS}")


def _keep_regions(sheet: Sheet, place: Place, most: int) -> DraftStory:
    def changed(scene: DraftScene) -> DraftScene:
        kept = {region.id for region in scene.regions[:most]}
        overlaps = tuple(o for o in scene.overlaps if kept.issuperset(o.region_ids))
        return scene.model_copy(update={"regions": scene.regions[:most], "overlaps": overlaps})

    return change_scene(sheet.draft, place, changed)


def _crowd(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        counts = [_count_at(scene, k) for k in range(NUM_KEYFRAMES)]
        if (most := max(counts)) > sheet.limits.at_once:
            place = scene.place(at=counts.index(most))
            yield Fault(place, f"{most} figures at once; more than {sheet.limits.at_once} blur")


def _count_at(scene: StagedScene, keyframe: int) -> int:
    boxes = (staged.boxes[keyframe] for staged in scene.staged)
    return sum(box is not None and seen_part(box) > 0 for box in boxes)


def _many_motions(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        regions = [region for region in scene.scene.regions if region.character_id]
        for who in dict.fromkeys(region.character_id for region in regions):
            mine = [r for r in regions if r.character_id == who and r.motion_id]
            if (count := len({r.motion_id for r in mine})) > MOST_MOTIONS:
                message = f"{count} motions in one scene; a take has time for {MOST_MOTIONS}"
                yield Fault(scene.place(mine[0]), message)


def _twice_at_once(sheet: Sheet) -> Iterator[Fault]:
    for scene in sheet.scenes:
        for first, second in itertools.combinations(scene.staged, 2):
            same = first.region.character_id == second.region.character_id
            if same and first.region.character_id and (both := _both(first, second)):
                place = scene.place(first.region, at=both[0])
                place = place.model_copy(update={"other_id": second.region.id})
                message = "one character is in two boxes at once"
                yield Fault(place, message, "show the first box only, as long as it is there")


def _both(first: Staged, second: Staged) -> list[int]:
    """The keyframes at which two regions are there."""
    return [k for k in range(NUM_KEYFRAMES) if first.boxes[k] and second.boxes[k]]


def _first_only(sheet: Sheet, place: Place) -> DraftStory:
    """The second region hidden where the first is there; gone if it is there throughout."""
    scenes = tuple(
        _with_first_only(one, place) if one.scene.id == place.scene_id else one.scene
        for one in sheet.scenes
    )
    return sheet.draft.model_copy(update={"scenes": scenes})


def _with_first_only(scene: StagedScene, place: Place) -> DraftScene:
    regions: list[DraftRegion] = []
    for at, staged in enumerate(scene.staged):
        who = staged.region.character_id
        asked = (place.region_id, who if staged.region.id == place.other_id else None)
        firsts = [s for s in scene.staged[:at] if (s.region.id, s.region.character_id) == asked]
        both = {k for first in firsts for k in _both(first, staged) if who}
        left = tuple(None if k in both else box for k, box in enumerate(staged.boxes))
        if not both:
            regions.append(staged.region)
        elif any(left):
            regions.append(with_boxes(staged.region, left))
    ids = {region.id for region in regions}
    overlaps = tuple(o for o in scene.scene.overlaps if ids.issuperset(o.region_ids))
    return scene.scene.model_copy(update={"regions": tuple(regions), "overlaps": overlaps})


def _collide(sheet: Sheet) -> Iterator[Fault]:
    for place, share in _overlaps(sheet):
        if share > COLLIDING:
            message = "two characters stand in the same place, with no words for both together"
            yield Fault(place, message, "say in one text what both do there")


def _touch(sheet: Sheet) -> Iterator[Fault]:
    for place, share in _overlaps(sheet):
        if TOUCHING < share <= COLLIDING:
            message = "the boxes overlap, with no words for both together"
            yield Fault(place, message, "say in one text what both do there")


def _overlaps(sheet: Sheet) -> Iterator[tuple[Place, float]]:
    """The pairs of different characters without merged words, and the most they overlap."""
    for scene in sheet.scenes:
        actors = [staged for staged in scene.staged if staged.region.character_id]
        for a, b in itertools.combinations(actors, 2):
            shares = [_share(a, b, k) for k in range(NUM_KEYFRAMES)]
            if a.region.character_id == b.region.character_id or _has_words(scene.scene, a, b):
                continue
            place = scene.place(a.region, at=shares.index(max(shares)))
            yield place.model_copy(update={"other_id": b.region.id}), max(shares)


def _share(first: Staged, second: Staged, keyframe: int) -> float:
    a, b = first.boxes[keyframe], second.boxes[keyframe]
    return shared_part(a, b) / min(area(a), area(b)) if a and b else 0.0


def _has_words(scene: DraftScene, a: Staged, b: Staged) -> bool:
    both = {a.region.id, b.region.id}
    return any(both.issubset(o.region_ids) and o.description.strip() for o in scene.overlaps)


def _merge(sheet: Sheet, place: Place) -> DraftStory:
    """Both descriptions in one text, for the overlap of two regions."""
    asked = (place.region_id, place.other_id)

    def changed(scene: DraftScene) -> DraftScene:
        both = [_words(sheet, region) for region in scene.regions if region.id in asked]
        text = cut(" and ".join(filter(None, both)), LONG) or "both together"
        ids = tuple(region.id for region in scene.regions if region.id in asked)
        kept = tuple(o for o in scene.overlaps if {*o.region_ids} != {*ids})
        merged = DraftOverlap(region_ids=ids, description=text)
        return scene.model_copy(update={"overlaps": (*kept, merged)})

    return change_scene(sheet.draft, place, changed)


def _words(sheet: Sheet, region: DraftRegion) -> str:
    who = sheet.character_of(region)
    return region.description.strip().rstrip(".") or (who.name if who else "")


RULES = (
    Rule("scenes-none", "error", _no_scenes),
    Rule("scenes-excess", "error", _too_many_scenes, _first_scenes),
    Rule("lists-long", "error", _long_lists),
    Rule("scenes-few-or-many", "hint", _scene_count),
    Rule("stage-empty", "hint", _nobody),
    Rule(
        "regions-excess", "error", _too_many_regions, lambda s, p: _keep_regions(s, p, MAX_REGIONS)
    ),
    Rule("regions-many", "warning", _many_regions, lambda s, p: _keep_regions(s, p, MOST_REGIONS)),
    Rule("figures-many", "warning", _crowd),
    Rule("motions-many", "warning", _many_motions),
    Rule("character-twice", "warning", _twice_at_once, _first_only),
    Rule("boxes-collide", "warning", _collide, _merge),
    Rule("overlap-unsaid", "hint", _touch, _merge),
)
