"""How well a pack obeys boxes, as its benchmark measured it: `obedience.json` beside its record."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from pipeline.errors import InvalidStoryError, WorkspaceError
from pipeline.files import read_record
from pipeline.packs.record import find_pack, load_record
from pipeline.story import Record

OBEDIENCE_FILE = "obedience.json"
MIN_COUNT = 20
"""Fewer figures than this say nothing about a sort of box."""

logger = logging.getLogger(__name__)

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Measure(Record):
    """Shares of the figures, each judged at every keyframe; and how many judgements."""

    colour: Share
    """Named the right colour."""
    kind: Share
    """Named the right kind."""
    iou: Share
    """How much of the asked box and the found one is shared: their overlap over their union."""
    count: int = Field(ge=0)


class RangeMeasure(Measure):
    """Of boxes with a measure from `low` on and below `high`; the last range holds its end."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    low: float = Field(alias="from")
    high: float = Field(alias="to")


class PlaceMeasure(Measure):
    """Of boxes whose middle lies in one of nine places."""

    place: str
    """'top left', 'middle centre', 'bottom right', ..."""


class Obedience(Record):
    """How well a pack obeys boxes of one sort or another."""

    schema_version: Literal[1] = 1
    run: str
    """What was measured: the pack with its revision, the settings, the judges."""
    pack_revision: str
    all: Measure
    height: tuple[RangeMeasure, ...]
    """By the height of a box as a fraction of the frame's."""
    place: tuple[PlaceMeasure, ...]
    overlap: tuple[RangeMeasure, ...]
    """By the largest share that another box covers, of the smaller one of the two."""
    min_count: int = Field(default=MIN_COUNT, ge=1)
    """Rows with fewer judgements say nothing."""


def load_obedience(pack: str | Path) -> Obedience | None:
    """Read how well a pack obeys; None where nobody measured it, or only another revision.

    Raises:
        ModelUnavailableError: there is no such pack.
    """
    path = find_pack(pack) / OBEDIENCE_FILE
    if not path.is_file():
        return None
    try:
        measured = read_record(path, Obedience)
    except (InvalidStoryError, WorkspaceError) as error:
        logger.warning("the pack's obedience is left out: %s", error)
        return None
    return measured if measured.pack_revision == load_record(pack).revision else None
