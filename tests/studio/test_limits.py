"""How often a visitor may ask, and how much each may have."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from pipeline.queue import Queue
from pipeline.settings import Allowance, Settings
from pipeline.workspace import create_project, projects_dir
from studio import quotas
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.api import api_routes
from studio.limits import AN_ADDRESS, PER_MINUTE, ROUTES, Buckets, Pace, address_of, class_of
from studio.quotas import check_learning, check_quota
from studio.refusals import NotAllowedError, TooLargeError
from studio.upkeep import SEEN_FILE, expired, mark_seen, tidy
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.talking import MINE, Page

OTHER = "o" * 43
DAYS = 86_400


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(settings: Settings) -> Settings:
    return replace(settings, visitors=True)


@pytest.fixture
def client(shared: Settings, queue: Queue, clock: Clock) -> Iterator[TestClient]:
    app = FastAPI(
        routes=api_routes(shared, queue), middleware=[Middleware(Pace, buckets=Buckets(clock))]
    )
    with TestClient(app) as client:
        yield client


def fill(folder: Path, num_bytes: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "a.mp4").open("wb") as file:
        file.truncate(num_bytes)  # sparse: it takes no room


def test_every_route_has_its_class(shared: Settings, queue: Queue) -> None:
    there = {getattr(route, "path", "").rpartition("/")[2] for route in api_routes(shared, queue)}
    listed = [name for names in ROUTES.values() for name in names]
    assert there - {*listed} == set()
    assert len(listed) == len({*listed})
    assert class_of("of-tomorrow") == "make"


def test_a_bucket_fills_again_with_time(clock: Clock) -> None:
    buckets = Buckets(clock)
    assert [buckets.take("mia", "make", 3) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("mia", "make", 3) == pytest.approx(20)
    assert buckets.take("otto", "make", 3) == buckets.take("mia", "look", 3) == 0
    clock.now += 19
    assert buckets.take("mia", "make", 3) == pytest.approx(1)
    clock.now += 1.001
    assert buckets.take("mia", "make", 3) == 0
    assert buckets.take("mia", "make", 3) > 0


def test_who_asks_too_often_waits_and_others_do_not(
    client: TestClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PER_MINUTE, "make", 7)
    mine, theirs = Page(client, MINE), Page(client, OTHER)
    for _ in range(PER_MINUTE["make"]):
        mine.refused("animatic", 404, project="none")
    answer = client.post("/gradio_api/studio/api/animatic", json={}, headers=mine._headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")
    assert answer.json()["error"]["hint"] == "Wait 9 s, then go on."
    mine.ask("shelf")
    theirs.refused("animatic", 404, project="none")
    clock.now += 9
    mine.refused("animatic", 404, project="none")


def test_new_tokens_do_not_help_an_address(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PER_MINUTE, "bring", 2)
    app = Starlette(middleware=[Middleware(Pace, buckets=Buckets(clock))])  # all of it is 404
    with TestClient(app) as client:
        statuses = [
            client.post(f"{API_PREFIX}/import", headers={TOKEN_HEADER: f"{number:043}"}).status_code
            for number in range(AN_ADDRESS * PER_MINUTE["bring"] + 1)
        ]
    assert 429 not in statuses[:-1]
    assert statuses[-1] == 429


def test_a_space_names_the_address_that_its_own_proxy_saw(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = [(b"x-forwarded-for", b"1.2.3.4, 203.0.113.9")]
    scope = {"type": "http", "headers": headers, "client": ("10.0.0.7", 1)}
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert address_of(scope) == "10.0.0.7"
    monkeypatch.setenv("SPACE_ID", "a/b")
    assert address_of(scope) == "203.0.113.9"


def test_a_visitor_has_so_much_room_and_no_more(
    client: TestClient, shared: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "_counted", {})
    mine = Visitors(shared).settings_of(MINE)
    story = create_project(make_story(), make_casting(), settings=mine)
    page = Page(client, MINE)
    page.ask("animatic", project=story.id)
    fill(story.path / "takes" / "dawn", 2_000_000_000)
    monkeypatch.setattr(quotas, "_counted", {})
    answer = page.refused("animatic", 413, project=story.id)
    assert "more than 2 GB" in answer["error"]["message"]
    assert page.send("import", b"PK")[0] == 413
    page.ask("open", project=story.id)  # what is there can be looked at, and edited
    page.edit("title", project=story.id, value="Still mine")
    with pytest.raises(TooLargeError):
        check_quota(mine)
    check_quota(replace(mine, visitors=False))
    check_quota(replace(mine, user="v-other"))


def test_visitors_learn_so_many_minutes_a_day(
    shared: Settings, queue: Queue, settings: Settings
) -> None:
    allowed = replace(shared, allowance=Allowance(training_minutes=10))
    check_learning(allowed, 599, [])
    with pytest.raises(NotAllowedError, match="10 minutes a day; 10 are left"):
        check_learning(allowed, 601, [])
    queue.submit("train", "somewhere", {"motion_id": "hops"}, user=allowed.user)
    (waiting,) = queue.of_user(allowed.user)
    check_learning(allowed, 299, [waiting])
    with pytest.raises(NotAllowedError, match="5 are left"):
        check_learning(allowed, 301, [waiting])
    now = time.time()
    over = waiting.model_copy(update={"state": "stopped", "spent": 420.0, "finished": now})
    check_learning(allowed, 175, [over])
    with pytest.raises(NotAllowedError):
        check_learning(allowed, 185, [over])
    yesterday = over.model_copy(update={"finished": now - 2 * DAYS})
    check_learning(allowed, 599, [yesterday])
    asked_yesterday = waiting.model_copy(update={"created": now - 2 * DAYS})
    with pytest.raises(NotAllowedError, match="5 are left"):
        check_learning(allowed, 301, [asked_yesterday])
    check_learning(settings, 1e6, [waiting])


def test_what_nobody_opens_for_long_is_deleted(shared: Settings, queue: Queue) -> None:
    for token, days in ((MINE, 29), (OTHER, 31)):
        whose = Visitors(shared).settings_of(token)
        create_project(make_story(), make_casting(), settings=whose)
        queue.submit("animatic", projects_dir(whose) / "the-shy-fox", {}, user=whose.user)
        seen = shared.home / "users" / whose.user / SEEN_FILE
        seen.touch()
        then = time.time() - days * DAYS
        os.utime(seen, (then, then))
    mine, theirs = (Visitors(shared).user_of(token) for token in (MINE, OTHER))
    assert [path.name for path in expired(shared)] == [theirs]
    tidy(replace(shared, visitors=False), queue)
    assert len(expired(shared)) == 1  # a studio of one person forgets nobody
    tidy(shared, queue)
    assert [path.name for path in (shared.home / "users").iterdir()] == [mine]
    assert [job.user for job in queue.jobs()] == [mine]


def test_who_only_looks_is_not_forgotten(shared: Settings) -> None:
    mine = replace(shared, user="v-looks")
    create_project(make_story(), make_casting(), settings=mine)
    mark_seen(mine)
    seen = shared.home / "users" / "v-looks" / SEEN_FILE
    assert time.time() - seen.stat().st_mtime < 60
    mark_seen(replace(shared, user="v-nothing"))
    assert not (shared.home / "users" / "v-nothing").exists()
