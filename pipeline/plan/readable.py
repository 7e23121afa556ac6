"""Which words of a text a pack with a closed cast cannot read, and what it reads instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from pipeline.artifacts import Casting
from pipeline.plan.casting import asked_colour, find_backdrop, motion_meaning, noun_of
from pipeline.plan.lexicon import (
    POSSESSIVE,
    WORD,
    Lexicon,
    Senses,
    load_lexicon,
    played_sense,
    words_of,
)
from pipeline.plan.telling import own_words
from pipeline.plan.troupe import Players
from pipeline.story import Region, Story

_WAYS = frozenset({"left", "right", "facing", "hello"})
_LONGEST_WORD = 40
_FAR = re.compile("[\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Mark:
    """A word that is not read as it stands: where it is, and what happens to it.

    `start` and `end` count UTF-16 units, as browsers do.
    """

    start: int
    end: int
    words: str


@dataclass(frozen=True)
class Known:
    """What a region's description need not say: who is meant, and how its own words are played.

    `names` are words of characters, in lower case; `cast` says by word what is played for the
    region's own: `{"dragon": "robot", "dances": "jumps"}`. `learned` are the words of its motion
    where that was learned: it is played for any verb that the troupe does not play as it is.
    """

    names: frozenset[str] = frozenset()
    cast: Mapping[str, str] = field(default_factory=dict)
    learned: str = ""


def unread_words(
    text: str, troupe: Players | None, known: Known | None = None, *, pack: str = "theatre"
) -> tuple[Mark, ...]:
    """Give the words of a region's description that are played as another or not at all.

    As in `scene_prompt`, the first noun, colour and movement count. A pack that reads any text
    (None) leaves no word unread.
    """
    if troupe is None:
        return ()
    return _marked(text, _Description(troupe, known or Known(), text), pack)


def unread_background(
    text: str, troupe: Players | None, *, pack: str = "theatre"
) -> tuple[Mark, ...]:
    """Give the words of a background that are shown as another place or not at all.

    What the built-in planner writes there of itself is not called idle.
    """
    if troupe is None:
        return ()
    marks = _marked(text, _Background(troupe, text), pack)
    offset = _utf16_offsets(text)
    own = [(offset[m.start()], offset[m.end()]) for m in _own_words().finditer(text)]
    return tuple(mark for mark in marks if not _idle_in(own, mark))


@lru_cache(maxsize=1)
def _own_words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, own_words()))})\b", re.IGNORECASE)


def _idle_in(spans: Iterable[tuple[int, int]], mark: Mark) -> bool:
    """Whether a marked word in one of those spans has no effect."""
    idle = mark.words.endswith(_NO_EFFECT)
    return idle and any(start <= mark.start and mark.end <= end for start, end in spans)


def known_of(region: Region, story: Story, casting: Casting) -> Known:
    """Give what a region's description may take from its character, its motion and the cast."""
    who = story.character(region.character_id) if region.character_id else None
    how = story.motion(region.motion_id) if region.motion_id else None
    names = {word for one in story.characters for word in words_of(f"{one.name} {one.kind}")}
    cast: dict[str, str] = {}
    part = casting.part_of(who.id) if who else None
    if who is not None:
        names |= {*words_of(who.look)}
        if part is not None and not casting.learned_of(character_id=who.id):
            cast[noun_of(who)] = part.kind
            colour = asked_colour(who)
            cast |= {w: part.colour for w in words_of(who.look) if _colour_is(w, colour)}
    act = next((m for m in casting.motions if how and m.motion_id == how.id), None)
    if how is not None and casting.learned_of(motion_id=how.id):
        cast |= {word: word for word in words_of(how.words)}
        return Known(frozenset(names), cast, how.words)
    if how is not None and act is not None and act.state != "to_learn":
        cast |= {word: act.motion for word in words_of(how.words) if _moves(word)}
    return Known(frozenset(names), cast)


class _Description:
    """Reads the words of a description one by one: what is played for each, and why."""

    def __init__(self, troupe: Players, known: Known, text: str) -> None:
        self._troupe, self._known, self._lexicon = troupe, known, load_lexicon()
        words = words_of(text)
        fresh = [w for w in words if w not in known.names and w not in known.cast]
        moving = [w for w in words if _moves(w)]
        own = [w for w in moving if w in known.cast]
        self._verb = next(iter([*own, *moving]), None)
        self._noun = next((w for w in words if self._lexicon.senses_of_kind(w)), None)
        self._colour = next((w for w in fresh if w in self._lexicon.colours), None)

    def fault(self, word: str) -> str | None:
        """Give what to say of a word; None where it is read as it stands or needs no reading."""
        lexicon = self._lexicon
        if word in self._known.cast:
            return _played_as(self._known.cast[word], word, lexicon)
        if word in self._known.names or word in _WAYS:
            return None
        if _moves(word):
            return self._of_movement(word)
        if senses := lexicon.senses_of_kind(word):
            return _fault(word, senses, self._troupe.kinds, lexicon, counts=word == self._noun)
        if sense := lexicon.colours.get(word):
            counts = word == self._colour
            return _fault(word, (sense,), self._troupe.colours, lexicon, counts=counts)
        harmless = word in lexicon.function_words or word in lexicon.places
        return None if harmless else _UNKNOWN

    def _of_movement(self, word: str) -> str | None:
        senses = self._lexicon.senses_of_motion(word)
        if word != self._verb:
            return None if word in self._lexicon.function_words else _NOT_FIRST
        played, learned = self._troupe.motions, self._known.learned
        if learned and not any(sense.exact and sense.meaning in played for sense in senses):
            same = motion_meaning(word) & motion_meaning(learned)
            return None if same else f"played as {learned}"
        fault = _fault(word, senses, played, self._lexicon)
        learnable = any(s.exact and s.meaning in self._troupe.learnable for s in senses)
        return f"{fault} until it is learned" if fault != _UNKNOWN and learnable else fault


class _Background:
    """Reads the words of a background one by one."""

    def __init__(self, troupe: Players, text: str) -> None:
        self._lexicon, self._shown = load_lexicon(), find_backdrop(text, troupe.backdrops)

    def fault(self, word: str) -> str | None:
        """Give what to say of a word; None where it is shown or needs no showing."""
        lexicon, sky = self._lexicon, self._lexicon.skies.get(word)
        meanings = {sense.meaning for sense in lexicon.places.get(word, ())} | ({sky} - {None})
        if self._shown in meanings:
            return _played_as(self._shown or "", word, lexicon)
        if not meanings and word in lexicon.function_words:
            return None
        says = (lexicon.senses_of_kind(word), word in lexicon.colours, _moves(word))
        return _NOT_HERE if any(says) else _UNKNOWN


_NO_EFFECT = ("has no effect", "has no effect here")
_UNKNOWN = "not known to {pack}, has no effect"
_NOT_HERE = "has no effect here"
_NOT_FIRST = "only one movement of a box is played, has no effect"


def _fault(
    word: str,
    senses: Senses,
    played: Collection[str],
    lexicon: Lexicon,
    *,
    counts: bool = True,
) -> str | None:
    """What to say of a word that may stand for any of those senses."""
    sense = played_sense(senses, tuple(played))
    if not counts:
        return _NOT_HERE
    if sense is None:
        return _UNKNOWN
    return _played_as(sense.meaning, word, lexicon)


def _played_as(name: str, word: str, lexicon: Lexicon) -> str | None:
    """Say what is played for a word, unless it is that very word in another form."""
    form = lexicon.verbs.get(word)
    forms = {word, lexicon.singular(word), lexicon.third_person(form.lemma) if form else word}
    return None if name in forms else f"played as {name}"


def _marked(text: str, reader: _Description | _Background, pack: str) -> tuple[Mark, ...]:
    who = "the paper theatre" if pack == "theatre" else f"the {pack} pack"
    offset = _utf16_offsets(text)
    return tuple(
        Mark(offset[start], offset[end], f"{said[:_LONGEST_WORD]}: {fault.format(pack=who)}")
        for start, end, said in _words_at(text)
        if (fault := reader.fault(POSSESSIVE.sub("", said.lower()))) is not None
    )


def _words_at(text: str) -> Iterator[tuple[int, int, str]]:
    yield from ((found.start(), found.end(), found[0]) for found in WORD.finditer(text))


def _utf16_offsets(text: str) -> list[int] | range:
    """Where each letter of a text begins, and where the last one ends, in UTF-16 units."""
    if not _FAR.search(text):
        return range(len(text) + 1)
    return list(accumulate((1 + (letter > "\uffff") for letter in text), initial=0))


def _moves(word: str) -> bool:
    return word != "left" and bool(load_lexicon().senses_of_motion(word))


def _colour_is(word: str, colour: object) -> bool:
    return colour is not None and load_lexicon().colours.get(word) == colour
