"""What texts say of motions and characters: verbs in any form, names as whole words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.plan.draft import DraftCharacter
from pipeline.plan.lexicon import POSSESSIVE, WORD, load_lexicon, words_of
from pipeline.plan.stage import travels
from pipeline.story import slug

_LEAST_STEM, _LONGEST_ENDING = 4, 3


def words_of_id(name: str) -> str:
    """Give the words that an id is made of: 'red fox' of 'red-fox'; empty where there are none."""
    return slug(name, fallback="").replace("-", " ")


def moving_verb(text: str) -> str | None:
    """Give the first verb of a text that moves the body, as it stands there ('left' is a side)."""
    lexicon = load_lexicon()
    words = (word for word in words_of(text) if word != "left")
    return next((word for word in words if lexicon.motion_of(word)), None)


def moves_about(words: str) -> bool:
    """Whether the first verb of those words carries its actor across the stage."""
    verb = moving_verb(words)
    sense = load_lexicon().motion_of(verb) if verb else None
    return sense is not None and travels(sense.meaning)


def has_verb(text: str) -> bool:
    """Whether some word of a text is a form of a known verb ('left' is a side)."""
    verbs, plain = load_lexicon().verbs, load_lexicon().function_words
    return any(word in verbs and word not in plain for word in words_of(text) if word != "left")


def says_motion(description: str, motion_words: str) -> bool:
    """Whether a description says a motion: its verb in any form, else any of its words.

    Words without a verb or another telling word are said by anything.
    """
    wanted = _telling(motion_words)
    said = words_of(description)
    return not wanted or any(_is_said(one, said, description) for one in wanted)


def _telling(motion_words: str) -> list[str]:
    """The verbs of a motion's words; where no known one is among them, all but function words."""
    lexicon = load_lexicon()
    telling = [word for word in words_of(motion_words) if word not in lexicon.function_words]
    return [word for word in telling if word in lexicon.verbs] or telling


def _is_said(word: str, said: Iterable[str], description: str) -> bool:
    if not word.isascii() and word in description.lower():  # scripts without spaces among them
        return True
    return any(_same_word(word, other) for other in said)


def _same_word(a: str, b: str) -> bool:
    """Whether two words are forms of one verb, or begin alike where no such verb is known."""
    verbs = load_lexicon().verbs
    if a == b or a not in verbs or b not in verbs:
        return a == b or (a not in verbs and b not in verbs and _begin_alike(a, b))
    return verbs[a].lemma == verbs[b].lemma


def _begin_alike(a: str, b: str) -> bool:
    stem = max(_LEAST_STEM, max(len(a), len(b)) - _LONGEST_ENDING)
    return len(a) >= stem and a[:stem] == b[:stem]


def named_in(text: str, characters: Iterable[DraftCharacter]) -> list[DraftCharacter]:
    """Give the characters that a text names: the name as it is written, or the kind in any number.

    Only whole words count, and none that is a place as well ('the ship', 'Moon').
    """
    singular = load_lexicon().singular
    written = [POSSESSIVE.sub("", word) for word in WORD.findall(text)]
    kinds = [singular(word) for word in written]
    found: list[DraftCharacter] = []
    for character in characters:
        name = [POSSESSIVE.sub("", word) for word in WORD.findall(character.name)]
        kind = [singular(word) for word in words_of(character.kind)]
        if _holds(written, name) or _holds(kinds, kind):
            found.append(character)
    return found


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether a phrase that can name somebody stands among the words, one word after another."""
    lexicon = load_lexicon()
    low = [word.lower() for word in phrase]
    if not low or low[-1] in lexicon.places or lexicon.function_words.issuperset(low):
        return False
    starts = range(len(words) - len(phrase) + 1)
    return any(list(words[i : i + len(phrase)]) == list(phrase) for i in starts)
