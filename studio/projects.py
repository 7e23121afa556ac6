"""Project folders as the page needs them: open by id, change the words of a story, find media."""

from __future__ import annotations

import re
import textwrap
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from pipeline.artifacts import Casting, ScenePrompt
from pipeline.errors import InputError, WorkspaceError
from pipeline.packs.record import load_record
from pipeline.plan.casting import cast_story
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.lint import Doubt, lint_scene
from pipeline.plan.prompts import scene_prompt
from pipeline.planning import load_troupe
from pipeline.runner import normalise
from pipeline.settings import Settings
from pipeline.story import Motion, Region, Scene, Story, slug
from pipeline.workspace import Project, open_project, projects_dir

STORIES_DIR = Path(__file__).resolve().parent.parent / "static" / "stories"
SCENE_FIELDS = ("title", "setting", "narration")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAME_CHARACTERS = 62
_EDITING = threading.Lock()
R = TypeVar("R", Scene, Region)


@dataclass(frozen=True)
class Example:
    """An idea to begin with: a name for its button, and the idea itself."""

    name: str
    idea: str


@dataclass(frozen=True)
class Staging:
    """How a pack plays a story: who plays whom, and by scene the model's words and its limits."""

    casting: Casting
    prompts: Mapping[str, ScenePrompt]
    doubts: Mapping[str, list[Doubt]]


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


def stage(project: Project, pack: str) -> Staging:
    """Give how a pack plays the story as it stands now; rendering reads it the same way."""
    story, troupe, record = project.story, load_troupe(pack), load_record(pack)
    previous = project.casting if project.has_casting else None
    casting = cast_story(story, troupe=troupe, pack=pack, previous=previous)
    prompts = {
        scene.id: normalise(scene_prompt(story, scene.id, casting, troupe=troupe), record)
        for scene in story.scenes
    }
    columns, rows = (
        side // record.patch_size for side in (record.latent_width, record.latent_height)
    )
    doubts = {
        scene.id: list(lint_scene(scene, columns=columns, rows=rows)) for scene in story.scenes
    }
    return Staging(casting, prompts, doubts)


def edit_title(project: Project, title: object) -> None:
    """Give the story another title."""
    _change(project, lambda story: story.revised(title=title))


def edit_scene(project: Project, scene_id: object, field: object, value: object) -> None:
    """Change one text of a scene: its title, setting or narration.

    Raises:
        InputError: there is no such text, or the words cannot be kept (too long).
        WorkspaceError: there is no such scene.
    """
    if field not in SCENE_FIELDS:
        raise InputError("This part of a scene cannot be changed here", hint="Reload the page.")
    changes = {field: value}
    if field == "setting":
        changes["background"] = value  # the place seen is the place named

    def edited(story: Story) -> Story:
        return story.replace_scene(_with(find_scene(story, scene_id), **changes))

    _change(project, edited)


def describe_region(project: Project, scene_id: object, region_id: object, words: object) -> None:
    """Change the words that say what one actor of a scene does; its motion follows the verb."""

    def described(story: Story) -> Story:
        motions, motion_id = _motion_in(story.motions, words if isinstance(words, str) else "")
        scene = find_scene(story, scene_id)
        changes = {"description": words, **({"motion_id": motion_id} if motion_id else {})}
        regions = tuple(
            _with(region, **changes) if region.id == region_id else region
            for region in scene.regions
        )
        scenes = tuple(
            _with(one, regions=regions) if one.id == scene.id else one for one in story.scenes
        )
        return story.revised(motions=motions, scenes=scenes)

    _change(project, described)


def choose_take(project: Project, scene_id: object, take_id: object) -> None:
    """Make a take the one that the film shows."""
    find_take(project, scene_id, take_id)
    project.choose_take(checked_id(scene_id, "scene"), checked_id(take_id, "take"))


def remove_scene(project: Project, scene_id: object) -> None:
    """Take a scene out of the story; its takes stay in the folder. The last one cannot go."""

    def shorter(story: Story) -> Story:
        left = tuple(scene for scene in story.scenes if scene.id != scene_id)
        if not left:
            raise InputError("A story needs at least one scene", hint="Change this one instead.")
        return story.revised(scenes=left)

    _change(project, shorter)


def _motion_in(motions: tuple[Motion, ...], words: str) -> tuple[tuple[Motion, ...], str | None]:
    """The story's motions with that of the first verb of `words`, and its id; None without one."""
    lexicon = load_lexicon()
    verb = next((word for word in words_of(words) if lexicon.motion_of(word)), None)
    if verb is None:
        return motions, None
    meant = lexicon.motion_of(verb)
    for motion in motions:
        if any(lexicon.motion_of(word) == meant for word in words_of(motion.words)):
            return motions, motion.id
    new = Motion(id=slug(verb, taken=[motion.id for motion in motions]), words=verb)
    return (*motions, new), new.id


def _change(project: Project, change: Callable[[Story], Story]) -> None:
    """Save a changed story; one edit at a time, so that none gets lost."""
    with _EDITING:
        try:
            story = change(project.story)
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            raise InputError("These words cannot be kept", hint=f"{reason}.") from error
        project.save_story(story)


def _with(record: R, **changes: object) -> R:
    """The record with other fields, checked anew."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return type(record).model_validate({**fields, **changes})
