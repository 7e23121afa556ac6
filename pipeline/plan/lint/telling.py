"""Findings as sentences: the place in words, then what is wrong there."""

from __future__ import annotations

from pipeline.plan.draft import DraftRegion, DraftScene, DraftStory
from pipeline.plan.lint.findings import Finding
from pipeline.story import Region, Scene, Story

_LONGEST_NAME = 24


def tell(finding: Finding, story: Story | DraftStory, *, with_scene: bool = True) -> str:
    """Give one sentence: 'Scene 2, keyframe 3, Mia: the box lies too far outside the picture'.

    Without the scene it reads well on that scene's own card. Who is told of by name comes last; a
    finding about the whole story says 'The story'.
    """
    place = finding.place
    words: list[str] = []
    if place.scene_id is not None and with_scene:
        number = next((n for n, s in enumerate(story.scenes, 1) if s.id == place.scene_id), 0)
        words.append(f"scene {number}" if number else f"scene “{place.scene_id[:_LONGEST_NAME]}”")
    if place.keyframe is not None:
        words.append(f"keyframe {place.keyframe + 1}")
    words += filter(None, [_who(finding, story)])
    if place.scene_id is None and not words:
        words = ["the story"]
    where = ", ".join(words)
    told = f"{where}: {finding.message}" if where else finding.message
    return told[:1].upper() + told[1:]


def _who(finding: Finding, story: Story | DraftStory) -> str:
    """Who or what a finding is about: one of the cast, a motion, one region or two."""
    place = finding.place
    if place.scene_id is None:
        named = [c.name or c.id for c in story.characters if c.id == place.character_id]
        moved = [m.words or m.id for m in story.motions if m.id == place.motion_id]
        return next(iter([*named, *moved]), "")[:_LONGEST_NAME]
    scene = next((s for s in story.scenes if s.id == place.scene_id), None)
    if scene is None or place.region_id is None:
        return ""
    ids = (place.region_id, place.other_id)
    names = [_name(region, story) for region in _regions(scene) if region.id in ids]
    return " and ".join(dict.fromkeys(names))


def _regions(scene: Scene | DraftScene) -> tuple[Region | DraftRegion, ...]:
    return tuple(scene.regions)


def _name(region: Region | DraftRegion, story: Story | DraftStory) -> str:
    """A character's name, else the first words of the description, else the region's id."""
    character = next((c for c in story.characters if c.id == region.character_id), None)
    name = character.name.strip() if character else ""
    return name[:_LONGEST_NAME] or region.description.strip()[:_LONGEST_NAME] or region.id
