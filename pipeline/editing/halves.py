"""Scenes cut in two, and two scenes joined to one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipeline.editing.changes import changed, check_room, find_scene, next_revision
from pipeline.editing.patch import kept_overlaps, too_many_regions
from pipeline.editing.paths import (
    drawn_together,
    keys_of,
    priors_in_half,
    priors_in_whole,
    stretched,
)
from pipeline.editing.scenes import free_id, next_title
from pipeline.errors import InputError
from pipeline.plan.sentences import split_sentences
from pipeline.story import MAX_REGIONS, Overlap, Region, Scene, Story, slug

_LONGEST_NARRATION, _LONGEST_SETTING = 4000, 200
_PAUSE = re.compile(r"[,;:\u2013\u2014](?=\s)|\s(?=(?:and|but|then|so|while)\s)")
_BLANK = re.compile(r"\s+")


def split_scene(story: Story, scene_id: str, *, taken: Iterable[str] = ()) -> tuple[Story, str]:
    """Give the story with a scene cut in two, and the second one's id; revision + 1.

    Keyframes 0..2 become the six of the first, 3..5 those of the second, along the same paths.
    The narration is cut at the end of the sentence nearest its middle; a single sentence at a
    pause or, without one, between two words. Regions that are not seen in a half are left out of
    it.

    Raises:
        InputError: there is no such scene, or the story is full.
    """
    check_room(story)
    scene = find_scene(story, scene_id)
    told, then = _halves(scene.narration)
    made = free_id(story, scene.id, taken)
    title = next_title(story, scene.title)
    parts = (
        changed(_half(scene, 0), narration=told),
        changed(_half(scene, 1), narration=then, id=made, title=title),
    )
    at = story.scenes.index(scene)
    return next_revision(story, scenes=(*story.scenes[:at], *parts, *story.scenes[at + 1 :])), made


def merge_scenes(story: Story, scene_id: str) -> Story:
    """Give the story with a scene and the next one as one scene, revision + 1.

    The first becomes keyframes 0..2, the second 3..5. A character with the same motion in both
    becomes one region. The id, background, camera and shot are the first's.

    Raises:
        InputError: there is no such scene, no next one, or the two have too much in them.
    """
    scene = find_scene(story, scene_id)
    at = story.scenes.index(scene)
    if at + 1 == len(story.scenes):
        raise InputError("this scene is the last one", hint="Join the one before it with it.")
    merged = _merged(scene, story.scenes[at + 1], story.language)
    return next_revision(story, scenes=(*story.scenes[:at], merged, *story.scenes[at + 2 :]))


def _halves(narration: str) -> tuple[str, str]:
    """A text cut where a sentence, a part of one or a word ends, as near its middle as may be."""
    ends = _sentence_ends(narration) or _ends(_PAUSE, narration) or _ends(_BLANK, narration)
    cut = min(ends, key=lambda end: abs(2 * end - len(narration)), default=len(narration))
    return narration[:cut].strip(), narration[cut:].strip()


def _sentence_ends(narration: str) -> list[int]:
    ends, end = list[int](), 0
    for sentence in split_sentences(narration):
        end = narration.index(sentence, end) + len(sentence)
        ends.append(end)
    return ends[:-1]


def _ends(pattern: re.Pattern[str], narration: str) -> list[int]:
    return [found.end() for found in pattern.finditer(narration)]


def _half(scene: Scene, half: int) -> Scene:
    regions = tuple(
        changed(region, keys=keys, priors=priors_in_half(region.priors, half))
        for region in scene.regions
        if any(keys := stretched(region, half))
    )
    return changed(scene, regions=regions, overlaps=kept_overlaps(scene.overlaps, regions))


def _merged(first: Scene, then: Scene, language: str) -> Scene:
    narration = " ".join(filter(None, (first.narration, then.narration)))
    if len(narration) > _LONGEST_NARRATION:
        raise InputError(
            f"the narration of the two is longer than {_LONGEST_NARRATION:,} characters",
            hint="Shorten it first.",
        )
    regions, ids = _joined_regions(first.regions, then.regions)
    if len(regions) > MAX_REGIONS:
        raise too_many_regions()
    return changed(
        first,
        title=first.title or then.title,
        setting=_joined_settings(first.setting, then.setting, language),
        background=first.background or then.background,
        narration=narration,
        regions=regions,
        overlaps=kept_overlaps(_joined_overlaps(first, then, ids), regions),
    )


def _joined_settings(first: str, then: str, language: str) -> str:
    """'the forest, then the beach'; the first one where they are alike or too long for that."""
    if not first or not then or first.lower() == then.lower():
        return first or then
    both = f"{first}, then {then}" if language.startswith("en") else f"{first}, {then}"
    return both if len(both) <= _LONGEST_SETTING else first


def _joined_regions(
    first: tuple[Region, ...], then: tuple[Region, ...]
) -> tuple[tuple[Region, ...], dict[str, str]]:
    """The regions of both halves, and by their old ids those that the second's regions have now."""
    left, regions, ids = list(then), list[Region](), dict[str, str]()
    for region in first:
        other = next((one for one in left if _does_the_same(region, one)), None)
        if other:
            left.remove(other)
            ids[other.id] = region.id
        regions.append(_joined(region, region, other))
    for region in left:
        ids[region.id] = slug(region.id, taken=[one.id for one in regions])
        regions.append(_joined(changed(region, id=ids[region.id]), None, region))
    return tuple(one for one in regions if any(one.boxes())), ids


def _does_the_same(one: Region, other: Region) -> bool:
    """Whether two regions are of one character and one motion."""
    known = one.character_id is not None
    return known and (one.character_id, one.motion_id) == (other.character_id, other.motion_id)


def _joined(region: Region, first: Region | None, then: Region | None) -> Region:
    """The region on the way of `first` in the first half, and of `then` in the second."""
    keys = keys_of((*drawn_together(first), *drawn_together(then)))
    return changed(
        region,
        keys=keys if any(keys) else region.keys,
        locked=any(one.locked for one in (first, then) if one),
        priors=(
            *priors_in_whole(first.priors if first else (), 0),
            *priors_in_whole(then.priors if then else (), 1),
        ),
    )


def _joined_overlaps(first: Scene, then: Scene, ids: dict[str, str]) -> Sequence[Overlap]:
    """The overlaps of both; where both speak of the same two regions, the first's words."""
    told = {frozenset(one.region_ids): one for one in first.overlaps}
    for one in then.overlaps:
        renamed = tuple(ids[region_id] for region_id in one.region_ids)
        told.setdefault(frozenset(renamed), changed(one, region_ids=renamed))
    return tuple(told.values())
