"""How a pack plays a story: with its closed cast, or, where it reads any words, in the story's own.

An open cast is no closed one with more names: nobody stands in for anybody, so nothing is cast,
nothing is asked and nothing is played as something else.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.artifacts import Casting, ScenePrompt
from pipeline.packs.record import PackRecord, TroupeNames
from pipeline.plan.casting import cast_story, named_backdrop
from pipeline.plan.prompts import free_prompt, scene_prompt
from pipeline.story import Scene, Story
from pipeline.theatre.world import load_world


def names_of(record: PackRecord) -> TroupeNames:
    """Give what the built-in planner makes stories of: the closed cast, else all of the theatre."""
    return record.troupe or _whole_theatre()


def cast_for(
    story: Story, record: PackRecord, *, pack: str, previous: Casting | None = None
) -> Casting:
    """Give how a pack plays a story, as `cast_story`; an open cast has no parts.

    `pack` is what the casting says of whose it is: the pack's name or folder.
    """
    if record.troupe is None:
        return Casting(pack=pack)
    return cast_story(story, troupe=record.troupe, pack=pack, previous=previous)


def prompt_for(story: Story, scene_id: str, record: PackRecord, casting: Casting) -> ScenePrompt:
    """Give a scene as the pack reads it: by its casting, or in the story's own words.

    KeyError if there is no such scene.
    """
    if record.troupe is None:
        return free_prompt(story, scene_id)
    return scene_prompt(story, scene_id, casting, troupe=record.troupe)


def backdrop_of(scene: Scene, casting: Casting) -> str | None:
    """Give the theatre's backdrop behind a scene's boxes: the one it is played before.

    Where nothing is cast it is a sketch: only a place or a sky that the scene's words name
    themselves; None = plain paper.
    """
    played = (place.backdrop for place in casting.places if place.scene_id == scene.id)
    return next(played, None) or named_backdrop(scene, tuple(load_world().backdrops))


@lru_cache(maxsize=1)
def _whole_theatre() -> TroupeNames:
    world = load_world()
    return TroupeNames(
        kinds=world.kinds,
        colours=tuple(world.colours),
        motions=tuple(world.motions),
        backdrops=tuple(world.backdrops),
    )
