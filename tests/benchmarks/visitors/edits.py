"""Many people edit for minutes while the worker renders: how long a commit takes, what is lost."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.benchmarks.visitors.people import Person, RefusedError, people, share
from tests.browser.opening import Studio

EVERY_SECONDS = 3.0
IDLE_SECONDS = 5.0
"""How often a page asks what is new while nothing of its own goes on."""
BUSY_SECONDS = 0.5
BAR_MS, BAR_GROWTH = 300.0, 0.05
_WINDOW_SECONDS = 10
Row = tuple[str, str]


@dataclass
class Watched:
    """What was seen while the people edited.

    Attributes:
        errors: what was refused, in words.
        lost: whose saved story is not what they did.
        made: takes that were rendered meanwhile.
        resident: bytes of the studio's process, one a second.
    """

    errors: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    made: int = 0
    resident: list[int] = field(default_factory=list)

    def growth(self) -> float:
        """Give by how much of itself the memory grew from the end of minute 1 to the end."""
        after_one, at_end = self.resident[60:][:_WINDOW_SECONDS], self.resident[-_WINDOW_SECONDS:]
        return statistics.mean(at_end) / statistics.mean(after_one or self.resident) - 1


async def measure_edits(studio: Studio, number: int, seconds: float) -> list[Row]:
    """Let so many people edit for so long, and give what is to be told of it."""
    async with people(studio.url, number) as crowd:
        seen, until = Watched(), time.monotonic() + seconds
        beside = [
            asyncio.create_task(_resident(studio, seen)),
            asyncio.create_task(_rendering(crowd, seen)),
            *(asyncio.create_task(person.idle(IDLE_SECONDS)) for person in crowd),
        ]
        done = await asyncio.gather(*(_edits(one, at, until, seen) for at, one in enumerate(crowd)))
        for task in beside:
            task.cancel()
        for ended in await asyncio.gather(*beside, return_exceptions=True):
            if isinstance(ended, Exception):
                seen.errors.append(str(ended))
        for person, count in zip(crowd, done, strict=True):
            seen.lost += [person.name for whole in [await is_whole(person, count)] if not whole]
        return list(_rows(crowd, sum(done), seen))


async def _edits(person: Person, at: int, until: float, seen: Watched) -> int:
    """Edit every few seconds, each at a moment of their own; gives how many edits were saved."""
    await asyncio.sleep(EVERY_SECONDS * (at * 0.618 % 1))
    count = 0
    while time.monotonic() < until:
        start = time.monotonic()
        try:
            told = await person.of_story("edit", base=person.revision, **edit_of(person, count + 1))
            person.revision, count = told["revision"], count + 1
        except RefusedError as error:
            seen.errors.append(f"{person.name}: {error.message}")
        await asyncio.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - start)))
    return count


def edit_of(person: Person, count: int) -> dict[str, Any]:
    """Give a person's edit of that number: a box is moved, every fourth time words are changed."""
    scene, stamp = person.story["scenes"][0], f"{person.name} {count}"
    if count % 4 == 0:
        told = {"op": "edit", "field": "narration", "value": f"Edit {count} of {person.name}"}
        return {**told, "scene": scene["id"], "stamp": stamp}
    region = scene["regions"][0]
    patch = {"regions": {region["id"]: {"keys": moved(region["keys"], count)}}}
    return {"op": "patch", "scene": scene["id"], "patch": patch, "stamp": stamp, "label": "Moved"}


def moved(keys: list[dict[str, Any] | None], count: int) -> list[dict[str, Any] | None]:
    """Give the keys of a box, each a little lower; no two counts give the same."""
    down = 0.0001 * count
    return [
        key and {**key, "box": [key["box"][edge] + (down if edge == "y1" else 0) for edge in EDGES]}
        for key in keys
    ]


EDGES = ("x0", "y0", "x1", "y1")


async def is_whole(person: Person, count: int) -> bool:
    """Whether the saved story is what so many edits have made of it."""
    before = person.story
    story = (await person.of_story("copy"))["copy"]["story"]
    scene, last_box = story["scenes"][0], count - (count % 4 == 0)
    boxes = [key and list(key["box"].values()) for key in scene["regions"][0]["keys"]]
    wanted = [
        key and key["box"] for key in moved(before["scenes"][0]["regions"][0]["keys"], last_box)
    ]
    told = f"Edit {count // 4 * 4} of {person.name}"
    said = scene["narration"] == told or count < 4
    return story["revision"] == before["revision"] + count and said and boxes == wanted


async def _rendering(crowd: list[Person], seen: Watched) -> None:
    """Keep the worker busy: one after the other asks for a take and waits for it."""
    while True:
        for person in crowd:
            scene = person.story["scenes"][-1]["id"]
            await person.of_story("render", scenes=[scene], quality="final", seed="new")
            while await person.work_going_on():
                await asyncio.sleep(BUSY_SECONDS)
            seen.made += 1


async def _resident(studio: Studio, seen: Watched) -> None:
    process = psutil.Process(studio.process.pid)
    while True:
        with suppress(psutil.NoSuchProcess):
            seen.resident.append(process.memory_info().rss)
        await asyncio.sleep(1)


def _rows(crowd: list[Person], done: int, seen: Watched) -> Iterator[Row]:
    commits, watches = (_all_ms(crowd, route) for route in ("edit", "watch"))
    median, most = statistics.median(commits), max(commits)
    p95 = share(commits, 0.95)
    yield "people, edits saved, takes rendered meanwhile", f"{len(crowd)}, {done}, {seen.made}"
    yield "errors", f"{len(seen.errors)} {'; '.join(seen.errors[:3])}".strip()
    yield "stories that lost an edit", f"{len(seen.lost)} {', '.join(seen.lost)}".strip()
    yield "commit, median, p95 (bar 300), longest, ms", f"{median:.0f}, {p95:.0f}, {most:.0f}"
    yield "watch, p95, ms", f"{share(watches, 0.95):.0f}"
    start, end = seen.resident[min(60, len(seen.resident) - 1)], seen.resident[-1]
    grown = f"{start / 2**20:.0f}, {end / 2**20:.0f} MiB, {seen.growth():+.1%}"
    yield "studio's memory after minute 1, at the end (bar +5 %)", grown
    holds = not (seen.errors or seen.lost) and p95 < BAR_MS and seen.growth() < BAR_GROWTH
    yield "every bar is held", "yes" if holds and seen.made else "no"


def _all_ms(crowd: list[Person], route: str) -> list[float]:
    return [1000 * one for person in crowd for one in person.asked.get(route, [])]
