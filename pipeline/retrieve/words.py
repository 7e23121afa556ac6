"""Words of captions and of questions: one way to take text apart, and the forms of its verbs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache

TOKENISER = 1
"""Number of this way of taking text apart; an index made another way is made anew."""

_BEFORE_NOUNS = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "his", "her", "its", "their"),
        *("my", "your", "our", "one", "two", "three", "some", "of", "on", "in", "at", "into"),
        *("onto", "over", "under", "with", "without", "through", "across", "from", "around"),
    )
)
"""Words that a noun follows sooner than a verb: a *dance*, on *stage*."""
_FORMS = ("VB", "VBZ", "VBD", "VBN", "VBG")
"""Penn tags, in the order the forms are listed: dance, dances, danced, danced, dancing."""
_POSSESSIVE = re.compile(r"['\u2019\u02bc\uff07]s\b")
_ASCII_WORD = re.compile(r"[a-z0-9]+")


def tokenize(text: str) -> list[str]:
    """Take a caption or a question apart into its words, in their order.

    Case and ways of writing the same letter are evened out (case folding, NFKC), an `'s` at the
    end is dropped, all but letters, digits and the marks on them parts words. No word is left out.
    """
    if text.isascii():
        lower = text.lower()
        return _ASCII_WORD.findall(_POSSESSIVE.sub("", lower) if "'" in lower else lower)
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _word().findall(_POSSESSIVE.sub("", unicodedata.normalize("NFKC", folded)))


@lru_cache(maxsize=1)
def _word() -> re.Pattern[str]:
    """Give the pattern of a word: Python's own leaves out the vowel signs of many scripts."""
    marks = "".join(filter(_is_mark, map(chr, range(0x20000))))
    return re.compile(rf"[^\W_{marks}](?:[^\W_]|[{marks}])*")


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def expand(words: str) -> list[str]:
    """Give the words of a motion with all forms of its verbs, each once, in their order.

    `dances slowly` gives `dance dances danced dancing slowly`. Auxiliaries, nouns that an article
    or a preposition announces, and words that are not English stay as they are.
    """
    asked = tokenize(words)
    found: list[str] = []
    for before, word in zip(("", *asked), asked, strict=False):
        found += _forms(_lemma(word, before), word)
    return list(dict.fromkeys(found))


def _lemma(word: str, before: str) -> str:
    """Give the base form of a word that is a verb where it stands; empty = it is none.

    The first call reads tables (0.3 s).
    """
    from lemminflect import getAllLemmas, getAllLemmasOOV

    readings = getAllLemmas(word)
    if not readings and word.isascii() and len(word) > 5 and word.endswith("ing"):
        readings = getAllLemmasOOV(word, "VERB")  # moonwalking, breakdancing
    return readings["VERB"][0] if _is_verb(word, before, readings) else ""


def _is_verb(word: str, before: str, readings: Collection[str]) -> bool:
    """Say whether a word of these parts of speech is meant as a verb after the word before it."""
    if "VERB" not in readings or "AUX" in readings:
        return False
    if len(readings) == 1:
        return True
    describes = "ADJ" in readings or "ADV" in readings  # over, left, slow
    likely = not before or not describes or word.endswith("ing")
    return likely and before not in _BEFORE_NOUNS


def _forms(lemma: str, word: str) -> Iterator[str]:
    """Give a verb's forms, base first; the word itself where there is no verb."""
    if lemma:
        from lemminflect import getAllInflections, getAllInflectionsOOV

        forms = getAllInflections(lemma, upos="VERB") or getAllInflectionsOOV(lemma, "VERB")
        for tag in _FORMS:
            yield from forms.get(tag, ())
    yield word
