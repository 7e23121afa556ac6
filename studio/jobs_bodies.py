"""What a page sends to the routes of the work that goes on."""

from __future__ import annotations

from typing import Literal

from pipeline.story import Record
from studio.bodies import JobId


class OfJob(Record):
    """Which piece of the visitor's own work is asked for."""

    id: JobId


class ControlJob(OfJob):
    """What it shall do: stop, so that it can go on, or end for good."""

    word: Literal["stop", "cancel"]


class MoveJob(OfJob):
    """Before which one it shall come; None = behind all that wait."""

    before: JobId | None = None
