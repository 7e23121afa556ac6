"""What a visitor of a shared studio may have: room on the disk, and minutes of learning a day."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipeline.disk import files_below
from pipeline.errors import PipelineError
from pipeline.files import checked_id
from pipeline.queue import Job
from pipeline.settings import Settings
from studio.answers import TOKEN_HEADER, Endpoint, refusal
from studio.refusals import NotAllowedError, TooLargeError, boundary
from studio.visitors import Visitors

_DAY_SECONDS = 86_400.0
_KNOWN_SECONDS = 20.0
"""How long a count of bytes holds: to count them again at every press takes too long."""
_MOST_KNOWN = 2000
_counted: dict[Path, tuple[float, int]] = {}


def within_quota(endpoint: Endpoint, visitors: Visitors) -> Endpoint:
    """Give an endpoint that refuses with 413 a visitor who has no room left for what it makes."""

    async def checked(request: Request) -> Response:
        try:
            with boundary():
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                await run_in_threadpool(check_quota, settings)
        except PipelineError as error:
            return refusal(error)
        return await endpoint(request)

    return checked


def check_quota(settings: Settings) -> None:
    """Refuse (TooLargeError) a visitor whose things take all the room that a visitor has."""
    most = settings.allowance.gigabytes
    if settings.visitors and _held_bytes(settings) >= most * 1e9:
        raise TooLargeError(
            f"Your stories, takes and clips take more than {most:g} GB, all that a visitor has",
            hint="Delete takes, libraries or what was learned, or save a story and delete it.",
        )


def check_learning(settings: Settings, seconds: float, jobs: Iterable[Job]) -> None:
    """Refuse (NotAllowedError) learning beyond a visitor's minutes of the last 24 hours.

    Args:
        settings: Whose studio it is.
        seconds: How long what is asked for takes, by a guess.
        jobs: The visitor's learning so far; what waits or runs counts as much as what is asked for.
    """
    if not settings.visitors:
        return
    since = time.time() - _DAY_SECONDS
    of_today = (job for job in jobs if job.is_active or (job.finished or 0) > since)
    spent = sum(_spent_seconds(job, seconds) for job in of_today)
    most = settings.allowance.training_minutes
    if spent + seconds > most * 60:
        left = max(0.0, most - spent / 60)
        raise NotAllowedError(
            f"Visitors learn {most:g} minutes a day; {left:.0f} are left of yours, "
            f"and this takes about {max(1, round(seconds / 60))}",
            hint="Come back tomorrow, or open a studio of your own.",
        )


def _spent_seconds(job: Job, expected: float) -> float:
    return max(expected, job.spent) if job.is_active else job.spent


def _held_bytes(settings: Settings) -> int:
    folder, now = settings.home / "users" / checked_id(settings.user), time.monotonic()
    since, held = _counted.get(folder, (-_KNOWN_SECONDS, 0))
    if now - since >= _KNOWN_SECONDS:
        held = sum(size for _, size in files_below(folder))
        if len(_counted) >= _MOST_KNOWN:
            _counted.clear()
        _counted[folder] = (now, held)
    return held
