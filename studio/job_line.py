"""The line of all work as it stands: who is before whom, and for how long about."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from pipeline.paces import Paces
from pipeline.queue import ASIDE, Job, Queue

_FRESH_SECONDS = 0.4
"""How long a line is told to every page that asks: twenty pages ask several times a second."""


@dataclass(frozen=True)
class Stand:
    """Where a piece of work stands."""

    ahead: int = 0
    """How many are before it, of all users."""
    wait_seconds: float | None = 0.0
    """Until it begins; None where nobody knows."""
    seconds: float | None = None
    """Until it is done; None where nobody knows."""


class Line:
    """The line of a queue, read anew only where it is no longer fresh."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._lock = threading.Lock()
        self._read_at, self._pack = 0.0, ""
        self._stands: dict[int, Stand] = {}

    def of(self, job: Job, pack: str) -> Stand:
        """Give where a job stands that waits or runs; `pack` is the one that plays."""
        with self._lock:
            old = time.monotonic() - self._read_at > _FRESH_SECONDS or pack != self._pack
            if old or job.id not in self._stands:
                self._read(pack)
            return self._stands.get(job.id, Stand())

    def forget(self) -> None:
        """Have the line read anew: it was changed here."""
        with self._lock:
            self._read_at = 0.0

    def _read(self, pack: str) -> None:
        paces = self._queue.paces(pack)
        jobs = self._queue.waiting()
        lanes = ([job for job in jobs if (job.kind in ASIDE) == beside] for beside in (True, False))
        self._stands = {job_id: one for lane in lanes for job_id, one in _stands(lane, paces)}
        self._read_at, self._pack = time.monotonic(), pack


def _stands(lane: list[Job], paces: Paces) -> list[tuple[int, Stand]]:
    """The stand of each job of a lane, which is in the order in which it is worked on."""
    told: list[tuple[int, Stand]] = []
    wait: float | None = 0.0
    for number, job in enumerate(lane):
        left = paces.seconds_left(job)
        until = None if wait is None or left is None else wait + left
        told.append((job.id, Stand(number, wait, until)))
        wait = until
    return told
