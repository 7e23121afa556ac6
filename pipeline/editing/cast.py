"""The cast of a story: who is in it, how they look, and who enters a scene."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.editing.changes import changed, checked, find_character, find_scene, next_revision
from pipeline.editing.patch import too_many_regions
from pipeline.errors import InputError
from pipeline.plan.casting import called, choose_kind, noun_of
from pipeline.plan.lint.geometry import shared_part
from pipeline.plan.stage import Player, box_about, feet_y, shape_at
from pipeline.plan.staging import HEIGHTS, Act, regions_of
from pipeline.plan.troupe import Players
from pipeline.story import (
    MAX_REGIONS,
    NUM_KEYFRAMES,
    Box,
    Character,
    Motion,
    Region,
    Scene,
    Story,
    slug,
)

_STANDS = "stands"
_PLACES = tuple(0.5 + side * step / 20 for step in range(9) for side in (1, -1))
"""Where somebody who enters may stand, over the frame's width; the first with most room is it."""


def change_character(
    story: Story,
    character_id: str,
    *,
    name: str | None = None,
    kind: str | None = None,
    look: str | None = None,
) -> Story:
    """Give the story with a character's name, kind or look changed (None stays), revision + 1.

    Raises:
        InputError: there is no such character, or the words cannot be kept.
    """
    before = find_character(story, character_id)
    given = {"name": name, "kind": kind, "look": look}
    after = changed(before, **{field: words for field, words in given.items() if words is not None})
    cast = tuple(after if one.id == character_id else one for one in story.characters)
    return next_revision(story, characters=cast)


def add_character(story: Story, *, name: str, kind: str = "", look: str = "") -> tuple[Story, str]:
    """Give the story with somebody new in its cast, and the new id; revision + 1.

    Raises:
        InputError: there is no name, or the words cannot be kept.
    """
    made = slug(name, fallback="character", taken=[one.id for one in story.characters])
    new = checked(Character, {"id": made, "name": name, "kind": kind, "look": look})
    return next_revision(story, characters=(*story.characters, new)), made


def enter(
    story: Story, scene_id: str, character_id: str, *, troupe: Players | None = None
) -> tuple[Story, str]:
    """Give the story with a character standing in a scene where there is room; and the region's id.

    Args:
        story: the story.
        scene_id: where the character enters.
        character_id: who.
        troupe: what figures there are, for the new one's proportions; None = guess.

    Raises:
        InputError: there is no such scene or character, it is in the scene already, or the scene
            is full.
    """
    scene, who = find_scene(story, scene_id), find_character(story, character_id)
    if any(region.character_id == who.id for region in scene.regions):
        raise InputError(
            f"{called(who)} is in this scene already", hint="Move the box, or draw another one."
        )
    if len(scene.regions) >= MAX_REGIONS:
        raise too_many_regions()
    motions, motion = _standing(story)
    player = Player(choose_kind(who, troupe) if troupe else noun_of(who), _STANDS)
    layer = min(99, max((region.layer for region in scene.regions), default=-1) + 1)
    (region,) = regions_of(Act(who, (motion,), player), _most_room(scene, player), layer)
    made = slug(region.id, taken=[one.id for one in scene.regions])
    entered = changed(scene, regions=(*scene.regions, changed(region, id=made)))
    scenes = tuple(entered if one.id == scene_id else one for one in story.scenes)
    return next_revision(story, motions=motions, scenes=scenes), made


def _standing(story: Story) -> tuple[tuple[Motion, ...], Motion]:
    """The story's motions with 'stands' among them, and that one."""
    for motion in story.motions:
        if motion.words == _STANDS:
            return story.motions, motion
    made = slug(_STANDS, taken=[motion.id for motion in story.motions])
    new = Motion(id=made, words=_STANDS)
    return (*story.motions, new), new


def _most_room(scene: Scene, player: Player) -> list[Box]:
    """The six boxes of a standing figure where it hides the least of the others."""
    ways = [_boxes(player, x, HEIGHTS[scene.shot_size]) for x in _PLACES]
    return min(ways, key=lambda boxes: round(_shared(boxes, scene.regions), 3))


def _boxes(player: Player, x: float, height: float) -> list[Box]:
    """The boxes of a figure that stands at `x`, inside the frame, and looks to the middle."""
    shapes = (shape_at(player, k, left=x > 0.5) for k in range(NUM_KEYFRAMES))
    boxes = [box_about(x, feet_y(player.motion, height), height, shape) for shape in shapes]
    out = max(0.0, *(-box.x0 for box in boxes)) - max(0.0, *(box.x1 - 1 for box in boxes))
    return [box.model_copy(update={"x0": box.x0 + out, "x1": box.x1 + out}) for box in boxes]


def _shared(boxes: Sequence[Box], regions: Sequence[Region]) -> float:
    """The part of the frame that boxes share with others, over all keyframes."""
    return sum(
        shared_part(box, other)
        for region in regions
        for box, other in zip(boxes, region.boxes(), strict=True)
        if other
    )
