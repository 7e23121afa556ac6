"""The words of a scene that the pack reads otherwise, marked while the storyteller types."""

from __future__ import annotations

from dataclasses import asdict

from pipeline.blocking import cast_project
from pipeline.errors import InputError
from pipeline.packs.record import load_record
from pipeline.plan.readable import Mark, known_of, unread_background, unread_words
from pipeline.settings import Settings
from pipeline.story import Scene
from pipeline.workspace import Project
from studio.projects import find_scene

MAX_CHARACTERS = 4000
View = dict[str, object]


def words_view(
    project: Project, settings: Settings, scene_id: object, region_id: object, text: object
) -> View:
    """Give the marks of a region's text, or of the background's where the region is None.

    Raises:
        InputError: there is no text, or it is too long.
        WorkspaceError: there is no such scene or region.
    """
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise InputError("These words cannot be read", hint="Write less.")
    scene = find_scene(project.story, scene_id)
    return {"marks": [asdict(mark) for mark in _marks(project, settings, scene, region_id, text)]}


def _marks(
    project: Project, settings: Settings, scene: Scene, region_id: object, text: str
) -> tuple[Mark, ...]:
    record = load_record(settings.pack)
    if region_id is None:
        return unread_background(text, record.troupe, pack=record.name)
    region = next((one for one in scene.regions if one.id == region_id), None)
    if region is None:
        raise InputError("This box is no longer there", hint="Reload the page.")
    known = known_of(region, project.story, cast_project(project, settings.pack))
    return unread_words(text, record.troupe, known, pack=record.name)
