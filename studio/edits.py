"""What a storyteller changes by hand: words, shots, who plays whom, and what a finding offers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError

from pipeline import checking
from pipeline.errors import InputError
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.questions import recast as recast_part
from pipeline.plan.replanning import in_shot
from pipeline.plan.resettling import moved_background
from pipeline.planning import load_troupe
from pipeline.settings import Settings
from pipeline.story import Motion, Overlap, Region, Scene, ShotSize, Story, slug
from pipeline.workspace import Project
from studio.projects import checked_id, find_scene, find_take, finding_key, stage

SCENE_FIELDS = ("title", "setting", "narration", "background", "camera")
SHOTS: tuple[ShotSize, ...] = ("wide", "full", "medium", "close")
_EDITING = threading.Lock()
R = TypeVar("R", Scene, Region)


def edit_title(project: Project, title: object) -> None:
    """Give the story another title."""
    _change(project, lambda story: story.revised(title=title))


def edit_scene(project: Project, scene_id: object, field: object, value: object) -> None:
    """Change one text of a scene, one of `SCENE_FIELDS`.

    Another setting takes the old one's place in the background where that names it; other words of
    the background stay. A place that they name goes before the setting when the scene is drawn.

    Raises:
        InputError: there is no such text, or the words cannot be kept (too long).
        WorkspaceError: there is no such scene.
    """
    if field not in SCENE_FIELDS:
        raise InputError("This part of a scene cannot be changed here", hint="Reload the page.")

    def edited(story: Story) -> Story:
        scene = find_scene(story, scene_id)
        changes = {str(field): value}
        if field == "setting" and isinstance(value, str):
            new = value.strip()
            moved = moved_background(scene.background, scene.setting, new, story.characters)
            changes["background"] = moved or scene.background
        return story.replace_scene(_with(scene, **changes))

    _change(project, edited)


def choose_shot(project: Project, scene_id: object, shot: object, settings: Settings) -> None:
    """Show a scene from nearer or farther; its boxes grow or shrink with it.

    Raises:
        InputError: there is no such shot.
        WorkspaceError: there is no such scene.
    """
    size: ShotSize | None = next((one for one in SHOTS if one == shot), None)
    if size is None:
        raise InputError("There is no such shot", hint=f"Choose from {', '.join(SHOTS)}.")
    troupe = load_troupe(settings.pack)

    def shown(story: Story) -> Story:
        scene = find_scene(story, scene_id)
        same = scene.shot_size == size
        return story if same else in_shot(story, scene.id, size, troupe=troupe)

    _change(project, shown)


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


def describe_overlap(project: Project, scene_id: object, regions: object, words: object) -> None:
    """Change the words for the place where boxes of a scene overlap; no words take them out.

    Raises:
        InputError: these are no boxes of the scene, or the words cannot be kept.
        WorkspaceError: there is no such scene.
    """
    named = regions if isinstance(regions, list) else []

    def described(story: Story) -> Story:
        scene = find_scene(story, scene_id)
        ids = tuple(one.id for one in scene.regions if one.id in named)
        if len(ids) < 2 or len(ids) != len(named):
            raise InputError("These boxes are no longer in the scene", hint="Reload the page.")
        kept = [one for one in scene.overlaps if {*one.region_ids} != {*ids}]
        fields = {"region_ids": ids, "description": words}
        said = [] if words == "" else [Overlap.model_validate(fields)]
        return story.replace_scene(_with(scene, overlaps=(*kept, *said)))

    _change(project, described)


def recast(
    project: Project, character_id: object, kind: object, colour: object, settings: Settings
) -> None:
    """Let another figure of the troupe play a character; the choice is kept with the story.

    Raises:
        InputError: there is no such character or figure, or it plays somebody else.
    """
    answer = (character_id, kind, colour)
    if not all(isinstance(one, str) and len(one) <= 80 for one in answer):
        raise InputError("The page sent no figure", hint="Reload the page.")
    with _EDITING:
        casting = stage(project, settings).casting
        troupe = load_troupe(settings.pack)
        words = (str(one) for one in answer)
        project.save_casting(recast_part(casting, project.story, *words, troupe=troupe))


def fix_finding(project: Project, key: object, settings: Settings) -> None:
    """Apply the fix that a finding of the story offers; `key` as of `finding_key`.

    Raises:
        InputError: there is no such finding (any more).
    """
    with _EDITING:
        project.reload()
        findings = stage(project, settings).findings
        found = next((one for one in findings if finding_key(one) == key), None)
        if found is None:
            raise InputError("This is mended already", hint="Look at the scene again.")
        checking.fix(project, found, settings=settings)


def mend_all(project: Project, settings: Settings) -> tuple[str, ...]:
    """Apply every safe fix to the story; give what was changed, one sentence each."""
    with _EDITING:
        return checking.mend(project.path, settings=settings).changes


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
            story = change(project.reload())
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            raise InputError("These words cannot be kept", hint=f"{reason}.") from error
        project.save_story(story)


def _with(record: R, **changes: object) -> R:
    """The record with other fields, checked anew."""
    fields = {name: getattr(record, name) for name in type(record).model_fields}
    return type(record).model_validate({**fields, **changes})
