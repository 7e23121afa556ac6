"""Splits an idea into sentences, and refuses what is no text to plan from."""

from __future__ import annotations

import re

from pipeline.errors import InputError

MAX_IDEA_LENGTH = 20_000
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"'”\u2019)]*\s+(?=[\"'“\u2018(]*[^\W_a-z])|(?<=[。\uff01\uff1f])|\n+"
)
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|Prof|vs|etc|[A-Z])\.$")


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences at its whitespace; every word stays as it is."""
    sentences: list[str] = []
    last = 0
    for match in _SENTENCE.finditer(text):
        end = match.end()
        if not _ABBREVIATION.search(text[last : match.start()].rstrip()):
            sentences.append(text[last:end])
            last = end
    sentences.append(text[last:])
    cleaned = [sentence.strip() for sentence in sentences]
    return [sentence for sentence in cleaned if any(c.isalnum() for c in sentence)]


def check_text(text: str) -> None:
    """Check that a text can be planned.

    Raises:
        InputError: it is empty, too long, has no letters, or such as are none.
    """
    if any("\ud800" <= c <= "\udfff" for c in text):  # half a character: no file can hold it
        raise InputError("the idea is not a text", hint="Write it again, or paste it as text.")
    if not text.strip():
        raise InputError("the idea is empty", hint="Write a line about who the story is of.")
    if len(text) > MAX_IDEA_LENGTH:
        raise InputError(
            f"the idea has {len(text):,} characters; at most {MAX_IDEA_LENGTH:,} can be planned",
            hint="Shorten it, or plan it in parts.",
        )
    if not any(c.isalpha() for c in text):
        raise InputError(
            "the idea contains no letters", hint="Write it in words: who does what, and where."
        )
