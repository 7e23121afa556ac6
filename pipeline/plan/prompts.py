"""The words and boxes of a scene as a pack gets them: one with a closed troupe, or any other."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.artifacts import Casting, Facing, MotionPart, RegionPrompt, ScenePrompt
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
from pipeline.story import Character, Motion, Region, Scene, Story


def scene_prompt(story: Story, scene_id: str, casting: Casting, *, troupe: Players) -> ScenePrompt:
    """Give a scene's region texts ('a blue fox walks left'), background text and boxes.

    Who, how and where come from the casting; what a region's description or the background says
    otherwise wins. A figure looks the way its box goes, else to its nearest neighbour. A motion
    that is to be learned is played until then as the nearest one that the troupe knows.
    `substitutions` says in sentences what the pack plays differently and which words it drops.
    KeyError if there is no such scene.
    """
    scene = story.scene(scene_id)
    whole = cast_story(story, troupe=troupe, pack=casting.pack, previous=casting)
    notes: list[str] = []
    regions = [_region_prompt(story, scene, r, whole, troupe, notes) for r in scene.regions]
    if scene.overlaps:
        notes.append("words for overlapping boxes are not used yet")
    if any(region.priors for region in scene.regions):
        notes.append("learned looks and motions are not used yet")
    place = next(p for p in whole.places if p.scene_id == scene_id)
    named = find_backdrop(scene.background, troupe.backdrops) or place.backdrop
    background = f"an empty stage {load_lexicon().where(named)}"
    return ScenePrompt(
        scene_id=scene_id,
        regions=tuple(regions),
        background=background,
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
    regions = tuple(
        RegionPrompt(region_id=r.id, text=_free_text(story, r), boxes=r.boxes())
        for r in scene.regions
    )
    return ScenePrompt(scene_id=scene_id, regions=regions, background=background)


def _free_text(story: Story, region: Region) -> str:
    who = story.character(region.character_id) if region.character_id else None
    how = story.motion(region.motion_id) if region.motion_id else None
    words = [who.look or who.name if who else "", how.words if how else ""]
    return region.description or " ".join(filter(None, words))


def region_text(kind: str, colour: str, motion: str, facing: Facing) -> str:
    """Give a region in the pack's words: 'a blue fox walks left', 'a fox waves facing left'."""
    way = facing if travels(motion) else f"facing {facing}"
    return f"{with_article(f'{colour} {kind}')} {motion} {way}"


def _region_prompt(
    story: Story,
    scene: Scene,
    region: Region,
    casting: Casting,
    troupe: Players,
    notes: list[str],
) -> RegionPrompt:
    who = story.character(region.character_id) if region.character_id else None
    how = story.motion(region.motion_id) if region.motion_id else None
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
    notes += [f"“{word}” is not in this pack's words" for word in _unknown(region, who, how)]
    facing = _facing(scene, region)
    text = region_text(kind, colour, motion, facing)
    return RegionPrompt(region_id=region.id, text=text, boxes=region.boxes())


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
    own = set(words_of(f"{who.name} {who.kind} {who.look}")) if who else set()
    own |= set(words_of(how.words)) if how else set()
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


def _unknown(region: Region, who: Character | None, how: Motion | None) -> list[str]:
    lexicon = load_lexicon()
    own = set(words_of(f"{who.name} {who.kind} {who.look}")) if who else set()
    own |= set(words_of(how.words)) if how else set()
    known = (own, lexicon.function_words, lexicon.verbs, lexicon.colours, lexicon.places)
    words = [w for w in words_of(region.description) if not any(w in list_ for list_ in known)]
    return [w for w in words if lexicon.kind_of(w) is None and w not in _WAYS]


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
