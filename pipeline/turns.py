"""Whose turn it is: the order in which jobs that wait are taken, as one plain function."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Waiting(NamedTuple):
    """A job that waits; `grade` and what follows as `pipeline.job.Job` has them."""

    id: int
    user: str
    grade: int
    band: int
    place: float
    begun: bool = False


def in_turn(jobs: Iterable[Waiting], served: Mapping[str, float]) -> Iterator[int]:
    """Give the ids of jobs in the order in which a worker takes them.

    Each user's own jobs stay in their order: by band, then by place. Of what is first for each
    user, the lowest grade is taken; among those, what was begun already, so that nothing lies half
    done; then the job of whoever was served the longest time ago.

    Args:
        jobs: All that wait, in any order.
        served: When each user's last job was taken, in any unit that grows; never = not there.
    """
    queues: dict[str, deque[Waiting]] = {}
    for job in sorted(jobs, key=lambda one: (one.band, one.place, one.id)):
        queues.setdefault(job.user, deque()).append(job)
    turns = dict(served)
    latest = max(turns.values(), default=0.0)
    while queues:
        firsts = (queue[0] for queue in queues.values())
        job = min(firsts, key=lambda one: _rank(one, turns.get(one.user, float("-inf"))))
        yield job.id
        queues[job.user].popleft()
        if not queues[job.user]:
            del queues[job.user]
        latest += 1.0
        turns[job.user] = latest


def _rank(job: Waiting, served: float) -> tuple[int, bool, float, int]:
    return job.grade, not job.begun, served, job.id
