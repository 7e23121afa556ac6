"""The built-in planner's word lists: nouns to kinds and places, verbs to motions, colours."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("lexicon.json")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
POSSESSIVE = re.compile(r"['\u2019]s?$")
_WORD_SETS = (
    "things",
    "shy_nouns",
    "shy_places",
    "quiet_verbs",
    "he_nouns",
    "she_nouns",
    "kin",
    "titles",
    "determiners",
    "place_words",
    "static_words",
    "subordinators",
    "noun_marks",
    "function_words",
)


@dataclass(frozen=True)
class Sense:
    """What a word stands for on the theatre's stage: the world's word, and whether it fits."""

    meaning: str
    exact: bool


Senses = tuple[Sense, ...]
"""What a word may stand for, the best first: what it is exactly, then what comes near it."""


@dataclass(frozen=True)
class VerbForm:
    """A verb as it stands in a text: its base form, and which form it is."""

    lemma: str
    tense: str
    """"base", "present" (third person), "past", "participle" or "gerund"."""


@dataclass(frozen=True)
class Lexicon:
    """All word lists, ready to look up (keys in lower case)."""

    kinds: dict[str, Senses]
    places: dict[str, Senses]
    motions: dict[str, Senses]
    """By base form of the verb."""
    skies: dict[str, str]
    """Backdrop of a word that says the time of day or the weather: 'midnight' is 'night'."""
    sky_phrases: dict[str, str]
    """'at night' of 'night'."""
    colours: dict[str, Sense]
    verbs: dict[str, VerbForm]
    natural_colours: dict[str, str]
    plurals: dict[str, str]
    homes: dict[str, str]
    """Backdrop where a noun lives unless the story says otherwise."""
    kind_homes: dict[str, str]
    kind_colours: dict[str, str]
    things: frozenset[str]
    """Nouns that are characters only when they do something."""
    shy_nouns: frozenset[str]
    """Nouns that are read as characters only after an article."""
    shy_places: frozenset[str]
    """Nouns that are read as places only after a preposition."""
    quiet_verbs: frozenset[str]
    """Verbs that say more than a movement of the body; a clearer verb goes first."""
    he_nouns: frozenset[str]
    """Nouns that 'she' does not mean."""
    she_nouns: frozenset[str]
    kin: frozenset[str]
    """Nouns that are called like a name without an article: 'visits grandma'."""
    titles: frozenset[str]
    function_words: frozenset[str]
    determiners: frozenset[str]
    place_words: frozenset[str]
    """Prepositions that lead a place."""
    static_words: frozenset[str]
    """Those of them that say where, not whither."""
    subordinators: frozenset[str]
    noun_marks: frozenset[str]
    """Words after which a verb's form is a noun: 'a dance', 'the waves'."""
    prepositions: dict[str, str]

    def home(self, noun: str) -> str:
        """Give the backdrop where a character lives unless the story says otherwise."""
        kind = self.kind_of(noun)
        by_kind = self.kind_homes[kind.meaning if kind else "witch"]
        return self.homes.get(noun, by_kind)

    def where(self, noun: str) -> str:
        """Give where something happens: 'in the forest', 'on the beach', 'at night'."""
        head = words_of(noun)[-1:] or [""]
        return self.sky_phrases.get(noun, f"{self.prepositions.get(head[0], 'in')} the {noun}")

    def singular(self, word: str) -> str:
        """Give the singular of a character noun in lower case, or the word itself."""
        low = word.lower()
        if low in self.kinds:
            return low
        if low in self.plurals:
            return self.plurals[low]
        return low[:-1] if low.endswith("s") and low[:-1] in self.kinds else low

    def senses_of_kind(self, word: str) -> Senses:
        """Give who of the theatre may play a noun; nobody plays a word that is no character."""
        return self.kinds.get(self.singular(word), ())

    def kind_of(self, word: str) -> Sense | None:
        """Give who of the whole theatre is best for a noun, or None."""
        return next(iter(self.senses_of_kind(word)), None)

    def senses_of_motion(self, word: str) -> Senses:
        """Give the motions that a verb in any form may be played as."""
        form = self.verbs.get(word.lower())
        return self.motions.get(form.lemma, ()) if form else ()

    def motion_of(self, word: str) -> Sense | None:
        """Give the motion that a verb in any form stands for best, or None."""
        return next(iter(self.senses_of_motion(word)), None)

    def third_person(self, lemma: str) -> str:
        """Give 'dances' of 'dance'."""
        return _forms(lemma)[0]

    def gerund(self, word: str) -> str:
        """Give 'dancing' of any form of a verb; an unknown word comes back as it is."""
        form = self.verbs.get(word.lower())
        return _forms(form.lemma)[3] if form else word


def played_sense(senses: Senses, played: Collection[str]) -> Sense | None:
    """Give the best sense that a troupe plays: what a word is exactly, else the nearest."""
    return next((sense for sense in senses if sense.meaning in played), None)


def words_of(text: str) -> list[str]:
    """Give the words of a text in lower case, possessive endings cut off."""
    return [POSSESSIVE.sub("", word.lower()) for word in WORD.findall(text)]


def with_article(phrase: str) -> str:
    """Give the phrase with 'a' or 'an' before it."""
    return f"{'an' if phrase[:1].lower() in 'aeiou' else 'a'} {phrase}"


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Read the word lists once."""
    raw = _raw()
    return Lexicon(
        kinds=_senses(raw["kinds"]),
        places=_senses(raw["places"]),
        motions=_senses(raw["motions"]),
        colours=_colours(raw),
        verbs=_verbs(raw),
        natural_colours=_spread(raw["colour_of"]),
        plurals=raw["plurals"],
        homes=_spread(raw["lives_in"]),
        kind_homes=raw["home_of"],
        skies=_spread(raw["skies"]),
        sky_phrases=raw["sky_phrases"],
        kind_colours=raw["kind_colours"],
        **{name: frozenset(raw[name].split()) for name in _WORD_SETS},
        prepositions={noun: p for p in ("on", "at", "by") for noun in raw[p].split()},
    )


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _spread(table: dict[str, str]) -> dict[str, str]:
    return {word: key for key, words in table.items() for word in words.split()}


def _senses(table: dict[str, dict[str, str]]) -> dict[str, Senses]:
    """Exact senses first, then the close ones in the order of the table."""
    senses: dict[str, Senses] = {}
    for fit in ("exact", "close"):
        for meaning, words in table.items():
            for word in words[fit].split():
                senses[word] = (*senses.get(word, ()), Sense(meaning, exact=fit == "exact"))
    return senses


def _colours(raw: dict[str, Any]) -> dict[str, Sense]:
    exact = {word for words in raw["exact_colours"].values() for word in words.split()}
    table = raw["colours"].items()
    return {word: Sense(name, word in exact) for name, words in table for word in words.split()}


def _verbs(raw: dict[str, Any]) -> dict[str, VerbForm]:
    lemmas = [*_senses(raw["motions"]), *raw["other_verbs"].split()]
    tenses = ("present", "past", "participle", "gerund")
    verbs = {
        "are": VerbForm("be", "present"),
        "were": VerbForm("be", "past"),
        "asleep": VerbForm("sleep", "participle"),
    }
    for lemma in lemmas:
        verbs.setdefault(lemma, VerbForm(lemma, "base"))
        for tense, form in zip(tenses, _forms(lemma), strict=True):
            verbs.setdefault(form, VerbForm(lemma, tense))
    return verbs


def _forms(lemma: str) -> tuple[str, str, str, str]:
    """Third person, past, participle and gerund of a verb."""
    raw = _raw()
    if lemma in raw["irregular"]:
        third, past, participle, gerund = raw["irregular"][lemma].split()
        return third, past, participle, gerund
    stem = lemma + lemma[-1] if lemma in raw["double"].split() else lemma
    past = _past(lemma, stem)
    return _third(lemma), past, past, _gerund(lemma, stem)


def _third(lemma: str) -> str:
    if lemma.endswith(("s", "x", "z", "ch", "sh")):
        return lemma + "es"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies"
    return lemma + "s"


def _past(lemma: str, stem: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ied"
    return stem + "ed"


def _gerund(lemma: str, stem: str) -> str:
    if lemma.endswith("e") and not lemma.endswith("ee"):
        return lemma[:-1] + "ing"
    return stem + "ing"
