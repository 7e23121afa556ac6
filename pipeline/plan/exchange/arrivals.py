"""What comes of reading a file: plans that arrived, plans that were refused, texts to write."""

from __future__ import annotations

from pipeline.errors import InvalidStoryError
from pipeline.plan.draft import DraftStory
from pipeline.story import Record

_LONGEST_SHOWN = 60


class Imported(Record):
    """A plan as it stands in a file. Nothing is mended yet; `notes` say what was left behind."""

    draft: DraftStory
    name: str
    """What the file calls it: '0001', 'the-lost-kite'; never a path."""
    notes: tuple[str, ...] = ()


class Refused(Record):
    """A plan of a file that cannot be read."""

    name: str
    message: str
    """One sentence that names line, frame and what was expected."""
    problems: tuple[tuple[str, str], ...] = ()


class Exported(Record):
    """A story in a format, and what that format cannot hold, one sentence each."""

    text: str
    notes: tuple[str, ...] = ()


def unexpected(place: str, expected: str, found: str) -> InvalidStoryError:
    """Give the error of a place in a file where something else was expected."""
    shown = " ".join(found.split())
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}..."
    message = f"expected {expected}, found {shown or 'nothing'}"
    return InvalidStoryError(f"{place}: {message}", problems=[(place, message)])


def refused(name: str, error: InvalidStoryError) -> Refused:
    """Give the record of a plan that an error kept out."""
    return Refused(name=name, message=str(error), problems=error.problems)
