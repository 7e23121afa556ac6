"""Replanning a story that is edited at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import WorkspaceError
from pipeline.planning import plan, replan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.workspace import Project, open_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def project(settings: Settings) -> Project:
    return finish(plan("A fox and a robot meet by the sea.", settings=settings))


def test_what_is_edited_meanwhile_is_kept(settings: Settings, project: Project) -> None:
    work = replan(project, "scene-1", "make it night", settings=settings)
    next(work)
    other = open_project(project.path)
    last = other.story.scenes[-1].model_copy(update={"narration": "And they danced."})
    other.save_story(other.story.replace_scene(last))
    story = finish(work)
    assert story.revision == 2
    assert "night" in story.scene("scene-1").setting
    assert story.scenes[-1].narration == "And they danced."
    assert open_project(project.path).story == story


def test_a_scene_that_was_edited_meanwhile_is_not_overwritten(
    settings: Settings, project: Project
) -> None:
    work = replan(project, "scene-1", "make it night", settings=settings)
    next(work)
    other = open_project(project.path)
    first = other.story.scene("scene-1").model_copy(update={"narration": "Long ago."})
    other.save_story(other.story.replace_scene(first))
    with pytest.raises(WorkspaceError, match="edited elsewhere while it was planned"):
        finish(work)
    assert open_project(project.path).story.scene("scene-1").narration == "Long ago."
