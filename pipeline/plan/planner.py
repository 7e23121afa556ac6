"""The built-in planner: any English idea or narration becomes a story for a troupe."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.artifacts import Casting, Part
from pipeline.plan.casting import cast_characters, cast_motion, cast_story, choose_kind
from pipeline.plan.clauses import Clause, read_clause, read_clauses
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.reading import NARRATION_SENTENCES, Figure, Idea, read_idea
from pipeline.plan.stage import Player, block, thin_keys, travels
from pipeline.plan.telling import (
    Beat,
    Teller,
    backdrop_place,
    capitalise,
    motions_in,
    short_title,
    tell,
)
from pipeline.plan.troupe import Players, Troupe, troupe_of
from pipeline.story import Box, Character, Motion, Region, Scene, ShotSize, Story, slug

_FEWEST_SCENES, _MOST_SCENES = 5, 8
_LONGEST_PIECE = 600
_LONG_IDEA = 500
_LONGEST_TOPIC = 80
_SHOTS: tuple[ShotSize, ...] = ("wide", "full", "full", "medium", "full", "wide")
_HEIGHTS: dict[ShotSize, float] = {"wide": 0.47, "full": 0.54, "medium": 0.6, "close": 0.7}
_MOODS = ("cheerful", "curious", "friendly", "small")
_LIGHTS = ("in soft morning light", "on a bright day", "in warm sunlight", "in the evening light")


def plan_story(
    idea: str, *, troupe: Players, seed: int = 0, pack: str = "theatre"
) -> tuple[Story, Casting]:
    """Plan a story of 5 to 8 scenes, six keyframes each, and cast it for what `troupe` plays.

    A short idea becomes the beats of a small story, its own clauses among them; a narration
    (five sentences or more) is divided over the scenes word for word. Two characters stand in
    three scenes at least: a missing one is invented, which its part's note says. The same idea
    and seed give the same plan.

    Raises:
        InputError: the idea is empty, has no letters, or is longer than 20,000 characters.
    """
    rng = random.Random(seed)
    players = troupe_of(troupe)
    read = read_idea(idea)
    named = len(read.figures)
    told = replace(read, figures=_complete(read.figures, players, rng))
    beats = _tell(told, read, rng)
    characters = _characters(told.figures)
    story = _stage_story(told, named, beats, characters, troupe=players, rng=rng)
    casting = cast_story(story, troupe=players, pack=pack)
    return story, _with_invented(casting, characters, named)


def _complete(figures: Sequence[Figure], troupe: Troupe, rng: random.Random) -> tuple[Figure, ...]:
    """The figures with a hero and a friend added where the idea names none."""
    cast = list(figures)
    while len(cast) < 2:
        kinds = [_kind(figure, troupe) for figure in cast]
        free = [k for k in troupe.kinds if k not in kinds and all(k != f.noun for f in cast)]
        noun = rng.choice(free or list(troupe.kinds))
        cast.append(Figure(noun, adjectives=(rng.choice(_MOODS),)))
    return tuple(cast)


def _kind(figure: Figure, troupe: Troupe) -> str:
    return choose_kind(Character(id="x", name="x", kind=figure.noun), troupe)


def _tell(idea: Idea, read: Idea, rng: random.Random) -> list[Beat]:
    """The beats of `idea`, whose figures are those that were `read` and those invented."""
    if len(idea.sentences) >= NARRATION_SENTENCES or len(idea.text) > _LONG_IDEA:
        return _narrate(idea, list(idea.sentences), read, rng)
    clauses = read_clauses(read)
    if len(clauses) >= _FEWEST_SCENES:
        teller = Teller(idea.figures, idea.past)
        return _narrate(idea, [teller.retell(clause) for clause in clauses], read, rng)
    topic = _topic(idea) if not read.figures and not clauses else ""
    return tell(idea, clauses, rng=rng, topic=topic)


def _topic(idea: Idea) -> str:
    text = idea.text.strip(" .!?\"'“”\n")
    if len(text) > _LONGEST_TOPIC:
        text = short_title(text, longest=_LONGEST_TOPIC)
    second = text[1:2]
    return text if second.isupper() else text[:1].lower() + text[1:]


def _narrate(idea: Idea, sentences: list[str], read: Idea, rng: random.Random) -> list[Beat]:
    """The beats of a narration: its sentences divided, who and where read from each."""
    pieces = [piece for sentence in sentences for piece in _pieces(sentence)]
    while len(pieces) < _FEWEST_SCENES:
        pieces = _halved(pieces)
    wanted = math.ceil(len(pieces) / 2)
    parts = _divide(pieces, min(_MOST_SCENES, max(_FEWEST_SCENES, wanted)))
    place = backdrop_place(load_lexicon().home(idea.figures[0].noun))
    clauses = [[read_clause(piece, read) for piece in part] for part in parts]
    first = next((p for cs in clauses for c in cs for p in c.places), place)
    place, beats, last = first, [], (0,)
    for part, told in zip(parts, clauses, strict=True):
        place = next((p for c in told for p in c.places), place)
        acts, last = _acts_of(told, read, last)
        light = _LIGHTS[len(beats) * len(_LIGHTS) // len(parts)]
        beats.append(Beat("", " ".join(part), acts, place, light))
    titled: list[Beat] = []
    for beat in _in_pairs(beats, rng):
        title = _scene_title(beat, idea)
        if any(title == other.title for other in titled):
            title = short_title(beat.narration)
        titled.append(replace(beat, title=title))
    return titled


def _scene_title(beat: Beat, idea: Idea) -> str:
    """'Nell and the whale by the sea'."""
    names = [idea.figures[index].definite for index in beat.acts][:2]
    return capitalise(f"{' and '.join(names)} {beat.place.where}")[:120]


def _pieces(sentence: str) -> list[str]:
    """A sentence cut between its words where it is too long for one scene."""
    words = re.findall(rf"\S{{1,{_LONGEST_PIECE}}}", sentence)
    pieces: list[str] = []
    for word in words:
        if pieces and len(pieces[-1]) + len(word) < _LONGEST_PIECE:
            pieces[-1] = f"{pieces[-1]} {word}"
        else:
            pieces.append(word)
    return pieces


def _halved(pieces: list[str]) -> list[str]:
    """The pieces with the longest cut in two between its words."""
    at = max(range(len(pieces)), key=lambda i: len(pieces[i]))
    words = pieces[at].split()
    middle = max(1, len(words) // 2)
    if len(words) == 1:
        half = len(pieces[at]) // 2
        return [*pieces[:at], pieces[at][:half], pieces[at][half:], *pieces[at + 1 :]]
    return [*pieces[:at], " ".join(words[:middle]), " ".join(words[middle:]), *pieces[at + 1 :]]


def _divide(pieces: list[str], count: int) -> list[list[str]]:
    """The pieces in order, in `count` parts of nearly equal length, none empty."""
    total = sum(map(len, pieces))
    parts: list[list[str]] = [[]]
    done = 0
    for index, piece in enumerate(pieces):
        left = len(pieces) - index
        full = done + len(piece) / 2 > total * len(parts) / count
        if parts[-1] and len(parts) < count and (full or left <= count - len(parts)):
            parts.append([])
        parts[-1].append(piece)
        done += len(piece)
    return parts


def _acts_of(
    clauses: Sequence[Clause], idea: Idea, last: tuple[int, ...]
) -> tuple[dict[int, str], tuple[int, ...]]:
    """Who is in a part and what each does, and whom a pronoun means in the next part."""
    acts: dict[int, str] = {}
    for clause in clauses:
        again = read_clause(clause.text, idea, last=last)
        for figure, motion in motions_in(again).items():
            acts.setdefault(figure, motion)
        last = again.figures[:1] or last
        for figure in again.figures:
            acts.setdefault(figure, "")
    chosen = sorted(acts)[:3] or [0]
    return {i: acts.get(i) or "stands" for i in chosen}, last


def _in_pairs(beats: list[Beat], rng: random.Random) -> list[Beat]:
    """The beats with a second character in three of them at least, from the middle on."""
    order = sorted(range(len(beats)), key=lambda i: (i < 2, i))
    for index in order:
        if sum(len(beat.acts) > 1 for beat in beats) >= 3:
            break
        acts = beats[index].acts
        if len(acts) == 1:
            partner = 1 if 0 in acts else 0
            more = {**acts, partner: rng.choice(("stands", "waves"))}
            beats[index] = replace(beats[index], acts=dict(sorted(more.items())))
    return beats


def _characters(figures: Sequence[Figure]) -> tuple[Character, ...]:
    characters: list[Character] = []
    for figure in figures:
        name = figure.name or " ".join(filter(None, [figure.colour, figure.noun])).capitalize()
        name = name[:100]
        taken = [c.id for c in characters]
        kind = figure.noun or "person"
        look = figure.look or "person"
        made = slug(name, fallback="character", taken=taken)
        characters.append(Character(id=made, name=name, kind=kind[:100], look=look[:300]))
    return tuple(characters)


def _stage_story(
    idea: Idea,
    named: int,
    beats: Sequence[Beat],
    characters: tuple[Character, ...],
    *,
    troupe: Troupe,
    rng: random.Random,
) -> Story:
    motions = _motions(beats, troupe)
    kinds = [part.kind for part in cast_characters(characters, troupe)]
    scenes = []
    for index, beat in enumerate(beats):
        shot = _SHOTS[index * len(_SHOTS) // len(beats)]
        players = [Player(kinds[i], motions[words][1]) for i, words in beat.acts.items()]
        boxes = block(players, height=_HEIGHTS[shot], rng=rng, leaving=beat.leaving)
        regions = _regions(beat, characters, motions, boxes)
        scenes.append(
            Scene(
                id=f"scene-{index + 1}",
                title=beat.title[:120],
                setting=beat.place.words,
                background=f"{beat.place.words} {beat.light}",
                narration=beat.narration,
                shot_size=shot,
                camera="still",
                regions=regions,
            )
        )
    title = _title(idea, named)
    used = tuple(motion for motion, _ in motions.values())
    return Story(
        id=slug(title, fallback="story"),
        title=title,
        characters=characters,
        motions=used,
        scenes=tuple(scenes),
    )


def _motions(beats: Sequence[Beat], troupe: Troupe) -> dict[str, tuple[Motion, str]]:
    """The story's motions by their words, and the troupe's motion each is blocked as."""
    motions: dict[str, tuple[Motion, str]] = {}
    for words in dict.fromkeys(words for beat in beats for words in beat.acts.values()):
        motion = Motion(id=slug(words), words=words)
        played = cast_motion(motion, troupe).motion
        motions[words] = (motion.model_copy(update={"locomotion": travels(played)}), played)
    return motions


def _regions(
    beat: Beat,
    characters: Sequence[Character],
    motions: dict[str, tuple[Motion, str]],
    boxes: Sequence[Sequence[Box]],
) -> tuple[Region, ...]:
    regions = []
    for layer, ((figure, words), track) in enumerate(zip(beat.acts.items(), boxes, strict=True)):
        who = characters[figure]
        told = who.name if who.name.lower() not in who.look else f"the {who.look}"
        regions.append(
            Region(
                id=who.id,
                character_id=who.id,
                motion_id=motions[words][0].id,
                description=f"{told} {words}",
                layer=layer,
                keys=thin_keys(track),
            )
        )
    return tuple(regions)


def _title(idea: Idea, named: int) -> str:
    if named == 0:
        return _in_title_case(short_title(idea.text, longest=60))
    shown = [figure.name or f"the {figure.look}" for figure in idea.figures[: min(2, named)]]
    return _in_title_case(" and ".join(shown))[:120].strip()


def _in_title_case(text: str) -> str:
    small = {"and", "the", "a", "an", "of", "in", "on", "at", "by", "to", "with", "over", "for"}
    words = [w if w in small else w[:1].upper() + w[1:] for w in text.split()]
    told = " ".join(words)
    return told[:1].upper() + told[1:]


def _with_invented(casting: Casting, characters: Sequence[Character], named: int) -> Casting:
    """The casting with a note for each character the idea did not name."""

    def noted(index: int, part: Part) -> Part:
        if index < named:
            return part
        why = "the story names no character" if named == 0 else "the story names only one character"
        name = characters[index].name.lower()
        note = f"the {name} joins as a friend: {why}"
        if index == 0:
            note = f"the {name} plays the hero: {why}"
        return part.model_copy(update={"note": note})

    parts = tuple(noted(index, part) for index, part in enumerate(casting.parts))
    return casting.model_copy(update={"parts": parts})
