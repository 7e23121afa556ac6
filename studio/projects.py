"""Project folders as the page needs them: open by id, find media, say how a pack plays a story."""

from __future__ import annotations

import hashlib
import logging
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.artifacts import Casting, PlanRecord, ScenePrompt
from pipeline.checking import limits_of
from pipeline.errors import PipelineError, WorkspaceError
from pipeline.packs.record import load_record
from pipeline.plan.casting import cast_story
from pipeline.plan.lint import Finding, lint
from pipeline.plan.prompts import scene_prompt
from pipeline.plan.questions import Question, casting_questions
from pipeline.planning import load_troupe
from pipeline.runner import normalise
from pipeline.settings import Settings
from pipeline.story import Scene, Story
from pipeline.workspace import Project, open_project, projects_dir

_LOG = logging.getLogger(__name__)
MEDIA_PREFIX = "/gradio_api/studio/media"
STORIES_DIR = Path(__file__).resolve().parent.parent / "static" / "stories"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAME_CHARACTERS = 62


@dataclass(frozen=True)
class Example:
    """An idea to begin with: a name for its button, and the idea itself."""

    name: str
    idea: str


@dataclass(frozen=True)
class Staging:
    """How a pack plays a story: who plays whom, the model's words by scene, and what is wrong."""

    casting: Casting
    questions: tuple[Question, ...]
    """For each character that somebody stands in for."""
    prompts: Mapping[str, ScenePrompt]
    findings: tuple[Finding, ...]


def example_ideas(folder: Path = STORIES_DIR) -> list[Example]:
    """Read the example ideas, one text file each; its first words name the button."""
    paths = sorted(folder.glob("*.txt"))
    return [_example(path) for path in paths]


def _example(path: Path) -> Example:
    idea = path.read_text(encoding="utf-8").strip()
    return Example(textwrap.shorten(idea, _NAME_CHARACTERS, placeholder=" …"), idea)


def open_by_id(settings: Settings, project_id: object) -> Project:
    """Open the project of that id; nothing is made by asking for an unknown one.

    Raises:
        WorkspaceError: the id is no id, or there is no such project.
        InvalidStoryError: its story cannot be read.
    """
    name = checked_id(project_id, "story")
    path = projects_dir(settings) / name
    if not path.is_dir():
        raise WorkspaceError(
            f"There is no story {name!r} here", hint="Choose one of your stories, or begin anew."
        )
    return open_project(path)


def checked_id(value: object, what: str) -> str:
    """Give the value if it is an id; WorkspaceError if it is anything else."""
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise WorkspaceError(f"This is not the name of a {what}", hint="Reload the page.")


def find_scene(story: Story, scene_id: object) -> Scene:
    """Give the scene of that id; WorkspaceError if there is none."""
    for scene in story.scenes:
        if scene.id == scene_id:
            return scene
    raise WorkspaceError("This scene is no longer there", hint="Reload the page.")


def find_take(project: Project, scene_id: object, take_id: object) -> Path:
    """Give the video of a take; WorkspaceError if there is none."""
    scene, wanted = checked_id(scene_id, "scene"), checked_id(take_id, "take")
    for take in project.takes(scene):
        if take.id == wanted:
            return project.take_video(take)
    raise WorkspaceError("There is no such take", hint="Reload the page.")


def film_file(project: Project, film_id: object, suffix: str) -> Path:
    """Give a film's file of that suffix; WorkspaceError if there is none."""
    path = project.films_dir / f"{checked_id(film_id, 'film')}{suffix}"
    if not path.is_file():
        raise WorkspaceError("There is no such film", hint="Make the film again.")
    return path


def plan_record(project: Project) -> PlanRecord | None:
    """Give how the story was planned; None where nobody can tell."""
    try:
        return project.planning
    except PipelineError as error:
        _LOG.warning("the record of the planning is left out: %s", error)
        return None


def stage(project: Project, settings: Settings) -> Staging:
    """Give how a pack plays the story as it stands now; rendering reads it the same way."""
    story, pack = project.story, settings.pack
    troupe, record = load_troupe(pack), load_record(pack)
    previous = project.casting if project.has_casting else None
    casting = cast_story(story, troupe=troupe, pack=pack, previous=previous)
    prompts = {
        scene.id: normalise(scene_prompt(story, scene.id, casting, troupe=troupe), record)
        for scene in story.scenes
    }
    questions = casting_questions(story, casting, troupe)
    return Staging(casting, questions, prompts, lint(story, limits=limits_of(settings)))


def media_address(project: Project) -> str:
    """Give where the page finds a project's media, under whatever path it is mounted."""
    return f"{MEDIA_PREFIX.lstrip('/')}/{project.path.name}"


def finding_key(finding: Finding) -> str:
    """Give what a browser calls a finding: the same one has the same key."""
    return hashlib.sha256(finding.model_dump_json().encode()).hexdigest()[:16]
