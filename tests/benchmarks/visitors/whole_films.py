"""Five people want their whole film at once: how long each waits for a first take and the film."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from tests.benchmarks.visitors.people import Person, people
from tests.browser.opening import Studio

FIRST_TAKE_SECONDS = 120.0
LOOK_SECONDS = 0.5
Row = tuple[str, str]
Waited = tuple[float | None, float | None]


async def measure_whole_films(studio: Studio, number: int, seconds: float) -> list[Row]:
    """Let so many people press the button at once and wait so long at most; give what is told."""
    async with people(studio.url, number) as crowd:
        pressed = time.monotonic()
        await asyncio.gather(*(person.of_story("whole_film") for person in crowd))
        waited = await asyncio.gather(*(_wait(one, pressed, seconds) for one in crowd))
        return list(_rows(crowd, waited))


async def _wait(person: Person, pressed: float, seconds: float) -> Waited:
    """Give the seconds from the press to the first take and to the first film; None = neither.

    Looks as the page does: at the work, and at the whole story whenever a piece of it has ended.
    """
    take = film = None
    known: list[int] = []
    while film is None and time.monotonic() - pressed < seconds:
        await asyncio.sleep(LOOK_SECONDS)
        jobs = (await person.of_story("watch", known=known))["jobs"]
        known = [job["id"] for job in jobs if job["active"]]
        if len(known) == len(jobs):
            continue
        view, now = await person.of_story("open"), time.monotonic() - pressed
        if take is None and any(scene["takes"] for scene in view["scenes"].values()):
            take = now
        film = now if view["head"]["film"] else None
    return take, film


def _rows(crowd: list[Person], waited: list[Waited]) -> Iterator[Row]:
    for person, (take, film) in zip(crowd, waited, strict=True):
        scenes = len(person.story["scenes"])
        yield (
            f"{person.name}, {scenes} scenes: first take, first film, s",
            f"{_s(take)}, {_s(film)}",
        )
    in_time = [take is not None and take <= FIRST_TAKE_SECONDS for take, _ in waited]
    yield "each has a first take within 120 s", "yes" if all(in_time) else "no"


def _s(seconds: float | None) -> str:
    return "none" if seconds is None else f"{seconds:.0f}"
