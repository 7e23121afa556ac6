"""Scenes of a story: added, copied, put in order, taken out and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.editing.changes import (
    changed,
    check_room,
    find_scene,
    next_revision,
    with_scene,
)
from pipeline.errors import InputError
from pipeline.story import Region, Scene, Story, slug


def add_scene(story: Story, after: str | None, *, taken: Iterable[str] = ()) -> tuple[Story, str]:
    """Give the story with a new scene and that scene's id; revision + 1.

    It plays where the scene before it does and has no boxes, no title and no narration yet.

    Args:
        story: the story.
        after: the id of the scene that it follows; None = at the end.
        taken: ids that no new scene may get (`Project.used_scene_ids`: those of binned scenes and
            of takes).

    Raises:
        InputError: there is no such scene, or the story is full.
    """
    before = story.scenes[-1] if after is None else find_scene(story, after)
    made = free_id(story, f"scene-{len(story.scenes) + 1}", taken)
    scene = Scene(
        id=made,
        setting=before.setting,
        background=before.background,
        shot_size=before.shot_size,
    )
    return _put(story, scene, story.scenes.index(before) + 1), made


def duplicate_scene(story: Story, scene_id: str, *, taken: Iterable[str] = ()) -> tuple[Story, str]:
    """Give the story with a copy of a scene after it, and the copy's id; raises as `add_scene`."""
    scene = find_scene(story, scene_id)
    made = free_id(story, scene.id, taken)
    copy = changed(scene, id=made, title=next_title(story, scene.title))
    return _put(story, copy, story.scenes.index(scene) + 1), made


def reorder(story: Story, order: Sequence[str]) -> Story:
    """Give the story with its scenes in another order, revision + 1.

    Raises:
        InputError: `order` does not name each scene exactly once.
    """
    scenes = {scene.id: scene for scene in story.scenes}
    if sorted(order) != sorted(scenes):
        raise InputError(
            "the new order does not name each scene of the story once", hint="Reload the page."
        )
    return next_revision(story, scenes=tuple(scenes[one] for one in order))


def remove_scene(story: Story, scene_id: str) -> tuple[Story, Scene, int]:
    """Give the story without a scene (revision + 1), that scene, and where it stood.

    Keep it first (`Project.throw(scene, index)`), then save the story.

    Raises:
        InputError: there is no such scene, or it is the only one.
    """
    scene = find_scene(story, scene_id)
    left = tuple(one for one in story.scenes if one.id != scene_id)
    if not left:
        raise InputError("A story needs at least one scene", hint="Change this one instead.")
    return next_revision(story, scenes=left), scene, story.scenes.index(scene)


def insert_scene(
    story: Story, scene: Scene, index: int, *, taken: Iterable[str] = ()
) -> tuple[Story, str]:
    """Give the story with a scene that was taken out, at `index` or at the end, and its id.

    It gets another id only where the story has its own; what it names of a cast or of motions that
    the story does not have any more is forgotten. `taken` is heeded for that other id.

    Raises:
        InputError: the story is full.
    """
    there = {one.id for one in story.scenes}
    made = free_id(story, scene.id, taken) if scene.id in there else scene.id
    regions = tuple(_known(region, story) for region in scene.regions)
    return _put(story, changed(scene, id=made, regions=regions), index), made


def as_before(story: Story, scene: Scene) -> Story:
    """Give the story with an earlier form of one of its scenes in that one's place, revision + 1.

    What it names of a cast or of motions that the story does not have any more is forgotten.

    Raises:
        InputError: there is no such scene, or it is just so already.
    """
    now = find_scene(story, scene.id)
    regions = tuple(_known(region, story) for region in scene.regions)
    before = changed(scene, regions=regions)
    if before == now:
        raise InputError(
            "The scene has the same words and boxes already",
            hint="What has changed since is who plays in it, or what was learned.",
        )
    return with_scene(story, before)


def free_id(story: Story, wanted: str, taken: Iterable[str]) -> str:
    """Give an id for a new scene, like `wanted` and unlike all there are."""
    return slug(wanted, taken=[*(scene.id for scene in story.scenes), *taken])


def next_title(story: Story, title: str) -> str:
    """Give a title for a scene that comes of one called so: 'The lake (2)'. None stays none."""
    if not title:
        return ""
    titles = {scene.title for scene in story.scenes}
    numbered = (f"{title[:190]} ({number})" for number in range(2, len(titles) + 3))
    return next(one for one in numbered if one not in titles)


def _put(story: Story, scene: Scene, index: int) -> Story:
    check_room(story)
    scenes = list(story.scenes)
    scenes.insert(index, scene)
    return next_revision(story, scenes=tuple(scenes))


def _known(region: Region, story: Story) -> Region:
    """The region without what the story does not know."""
    characters = {None, *(one.id for one in story.characters)}
    motions = {None, *(one.id for one in story.motions)}
    return changed(
        region,
        character_id=region.character_id if region.character_id in characters else None,
        motion_id=region.motion_id if region.motion_id in motions else None,
        priors=tuple(
            one
            for one in region.priors
            if one.character_id in characters and one.motion_id in motions
        ),
    )
