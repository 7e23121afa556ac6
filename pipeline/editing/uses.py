"""Which learned looks and motions a box uses: how strongly, and over which keyframes."""

from __future__ import annotations

from pipeline.editing.changes import changed, find_scene, with_scene
from pipeline.errors import InputError
from pipeline.story import PriorUse, Story


def with_use(story: Story, scene_id: str, region_id: str, use: PriorUse) -> Story:
    """Give the story with a box that uses a learned look or motion so, revision + 1.

    It stands in the place of what was said of that look or motion before; a scale of 0 turns it
    off.

    Raises:
        InputError: there is no such scene, box, character or motion.
    """
    cast = {one.id for one in story.characters} | {None}
    motions = {one.id for one in story.motions} | {None}
    if use.character_id not in cast or use.motion_id not in motions:
        raise InputError("the story does not have this character or motion", hint=_RELOAD)
    return _with_uses(story, scene_id, region_id, use, (use,))


def without_use(story: Story, scene_id: str, region_id: str, use: PriorUse) -> Story:
    """Give the story with a box that uses the character's look or motion of `use` as usual.

    Raises:
        InputError: there is no such scene or box.
    """
    return _with_uses(story, scene_id, region_id, use, ())


_RELOAD = "Reload the page."


def _with_uses(
    story: Story, scene_id: str, region_id: str, of: PriorUse, uses: tuple[PriorUse, ...]
) -> Story:
    scene = find_scene(story, scene_id)
    region = next((one for one in scene.regions if one.id == region_id), None)
    if region is None:
        raise InputError("This box is no longer in the scene", hint=_RELOAD)
    others = (one for one in region.priors if _of(one) != _of(of))
    used = changed(region, priors=(*others, *uses))
    regions = tuple(used if one.id == used.id else one for one in scene.regions)
    return with_scene(story, changed(scene, regions=regions))


def _of(use: PriorUse) -> tuple[str | None, str | None]:
    return use.character_id, use.motion_id
