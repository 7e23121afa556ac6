"""Divides a narration over scenes word for word, and reads from each part who does what, where."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.plan.acting import first_and_last, motions_in
from pipeline.plan.clauses import Clause, read_clause
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.measures import FEWEST_SCENES, MOST_SCENES, MOST_TOGETHER
from pipeline.plan.phrases import find_sky
from pipeline.plan.reading import Idea, latest_first
from pipeline.plan.telling import (
    Beat,
    backdrop_place,
    capitalise,
    short_title,
)

_LONGEST_PIECE = 600
LIGHTS = ("in soft morning light", "on a bright day", "in warm sunlight", "in the evening light")


def narrate(
    idea: Idea,
    sentences: Sequence[str],
    read: Idea,
    rng: random.Random,
    *,
    gloss: Callable[[str], str] = str,
) -> list[Beat]:
    """Give the beats of a narration: its sentences divided, who and where read from each.

    `idea` has the figures that were `read` and those invented. `gloss` gives the English words to
    read a sentence by.
    """
    pieces = [piece for sentence in sentences for piece in cut_long(sentence)]
    while len(pieces) < FEWEST_SCENES:
        pieces = _halved(pieces)
    wanted = math.ceil(len(pieces) / 2)
    parts = divide(pieces, min(MOST_SCENES, max(FEWEST_SCENES, wanted)))
    place = backdrop_place(load_lexicon().home(idea.figures[0].noun))
    clauses = [[read_clause(gloss(piece), read) for piece in part] for part in parts]
    first = next((p for cs in clauses for c in cs for p in c.places), place)
    place, beats, last = first, [], (0,)
    for part, told in zip(parts, clauses, strict=True):
        place = next((p for c in told for p in c.places), place)
        acts, last = acts_of(told, read, last)
        light = LIGHTS[len(beats) * len(LIGHTS) // len(parts)]
        sky = find_sky(" ".join(clause.text for clause in told))
        beats.append(Beat("", " ".join(part), acts, place, light, sky=sky))
    return _titled(in_pairs(beats, rng), idea)


def cut_long(sentence: str) -> list[str]:
    """Give a sentence cut between its words where it is too long for one scene."""
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


def divide(pieces: Sequence[str], count: int) -> list[list[str]]:
    """Give the pieces in order, in `count` parts of nearly equal length, none empty."""
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


def acts_of(
    clauses: Sequence[Clause], idea: Idea, last: tuple[int, ...]
) -> tuple[dict[int, tuple[str, ...]], tuple[int, ...]]:
    """Give who is in a part and what each does, and all told of so far, the latest first.

    Of too many in it, who does something goes before who is only named.
    """
    acts: dict[int, tuple[str, ...]] = {}
    for clause in clauses:
        again = read_clause(clause.text, idea, last=last)
        for figure, words in motions_in(again).items():
            acts[figure] = (*acts.get(figure, ()), *words)
        last = latest_first(again.figures, last)
        for figure in again.figures:
            acts.setdefault(figure, ())
    order = sorted(acts, key=lambda figure: (not acts[figure], figure))
    chosen = sorted(order[:MOST_TOGETHER]) or [0]
    return {i: first_and_last(acts.get(i) or ("stands",)) for i in chosen}, last


def in_pairs(beats: Sequence[Beat], rng: random.Random) -> list[Beat]:
    """Give the beats with a second character in three at least, from the middle on."""
    paired = list(beats)
    order = sorted(range(len(paired)), key=lambda i: (i < 2, i))
    for index in order:
        if sum(len(beat.acts) > 1 for beat in paired) >= 3:
            break
        acts = paired[index].acts
        if len(acts) == 1:
            partner = 1 if 0 in acts else 0
            more = {**acts, partner: (rng.choice(("stands", "waves")),)}
            paired[index] = replace(paired[index], acts=dict(sorted(more.items())))
    return paired


def _titled(beats: Sequence[Beat], idea: Idea) -> list[Beat]:
    """The beats called by who is where, or by their first words where that is said already."""
    titled: list[Beat] = []
    for beat in beats:
        names = [idea.figures[index].definite for index in beat.acts][:2]
        title = capitalise(f"{' and '.join(names)} {beat.place.where}")[:120]
        if idea.language != "en" or any(title == other.title for other in titled):
            title = short_title(beat.narration)
        titled.append(replace(beat, title=title))
    return titled
