"""How long jobs take: seconds of a step as measured on this machine, kept beside the queue."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from pipeline.job import Job
from pipeline.job_file import JobFile

_WEIGHT = 0.3
"""Of the newest measurement; those before share the rest, older ones less and less."""


class Pace(NamedTuple):
    """What jobs of one kind and sort took with a pack."""

    seconds_per_step: float
    steps: float
    """Steps that such a job has."""


class Paces:
    """The paces of one home, by kind, sort (see `Job.sort`) and pack."""

    def __init__(self, file: JobFile, pack: str) -> None:
        """Read them once; `pack` is the one that plays, as the settings name it."""
        rows = file.run("SELECT * FROM paces WHERE pack = ?", pack)
        self._known = {
            (row["kind"], row["sort"]): Pace(row["seconds_per_step"], row["steps"]) for row in rows
        }

    def of(self, kind: str, sort: str) -> Pace | None:
        """Give the pace of such jobs; None where none was measured."""
        return self._known.get((kind, sort))

    def seconds_left(self, job: Job) -> float | None:
        """Give about how long a job has to work yet, once it is its turn; None if not known.

        A running one goes by its own steps as soon as there are some.
        """
        if job.eta_seconds is not None:
            return job.eta_seconds
        pace = self.of(job.kind, job.sort)
        if pace is None:
            return None
        asked = job.arguments.get("steps")
        steps = job.total or (asked if isinstance(asked, int) else pace.steps)
        return pace.seconds_per_step * max(0.0, steps - job.step)


def keep_pace(connection: sqlite3.Connection, job: Job, pack: str) -> None:
    """Keep what a job that has ended well took, from the first step of its last run on."""
    steps = job.total - (job.first_step or 0)
    if not job.started or not job.finished or steps <= 0:
        return
    each = max(0.0, job.finished - job.started) / steps
    connection.execute(
        "INSERT INTO paces VALUES (:kind, :sort, :pack, :each, :steps) ON CONFLICT DO UPDATE SET"
        " seconds_per_step = seconds_per_step + :weight * (:each - seconds_per_step),"
        " steps = :steps",
        {
            **{"kind": job.kind, "sort": job.sort, "pack": pack},
            **{"each": each, "steps": job.total, "weight": _WEIGHT},
        },
    )
