"""Reads Fountain screenplays: the parts of the page, each with its line.

Follows https://fountain.io/syntax; known differences: a scene heading needs no blank line after
it, a title page begins with one of the keys the syntax names, dual dialogue is read as one speech
after the other. Transitions, sections, synopses, page breaks, notes and what is commented out
(`/* */`) are no part of a story.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pipeline.plan.exchange.arrivals import unexpected
from pipeline.story import Record

MAX_SCRIPT_CHARACTERS = 1_000_000

_HEADING = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|I/E|INT|EXT|EST)(?:\.|\s)\s*", re.IGNORECASE)
_SCENE_NUMBER = re.compile(r"#[\w.-]{1,20}#$")
_TITLE_KEY = re.compile(
    r"(title|credit|authors?|source|draft date|date|revision|contact|copyright|notes)\s*:(.*)",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r"\([^()]*\)")
_UNDERLINE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_OFF_STAGE = re.compile(r"\bV\.?\s?O\b|\bO\.?\s?[SC]\b", re.IGNORECASE)
_FADES = {"FADE IN:", "FADE OUT.", "FADE OUT:", "FADE TO BLACK.", "THE END", "THE END."}


class Part(Record):
    """A heading, a paragraph of action or a speech."""

    kind: Literal["heading", "action", "speech"]
    line: int
    """From 1 on."""
    text: str
    speaker: str = ""
    off_stage: bool = False
    """Whether the speaker is only heard (V.O., O.S., O.C.)."""


class Script(Record):
    """A screenplay: its title, empty where it has none, and its parts in order."""

    title: str
    parts: tuple[Part, ...]


_Block = list[tuple[int, str]]
"""Lines that stand together, none blank, each with its number."""


def is_fountain(text: str) -> bool:
    """Whether a text looks like a screenplay: it begins with a title or has a scene heading."""
    lines = [line.strip() for line in text.lstrip().split("\n")]
    return lines[0].lower().startswith("title:") or any(map(_HEADING.match, lines))


def parse_fountain(text: str) -> Script:
    """Read a screenplay.

    Raises:
        InvalidStoryError: it is too long, or has no scene heading.
    """
    if len(text) > MAX_SCRIPT_CHARACTERS:
        expected = f"a script of at most {MAX_SCRIPT_CHARACTERS:,} characters"
        raise unexpected("line 1", expected, f"{len(text):,}")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    for start, end in (("/*", "*/"), ("[[", "]]")):
        plain = _without(plain, start, end)
    blocks = list(_blocks(plain))
    title = ""
    if blocks and _TITLE_KEY.match(blocks[0][0][1]):
        title = _title(blocks.pop(0))
    parts = tuple(part for block in blocks for part in _parts(block))
    if all(part.kind != "heading" for part in parts):
        first = parts[0] if parts else Part(kind="action", line=1, text="")
        raise unexpected(f"line {first.line}", "a scene heading such as INT. KITCHEN", first.text)
    return Script(title=title, parts=parts)


def _without(text: str, start: str, end: str) -> str:
    """The text without what stands between two marks; its line breaks stay, for line numbers."""
    kept: list[str] = []
    at = 0
    while (opened := text.find(start, at)) >= 0 and (closed := text.find(end, opened + 2)) >= 0:
        kept += [text[at:opened], "\n" * text.count("\n", opened, closed)]
        at = closed + len(end)
    return "".join([*kept, text[at:]])


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block = []
    for number, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            block.append((number, row.rstrip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _title(block: _Block) -> str:
    """The words after 'Title:', in its line or indented below it."""
    words: list[str] = []
    in_title = False
    for _, row in block:
        key = _TITLE_KEY.match(row)
        if key:
            in_title = key[1].lower() == "title"
        if in_title:
            words.append(key[2] if key else row)
    return _plain(" ".join(words))


def _parts(block: _Block) -> Iterator[Part]:
    line, first = block[0][0], block[0][1].strip()
    heading = _heading(first)
    if heading:
        yield Part(kind="heading", line=line, text=heading)
        if block[1:]:
            yield from _parts(block[1:])
    elif first[0] == "#" or (first[0] == "=" and len(block) == 1):
        if block[1:]:
            yield from _parts(block[1:])
    elif _is_transition(first) and len(block) == 1:
        return
    elif _is_cue(first, block):
        yield from _speech(block)
    else:
        text = _plain(" ".join(_unmarked(row.strip()) for _, row in block))
        if text and text not in _FADES:
            yield Part(kind="action", line=line, text=text)


def _heading(row: str) -> str:
    """The words of a scene heading as they stand, without its number; empty for other lines."""
    forced = row.startswith(".") and not row.startswith("..")
    if not forced and not _HEADING.match(row):
        return ""
    return _plain(_SCENE_NUMBER.sub("", row.removeprefix(".")))


def _is_transition(row: str) -> bool:
    if row.startswith(">"):
        return not row.endswith("<")
    return row in _FADES or (row.endswith("TO:") and row.isupper())


def _is_cue(row: str, block: _Block) -> bool:
    if len(block) < 2 or row.startswith("!"):
        return False
    return (row.startswith("@") and len(row) > 1) or row.split("(")[0].isupper()


def _speech(block: _Block) -> Iterator[Part]:
    """What is said under a cue, without the remarks in parentheses."""
    line, cue = block[0][0], block[0][1].strip().removeprefix("@").rstrip("^ ")
    said = " ".join(row.strip() for _, row in block[1:])
    text = _plain(_EXTENSION.sub(" ", said).replace("~", ""))
    speaker = _plain(_EXTENSION.sub("", cue))
    if text and speaker:
        off = any(_OFF_STAGE.search(found) for found in _EXTENSION.findall(cue))
        yield Part(kind="speech", line=line, text=text, speaker=speaker, off_stage=off)


def _unmarked(row: str) -> str:
    """A line of action without the marks that force or centre it, or make it a lyric."""
    if row.startswith(">") and row.endswith("<"):
        return row[1:-1]
    return row[1:] if row.startswith(("!", "~")) else row


def _plain(text: str) -> str:
    """Words without the marks of emphasis, single spaces between them."""
    bare = text.replace("\\*", "\ufffc").replace("*", "").replace("\ufffc", "*")
    return " ".join(_UNDERLINE.sub("", bare).split())
