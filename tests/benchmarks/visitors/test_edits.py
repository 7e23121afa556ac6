"""What the simulated people send and how what was seen of them is judged."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import FastAPI

from pipeline.queue import Queue, open_queue
from pipeline.settings import Settings
from studio.api import api_routes
from studio.projects import open_by_id
from tests.benchmarks.visitors.edits import Watched, edit_of, is_whole
from tests.benchmarks.visitors.people import Person, RefusedError, share
from tests.studio.fixtures import make_story


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), visitors=True)


@pytest.fixture
def queue(settings: Settings) -> Queue:
    return open_queue(settings)


def with_person(settings: Settings, queue: Queue, do: Any) -> Any:  # noqa: ANN401
    """What somebody who talks to the studio's own routes gets."""

    async def talk() -> object:
        transport = httpx.ASGITransport(FastAPI(routes=api_routes(settings, queue)))
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            person = Person("Ada", client, make_story().model_dump(mode="json"))
            await person.begin()
            return await do(person)

    with ThreadPoolExecutor(1) as apart:  # browser tests leave a loop that runs in this thread
        return apart.submit(asyncio.run, talk()).result()


async def edited(person: Person, times: int) -> None:
    for count in range(1, times + 1):
        told = await person.of_story("edit", base=person.revision, **edit_of(person, count))
        person.revision = told["revision"]


@pytest.mark.parametrize("times", [1, 3, 4, 9])
def test_every_edit_that_was_sent_is_found_again(
    settings: Settings, queue: Queue, times: int
) -> None:
    async def do(person: Person) -> tuple[bool, bool]:
        await edited(person, times)
        return await is_whole(person, times), await is_whole(person, times + 1)

    assert with_person(settings, queue, do) == (True, False)


def test_an_edit_that_is_taken_back_behind_ones_back_is_missed(
    settings: Settings, queue: Queue
) -> None:
    async def do(person: Person) -> bool:
        await edited(person, 2)
        (user,) = (path.name for path in (settings.home / "users").iterdir())
        project = open_by_id(Settings(home=settings.home, user=user), person.project)
        project.save_story(project.version(1).model_copy(update={"revision": 3}))
        return await is_whole(person, 3)

    assert with_person(settings, queue, do) is False


def test_what_is_refused_is_told(settings: Settings, queue: Queue) -> None:
    async def do(person: Person) -> str:
        with pytest.raises(RefusedError) as error:
            await person.of_story("edit", base=99, **edit_of(person, 1))
        return error.value.message

    assert with_person(settings, queue, do).startswith("edit: 400 ")


def test_memory_is_judged_from_the_end_of_minute_one() -> None:
    minutes = [100] * 60 + [200] * 10 + [205] * 220 + [210] * 10
    assert Watched(resident=minutes).growth() == pytest.approx(0.05)
    assert share([5.0, 1.0, 3.0, 2.0, 4.0], 0.5) == 3.0
    assert share([7.0], 0.95) == 7.0
