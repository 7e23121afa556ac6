"""Progress as data: what a work function yields between its steps."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TypeVar

from pydantic import Field

from pipeline.story import Record

T = TypeVar("T")


class Progress(Record):
    """One step of a work function.

    `preview` is a small picture (WebP or PNG bytes) of the work so far, or None.
    """

    stage: str
    step: int = Field(ge=0)
    total: int = Field(ge=0)
    note: str = ""
    scene_id: str | None = None
    preview: bytes | None = None


Work = Generator[Progress, None, T]
"""A work function: yields progress, returns its result; `close()` between steps cancels it."""


def finish(work: Work[T]) -> T:
    """Run a work function to its end and give its result, dropping the progress."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            return stop.value


def retold(work: Work[T], tell: Callable[[Progress], Progress]) -> Work[T]:
    """The same work, whose records are told otherwise; it is closed with this."""
    with closing(work):
        while True:
            try:
                record = next(work)
            except StopIteration as end:
                return end.value
            yield tell(record)


def scaled(records: Iterator[Progress], *, offset: int, total: int) -> Iterator[Progress]:
    """Give records whose step counts within a larger whole of `total` steps."""
    for record in records:
        yield record.model_copy(update={"step": record.step + offset, "total": total})
