"""The grammar of the paper's plan text, read with all its oddities.

    Background: a quiet beach
    Frame_1: [["fox", "walking", "a red fox is walking"], [0.1, 0.3, 0.4, 0.9]], [[...], [...]]
    ...
    Frame_6: ...

An entry is entity, motion and caption, then left, top, right, bottom as fractions of the frame;
the word `none` stands for no entity and no motion. Read as well: quotation marks around the whole
plan, newlines written as backslash and n, a plan copied as a JSON string, blank lines, frames in
any order, strings in single quotes, a frame that goes on over several lines, `[]` for a frame
without entries. Boxes are taken as they are, also outside the frame or inside out.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from pipeline.plan.exchange.arrivals import unexpected
from pipeline.story import NUM_KEYFRAMES, Record

MAX_PLAN_CHARACTERS = 1_000_000
MAX_ENTRIES = 50
"""Entries of one frame."""
_LONGEST_TEXT = 4000

_BACKGROUND = re.compile(r"\s*Background[ \t]*:[ \t]*(.*)", re.IGNORECASE)
_FRAME = re.compile(r"\s*Frame_(\d{1,4})\s*:(.*)", re.IGNORECASE)
_ESCAPED_NEWLINE = re.compile(
    r"(?<!\\)\\n(?=(?:\s|\\n){0,20}(?:Frame_\d+\s*:|\"?\s*$))", re.IGNORECASE
)
_PIECE = re.compile(
    r"""\s+|[\[\](),]|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|[+-]?(?:\d{1,20}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?(?![\w.])"""
)
_ESCAPE = re.compile(r"\\(.)")
_HALF = re.compile(r"[\ud800-\udfff]")
"""Half a character, as JSON can write it: no file can hold it."""
_KNOWN_ESCAPES = "\\'\"abfnrtvxuU"
_ENTRY = '[["entity", "motion", "caption"], [left, top, right, bottom]]'

Place = tuple[int, str]
"""A line of the file, from 1 on, and its text."""


class PlanEntry(Record):
    """One box of a frame."""

    entity: str
    """'none' where nobody is named."""
    motion: str
    caption: str
    box: tuple[float, float, float, float]
    """Left, top, right, bottom as fractions of the frame; anything finite, in any order."""


class PlanText(Record):
    """A plan of one scene: the background's words and the entries of the six frames."""

    background: str
    frames: tuple[tuple[PlanEntry, ...], ...] = Field(
        min_length=NUM_KEYFRAMES, max_length=NUM_KEYFRAMES
    )


def parse_plan(text: str, *, line: int = 1, step: int = 1) -> PlanText:
    """Read one plan.

    Args:
        text: The plan as the module says.
        line: Number of its first line in the file, for errors.
        step: Lines of the file per line of the text; 0 where the whole plan stands in one.

    Raises:
        InvalidStoryError: it is no plan; line, frame and what was expected are named.
    """
    if len(text) > MAX_PLAN_CHARACTERS:
        expected = f"a plan of at most {MAX_PLAN_CHARACTERS:,} characters"
        raise unexpected(f"line {line}", expected, f"{len(text):,}")
    rows = [(line + step * n, row) for n, row in _rows(text) if row.strip()]
    half = next(((n, found[0]) for n, row in rows if (found := _HALF.search(row))), None)
    if half is not None:
        raise unexpected(f"line {half[0]}", "whole characters", f"half of one, {half[1]!a}")
    number, first = rows[0] if rows else (line, "")
    background = _BACKGROUND.fullmatch(first)
    if background is None:
        raise unexpected(f"line {number}", '"Background: ..."', first)
    words = background[1].strip(" \t")
    if len(words) > _LONGEST_TEXT:
        expected = f"a background of at most {_LONGEST_TEXT:,} characters"
        raise unexpected(f"line {number}", expected, f"{len(words):,}")
    frames = _frames(rows[1:], last=rows[-1][0])
    return PlanText(background=words, frames=tuple(frames[k + 1] for k in range(NUM_KEYFRAMES)))


def _rows(text: str) -> Iterator[Place]:
    """The lines of a plan, counted from 0, without the marks around the whole."""
    plain = _without_marks(text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\n" in plain.strip():
        yield from enumerate(plain.split("\n"))
        return
    lead = len(plain) - len(plain.lstrip("\n"))
    for row in _unescaped(plain.strip()):
        yield lead, row


def _without_marks(text: str) -> str:
    """The text without one quotation mark at its start and one at its end."""
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] == '"':
        text = text[:start] + text[start + 1 :]
    end = len(text.rstrip())
    return text[: end - 1] + text[end:] if text[:end].endswith('"') else text


def _unescaped(text: str) -> list[str]:
    """The lines of a plan in one line, whose newlines are written as backslash and n."""
    if '\\"' in text:
        try:
            return json.loads(f'"{text}"', strict=False).split("\n")
        except ValueError:
            pass  # its own quotation marks stand bare: no JSON string
    return _ESCAPED_NEWLINE.split(text)


def _frames(rows: list[Place], *, last: int) -> dict[int, tuple[PlanEntry, ...]]:
    frames: dict[int, tuple[PlanEntry, ...]] = {}
    for number, line, body in _bodies(rows):
        place = f"line {line}, Frame_{number}"
        if not 1 <= number <= NUM_KEYFRAMES:
            raise unexpected(place, f"Frame_1 to Frame_{NUM_KEYFRAMES}", f"Frame_{number}")
        if number in frames:
            raise unexpected(place, "each frame once", f"Frame_{number} a second time")
        frames[number] = _entries(body, place)
    for number in range(1, NUM_KEYFRAMES + 1):
        if number not in frames:
            raise unexpected(f"line {last}", f"Frame_{number}", "the end of the plan")
    return frames


def _bodies(rows: list[Place]) -> Iterator[tuple[int, int, str]]:
    """Each frame's number, its line, and all that follows its colon up to the next frame."""
    number, line, body = 0, 0, ""
    for row_line, row in rows:
        frame = _FRAME.fullmatch(row)
        if frame is None and line == 0:
            raise unexpected(f"line {row_line}", f"Frame_1: {_ENTRY}", row)
        if frame is None:
            body = f"{body}\n{row}"
            continue
        if line:
            yield number, line, body
        number, line, body = int(frame[1]), row_line, frame[2]
    if line:
        yield number, line, body


def _entries(body: str, place: str) -> tuple[PlanEntry, ...]:
    found = _evaluated(body, place)
    match found:
        case [[[list() | tuple(), *_], *_] as wrapped]:  # an entry begins with words, not lists
            found = list(wrapped)
        case [[]]:
            found = []
    if len(found) > MAX_ENTRIES:
        raise unexpected(place, f"at most {MAX_ENTRIES} entries", f"{len(found)}")
    return tuple(_entry(one, f"{place}, entry {n}") for n, one in enumerate(found, start=1))


def _evaluated(body: str, place: str) -> list[Any]:
    """The lists, strings and numbers of a frame; nothing else is ever evaluated."""
    end = 0
    while end < len(body):
        piece = _PIECE.match(body, end)
        if piece is None:
            raise unexpected(place, _ENTRY, body[end:])
        end = piece.end()
    try:
        return ast.literal_eval(f"[{_ESCAPE.sub(_python_escape, body)}\n]")
    except (SyntaxError, ValueError) as error:
        raise unexpected(place, f"{_ENTRY}, brackets and commas in pairs", body) from error


def _python_escape(escape: re.Match[str]) -> str:
    """An escape Python knows, as it is; any other backslash as a character of the text."""
    return escape[0] if escape[1] in _KNOWN_ESCAPES else f"\\{escape[0]}"


def _entry(value: object, place: str) -> PlanEntry:
    match value:
        case [[str() as entity, str() as motion, str() as caption], [_, _, _, _] as edges]:
            texts = [_whole(text) for text in (entity, motion, caption)]
        case _:
            raise unexpected(place, _ENTRY, repr(value))
    if not all(isinstance(edge, int | float) and math.isfinite(edge) for edge in edges):
        raise unexpected(place, "four numbers: left, top, right, bottom", repr(edges))
    if max(map(len, texts)) > _LONGEST_TEXT:
        raise unexpected(place, f"texts of at most {_LONGEST_TEXT:,} characters", "a longer one")
    left, top, right, bottom = map(float, edges)
    entity, motion, caption = texts
    box = (left, top, right, bottom)
    return PlanEntry(entity=entity, motion=motion, caption=caption, box=box)


def _whole(text: str) -> str:
    """The text with characters whole that JSON writes as two halves; a lone half is replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
