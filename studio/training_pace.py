"""How long learning takes on this machine: as measured, else a guess that says so."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.lessons import train_settings
from pipeline.prior import PriorKind
from pipeline.priors.store import Stored
from pipeline.queue import Job
from studio.priors import Library

_SMALL_SECONDS = 0.5
"""Seconds of a step of a small model on a processor, where nobody measured them."""
_SECONDS_PER_BILLION = 1.7
"""The same of each billion parameters of a large model on an A100: 2.9 s of CogVideoX-2B."""


class Pace(NamedTuple):
    """Seconds that a step takes, all else of a training shared out among its steps."""

    seconds_per_step: float
    where: str
    """On which machine, in words."""
    measured: bool
    """Whether it was measured on this machine."""


def pace_of(library: Library, kind: PriorKind) -> Pace:
    """Give the pace of the newest training here with the pack that plays, of that kind at best.

    Where there was none: that of what came with the studio, else a guess by the pack's size.
    """
    trained = [one for one in library.store.all() if one.prior.seconds_taken and one.prior.steps]
    fit = [one for one in trained if library.fits(one.prior)]
    fit.sort(key=lambda one: one.prior.kind != kind)
    for stored in fit:
        if not stored.shipped:
            return Pace(_per_step(stored), "on this machine", measured=True)
    for stored in fit:
        return Pace(_per_step(stored), "as it took where the studio was made", measured=False)
    return _guessed(library)


def seconds_left(job: Job, library: Library) -> float:
    """Give about how long learning has to go on yet, by the pace of its kind of thing."""
    kind: PriorKind = "motion" if "motion_id" in job.arguments else "character"
    asked = job.arguments.get("steps") or train_settings(library.pack.record, kind).steps
    return pace_of(library, kind).seconds_per_step * max(0, (job.total or asked) - job.step)


def _guessed(library: Library) -> Pace:
    record = library.pack.record
    if record.hub_id is None or record.counts is None:
        return Pace(_SMALL_SECONDS, "by a guess: nobody measured it yet", measured=False)
    billions = record.counts.transformer / 1e9
    where = "on a fast graphics card, by a guess: nobody measured it here yet"
    return Pace(_SECONDS_PER_BILLION * billions, where, measured=False)


def _per_step(stored: Stored) -> float:
    return stored.prior.seconds_taken / stored.prior.steps
