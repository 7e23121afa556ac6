"""The words and boxes of a scene as a pack gets them: one with a closed troupe, or any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.artifacts import (
    Casting,
    Facing,
    MotionPart,
    OverlapPrompt,
    RegionPrompt,
    ScenePrompt,
)
from pipeline.plan.captions import Role, free_caption, shared_text, troupe_caption
from pipeline.plan.casting import (
    called,
    cast_story,
    doing,
    find_backdrop,
    find_colour,
    find_kind,
    motion_senses,
    stand_in,
)
from pipeline.plan.lexicon import load_lexicon, played_sense, with_article, words_of
from pipeline.plan.stage import facing_of, travels
from pipeline.plan.troupe import Players
from pipeline.story import NUM_KEYFRAMES, Box, Character, Motion, Overlap, Region, Scene, Story

_NO_PRIORS = "learned looks and motions are not used yet"


def scene_prompt(story: Story, scene_id: str, casting: Casting, *, troupe: Players) -> ScenePrompt:
    """Give a scene's region texts ('a blue fox walks left'), background text and boxes.

    Who, how and where come from the casting; what a region's description or the background says
    otherwise wins. A figure looks the way its box goes, else to its nearest neighbour. A motion
    that is to be learned is played until then as the nearest one that the troupe knows. Where boxes
    overlap and have words of their own, these say what all of them do; `caption` tells the whole.
    `substitutions` says in sentences what the pack plays differently and which words it drops.
    KeyError if there is no such scene.
    """
    scene = story.scene(scene_id)
    whole = cast_story(story, troupe=troupe, pack=casting.pack, previous=casting)
    notes: list[str] = []
    roles = {r.id: _role(story, scene, r, whole, troupe, notes) for r in scene.regions}
    overlaps = [o for o in scene.overlaps if o.description]
    shared = tuple(_shared(story, scene, o, roles, troupe, notes) for o in overlaps)
    if any(region.priors for region in scene.regions):
        notes.append(_NO_PRIORS)
    place = next(p for p in whole.places if p.scene_id == scene_id)
    named = find_backdrop(scene.background, troupe.backdrops) or place.backdrop
    where = load_lexicon().where(named)
    background = f"an empty stage {where}"
    return ScenePrompt(
        scene_id=scene_id,
        regions=tuple(_region_prompt(r, roles[r.id].text) for r in scene.regions),
        background=background,
        overlaps=shared,
        caption=troupe_caption(roles.values(), where) or background,
        substitutions=tuple(dict.fromkeys(filter(None, [*notes, place.note]))),
    )


def free_prompt(story: Story, scene_id: str) -> ScenePrompt:
    """Give a scene to a pack that reads any text: its own words, shot and camera in the background.

    A region without a description gets its character's look and its motion. KeyError if there is
    no such scene.
    """
    scene = story.scene(scene_id)
    shot = [f"{scene.shot_size} shot", scene.camera and f"camera {scene.camera}"]
    background = ", ".join(filter(None, [scene.background or scene.setting, *shot]))
    regions = tuple(_region_prompt(r, _free_text(story, r)) for r in scene.regions)
    overlaps = tuple(
        OverlapPrompt(region_ids=o.region_ids, text=o.description)
        for o in scene.overlaps
        if o.description
    )
    return ScenePrompt(
        scene_id=scene_id,
        regions=regions,
        background=background,
        overlaps=overlaps,
        caption=free_caption(background, regions, overlaps),
        substitutions=(_NO_PRIORS,) if any(r.priors for r in scene.regions) else (),
    )


def _region_prompt(region: Region, text: str) -> RegionPrompt:
    return RegionPrompt(
        region_id=region.id, text=text, boxes=region.boxes(), held=_held_keyframes(region)
    )


def _held_keyframes(region: Region) -> tuple[int, ...]:
    """The keyframes on a stretch of the path whose box holds still and then jumps to the next."""
    held: list[int] = []
    for keyframe in range(NUM_KEYFRAMES - 1):
        start = next((key for key in reversed(region.keys[: keyframe + 1]) if key), None)
        goes_on = any(region.keys[keyframe + 1 :])
        if start and start.visible and start.ease == "hold" and goes_on:
            held.append(keyframe)
    return tuple(held)


def _actor(story: Story, region: Region) -> tuple[Character | None, Motion | None]:
    who = story.character(region.character_id) if region.character_id else None
    return who, story.motion(region.motion_id) if region.motion_id else None


def _free_text(story: Story, region: Region) -> str:
    who, how = _actor(story, region)
    words = [who.look or who.name if who else "", how.words if how else ""]
    return region.description or " ".join(filter(None, words))


def troupe_role(
    kind: str, colour: str, motion: str, facing: Facing, boxes: Sequence[Box | None] = ()
) -> Role:
    """Give a region in the pack's words: 'a blue fox walks left', 'a fox waves facing left'."""
    return Role(with_article(f"{colour} {kind}"), motion, _way(motion, facing), tuple(boxes))


def _way(motion: str, facing: Facing) -> str:
    return facing if travels(motion) else f"facing {facing}"


def _role(
    story: Story,
    scene: Scene,
    region: Region,
    casting: Casting,
    troupe: Players,
    notes: list[str],
) -> Role:
    who, how = _actor(story, region)
    part = next((p for p in casting.parts if who and p.character_id == who.id), None)
    act = next((m for m in casting.motions if how and m.motion_id == how.id), None)
    told = _told(region.description, who, how, troupe)
    kind = _pick(told.get("kind"), part and part.kind, troupe.kinds)
    colour = _pick(told.get("colour"), part and part.colour, troupe.colours)
    played = _played(act, how, who, troupe) if act and how else ("stands", "")
    motion = _pick(told.get("motion"), played[0], troupe.motions, "stands")
    if part and part.note and " is played by " in part.note and "kind" not in told:
        notes.append(part.note)
    if "motion" not in told:
        notes.append(played[1])
    own = _own_words(who, how)
    notes += [_not_known(word) for word in _unknown(region.description, own)]
    return troupe_role(kind, colour, motion, _facing(scene, region), region.boxes())


def _shared(
    story: Story,
    scene: Scene,
    overlap: Overlap,
    roles: Mapping[str, Role],
    troupe: Players,
    notes: list[str],
) -> OverlapPrompt:
    """The words for an overlap: its regions' figures, doing what the overlap says, if anything."""
    regions = [region for region in scene.regions if region.id in overlap.region_ids]
    sense = played_sense(motion_senses(overlap.description), troupe.motions)
    if sense and not sense.exact:
        doing_so = load_lexicon().gerund(sense.meaning)
        notes.append(f"“{overlap.description}” is played as {doing_so}")
    own = set[str]().union(*(_own_words(*_actor(story, region)) for region in regions))
    notes += [_not_known(word) for word in _unknown(overlap.description, own)]
    told = [roles[region.id] for region in regions]
    if sense:
        ways = [_way(sense.meaning, _facing(scene, region)) for region in regions]
        told = [replace(r, motion=sense.meaning, way=w) for r, w in zip(told, ways, strict=True)]
    return OverlapPrompt(region_ids=overlap.region_ids, text=shared_text(told))


def _played(
    act: MotionPart, how: Motion, who: Character | None, troupe: Players
) -> tuple[str, str]:
    """The motion of the troupe that is drawn, and the sentence that says so if it is another."""
    if act.state != "to_learn":
        return act.motion, act.note
    until = stand_in(how, troupe)
    name = called(who) if who else "the figure"
    return until, f"{doing(how)} is to be learned; until then {name} {until}"


def _told(
    description: str, who: Character | None, how: Motion | None, troupe: Players
) -> dict[str, str]:
    """What a description says other than its character and motion do, in the troupe's names."""
    own = _own_words(who, how)
    fresh = " ".join(word for word in words_of(description) if word not in own)
    mine, other = find_kind(description), find_kind(fresh)
    kind = played_sense(other[1], troupe.kinds) if other else None
    motion = played_sense(motion_senses(fresh), troupe.motions)
    told: dict[str, str] = {}
    if kind and (mine is None or mine[0] not in own):
        told["kind"] = kind.meaning
    if motion and (how is None or not set(words_of(how.words)) & set(words_of(description))):
        told["motion"] = motion.meaning
    if (colour := find_colour(fresh)) is not None:
        told["colour"] = colour.meaning
    return told


def _pick(
    told: str | None, cast: str | None, played: Sequence[str], fallback: str | None = None
) -> str:
    wishes = (told, cast, fallback)
    return next((name for name in wishes if name and name in played), played[0])


def _unknown(description: str, own: set[str]) -> list[str]:
    """Words of a description that neither the lexicon has nor its actors go by."""
    lexicon = load_lexicon()
    known = (own, lexicon.function_words, lexicon.verbs, lexicon.colours, lexicon.places)
    words = [w for w in words_of(description) if not any(w in list_ for list_ in known)]
    return [w for w in words if lexicon.kind_of(w) is None and w not in _WAYS]


def _own_words(who: Character | None, how: Motion | None) -> set[str]:
    own = set(words_of(f"{who.name} {who.kind} {who.look}")) if who else set()
    return own | set(words_of(how.words)) if how else own


def _not_known(word: str) -> str:
    return f"“{word}” is not in this pack's words"


_WAYS = frozenset({"left", "right", "facing", "hello"})


def _facing(scene: Scene, region: Region) -> Facing:
    """The way a region's box goes; 'left' or 'right' in its words settles it where it stays."""
    others = [r.boxes() for r in scene.regions if r.character_id != region.character_id]
    middles = [(b.x0 + b.x1) / 2 for b in region.boxes() if b]
    said = [w for w in words_of(region.description) if w in {"left", "right"}]
    if said and middles and abs(middles[-1] - middles[0]) <= 0.05:
        return "left" if said[-1] == "left" else "right"
    whole = [b for r in scene.regions if r.character_id == region.character_id for b in r.boxes()]
    alone = region.character_id is not None and not any(any(boxes) for boxes in others)
    return facing_of(whole if alone else region.boxes(), others)
