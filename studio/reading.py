"""The words of a scene that the pack reads otherwise, marked while the storyteller types."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.plan.readable import Mark, known_of, unread_background, unread_words
from pipeline.settings import Settings
from pipeline.story import Scene
from pipeline.workspace import Project
from studio.edits import find_region
from studio.staging import stage

MAX_CHARACTERS = 4000
View = dict[str, object]


def words_view(
    project: Project, settings: Settings, scene_id: str, region_id: str | None, text: str
) -> View:
    """Give the marks of a region's text, or of the background's where the region is None.

    None where the scene or region has gone: the page asks while somebody edits.
    """
    scenes = (one for one in project.story.scenes if one.id == scene_id)
    scene = next((one for one in scenes if _has(one, region_id)), None)
    found = _marks(project, settings, scene, region_id, text) if scene else ()
    return {"marks": [asdict(mark) for mark in found]}


def _has(scene: Scene, region_id: str | None) -> bool:
    return region_id is None or any(one.id == region_id for one in scene.regions)


def _marks(
    project: Project, settings: Settings, scene: Scene, region_id: str | None, text: str
) -> tuple[Mark, ...]:
    staging = stage(project, settings)
    troupe, pack = staging.pack.record.troupe, staging.pack.record.name
    if region_id is None:
        return unread_background(text, troupe, pack=pack)
    known = known_of(find_region(scene, region_id), project.story, staging.casting)
    return unread_words(text, troupe, known, pack=pack)
