"""Whom the words of a motion speak of, among what a detector can name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.retrieve.words import tokenize

_MEANT = {
    "person": (
        *("man", "woman", "boy", "girl", "child", "kid", "baby", "lady", "guy", "people", "human"),
        *("someone", "somebody", "he", "she", "they", "him", "her", "actor", "actress", "dancer"),
        *("runner", "skater", "boxer", "gymnast", "athlete", "acrobat", "player", "performer"),
        *("swimmer", "climber", "surfer", "walker", "jumper", "singer", "ballerina", "teenager"),
        *("mother", "father", "king", "queen", "witch", "wizard", "knight", "astronaut"),
    ),
    "child": ("boy", "girl", "kid", "toddler", "baby"),
    "rabbit": ("bunny", "hare"),
    "astronaut": ("spaceman", "cosmonaut"),
    "dog": ("puppy",),
    "cat": ("kitten",),
    "horse": ("pony", "foal"),
    "motorcycle": ("motorbike",),
    "bicycle": ("bike",),
}
"""Words that mean a label, where the detector has it."""


def subject_of(words: str, labels: Sequence[str]) -> str | None:
    """Give the label that words such as `two foxes dance` name first; None = none of them.

    Args:
        words: The motion's words, or a caption.
        labels: What the detector can call a figure; a label may have several words.
    """
    asked = tokenize(words)
    meant = _meanings(labels)
    longest = max((len(name) for name in meant), default=0)
    for start in range(len(asked)):
        for length in range(min(longest, len(asked) - start), 0, -1):
            for name in _readings(asked[start : start + length]):
                if name in meant:
                    return meant[name]
    return None


def _meanings(labels: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Which words mean which label: a label's own words go before those that stand for one."""
    others = {(word,): label for label in labels for word in _MEANT.get(label, ())}
    return others | {tuple(tokenize(label)): label for label in labels}


def _readings(words: list[str]) -> Iterator[tuple[str, ...]]:
    """The words as they are, then with the last one in the singular."""
    yield tuple(words)
    from lemminflect import getAllLemmas, getAllLemmasOOV

    last = words[-1]
    known = getAllLemmas(last)
    nouns = known.get("NOUN", ()) if known else getAllLemmasOOV(last, "NOUN").get("NOUN", ())
    for noun in nouns:
        yield (*words[:-1], noun)
