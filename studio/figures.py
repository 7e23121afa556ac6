"""The cast and the boxes as the page shows them: who plays whom, in which colour, doing what."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from pipeline.artifacts import Casting, Part, ScenePrompt
from pipeline.blocking import mark_colour, region_colour, region_name
from pipeline.packs.record import TroupeNames
from pipeline.plan.lint.company import TOUCHING
from pipeline.plan.lint.geometry import area, shared_part
from pipeline.story import Character, Key, Region, Scene, Story
from studio.drawings import THEATRE_PREFIX
from studio.staging import Staging

View = dict[str, object]
Figure = tuple[str, str]


def actor_view(character: Character, staging: Staging, at: int) -> View:
    """Give one of the cast: who plays them, and who else could."""
    part = staging.casting.part_of(character.id)
    question = next((one for one in staging.questions if one.character_id == character.id), None)
    figures = _figures(part, staging.casting.parts, staging.pack.names) if part else ()
    return {
        "id": character.id,
        "name": character.name,
        "kind": character.kind,
        "look": character.look,
        "colour": _hex(mark_colour(part, at)),
        "played": f"the {part.colour} {part.kind}" if part else "",
        "face": _face(part.kind, part.colour) if part else None,
        "pictures": len(character.pictures),
        "learned": staging.casting.learned_of(character_id=character.id) is not None,
        "asks": question.asks if question else "",
        "choices": [
            {"kind": kind, "colour": colour, "face": _face(kind, colour)}
            for kind, colour in (question.choices if question else figures)
        ],
    }


def region_views(scene: Scene, story: Story, casting: Casting, prompt: ScenePrompt) -> list[View]:
    """Give the boxes of a scene in their order; `played` says one in the pack's words."""
    words = {region.region_id: region.text for region in prompt.regions}
    learning = {part.motion_id for part in casting.motions if part.state == "to_learn"}
    motions = {motion.id: motion.words for motion in story.motions}
    marks = region_marks(scene, story, casting)
    views: list[View] = []
    for region in scene.regions:
        motion = motions.get(region.motion_id or "", "")
        view: View = {
            "id": region.id,
            "character_id": region.character_id,
            "motion_id": region.motion_id,
            "name": marks[region.id][0],
            "colour": marks[region.id][1],
            "description": region.description,
            "layer": region.layer,
            "locked": region.locked,
            "clip": region.clip,
            "keys": [key and _key(key) for key in region.keys],
            "motion": motion,
            "played": words.get(region.id, ""),
            "to_learn": motion if region.motion_id in learning else "",
        }
        views.append(view)
    return views


def region_marks(scene: Scene, story: Story, casting: Casting) -> dict[str, Figure]:
    """Give the name and the colour ('#rrggbb') of each box of a scene, by its id."""
    return {
        region.id: (region_name(region, story), _hex(region_colour(region, story, casting, at)))
        for at, region in enumerate(scene.regions)
    }


def spare_colour(at: int) -> str:
    """Give the colour ('#rrggbb') of a box, the one at that place, that the scene has no more."""
    return _hex(mark_colour(None, at))


def overlap_views(scene: Scene, story: Story, prompt: ScenePrompt) -> list[View]:
    """Give the words for overlapping boxes, and the pairs of boxes that could have some.

    `played` says them in the pack's words.
    """
    played = {frozenset(one.region_ids): one.text for one in prompt.overlaps}
    said = [(overlap.region_ids, overlap.description) for overlap in scene.overlaps]
    told = [{*ids} for ids, _ in said]
    for one, other in itertools.combinations(scene.regions, 2):
        if _touch(one, other) and not any({one.id, other.id} <= ids for ids in told):
            said.append(((one.id, other.id), ""))
    names = {region.id: region_name(region, story) for region in scene.regions}
    return [
        {
            "regions": list(ids),
            "who": " and ".join(names[i] for i in ids),
            "description": words,
            "played": played.get(frozenset(ids), ""),
        }
        for ids, words in said
    ]


def _figures(part: Part, parts: Iterable[Part], troupe: TroupeNames) -> tuple[Figure, ...]:
    """Who could play a part: the present figure first, then its kind; nobody who plays another."""
    now = (part.kind, part.colour)
    taken = {(one.kind, one.colour) for one in parts} - {now}
    every = itertools.product(troupe.kinds, troupe.colours)
    order = sorted(every, key=lambda one: (one != now, one[0] != part.kind))
    return tuple(one for one in order if one not in taken)


def backdrop_address(name: str | None) -> str | None:
    """Give where the page finds an empty stage, relative to the page; None for plain paper."""
    return name and f"{THEATRE_PREFIX.lstrip('/')}/backdrops/{name}.png"


def _face(kind: str, colour: str) -> str:
    return f"{THEATRE_PREFIX.lstrip('/')}/faces/{kind}-{colour}.png"


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _key(key: Key) -> View:
    return {"box": key.box.as_list(), "visible": key.visible, "ease": key.ease}


def _touch(one: Region, other: Region) -> bool:
    """Whether the boxes of two actors lie over each other so far that words of both may blur."""
    if one.character_id == other.character_id:
        return False
    pairs = zip(one.boxes(), other.boxes(), strict=True)
    shares = (shared_part(a, b) / min(area(a), area(b)) for a, b in pairs if a and b)
    return any(share > TOUCHING for share in shares)
