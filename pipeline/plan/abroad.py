"""Plans an idea in another language: its words are kept, and read by those that are known."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pipeline.plan.clauses import read_clause
from pipeline.plan.languages import beats_in, gloss, tongue_of
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.measures import FEWEST_SCENES
from pipeline.plan.narrating import LIGHTS, acts_of, in_pairs, narrate
from pipeline.plan.phrases import find_sky
from pipeline.plan.reading import Idea
from pipeline.plan.sentences import split_sentences
from pipeline.plan.telling import Beat, backdrop_place, capitalise, short_title

_LONG = 500
_SCENES = 6
_SPARE = (0, 2, 3)
"""Beats that give way to the idea's own sentences, the first at first."""
_COMMA = re.compile(r"(?<=[,;\u3001\uff0c\uff1b])\s*")
_BLANK = (
    {"hero": "walks"}, {"hero": "waves", "friend": "waves"}, {"hero": "stands", "friend": "walks"},
    {"hero": "jumps", "friend": "stands"}, {"hero": "sleeps", "friend": "stands"},
)  # fmt: skip
"""What is played where no words are known to go with it."""


def tell_abroad(idea: Idea, read: Idea, rng: random.Random) -> list[Beat]:
    """Give the beats of an idea in another language; `idea` has invented figures beside those read.

    Its sentences are kept word for word. A short one is rounded up by beats in its language, or
    by scenes without narration where there are none.
    """
    sentences = split_sentences(idea.text)
    parts = [part for s in sentences for part in _COMMA.split(s) if any(map(str.isalnum, part))]
    pieces = sentences if len(sentences) >= FEWEST_SCENES else parts
    if len(pieces) >= FEWEST_SCENES or len(idea.text) > _LONG:
        return narrate(idea, pieces, read, rng, gloss=_reader(idea))
    return _round_up(idea, read, sentences, rng)


def _reader(idea: Idea) -> Callable[[str], str]:
    """Gives the known words of a sentence in English, and the names of the figures."""
    names = {name for figure in idea.figures for name in figure.name.split()}
    return partial(gloss, language=idea.language, names=names)


def _round_up(idea: Idea, read: Idea, sentences: Sequence[str], rng: random.Random) -> list[Beat]:
    place, last = backdrop_place(load_lexicon().home(idea.figures[0].noun)), (0,)
    beats: list[Beat] = []
    for sentence in sentences:
        clause = read_clause(_reader(idea)(sentence), read)
        place = next(iter(clause.places), place)
        acts, last = acts_of([clause], read, last)
        sky = find_sky(clause.text)
        beats.append(Beat(short_title(sentence), sentence, acts, place, LIGHTS[0], sky=sky))
    forms = beats_in(idea.language) or _BLANK
    spare = _SPARE[: len(forms) + len(beats) - _SCENES]
    for index, form in enumerate(forms):
        if index not in spare:
            title = form.get("title", f"{len(beats) + 1}")
            light = LIGHTS[len(beats) * len(LIGHTS) // _SCENES]
            beats.append(Beat(title, _filled(form, idea), _acts(form), place, light))
    return in_pairs(beats, rng)


def _acts(form: Mapping[str, str]) -> dict[int, tuple[str, ...]]:
    roles = ("hero", "friend")
    return {index: (form[role],) for index, role in enumerate(roles) if role in form}


def _filled(form: Mapping[str, str], idea: Idea) -> str:
    definite = tongue_of(idea.language).definite
    hero, friend = (f.name or definite.get(f.noun, f.noun) for f in idea.figures[:2])
    return capitalise(form.get("text", "").format(hero=hero, friend=friend))
