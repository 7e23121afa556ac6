"""The routes of the window of jobs: all work of a visitor, and what is done with it."""

from __future__ import annotations

from pipeline.queue import Queue
from pipeline.settings import Settings
from studio.answers import Endpoint, View, answering, reading
from studio.bodies import Nothing
from studio.jobs import JobDesk
from studio.jobs_bodies import ControlJob, MoveJob, OfJob
from studio.signing import Links
from studio.visitors import Visitors


class JobsApi:
    """What the routes do, for a visitor whose settings are known; each gives all work anew."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._desk = JobDesk(queue, Links(settings))

    def jobs(self, settings: Settings, _: Nothing) -> View:
        """Give all work of the visitor, over all stories."""
        return self._desk.all(settings)

    def control(self, settings: Settings, told: ControlJob) -> View:
        """Stop or end a piece of it."""
        self._desk.control(settings, told.id, told.word)
        return self._desk.all(settings)

    def again(self, settings: Settings, told: OfJob) -> View:
        """Let one go on, or try it again."""
        self._desk.again(settings, told.id)
        return self._desk.all(settings)

    def move(self, settings: Settings, told: MoveJob) -> View:
        """Put one before another."""
        self._desk.move(settings, told.id, told.before)
        return self._desk.all(settings)


def jobs_endpoints(settings: Settings, queue: Queue, visitors: Visitors) -> dict[str, Endpoint]:
    """Give these routes by their names."""
    api = JobsApi(settings, queue)
    works = {
        "jobs": reading(Nothing, api.jobs),
        "job_control": reading(ControlJob, api.control),
        "job_again": reading(OfJob, api.again),
        "job_move": reading(MoveJob, api.move),
    }
    return {name: answering(work, visitors) for name, work in works.items()}
