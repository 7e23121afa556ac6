"""What the settings window sends."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from pipeline.artifacts import FilmRate
from pipeline.preferences import LONGEST_KEY, Device, Line, StepCount
from pipeline.story import Record
from studio.operations import Name

_MOST_KINDS = 20
Key = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_KEY)]


class Model(Record):
    """A language model to be asked; None = as it is kept."""

    endpoint: Line | None = None
    model: Line | None = None
    key: Key | None = None
    """Empty forgets the one that is kept."""


class Choices(Model):
    """What is chosen; what is left out stays."""

    pack: Line | None = None
    device: Device | None = None
    draft_steps: StepCount | None = None
    """The pack's own number is kept as none."""
    final_steps: StepCount | None = None
    film_rate: FilmRate | None = None


class OfReport(Record):
    """The story that a report of a problem is about; empty = none."""

    project: Name | None = None


class Cleaning(Record):
    """What shall go, and whether it shall really: then with what was counted of it before."""

    kinds: Annotated[tuple[Line, ...], Field(max_length=_MOST_KINDS)] = ()
    really: bool = False
    counted: Line = ""
