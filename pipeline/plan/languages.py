"""Which language a text is in, and its known words in English, for the reader to go by."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.plan.lexicon import load_lexicon, with_article, words_of

_FILE = Path(__file__).with_name("languages.json")
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[.,;:!?…]")
_MARKS = ".,;:!?…"
_FEWEST_HITS = 2
_NAMING = ("named", "and")
_UNPARTED = ("zh", "ja")
_PICTURES = re.compile(r"(?:[^\w\s!-~\u00a1-\u20ff][\ufe0f\u200d\s]*)+")


@dataclass(frozen=True)
class Tongue:
    """The known words of a language, in lower case."""

    english: dict[str, str]
    """English word by word; verbs in the third person."""
    kinds: dict[str, str]
    """The noun as the language writes it by its English one: 'Fuchs' of 'fox'."""
    definite: dict[str, str]
    """'der Fuchs' of 'fox'."""
    verbs: frozenset[str]


def language_of(text: str) -> str:
    """Give the language of a text (BCP 47), by its script or its commonest words.

    English where nothing speaks clearly for another. Latin scripts: de, fr, es, it, pt, nl.
    """
    letters = [c for c in text if c.isalpha()]
    for language, span in _raw()["scripts"].items():
        strange = re.findall(f"[{span}]", text)
        share = len(strange) / max(1, len(letters))
        if share > (0.05 if language == "ja" else 0.5):
            return language
    words = [word.lower() for word in _TOKEN.findall(text)]
    hits = {name: sum(map(known.__contains__, words)) for name, known in _marks().items()}
    best = max(hits, key=lambda name: hits[name])
    english = sum(word in _english() for word in words_of(text))
    return best if hits[best] >= _FEWEST_HITS and hits[best] > english else "en"


def gloss(text: str, language: str, names: Collection[str] = ()) -> str:
    """Give the words of a text that are known, in English and in its order; names stay.

    'Ein Fuchs tanzt im Wald.' becomes 'a fox dances in the forest.'. `names` are known already.
    """
    tongue, tokens = tongue_of(language), _tokens(text, language)
    out: list[str] = []
    for index, token in enumerate(tokens):
        known = tongue.english.get(token.lower(), "") if token not in _MARKS else token
        if token in names or (not known and _stays(tokens, index, language)):
            known = token
        if known in load_lexicon().colours and out and load_lexicon().kind_of(out[-1]):
            out.insert(len(out) - 1, known)  # 'renard rouge' is a red fox
        elif known:
            out.append(known)
    return re.sub(rf" (?=[{_MARKS}])", "", " ".join(out))


def _tokens(text: str, language: str) -> list[str]:
    """Words and marks; where words are not parted, the longest known ones."""
    if language not in _UNPARTED:
        return _TOKEN.findall(text)
    known = sorted(tongue_of(language).english, key=len, reverse=True)
    return re.findall("|".join([*known, "[.,;:!?…]"]), text)


def _stays(tokens: list[str], index: int, language: str) -> bool:
    """Whether an unknown word is a name: a capital where the language writes none otherwise.

    German writes all nouns so: there it follows 'und', 'namens' or a noun for a figure.
    """
    token, stops = tokens[index], _raw()["stops"].get(language, "").split()
    if not token[:1].isupper() or len(token) < 2 or token.lower() in stops:
        return False
    after = tokens[index + 1].lower() if index + 1 < len(tokens) else ""
    if index == 0 or tokens[index - 1] in ".!?…:":
        return after in tongue_of(language).verbs
    if language != "de":
        return True
    before = tongue_of(language).english.get(tokens[index - 1].lower(), "")
    return before in _NAMING or load_lexicon().kind_of(before) is not None


@lru_cache(maxsize=16)
def tongue_of(language: str) -> Tongue:
    """Give the known words of a language; of most there are none."""
    words = _raw()["words"].get(language, {})
    english: dict[str, str] = {}
    for meaning, forms in [*words.get("little", {}).items(), *words.get("where", {}).items()]:
        english.update(dict.fromkeys(forms.lower().split(), meaning))
    verbs: set[str] = set()
    for lemma, forms in words.get("does", {}).items():
        verbs.update(forms.lower().split())
        english.update(dict.fromkeys(forms.lower().split(), load_lexicon().third_person(lemma)))
    kinds, definite = {}, {}
    for noun, forms in words.get("who", {}).items():
        definite[noun], others = forms.split("|")
        kinds[noun] = re.split(r"[ ']", definite[noun])[-1]
        english.update(dict.fromkeys([kinds[noun].lower(), *others.lower().split()], noun))
    return Tongue(english, kinds, definite, frozenset(verbs))


def spell_pictures(text: str) -> str:
    """Give the text with its emoji in words where they show something that can be played.

    What the text says anyway is not said twice; other emoji stay.
    """
    said = set(words_of(text))
    return _PICTURES.sub(lambda match: _spelt(match.group(), said), text)


def _spelt(pictures: str, said: set[str]) -> str:
    """'a fox and a robot at the castle' for a run of emoji."""
    lexicon = load_lexicon()
    shown = [c for c in pictures if unicodedata.category(c) == "So"]
    names = [word for c in shown for word in unicodedata.name(c, "").lower().split()]
    words = [word for word in names if word not in {*said, *lexicon.things, "dancer"}]
    return f" {_joined(words)} " if _joined(words) else pictures


def spell_nouns(text: str) -> str:
    """Give 'a fox and a robot at the castle' for a bare 'fox robot castle'; other texts stay."""
    lexicon, words = load_lexicon(), words_of(text)
    known = all(w in {*lexicon.kinds, *lexicon.places, *lexicon.skies} for w in words)
    bare = known and re.fullmatch(r"[\w\s]+", text.strip())
    return _joined(words) if bare and len(words) > 1 else text


def _joined(words: Sequence[str]) -> str:
    lexicon = load_lexicon()
    who = [with_article(word) for word in words if lexicon.kind_of(word)]
    where = [lexicon.where(word) for word in words if word in {*lexicon.places, *lexicon.skies}]
    return " ".join(filter(None, [" and ".join(who), *where[:1]]))


def beats_in(language: str) -> list[dict[str, str]]:
    """Give the beats that round up a short idea in a language; of most there are none."""
    return _raw()["beats"].get(language, [])


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _marks() -> dict[str, frozenset[str]]:
    """By language the words that speak for it."""
    stops = _raw()["stops"].items()
    return {name: frozenset({*words.split(), *tongue_of(name).english}) for name, words in stops}


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    lexicon = load_lexicon()
    return frozenset(
        {*lexicon.function_words, *lexicon.verbs, *lexicon.kinds, *lexicon.places, *lexicon.colours}
    )
