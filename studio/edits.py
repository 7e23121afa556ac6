"""What a storyteller changes of a story by hand: words, shots and motions. Stories in, stories out.

Boxes, scenes and the cast are edited by `pipeline.editing`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pipeline.editing.changes import changed, next_revision, with_scene
from pipeline.errors import InputError
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.replanning import in_shot
from pipeline.plan.resettling import moved_background
from pipeline.plan.staging import make_motion
from pipeline.plan.troupe import Players
from pipeline.story import Motion, Region, Scene, ShotSize, Story, slug
from studio.projects import find_scene
from studio.refusals import NotThereError

SceneField = Literal["title", "setting", "narration", "background", "camera"]


def with_title(story: Story, title: str) -> Story:
    """Give the story under another title, revision + 1."""
    return next_revision(story, title=title)


def with_words(story: Story, scene_id: str, field: SceneField, value: str) -> Story:
    """Give the story with one text of a scene changed, revision + 1.

    Another setting takes the old one's place in the background where that names it; other words of
    the background stay. A place that they name goes before the setting when the scene is drawn.

    Raises:
        InputError: the words cannot be kept (too long).
        NotThereError: there is no such scene.
    """
    scene = find_scene(story, scene_id)
    changes: dict[str, object] = {field: value}
    if field == "setting":
        new = value.strip()
        moved = moved_background(scene.background, scene.setting, new, story.characters)
        changes["background"] = moved or scene.background
    return with_scene(story, changed(scene, **changes))


def with_shot(story: Story, scene_id: str, size: ShotSize, troupe: Players) -> Story:
    """Give the story with a scene shown from nearer or farther, revision + 1.

    Its boxes grow or shrink with it. NotThereError: there is no such scene.
    """
    scene = find_scene(story, scene_id)
    same = scene.shot_size == size
    return next_revision(story) if same else in_shot(story, scene.id, size, troupe=troupe)


def with_description(story: Story, scene_id: str, region_id: str, words: str) -> Story:
    """Give the story with other words for what one actor of a scene does, revision + 1.

    The motion follows their first verb; words without one leave it.

    Raises:
        InputError: the words cannot be kept.
        NotThereError: there is no such scene or box.
    """
    scene = find_scene(story, scene_id)
    region = find_region(scene, region_id)
    verb = _verb_in(words)
    motions, motion_id = story.motions, region.motion_id
    if verb is not None:
        motions, motion_id = _joined(motions, Motion(id=slug(verb), words=verb))
    new = changed(region, description=words, motion_id=motion_id)
    return _with_region(story, scene, new, motions)


def with_motion(story: Story, scene_id: str, region_id: str, words: str, troupe: Players) -> Story:
    """Give the story with one actor of a scene doing something else, revision + 1.

    A verb in the actor's description gives way to it. No words: the actor does nothing of its own.

    Raises:
        InputError: the words cannot be kept.
        NotThereError: there is no such scene or box.
    """
    scene = find_scene(story, scene_id)
    region = find_region(scene, region_id)
    if not words:
        return _with_region(story, scene, changed(region, motion_id=None), story.motions)
    motions, motion_id = _joined(story.motions, make_motion(words, troupe))
    told = _retold(region.description, words)
    new = changed(region, motion_id=motion_id, description=told)
    return _with_region(story, scene, new, motions)


def with_overlap(story: Story, scene_id: str, region_ids: Sequence[str], words: str) -> Story:
    """Give the story with words for the place where boxes overlap, revision + 1; none go.

    Raises:
        InputError: these are no two boxes, or the words cannot be kept.
        NotThereError: there is no such scene or box.
    """
    scene = find_scene(story, scene_id)
    wanted = {find_region(scene, one).id for one in region_ids}
    ids = tuple(one.id for one in scene.regions if one.id in wanted)
    if len(ids) < 2 or len(ids) != len(region_ids):
        raise InputError("Words for an overlap need two boxes or more", hint="Reload the page.")
    kept = [one for one in scene.overlaps if {*one.region_ids} != {*ids}]
    said = [{"region_ids": ids, "description": words}] if words else []
    return with_scene(story, changed(scene, overlaps=(*kept, *said)))


def find_region(scene: Scene, region_id: str) -> Region:
    """Give the box of that id; NotThereError if the scene has none."""
    for region in scene.regions:
        if region.id == region_id:
            return region
    raise NotThereError("This box is no longer in the scene", hint="Reload the page.")


def _with_region(story: Story, scene: Scene, region: Region, motions: tuple[Motion, ...]) -> Story:
    regions = tuple(region if one.id == region.id else one for one in scene.regions)
    new = changed(scene, regions=regions)
    scenes = tuple(new if one.id == scene.id else one for one in story.scenes)
    return next_revision(story, motions=motions, scenes=scenes)


def _verb_in(words: str) -> str | None:
    """The first verb that moves the body ('left' is a side)."""
    lexicon = load_lexicon()
    known = (word for word in words_of(words) if word != "left" and lexicon.motion_of(word))
    return next(known, None)


def _joined(motions: tuple[Motion, ...], new: Motion) -> tuple[tuple[Motion, ...], str]:
    """The motions with a new one, and its id; one that means the same is taken instead."""
    lexicon, verb = load_lexicon(), _verb_in(new.words)
    meant = lexicon.motion_of(verb) if verb else None
    for motion in motions:
        same = meant and any(lexicon.motion_of(word) == meant for word in words_of(motion.words))
        if same or motion.words == new.words:
            return motions, motion.id
    made = new.model_copy(update={"id": slug(new.words, taken=[one.id for one in motions])})
    return (*motions, made), made.id


def _retold(description: str, words: str) -> str:
    """A description with its verb, if it has one, as those words ('walking' is 'dancing')."""
    verb = _verb_in(description)
    if verb is None:
        return description
    said = load_lexicon().gerund(words) if verb.endswith("ing") else words

    def put(match: re.Match[str]) -> str:
        return said.capitalize() if match.group()[0].isupper() else said

    return re.sub(rf"(?<![\w-]){re.escape(verb)}(?![\w-])", put, description, count=1, flags=re.I)
