"""The whole training: every part in order, the timed ones for their shares of the minutes."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.theatre.train.loop import Limits, read_record

if TYPE_CHECKING:
    from pipeline.theatre.train.parts import Workshop
    from pipeline.theatre.train.settings import Settings

LOG = logging.getLogger(__name__)
TIMED = ("decoder", "text", "images", "clips", "encoder")
ORDER = ("codec", "data", *TIMED, "export", "samples", "card")
_OVER = 0.999


def train_whole(workshop: Workshop, settings: Settings, *, minutes: float) -> bool:
    """Run what is left of the training; True when nothing is.

    The timed parts share `minutes`, of which earlier calls on the folder have used some. The
    workshop's own limits say when this call ends, and hold for every part.
    """
    limits = workshop.limits
    for part in ORDER:
        if part in TIMED:
            workshop.limits = part_limits(workshop, settings, part, limits, minutes)
            if workshop.limits.fraction(0, 0) >= _OVER:
                continue
        if workshop.stop.stopped or _is_past(limits.deadline):
            return False
        run_part(workshop, part)
    return not workshop.stop.stopped


def run_part(workshop: Workshop, part: str) -> None:
    """Run one part by its name and say what it wrote."""
    done = getattr(workshop, part)()
    if isinstance(done, Path):
        LOG.info("wrote %s", done)


def part_limits(
    workshop: Workshop, settings: Settings, part: str, limits: Limits, minutes: float
) -> Limits:
    """The limits of a timed part: its share of the minutes, less what it has had of them."""
    had = read_record(workshop.path(part)).seconds - settings.seconds_before.get(part, 0.0)
    share = getattr(workshop.plan.shares, part)
    return replace(limits, minutes=max(share * minutes, 1e-6), spent_seconds=max(0.0, had))


def _is_past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline
