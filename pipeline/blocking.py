"""A project's scenes ready to be filmed as boxes: their backdrops, and who plays whom. No torch."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.artifacts import Casting, Part
from pipeline.assemble.animatic import WIDTH_PX, Colour, Player, StagedScene
from pipeline.packs.record import load_record
from pipeline.plan.stage import facing_of
from pipeline.playing import backdrop_of, cast_for
from pipeline.prior import Prior
from pipeline.project import Project
from pipeline.story import Region, Scene, Story
from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    from PIL.Image import Image

logger = logging.getLogger(__name__)

_FACE_PX = 320
_NAME_CHARACTERS = 24
_LARGEST_PX = 4000
"""Longest side of a picture that is read; the studio keeps none that is larger."""
_SPARE_COLOURS: tuple[Colour, ...] = (
    (160, 103, 60), (95, 127, 106), (125, 95, 140), (79, 114, 143),
)  # fmt: skip
"""For whom the pack has no figure."""


def cast_project(project: Project, pack: str, priors: Sequence[Prior] = ()) -> Casting:
    """Give how a pack plays the story as it stands now, with what the storyteller decided.

    `priors` is what was learned for the pack, as `pipeline.playing.learned_heads` gives it; boxes
    are drawn without.
    """
    previous = project.casting if project.has_casting else None
    record = load_record(pack)
    return cast_for(project.story, record, pack=pack, previous=previous, priors=priors)


def staged_scenes(project: Project, pack: str) -> list[StagedScene]:
    """Give the scenes of a story with what an animatic needs to draw them."""
    casting, story = cast_project(project, pack), project.story
    return [
        StagedScene(
            scene,
            _own_picture(project, scene.id) or _backdrop(backdrop_of(scene, casting)),
            _players(scene, story, casting),
        )
        for scene in story.scenes
    ]


def mark_colour(part: Part | None, at: int) -> Colour:
    """Give the colour (RGB) that marks the character at that place of the cast."""
    colours = load_world().colours
    if part is not None and part.colour in colours:
        return colours[part.colour]
    return _SPARE_COLOURS[at % len(_SPARE_COLOURS)]


def region_colour(region: Region, story: Story, casting: Casting, at: int) -> Colour:
    """Give the colour of a box, the one at that place of its scene: that of whom it shows."""
    if region.character_id is None:
        return mark_colour(None, at)
    order = [character.id for character in story.characters].index(region.character_id)
    return mark_colour(casting.part_of(region.character_id), order)


def region_name(region: Region, story: Story) -> str:
    """Give what a box is called: whom it shows, or the first of its words."""
    if region.character_id is not None:
        return story.character(region.character_id).name
    return region.description[:_NAME_CHARACTERS].strip() or "Somebody new"


def _players(scene: Scene, story: Story, casting: Casting) -> Mapping[str, Player]:
    return {
        region.id: _player(region, scene, story, casting, at)
        for at, region in enumerate(scene.regions)
    }


def _player(region: Region, scene: Scene, story: Story, casting: Casting, at: int) -> Player:
    part = casting.part_of(region.character_id)
    others = [r.boxes() for r in scene.regions if r.character_id != region.character_id]
    return Player(
        name=region_name(region, story),
        colour=region_colour(region, story, casting, at),
        face=_face(part.kind, part.colour) if part else None,
        looks_left=facing_of(region.boxes(), others) == "left",
    )


def _own_picture(project: Project, scene_id: str) -> Image | None:
    """The storyteller's own picture for a scene; None if there is none that can be read."""
    from PIL import Image

    name = project.picture(scene_id)
    if name is None:
        return None
    try:
        with Image.open(project.picture_file(name), formats=("JPEG",)) as picture:
            if max(picture.size) <= _LARGEST_PX:
                return picture.convert("RGB")
            why: object = f"it is larger than {_LARGEST_PX} pixels"
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        why = error
    logger.warning("the picture of scene %r is left out: %s", scene_id, why)
    return None


def _backdrop(name: str | None) -> Image | None:
    from PIL import Image

    from pipeline.theatre.pictures import backdrop_pixels

    if name not in load_world().backdrops:
        return None
    return Image.fromarray(backdrop_pixels(name, WIDTH_PX))


@lru_cache(maxsize=64)
def _face(kind: str, colour: str) -> Image | None:
    from PIL import Image

    from pipeline.theatre.pictures import face_pixels

    world = load_world()
    if kind not in world.kinds or colour not in world.colours:
        return None
    face = Image.fromarray(face_pixels(kind, colour, size_px=_FACE_PX))
    return face.crop(face.getbbox())
