"""The words and boxes of a scene as a pack gets them: one with a closed troupe, or any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.artifacts import (
    Casting,
    Facing,
    Learned,
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
    motion_meaning,
    motion_senses,
    stand_in,
)
from pipeline.plan.learned import Uses, bindings, not_learned, uses_of, with_look, with_motion
from pipeline.plan.lexicon import Sense, load_lexicon, played_sense, with_article, words_of
from pipeline.plan.stage import facing_of, travels
from pipeline.plan.troupe import Players
from pipeline.story import NUM_KEYFRAMES, Box, Character, Motion, Overlap, Region, Scene, Story


@dataclass(frozen=True)
class _Stage:
    """A scene while it is told: all that its words follow from, and what is to be said of them."""

    story: Story
    scene: Scene
    casting: Casting
    troupe: Players
    use_learned: bool
    notes: list[str] = field(default_factory=list)


def scene_prompt(
    story: Story, scene_id: str, casting: Casting, *, troupe: Players, use_learned: bool = True
) -> ScenePrompt:
    """Give a scene's region texts ('a blue fox walks left'), background text and boxes.

    Who, how and where come from the casting; what a region's description or the background says
    otherwise wins. A figure looks the way its box goes, else to its nearest neighbour. A motion
    that is to be learned is played until then as the nearest one that the troupe knows; what was
    learned is called by its trigger ('look3 motion7 facing left') and bound to the region, unless
    it is not to be used. Where boxes overlap and have words of their own, these say what all of
    them do; `caption` tells the whole. `substitutions` says in sentences what the pack plays
    differently and which words it drops. KeyError if there is no such scene.
    """
    scene = story.scene(scene_id)
    whole = cast_story(story, troupe=troupe, pack=casting.pack, previous=casting)
    stage = _Stage(story, scene, whole, troupe, use_learned)
    told = {r.id: _told(r.description, *_actor(story, r), troupe) for r in scene.regions}
    uses = {r.id: _uses(stage, r, told[r.id]) for r in scene.regions}
    roles = {r.id: _role(stage, r, told[r.id], uses[r.id]) for r in scene.regions}
    overlaps = [o for o in scene.overlaps if o.description]
    shared = tuple(_shared(stage, o, roles, uses) for o in overlaps)
    if use_learned:
        stage.notes.extend(not_learned(scene.regions, story, whole))
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
        priors=bindings(uses),
        substitutions=tuple(dict.fromkeys(filter(None, [*stage.notes, place.note]))),
    )


def free_prompt(
    story: Story, scene_id: str, casting: Casting | None = None, *, use_learned: bool = True
) -> ScenePrompt:
    """Give a scene to a pack that reads any text: its own words, shot and camera in the background.

    A region without a description gets its character's look and its motion. What was learned, as
    the casting says, is called by its trigger and bound to the region, unless it is not to be used.
    KeyError if there is no such scene.
    """
    scene = story.scene(scene_id)
    played = casting if casting and use_learned else Casting(pack="")
    uses = {r.id: uses_of(r, played) for r in scene.regions}
    shot = [f"{scene.shot_size} shot", scene.camera and f"camera {scene.camera}"]
    background = ", ".join(filter(None, [scene.background or scene.setting, *shot]))
    regions = tuple(_region_prompt(r, _free_text(story, r, uses[r.id])) for r in scene.regions)
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
        priors=bindings(uses),
        substitutions=tuple(not_learned(scene.regions, story, played) if use_learned else ()),
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


def _free_text(story: Story, region: Region, uses: Uses) -> str:
    who, how = _actor(story, region)
    words = [who.look or who.name if who else "", how.words if how else ""]
    text = region.description or " ".join(filter(None, words))
    if uses.look:
        text = with_look(text, uses.look.trigger, story.character(uses.look.character_id or ""))
    return with_motion(text, uses.motion.trigger) if uses.motion else text


def troupe_role(figure: str, motion: str, facing: Facing, boxes: Sequence[Box | None] = ()) -> Role:
    """Give a region in the pack's words: 'a blue fox walks left', 'look3 waves facing left'."""
    return Role(figure, motion, _way(motion, facing), tuple(boxes))


def _way(motion: str, facing: Facing) -> str:
    return facing if travels(motion) else f"facing {facing}"


def _uses(stage: _Stage, region: Region, told: Mapping[str, Sense]) -> Uses:
    """What a region uses of what was learned, unless its description shows something else."""
    if not stage.use_learned:
        return Uses()
    who, how = _actor(stage.story, region)
    named = who and {*words_of(who.name)} & {*words_of(region.description)}
    other = told.get("kind"), told.get("motion")
    return uses_of(
        region,
        stage.casting,
        look=bool(named) or not (other[0] and other[0].exact),
        motion=not (how and other[1] and other[1].exact),
    )


def _role(stage: _Stage, region: Region, told: Mapping[str, Sense], uses: Uses) -> Role:
    figure = uses.look.trigger if uses.look else _figure(stage, region, told)
    motion = uses.motion.trigger if uses.motion else _motion(stage, region, told)
    own = _own_words(*_actor(stage.story, region))
    stage.notes.extend(_not_known(word) for word in _unknown(region.description, own))
    return troupe_role(figure, motion, _facing(stage.scene, region), region.boxes())


def _figure(stage: _Stage, region: Region, told: Mapping[str, Sense]) -> str:
    """The figure of the troupe that is drawn: 'a blue fox'."""
    part, troupe = stage.casting.part_of(region.character_id), stage.troupe
    if part and " is played by " in part.note and "kind" not in told:
        stage.notes.append(part.note)
    kind = _pick(told.get("kind"), part and part.kind, troupe.kinds)
    colour = _pick(told.get("colour"), part and part.colour, troupe.colours)
    return with_article(f"{colour} {kind}")


def _motion(stage: _Stage, region: Region, told: Mapping[str, Sense]) -> str:
    """The motion of the troupe that is drawn."""
    motion, note = _played(stage, region)
    if "motion" not in told:
        stage.notes.append(note)
    return _pick(told.get("motion"), motion, stage.troupe.motions, "stands")


def _shared(
    stage: _Stage, overlap: Overlap, roles: Mapping[str, Role], uses: Mapping[str, Uses]
) -> OverlapPrompt:
    """The words for an overlap: its regions' figures, doing what the overlap says, if anything."""
    scene, words = stage.scene, overlap.description
    regions = [region for region in scene.regions if region.id in overlap.region_ids]
    own = set[str]().union(*(_own_words(*_actor(stage.story, region)) for region in regions))
    stage.notes.extend(_not_known(word) for word in _unknown(words, own))
    motion = _learned_of(words, [uses[region.id].motion for region in regions], stage.story)
    if not motion and (sense := played_sense(motion_senses(words), stage.troupe.motions)):
        motion = sense.meaning
        if not sense.exact:
            stage.notes.append(f"“{words}” is played as {load_lexicon().gerund(motion)}")
    told = [roles[region.id] for region in regions]
    if motion:
        ways = [_way(motion, _facing(scene, region)) for region in regions]
        told = [replace(r, motion=motion, way=way) for r, way in zip(told, ways, strict=True)]
    return OverlapPrompt(region_ids=overlap.region_ids, text=shared_text(told))


def _learned_of(words: str, used: Sequence[Learned | None], story: Story) -> str:
    """The trigger of the learned motion that an overlap's words say; empty if they say none."""
    meant = motion_meaning(words)
    fits = (
        one.trigger
        for one in used
        if one and meant & motion_meaning(story.motion(one.motion_id or "").words)
    )
    return next(fits, "")


def _played(stage: _Stage, region: Region) -> tuple[str, str]:
    """The motion of the troupe that is drawn, and the sentence that says so if it is another."""
    who, how = _actor(stage.story, region)
    act = next((m for m in stage.casting.motions if how and m.motion_id == how.id), None)
    if how is None or act is None:
        return "stands", ""
    if act.state != "to_learn":
        return act.motion, act.note
    until = stand_in(how, stage.troupe)
    name = called(who) if who else "the figure"
    if stage.casting.learned_of(motion_id=how.id):  # it is off here, or left out of a comparison
        return until, f"{doing(how)} is not used as it was learned: {name} {until}"
    return until, f"{doing(how)} is to be learned; until then {name} {until}"


def _told(
    description: str, who: Character | None, how: Motion | None, troupe: Players
) -> dict[str, Sense]:
    """What a description says other than its character and motion do, in the troupe's names."""
    own = _own_words(who, how)
    fresh = " ".join(word for word in words_of(description) if word not in own)
    mine, other = find_kind(description), find_kind(fresh)
    kind = played_sense(other[1], troupe.kinds) if other else None
    motion = played_sense(motion_senses(fresh), troupe.motions)
    told: dict[str, Sense] = {}
    if kind and (mine is None or mine[0] not in own):
        told["kind"] = kind
    if motion and (how is None or not set(words_of(how.words)) & set(words_of(description))):
        told["motion"] = motion
    if (colour := find_colour(fresh)) is not None:
        told["colour"] = colour
    return told


def _pick(
    told: Sense | None, cast: str | None, played: Sequence[str], fallback: str | None = None
) -> str:
    wishes = (told and told.meaning, cast, fallback)
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
