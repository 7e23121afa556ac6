"""Replans one scene by a note: 'make it night', 'Mia dances', 'add a bear', 'closer'."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from pipeline.errors import InputError
from pipeline.plan.casting import called
from pipeline.plan.lint.geometry import shared_part
from pipeline.plan.resettling import resettle
from pipeline.plan.stage import box_about, feet_y, meets, shape_at
from pipeline.plan.staging import (
    HEIGHTS,
    Act,
    camera_note,
    find_overlaps,
    make_acts,
    make_motion,
    regions_of,
    tracks_of,
)
from pipeline.plan.troupe import Players
from pipeline.plan.wishes import Wish, read_note
from pipeline.story import (
    NUM_KEYFRAMES,
    Box,
    Character,
    Key,
    Motion,
    Overlap,
    Region,
    Scene,
    ShotSize,
    Story,
    slug,
)

MOST_FIGURES = 3
_MOST_SHARED = 0.04
"""Of the frame; a new figure whose box shares more with another's has everyone move over."""


def replan_scene(
    story: Story, scene_id: str, note: str, *, troupe: Players, seed: int = 0
) -> Story:
    """Give the story with one scene changed as a short English note asks, revision + 1.

    Other scenes stay; the cast and the motions may gain. Of the scene only what the note is about
    changes, its narration and locked boxes never. The same note and seed give the same scene.

    Raises:
        InputError: there is no such scene, or the note is not understood as a whole, changes
            nothing or cannot be done; the hint says what is understood.
    """
    scene = next((s for s in story.scenes if s.id == scene_id), None)
    if scene is None:
        known = ", ".join(s.id for s in story.scenes)
        raise InputError(f"there is no scene {scene_id!r}", hint=f"The scenes: {known}.")
    before, wish = scene, read_note(note, story, scene)
    characters = _with_new(story.characters, wish)
    if wish.place or wish.skies is not None:
        place = wish.place.words if wish.place else None
        scene = resettle(scene, characters, place=place, skies=wish.skies)
    if wish.removed or wish.added or wish.figures or wish.doing:
        story, scene = _recast(story, scene, characters, wish, troupe, random.Random(seed))
    if wish.shot and wish.shot != scene.shot_size:
        scene = _in_shot(scene, wish.shot, story, troupe)
    if scene == before:
        raise InputError(
            f"the note “{note.strip()[:80]}” changes nothing: the scene is like that already",
            hint="Say what shall be different.",
        )
    scenes = tuple(scene if s.id == scene_id else s for s in story.scenes)
    return story.revised(scenes=scenes, characters=characters)


def in_shot(story: Story, scene_id: str, shot: ShotSize, *, troupe: Players) -> Story:
    """Give the story with one scene seen from nearer or farther, revision + 1.

    Every box but the locked ones grows or shrinks about its feet. KeyError if there is no such
    scene.
    """
    return story.replace_scene(_in_shot(story.scene(scene_id), shot, story, troupe))


def _with_new(characters: tuple[Character, ...], wish: Wish) -> tuple[Character, ...]:
    """The cast with who is new; a wish's '#0' becomes the new character's id."""
    cast = list(characters)
    for number, figure in enumerate(wish.figures):
        made = slug(figure.noun, fallback="character", taken=[c.id for c in cast])
        cast.append(
            Character(id=made, name=figure.noun.capitalize(), kind=figure.noun, look=figure.look)
        )
        wish.added.append(made)
        if f"#{number}" in wish.doing:
            wish.doing[made] = wish.doing.pop(f"#{number}")
    return tuple(cast)


def _recast(
    story: Story,
    scene: Scene,
    characters: tuple[Character, ...],
    wish: Wish,
    troupe: Players,
    rng: random.Random,
) -> tuple[Story, Scene]:
    """The story with the motions it needs, and the scene with who acts in it now."""
    kept = tuple(r for r in scene.regions if r.character_id not in wish.removed)
    doing = _doing(story, kept)
    motions = list(story.motions)
    for who in dict.fromkeys([*doing, *wish.doing, *wish.added]):
        words = wish.doing.get(who) or (() if who in doing else ("stands",))
        if words:
            doing[who] = [_motion(one, motions, troupe) for one in words]
    if len(doing) > MOST_FIGURES and (wish.added or wish.figures):
        raise InputError(
            f"{len(doing)} figures at once; more than {MOST_FIGURES} blur",
            hint="Take somebody out first, such as “without the robot”.",
        )
    changed = {*wish.added, *wish.doing}
    _check_unlocked(kept, changed, characters)
    acts = make_acts(doing, characters, troupe)
    before = make_acts(_doing(story, scene.regions), characters, troupe)
    regions = _restaged(scene, kept, acts, before, changed, rng)
    known = {c.id for c in story.characters}
    grown = story.model_copy(
        update={
            "motions": tuple(motions),
            "characters": (*story.characters, *(c for c in characters if c.id not in known)),
        }
    )
    changes = {
        "regions": regions,
        "overlaps": _overlaps(scene, regions, acts, changed),
        "camera": camera_note(acts, scene.shot_size) if acts else scene.camera,
    }
    return grown, scene.model_copy(update=changes)


def _doing(story: Story, regions: Sequence[Region]) -> dict[str, list[Motion]]:
    """Who does what in a scene, in the order of its keyframes."""
    doing: dict[str, list[Motion]] = {}
    for region in sorted(regions, key=_first_key):
        if region.character_id and region.motion_id:
            doing.setdefault(region.character_id, []).append(story.motion(region.motion_id))
    return doing


def _first_key(region: Region) -> int:
    return next(k for k, key in enumerate(region.keys) if key)


def _motion(words: str, motions: list[Motion], troupe: Players) -> Motion:
    """The story's motion of those words; a new one joins `motions`."""
    known = next((motion for motion in motions if motion.words == words), None)
    if known is None:
        made = slug(words, taken=[motion.id for motion in motions])
        known = make_motion(words, troupe).model_copy(update={"id": made})
        motions.append(known)
    return known


def _restaged(
    scene: Scene,
    kept: tuple[Region, ...],
    acts: Sequence[Act],
    before: Sequence[Act],
    changed: set[str],
    rng: random.Random,
) -> tuple[Region, ...]:
    """The regions of who changed anew, the others' as they are while they are not in the way."""
    if not changed:
        return kept
    old = {act.character.id: act for act in before}
    meeting = any(meets(m) for a in acts if a.character.id in changed for m in a.player.motions)
    still = {} if meeting else {who: boxes for act in acts if (who := act.character.id) in changed
             if (boxes := _in_place(act, old.get(who), kept))}  # fmt: skip
    if set(still) == changed:
        return _placed(kept, acts, still)
    if len(acts) > MOST_FIGURES:
        raise InputError(
            f"{len(acts)} figures are in this scene; a new way for one is not found among them",
            hint="Draw its boxes by hand.",
        )
    tracks = tracks_of(acts, scene.shot_size, rng)
    new = {who: boxes for who, boxes in tracks.items() if who in changed}
    others = [r for r in kept if r.character_id not in changed]
    crowded = any(_crowds(boxes, region) for boxes in new.values() for region in others)
    if meeting or crowded:
        _check_unlocked(kept, set(tracks), [act.character for act in acts])
        new = tracks
    return _placed(kept, acts, new)


def _check_unlocked(
    regions: Sequence[Region], moved: Collection[str], characters: Sequence[Character]
) -> None:
    locked = {r.character_id for r in regions if r.locked and r.character_id in moved}
    if locked:
        names = " and ".join(called(c) for c in characters if c.id in locked)
        raise InputError(
            f"the boxes of {names} are locked",
            hint="Unlock them first, or change the words and boxes by hand.",
        )


def _in_place(act: Act, old: Act | None, regions: Sequence[Region]) -> list[Box] | None:
    """Boxes of another motion where the figure stands; None if either carries it away."""
    moves = [*act.motions, *(old.motions if old else ())]
    if old is None or len(moves) != 2 or any(motion.locomotion for motion in moves):
        return None
    region = next(r for r in regions if r.character_id == act.character.id)
    boxes = region.boxes()
    if any(box is None for box in boxes):
        return None
    left = sum((b.x0 + b.x1) / 2 for b in boxes if b) / NUM_KEYFRAMES > 0.5
    placed: list[Box] = []
    for k, box in enumerate(boxes):
        assert box is not None
        x0, y0, x1, y1 = shape_at(old.player, k, left=left)
        height = (box.y1 - box.y0) / (y1 - y0)
        x = (box.x0 + box.x1) / 2 - (x0 + x1) / 2 * height
        y = (
            box.y1
            - y1 * height
            + feet_y(act.player.motion, height)
            - feet_y(old.player.motion, height)
        )
        placed.append(box_about(x, y, height, shape_at(act.player, k, left=left)))
    return placed


def _crowds(boxes: Sequence[Box], region: Region) -> bool:
    pairs = zip(boxes, region.boxes(), strict=True)
    return any(other and shared_part(box, other) > _MOST_SHARED for box, other in pairs)


def _placed(
    kept: Sequence[Region], acts: Sequence[Act], tracks: dict[str, list[Box]]
) -> tuple[Region, ...]:
    """The kept regions, those of `tracks` in the place of their characters' own, or at the end."""
    new = {act.character.id: act for act in acts if act.character.id in tracks}
    regions: list[Region] = []
    layers = [region.layer for region in kept]
    slots = [*((r.character_id, r.layer, r) for r in kept), *((who, None, None) for who in new)]
    for who, layer, region in slots:
        if who is None or who not in tracks:
            regions += [region] if region else []
        elif who in new:
            act = new.pop(who)
            layers.append(max(layers, default=-1) + 1 if layer is None else layer)
            regions += regions_of(act, tracks[who], min(99, layers[-1]))
    return _with_ids(regions)


def _with_ids(regions: Sequence[Region]) -> tuple[Region, ...]:
    """The regions with ids that differ."""
    named: list[Region] = []
    for region in regions:
        made = slug(region.id, taken=[other.id for other in named])
        named.append(region if made == region.id else region.model_copy(update={"id": made}))
    return tuple(named)


def _overlaps(
    scene: Scene, regions: Sequence[Region], acts: Sequence[Act], changed: set[str]
) -> tuple[Overlap, ...]:
    """Words written before stay where nobody of theirs changed; the others are found anew."""
    who = {region.id: region.character_id for region in regions}
    ours = [o for o in scene.overlaps if all(i in who and who[i] not in changed
                                             for i in o.region_ids)]  # fmt: skip
    said = {frozenset(overlap.region_ids) for overlap in ours}
    found = find_overlaps(regions, acts)
    return (*ours, *(o for o in found if frozenset(o.region_ids) not in said))


def _in_shot(scene: Scene, shot: ShotSize, story: Story, troupe: Players) -> Scene:
    """The scene nearer or farther: every box larger or smaller about its feet."""
    ratio = HEIGHTS[shot] / HEIGHTS[scene.shot_size]
    regions = tuple(
        r if r.locked else r.model_copy(update={"keys": tuple(_scaled(k, ratio) for k in r.keys)})
        for r in scene.regions
    )
    acts = make_acts(_doing(story, regions), story.characters, troupe)
    return scene.model_copy(
        update={
            "shot_size": shot,
            "regions": regions,
            "overlaps": _overlaps(scene, regions, acts, set()),
            "camera": camera_note(acts, shot) if acts else scene.camera,
        }
    )


def _scaled(key: Key | None, ratio: float) -> Key | None:
    if key is None:
        return None
    box = key.box
    height = (box.y1 - box.y0) * ratio
    half = (box.x1 - box.x0) / 2 / (box.y1 - box.y0)
    middle = (box.x0 + box.x1) / 2
    return key.model_copy(update={"box": box_about(middle, box.y1, height, (-half, -1, half, 0))})
