"""Finds in a sentence the noun phrases of characters, their names, and the places."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.plan.lexicon import POSSESSIVE, WORD, Sense, load_lexicon

_NUMBERS = {"two": 2, "some": 2, "many": 2}
_LARGE_NUMBERS = frozenset({"three", "four", "five", "six", "seven"})
_BARE_PLACES = frozenset({"home", "mars", "space", "school"})
_MOST_ADJECTIVES = 3
_SPOKEN_OF = frozenset({"of", "for", "from", "no", "like", "about", "good"})
"""Words after which night or weather are only spoken of: 'dreams of rain', 'good night'."""
_CALLS = frozenset({"hello", "hi", "hey", "oh", "ah", "well", "look", "listen", "please"})
"""Words that begin a sentence before a comma and are no names."""
_WALKS = Sense("walks", exact=True)
_THEIR = frozenset({"his", "her", "their"})


@dataclass(frozen=True)
class Phrase:
    """A noun phrase of a character: 'a shy red fox named Tib' at `start:end` of its sentence."""

    start: int
    end: int
    determiner: str
    adjectives: tuple[str, ...]
    noun: str
    """Singular, lower case; empty for a bare name."""
    name: str = ""
    count: int = 1
    possessive: bool = False


@dataclass(frozen=True)
class Place:
    """A place: 'the old lighthouse', and where that is: 'at the old lighthouse'."""

    words: str
    where: str
    noun: str


@dataclass(frozen=True)
class Word:
    """A word of a sentence, its place there, and whether only a space parts it from the last."""

    text: str
    start: int
    end: int
    joined: bool

    @property
    def low(self) -> str:
        """The word in lower case without a possessive ending."""
        return POSSESSIVE.sub("", self.text.lower())

    @property
    def capital(self) -> bool:
        """Whether it starts with a capital and is no function word."""
        return self.text[0].isupper() and self.low not in load_lexicon().function_words


def split_words(sentence: str) -> list[Word]:
    """Give the words of a sentence with their places."""
    words: list[Word] = []
    last = 0
    for match in WORD.finditer(sentence):
        joined = bool(words) and sentence[last : match.start()].isspace()
        words.append(Word(match.group(), match.start(), match.end(), joined))
        last = match.end()
    return words


def is_finite(word: Word) -> bool:
    """Whether a word can be the verb of a sentence: 'walks', 'walked', 'is'."""
    form = load_lexicon().verbs.get(word.low)
    return form is not None and form.tense in {"present", "past"} and "'" not in word.text


def _is_present(word: Word) -> bool:
    form = load_lexicon().verbs.get(word.low)
    return form is not None and form.tense == "present" and word.text.lower() == word.low


def find_phrases(sentence: str, *, names: bool = True) -> list[Phrase]:
    """Give the characters' noun phrases of a sentence in order; `names` looks for bare names."""
    words = split_words(sentence)
    found = [p for i in range(len(words)) if (p := _noun_phrase(words, i, names=names))]
    if names:
        found += _bare_names(words, found)
    found.sort(key=lambda phrase: (phrase.start, -phrase.end))
    apart = [p for i, p in enumerate(found) if not any(p.start < q.end for q in found[:i])]
    return _each_named(apart, sentence)


def _each_named(phrases: list[Phrase], sentence: str) -> list[Phrase]:
    """The phrases where each name after a plural is one of its kind: 'the twins Ada and Bo'."""
    told: list[Phrase] = []
    group: Phrase | None = None
    for phrase in phrases:
        link = sentence[told[-1].end : phrase.start].strip(" ,") if told else ""
        listed = group is not None and phrase.name and not phrase.noun and link in {"", "and", "&"}
        if group is not None and listed:
            phrase = replace(phrase, noun=group.noun, adjectives=group.adjectives)
        else:
            group = phrase if phrase.name and phrase.count > 1 else None
        told.append(replace(phrase, count=1) if phrase.name else phrase)
    return told


def find_places(sentence: str) -> list[Place]:
    """Give the places that a sentence names, in order."""
    words = split_words(sentence)
    places = load_lexicon().places
    return [
        _place(words, i) for i, w in enumerate(words) if w.low in places and _is_place(words, i)
    ]


def find_sky(text: str) -> str | None:
    """Give the backdrop of the time of day or weather in which a text plays: 'night', 'rain'."""
    return next(iter(find_skies(text)), None)


def find_skies(text: str) -> tuple[str, ...]:
    """Give every such backdrop of a text, each once, in order."""
    skies = load_lexicon().skies
    lows = ["", *(word.low for word in split_words(text))]
    pairs = itertools.pairwise(lows)
    found = (skies[w] for before, w in pairs if w in skies and before not in _SPOKEN_OF)
    return tuple(dict.fromkeys(found))


def _noun_phrase(words: list[Word], index: int, *, names: bool) -> Phrase | None:
    lexicon, head = load_lexicon(), words[index]
    if lexicon.kind_of(head.low) is None or _is_modifier(words, index):
        return None
    first = _determiner_before(words, index)
    if not _is_character(words, index, first):
        return None
    noun = lexicon.singular(head.low)
    determiner = words[first].low if first is not None else ""
    start = index if first is None else first
    adjectives = tuple(w.text.lower() for w in words[start + 1 : index]) if determiner else ()
    plural = noun != head.low and noun not in {"person"}
    phrase = Phrase(
        words[start].start,
        head.end,
        determiner,
        adjectives,
        noun,
        count=_count(determiner, plural=plural),
        possessive=head.text.lower() != head.low,
    )
    if names and not determiner and not plural and noun in lexicon.kin:
        phrase = replace(phrase, name=noun.capitalize())
    return _with_name(words, start, index, phrase) if names else phrase


def _count(determiner: str, *, plural: bool) -> int:
    if determiner in _LARGE_NUMBERS:
        return 3
    return _NUMBERS.get(determiner, 2 if plural else 1)


def _is_modifier(words: list[Word], index: int) -> bool:
    """Whether the next word is the true head: 'robot' in 'a robot dog'."""
    after = words[index + 1] if index + 1 < len(words) else None
    if after is None or not after.joined:
        return False
    lexicon = load_lexicon()
    return lexicon.kind_of(after.low) is not None and not is_finite(after)


def _determiner_before(words: list[Word], index: int) -> int | None:
    functions = load_lexicon().function_words
    for at in range(index - 1, max(-1, index - 2 - _MOST_ADJECTIVES), -1):
        word = words[at]
        if _is_present(word) or not words[at + 1].joined:
            return None
        if word.low in load_lexicon().determiners:
            return at
        if word.low in functions:
            return None
    return None


def _is_character(words: list[Word], index: int, first: int | None) -> bool:
    lexicon, head = load_lexicon(), words[index]
    if lexicon.singular(head.low) in lexicon.things:
        after = words[index + 1] if index + 1 < len(words) else None
        acts = after is not None and after.joined and (is_finite(after) or after.low == "who")
        return first is not None and acts and (index == 0 or first == 0)
    if first is not None:
        return True
    noun = lexicon.singular(head.low)
    return noun not in lexicon.shy_nouns and head.low not in lexicon.verbs


def _with_name(words: list[Word], start: int, index: int, phrase: Phrase) -> Phrase:
    """The phrase with the name that stands before or after it."""
    after = words[index + 1 : index + 3]
    if len(after) == 2 and after[0].low in {"named", "called"} and after[1].capital:
        return _renamed(phrase, after[1].text, end=after[1].end)
    listed = phrase.count > 1 and _begins_list(words[index + 1 :], fewest=2)
    joined = bool(after) and (after[0].joined or listed)
    if joined and after[0].capital and not is_finite(after[0]):
        title = phrase.noun in load_lexicon().titles and words[index].text[0].isupper()
        name = f"{words[index].text} {after[0].text}" if title else after[0].text
        return _renamed(phrase, name, end=after[0].end)
    before = words[start - 1] if start > 0 else None
    linked = before is not None and before.capital and not is_finite(before)
    if (
        before
        and linked
        and (phrase.determiner, words[start].joined) in {("the", True), ("a", False), ("an", False)}
    ):
        return _renamed(phrase, before.text, start=before.start)
    return phrase


def _renamed(
    phrase: Phrase, name: str, *, start: int | None = None, end: int | None = None
) -> Phrase:
    return Phrase(
        phrase.start if start is None else start,
        phrase.end if end is None else end,
        phrase.determiner,
        phrase.adjectives,
        phrase.noun,
        name=POSSESSIVE.sub("", name),
        count=phrase.count,
        possessive=POSSESSIVE.search(name) is not None,
    )


def _bare_names(words: list[Word], found: list[Phrase]) -> Iterator[Phrase]:
    index = 0
    starts = {phrase.start for phrase in found}
    while index < len(words):
        word = words[index]
        stop = index + 1
        inside = any(p.start <= word.start < p.end for p in found)
        if not inside and word.capital and _is_name(words, index, starts):
            while stop < len(words) and words[stop].joined and words[stop].capital:
                stop += 1
            name = " ".join(w.text for w in words[index:stop])
            bare = Phrase(word.start, words[stop - 1].end, "", (), "")
            yield _renamed(bare, name)
        index = stop


def _is_name(words: list[Word], index: int, starts: set[int]) -> bool:
    """Whether a word with a capital is a name; noun phrases of characters begin at `starts`."""
    lexicon, word = load_lexicon(), words[index]
    known = word.low in lexicon.places or word.low in lexicon.colours or word.low in lexicon.things
    if known or word.text.isupper() or len(word.text) < 2:
        return False
    if index == 0:
        after = words[1] if len(words) > 1 else None
        if after is None or lexicon.kind_of(word.low):
            return False
        if not after.joined:
            return _begins_list(words) or _has_company(words, starts)
        pair = after.low == "and" and len(words) > 2 and words[2].capital
        pair = pair or _has_company(words, starts)
        denied = re.search(r"n['\u2019]t$", after.text) is not None
        return (is_finite(after) and after.low not in {"are", "were"}) or pair or denied
    return not _names_place(words, index)


def _begins_list(words: list[Word], *, fewest: int = 3) -> bool:
    """Whether words begin with so many names in a list: 'Anna, Ben and Carl run'."""
    at = 1
    while at < len(words) and words[at].capital and not words[at].joined:
        at += 1
    joint = words[at : at + 2]
    ends = len(joint) == 2 and joint[0].low == "and" and joint[1].capital
    return at + 1 >= fewest and ends and words[0].low not in _CALLS


def _has_company(words: list[Word], starts: set[int]) -> bool:
    """Whether others stand beside the first word: 'Anna and her shy dog', 'Anna, her dog and Bo'.

    After a comma it may be none of them: 'Luckily, her dog and the fox run'.
    """
    first, link = words[0], words[1]
    if first.low in load_lexicon().skies:
        return False
    if link.joined:
        return link.low in {"and", "with"} and len(words) > 2 and words[2].start in starts
    calls = first.low in _CALLS or first.low.endswith("ly")
    own = link.low in _THEIR and link.start in starts
    return own and not calls and any(word.low == "and" for word in words)


def _names_place(words: list[Word], index: int) -> bool:
    """Whether a preposition before a capital makes it a place: 'in Paris', 'flies to Oz'."""
    before = words[index - 1]
    if before.low in {"to", "towards", "toward"}:
        return index > 1 and load_lexicon().motion_of(words[index - 2].low) is not None
    return before.low in load_lexicon().place_words - {"by", "of", "behind", "beside", "near"}


def _is_place(words: list[Word], index: int) -> bool:
    """Whether a place noun says where: 'in the castle', 'leaves the castle', not 'builds a castle'.

    At the very beginning it says so by itself ('A castle in the clouds').
    """
    lexicon, word = load_lexicon(), words[index]
    after = words[index + 1] if index + 1 < len(words) else None
    if word.text.lower() != word.low or _leads_noun(after):
        return False
    first = _determiner_before(words, index)
    start = index if first is None else first
    if start == 0:
        return word.low not in lexicon.shy_places
    if first is None and word.low in lexicon.shy_places - _BARE_PLACES:
        return False
    before = words[start - 1].low
    return before in load_lexicon().place_words or lexicon.motion_of(before) == _WALKS


def _leads_noun(after: Word | None) -> bool:
    """Whether the next word is the true head: 'lighthouse' in 'the lighthouse keeper'."""
    lexicon = load_lexicon()
    if after is None or not after.joined:
        return False
    return after.low in lexicon.places or lexicon.kind_of(after.low) is not None


def _place(words: list[Word], index: int) -> Place:
    lexicon, noun = load_lexicon(), words[index].low
    first = _determiner_before(words, index)
    if noun in _BARE_PLACES:
        name = noun.capitalize() if noun == "mars" else noun
        return Place(name, f"{lexicon.prepositions.get(noun, 'in')} {name}", noun)
    adjectives = [w.text.lower() for w in words[first + 1 : index]] if first is not None else []
    told = " ".join(["the", *adjectives, noun])
    said = words[first - 1].low if first else ""
    where = said if said in load_lexicon().static_words else lexicon.prepositions.get(noun, "in")
    return Place(told, f"{where} {told}", noun)
