"""People who use one studio at the same time: each asks its routes as the page's scripts do."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx

from pipeline.errors import PipelineError
from pipeline.planning import plan
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Story
from studio.answers import API_PREFIX, TOKEN_HEADER

NAMES = ("Ada", "Bo", "Cleo", "Dan", "Eve", "Finn", "Gro", "Hal", "Ida", "Jon")
IDEAS = (
    "A red fox waits in the forest. A blue robot comes by and waves. They walk to the sea.",
    "A green witch looks for her rabbit. She finds it on the beach. They jump for joy.",
    "A yellow robot is lost in the snow. A fox shows it the way to the castle.",
    "A rabbit is afraid of the dark. A purple witch stays with it until the morning.",
    "Two foxes quarrel about a lantern. A robot comes and shares it between them.",
)
_TIMEOUT_SECONDS = 60.0


class RefusedError(PipelineError):
    """The studio did not do what a person asked for."""


class Person:
    """One browser and its story.

    Attributes:
        name: what the person is called.
        project: the id of the story.
        revision: of the story, as it was heard last.
        story: as it was given to the studio, in JSON's types.
        asked: seconds of each answer by its route.
    """

    def __init__(self, name: str, client: httpx.AsyncClient, story: dict[str, Any]) -> None:
        self.name, self.story = name, story
        self.project, self.revision = "", 0
        self.asked: dict[str, list[float]] = {}
        self._client = client
        self._headers = {TOKEN_HEADER: secrets.token_urlsafe(32)}

    async def ask(self, route: str, **body: object) -> dict[str, Any]:
        """Give the answer of a route; RefusedError where it is none, or none came."""
        start = time.perf_counter()
        path = f"{API_PREFIX}/{route}"
        try:
            answer = await self._client.post(path, json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise RefusedError(f"{route}: {type(error).__name__} {error}") from error
        self.asked.setdefault(route, []).append(time.perf_counter() - start)
        if answer.status_code != 200:
            raise RefusedError(f"{route}: {answer.status_code} {answer.text[:300]}")
        return answer.json()

    async def of_story(self, route: str, **body: object) -> dict[str, Any]:
        """Ask about the person's own story."""
        return await self.ask(route, project=self.project, **body)

    async def begin(self) -> None:
        """Bring the story, as a browser does whose copy the studio has forgotten."""
        told = await self.ask("remember", copy={"story": self.story, "casting": None})
        self.project = told["project"]
        self.revision = (await self.of_story("open"))["revision"]

    async def work_going_on(self) -> list[dict[str, Any]]:
        """Give the work that waits or runs, as the page's watch asks for it."""
        told = await self.of_story("watch", known=[], revision=self.revision)
        return [job for job in told["jobs"] if job["active"]]

    async def idle(self, seconds: float) -> None:
        """Look up from the page now and then, as an open page does without being touched."""
        while True:
            await asyncio.sleep(seconds)
            await self.of_story("watch", known=[], revision=self.revision)


@asynccontextmanager
async def people(url: str, number: int) -> AsyncIterator[list[Person]]:
    """Give so many people, each with a story of their own that the studio has."""
    stories = [_planned(idea) for idea in IDEAS]
    # the server closes a connection that was idle for 5 s; a browser then opens another by itself
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=3.0
    )
    async with httpx.AsyncClient(
        base_url=url, timeout=_TIMEOUT_SECONDS, limits=limits, trust_env=False
    ) as client:
        crowd = [
            Person(f"{NAMES[at % len(NAMES)]} {at + 1}", client, stories[at % len(stories)])
            for at in range(number)
        ]
        await asyncio.gather(*(person.begin() for person in crowd))
        yield crowd


def _planned(idea: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        story: Story = finish(plan(idea, settings=Settings(home=Path(home)))).story
    return story.model_dump(mode="json")


def share(values: list[float], part: float) -> float:
    """Give the value that this part of all (0 to 1) does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
