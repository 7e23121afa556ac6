"""The plans of T2V-CompBench: each line a JSON array of a film's name and its plan text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipeline.errors import InvalidStoryError
from pipeline.plan.exchange.arrivals import Imported, Refused, refused, unexpected
from pipeline.plan.exchange.plan_grammar import MAX_PLAN_CHARACTERS, parse_plan
from pipeline.plan.exchange.plan_joining import draft_of_plan
from pipeline.plan.exchange.plan_text import MAX_PLANS, write_plan
from pipeline.story import Story

_LINE = '["0001.mp4", "Background: ..."]'
_LONGEST_NAME = 200


def read_compbench(text: str, name: str) -> tuple[Imported | Refused, ...]:
    """Give the plan of every line, or why it cannot be read; blank lines are none.

    Raises:
        InvalidStoryError: there is none, or more than `MAX_PLANS`.
    """
    rows = [(n, row) for n, row in enumerate(text.split("\n"), start=1) if row.strip()]
    if not rows:
        raise unexpected(name, f"lines of {_LINE}", "")
    if len(rows) > MAX_PLANS:
        raise unexpected(name, f"at most {MAX_PLANS:,} plans in a file", f"{len(rows):,}")
    return tuple(_read(row, line) for line, row in rows)


def _read(row: str, line: int) -> Imported | Refused:
    name = f"line-{line}"
    try:
        film, plan = _pair(row, line)
        name = PurePosixPath(film).stem or name
        return Imported(draft=draft_of_plan(parse_plan(plan, line=line, step=0), name), name=name)
    except InvalidStoryError as error:
        return refused(name, error)


def _pair(row: str, line: int) -> tuple[str, str]:
    if len(row) > 2 * MAX_PLAN_CHARACTERS:
        raise unexpected(f"line {line}", _LINE, f"{len(row):,} characters")
    try:
        found = json.loads(row)
    except (ValueError, RecursionError) as error:
        raise unexpected(f"line {line}", _LINE, row) from error
    match found:
        case [str() as film, str() as plan] if film.isprintable() and len(film) <= _LONGEST_NAME:
            return film, plan
    raise unexpected(f"line {line}", _LINE, row)


def write_compbench(story: Story) -> str:
    """Give a line for each scene: '0001.mp4' and the scene's plan."""
    return "".join(f"{line}\n" for line in _lines(story))


def _lines(story: Story) -> Iterator[str]:
    for number, scene in enumerate(story.scenes, start=1):
        plan = write_plan(story, scene.id).rstrip("\n")
        yield json.dumps([f"{number:04d}.mp4", plan], ensure_ascii=False)
