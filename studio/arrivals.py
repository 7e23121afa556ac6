"""Files that a storyteller opens: each plan in them becomes a story; what was mended is told."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.checking import Arrival, import_plans
from pipeline.errors import InputError, InvalidStoryError
from pipeline.files import SCRATCH
from pipeline.plan.exchange import Refused
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import slug
from pipeline.workspace import Project, open_project
from studio.cards import counted
from studio.projects import check_room

SUFFIXES = (".json", ".txt", ".jsonl", ".fountain", ".spmd")
MAX_PLANS = 40
MAX_CHARACTERS = 5_000_000
_SHOWN_LINES = 12

Notice = dict[str, Any]


@dataclass(frozen=True)
class Opened:
    """The first story of a file, and what to tell of all of them."""

    project: Project
    notice: Notice


def open_text(name: object, text: object, settings: Settings) -> Opened:
    """Make a project of every plan in a file's text.

    Raises:
        InputError: it is no text, is too long, or holds too many plans; or there is no room.
        InvalidStoryError: none of its plans can be read; line and frame are named.
    """
    if not isinstance(name, str) or not isinstance(text, str):
        raise InputError("This file is no text", hint="Choose a plan or a story.json.")
    if len(text) > MAX_CHARACTERS:
        raise InputError("This file is too long for a plan", hint="Open a part of it.")
    check_room(settings)
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        path = Path(folder) / _file_name(name)
        path.write_bytes(text.encode("utf-8", "replace"))
        try:
            work = import_plans(path, None, settings=settings, at_most=MAX_PLANS)
            results = finish(work)
        except InvalidStoryError as error:
            message = error.message.replace(str(path), path.name)
            raise InvalidStoryError(message, problems=error.problems, hint=error.hint) from error
    return _opened(results)


def mended_notice(changes: Sequence[str]) -> Notice:
    """Tell what was mended: '2 things were mended', and each of them."""
    if not changes:
        return {"title": "There was nothing to mend", "lines": []}
    return {"title": f"{_things(len(changes))} mended", "lines": _shown(changes)}


def _file_name(name: str) -> str:
    """A name for the file: of the browser's only the words and a known ending."""
    given = Path(name[:200].replace("\\", "/"))
    suffix = given.suffix.lower()
    stem = slug(given.stem, fallback="plan")
    return f"{stem}{suffix}" if suffix in SUFFIXES else f"{stem}.txt"


def _opened(results: tuple[Arrival | Refused, ...]) -> Opened:
    arrived = [one for one in results if isinstance(one, Arrival)]
    refused = [one for one in results if isinstance(one, Refused)]
    if not arrived:
        first = refused[0] if refused else None
        told = first.message if first else "There is no plan in this file"
        raise InvalidStoryError(told, problems=first.problems if first else ())
    return Opened(open_project(arrived[0].path), _notice(arrived, refused))


def _notice(arrived: list[Arrival], refused: list[Refused]) -> Notice:
    first, *others = arrived
    title = [f"“{first.title}” was opened."]
    if others:
        title = [
            f"{len(arrived)} stories were opened, one for each plan.",
            "This is the first; all of them are on the first page.",
        ]
    if refused:
        title.append(f"{counted(len(refused), 'plan')} could not be read.")
    if first.changes:
        title.append(f"{_things(len(first.changes))} mended.")
    lines = [*first.changes, *first.notes]
    lines += [f"“{one.title}”: {_things(len(one.changes))} mended" for one in others if one.changes]
    lines += [f"{one.name}: {one.message}" for one in refused]
    return {"title": " ".join(title), "lines": _shown(lines)}


def _shown(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _SHOWN_LINES
    return [*lines[:_SHOWN_LINES], *([f"and {more} more"] if more > 0 else [])]


def _things(number: int) -> str:
    return f"{counted(number, 'thing')} {'was' if number == 1 else 'were'}"
