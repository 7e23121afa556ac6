"""The formats of stories: which file holds which, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pipeline.errors import InputError, InvalidStoryError
from pipeline.files import read_text, short
from pipeline.plan.exchange.arrivals import Exported, Imported, Refused, check_size, refused
from pipeline.plan.exchange.compbench import read_compbench, write_compbench
from pipeline.plan.exchange.fountain import is_fountain
from pipeline.plan.exchange.plan_text import (
    is_plan_text,
    losses,
    read_plan_text,
    write_plan_text,
)
from pipeline.plan.exchange.screenplay import read_fountain
from pipeline.plan.exchange.story_json import read_story_json, write_story_json
from pipeline.story import Story

_SHOWN_REFUSALS = 3


@dataclass(frozen=True)
class Format:
    """How a kind of file is read, and written where it is.

    `read(text, name)` raises InvalidStoryError where the file as a whole cannot be read.
    """

    title: str
    suffix: str
    read: Callable[[str, str], tuple[Imported | Refused, ...]]
    write: Callable[[Story], str] | None = None
    losses: Callable[[Story], tuple[str, ...]] = lambda _: ()


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "story": Format("our story.json", ".json", read_story_json, write_story_json),
        "plan": Format("the paper's plan text", ".txt", read_plan_text, write_plan_text, losses),
        "jsonl": Format(
            "T2V-CompBench's lines of plans", ".jsonl", read_compbench, write_compbench, losses
        ),
        "fountain": Format("a Fountain screenplay", ".fountain", read_fountain),
    }
)
"""By the name that the command line takes."""


def read_plans(path: Path) -> tuple[Imported, ...]:
    """Give every plan of a file, whatever its format.

    Raises:
        WorkspaceError: the file is missing or cannot be read.
        InvalidStoryError: one of the plans cannot be read, or the file is in no known format;
            line, frame and what was expected are named.
    """
    found = read_each(path)
    refusals = [one for one in found if isinstance(one, Refused)]
    if refusals:
        shown = "; ".join(one.message for one in refusals[:_SHOWN_REFUSALS])
        more = len(refusals) - _SHOWN_REFUSALS
        rest = f" (and {more} more plans)" if more > 0 else ""
        problems = [problem for one in refusals for problem in one.problems]
        raise InvalidStoryError(f"{short(path)}: {shown}{rest}", problems=problems)
    return tuple(one for one in found if isinstance(one, Imported))


def read_each(path: Path) -> tuple[Imported | Refused, ...]:
    """Give every plan of a file, or why that one cannot be read (see `read_plans`)."""
    text = read_text(path, "story or plan")
    kind = FORMATS[format_of(text, path.suffix)]
    try:
        return tuple(map(_of_size, kind.read(text, path.stem)))
    except InvalidStoryError as error:
        message = f"{short(path)} is not {kind.title}: {error.message}"
        raise InvalidStoryError(message, problems=error.problems, hint=error.hint) from error


def _of_size(one: Imported | Refused) -> Imported | Refused:
    try:
        if isinstance(one, Imported):
            check_size(one.draft)
    except InvalidStoryError as error:
        return refused(one.name, error)
    return one


def format_of(text: str, suffix: str = "") -> str:
    """Give the name of a text's format: by its content, by the file's suffix where that is open.

    Raises:
        InvalidStoryError: it looks like none.
    """
    if suffix.lower() in {".fountain", ".spmd"}:
        return "fountain"
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        return "story" if start == "{" else "jsonl"
    if is_plan_text(text):
        return "plan"
    if is_fountain(text):
        return "fountain"
    by_suffix = {kind.suffix: name for name, kind in FORMATS.items() if name != "plan"}
    if suffix.lower() in by_suffix:
        return by_suffix[suffix.lower()]
    raise InvalidStoryError(
        'this is no story or plan: it begins neither with {, with [, with "Background:" nor as a'
        " screenplay does",
        hint="Give a story.json, the paper's plan text, a .jsonl of plans or a .fountain script.",
    )


def write_story(story: Story, name: str) -> Exported:
    """Give a story in the format of that name, and what is lost.

    Raises:
        InputError: there is no such format, or it is only read.
    """
    kind = FORMATS.get(name)
    if kind is None or kind.write is None:
        written = ", ".join(name for name, one in FORMATS.items() if one.write)
        raise InputError(f"no story is written as {name!r}", hint=f"Choose one of: {written}.")
    return Exported(text=kind.write(story), notes=kind.losses(story))
