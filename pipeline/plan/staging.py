"""Stages scenes: how near each is seen, and the regions and overlaps of who does what in it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.plan.acting import reaches
from pipeline.plan.casting import called, cast_characters, cast_motion
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.lint.geometry import shared_part
from pipeline.plan.stage import HALF, Player, block, meets, shape_at, thin_keys, travels
from pipeline.plan.troupe import Players
from pipeline.story import (
    NUM_KEYFRAMES,
    Box,
    Character,
    Motion,
    Overlap,
    Region,
    Scene,
    ShotSize,
    slug,
)

HEIGHTS: dict[ShotSize, float] = {"wide": 0.47, "full": 0.54, "medium": 0.6, "close": 0.7}
"""Height of a standing figure over the frame's, by shot."""
SIZES: tuple[ShotSize, ...] = ("wide", "full", "medium", "close")
_ROOM = {1: 0.8, 2: 0.53, 3: 0.36}
"""Share of the frame's width that each of so many figures may fill who stay side by side."""
_MOST_SHARED = 0.02
"""Boxes that share more of the frame than this get words of their own for it."""


@dataclass(frozen=True)
class Act:
    """What a character does in a scene: one motion of the story, or one and then another."""

    character: Character
    motions: tuple[Motion, ...]
    player: Player


def plan_motions(acts: Sequence[Mapping[int, tuple[str, ...]]], troupe: Players) -> list[Motion]:
    """Give the story's motions for the words of its scenes' acts, each once."""
    told = [w for act in acts for words in act.values() for w in words]
    return [make_motion(words, troupe) for words in dict.fromkeys(told)]


def make_motion(words: str, troupe: Players) -> Motion:
    """Give the motion of those words; whether it travels is how the troupe would play it."""
    motion = Motion(id=slug(words), words=words)
    played = cast_motion(motion, troupe).motion
    return motion.model_copy(update={"locomotion": travels(played)})


def make_acts(
    doing: Mapping[str, Sequence[Motion]], characters: tuple[Character, ...], troupe: Players
) -> list[Act]:
    """Give the acts of a scene, by character id who does what, in the order of the cast.

    Of two motions that the troupe plays alike only the first is kept.
    """
    kinds = {part.character_id: part.kind for part in cast_characters(characters, troupe)}
    acts: list[Act] = []
    for character in characters:
        if character.id in doing:
            played = {cast_motion(m, troupe).motion: m for m in reversed(doing[character.id])}
            names = tuple(reversed(played))[:2]
            motions = tuple(played[name] for name in names)
            player = Player(
                kinds[character.id],
                *names,
                chases=_is_any(_CHASES, motions),
                comes=_is_any(_COMES, motions[:1]),
                leaves=_is_any(_LEAVES, motions[-1:]),
            )
            acts.append(Act(character, motions, player))
    return acts


_CHASES = frozenset({"chase", "pursue"})
_COMES = frozenset({"come", "arrive", "enter", "return"})
_LEAVES = frozenset({"leave", "flee", "escape"})


def _is_any(lemmas: frozenset[str], motions: Sequence[Motion]) -> bool:
    """Whether a verb of some motion's words is a form of one of those."""
    verbs = load_lexicon().verbs
    words = [word for motion in motions for word in words_of(motion.words)]
    return any(verbs[word].lemma in lemmas for word in words if word in verbs)


def choose_shots(scenes: Sequence[Sequence[Act]]) -> list[ShotSize]:
    """Give each scene a shot: wide first, then what shows its acts best, no two running alike."""
    shots: list[ShotSize] = []
    for acts in scenes:
        wishes = _wishes(acts) if shots else SIZES[:2]
        fitting: list[ShotSize] = [size for size in wishes if fits(acts, size)]
        shots.append(_fresh(fitting or SIZES[:1], shots))
    return shots


def _fresh(fitting: Sequence[ShotSize], before: Sequence[ShotSize]) -> ShotSize:
    """The best of those that differ from the last one and were taken least."""
    return min(fitting, key=lambda s: (s in before[-1:], before.count(s), fitting.index(s)))


def _wishes(acts: Sequence[Act]) -> tuple[ShotSize, ...]:
    motions = [motion for act in acts for motion in act.player.motions]
    if len(acts) > 2:
        return ("full", "wide")
    if any(map(meets, motions)) and not any(map(travels, motions)):
        return ("close", "medium")
    if any(map(travels, motions)):
        return ("full", "medium", "wide")
    return ("medium", "close", "full")


def fits(acts: Sequence[Act], size: ShotSize) -> bool:
    """Whether everyone who stays in place finds room beside the others in a shot."""
    motions = [motion for act in acts for motion in act.player.motions]
    if any(map(travels, motions)):
        return size != "close"
    if any(map(meets, motions)) and len(acts) == 2:
        return True
    return max(map(_width, acts)) * HEIGHTS[size] <= _ROOM[len(acts)]


def _width(act: Act) -> float:
    shapes = [shape_at(act.player, k, left=False) for k in range(NUM_KEYFRAMES)]
    return max(shape[2] for shape in shapes) - min(shape[0] for shape in shapes)


def scenery(place: str, characters: Sequence[Character]) -> str:
    """Give a place in words that paint nobody into it: 'the castle' of 'the king's castle'."""
    names = {word for character in characters for word in words_of(character.name)}
    lexicon, words = load_lexicon(), place.split()

    def is_figure(word: str) -> bool:
        return any(w in names or lexicon.kind_of(w) for w in words_of(word))

    return " ".join([*(w for w in words[:-1] if not is_figure(w)), *words[-1:]])


def camera_note(acts: Sequence[Act], size: ShotSize) -> str:
    """Give a camera note that suits the shot: 'follows Mara', 'still, at eye level'."""
    going = [act for act in acts if any(map(travels, act.player.motions))]
    if len(going) == 1 and size != "wide":
        return f"follows {called(going[0].character)}"[:200]
    if len(going) > 1:
        return "moves along with them"
    notes = {"wide": "still, from afar", "full": "still", "medium": "still, at eye level"}
    return notes.get(size, "slowly closer")


def stage_scene(
    scene: Scene, acts: Sequence[Act], *, rng: random.Random, leaving: bool = False
) -> Scene:
    """Give the scene with regions and overlaps for its acts, in its shot, and a camera note."""
    tracks = tracks_of(acts, scene.shot_size, rng, leaving=leaving)
    regions = [
        region
        for layer, act in enumerate(acts)
        for region in regions_of(act, tracks[act.character.id], layer)
    ]
    return scene.model_copy(
        update={
            "regions": tuple(regions),
            "overlaps": find_overlaps(regions, acts),
            "camera": camera_note(acts, scene.shot_size),
        }
    )


def tracks_of(
    acts: Sequence[Act], shot: ShotSize, rng: random.Random, *, leaving: bool = False
) -> dict[str, list[Box]]:
    """Give the six boxes of each act by character id, as `block` places them in a shot."""
    boxes = block([act.player for act in acts], height=HEIGHTS[shot], rng=rng, leaving=leaving)
    return {act.character.id: track for act, track in zip(acts, boxes, strict=True)}


def regions_of(act: Act, boxes: Sequence[Box], layer: int) -> list[Region]:
    """Give the one or two regions of an act for its six boxes."""
    who = act.character
    told = who.name if who.name.lower() not in who.look else f"the {who.look}"
    spans = [(0, NUM_KEYFRAMES - 1)]
    if len(act.motions) > 1:
        spans = [(0, HALF - 1), (HALF, NUM_KEYFRAMES - 1)]
    return [
        Region(
            id=who.id if number == 0 else slug(f"{who.id[:40]} {motion.id}"),
            character_id=who.id,
            motion_id=motion.id,
            description=f"{told} {motion.words}",
            layer=layer,
            keys=thin_keys(boxes, *span),
        )
        for number, (motion, span) in enumerate(zip(act.motions, spans, strict=True))
    ]


def find_overlaps(regions: Sequence[Region], acts: Sequence[Act]) -> tuple[Overlap, ...]:
    """Give the words for each pair of two characters' regions whose boxes cross."""
    who = {act.character.id: act.character for act in acts}
    how = {motion.id: motion for act in acts for motion in act.motions}
    overlaps: list[Overlap] = []
    for one, other in itertools.combinations(regions, 2):
        if one.character_id == other.character_id or not _cross(one, other):
            continue
        told = [
            (who[r.character_id], how[r.motion_id])
            for r in (one, other)
            if r.character_id in who and r.motion_id in how
        ]
        if len(told) == 2:
            words = _told_together(*told)
            overlaps.append(Overlap(region_ids=(one.id, other.id), description=words))
    return tuple(overlaps)


def _told_together(one: tuple[Character, Motion], other: tuple[Character, Motion]) -> str:
    """'the fox hugs the robot', 'the fox walks and the robot waves'."""
    pairs = ((one, other), (other, one))
    for (doer, motion), (partner, _) in pairs:
        if any(map(reaches, words_of(motion.words))):
            gift = " something to" if "gives" in words_of(motion.words) else ""
            return f"{called(doer)} {motion.words}{gift} {called(partner)}"
    (first, motion), (second, then) = one, other
    return f"{called(first)} {motion.words} and {called(second)} {then.words}"


def _cross(one: Region, other: Region) -> bool:
    pairs = zip(one.boxes(), other.boxes(), strict=True)
    return any(a and b and shared_part(a, b) > _MOST_SHARED for a, b in pairs)
