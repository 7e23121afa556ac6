"""Pages of other websites: a studio of one person answers none of them."""

from __future__ import annotations

import gc
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from gradio.routes import App
from starlette.testclient import TestClient

from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.media import STATIC_PREFIX
from studio.page import build_page, launch_options
from tests.studio.talking import MINE

SHELF = f"{API_PREFIX}/shelf"
EVENT = "/gradio_api/queue/join"
SCRIPT = f"{STATIC_PREFIX}/page/api.js"


def asking(app: FastAPI, name: str) -> TestClient:
    """A browser that asks for the studio by that name."""
    return TestClient(app, base_url=f"http://{name}", headers={TOKEN_HEADER: MINE})


def routes_of(settings: Settings, queue: Queue, host: str) -> dict[str, Any]:
    """What the studio gives Gradio to be served at that address."""
    return launch_options(settings, queue, host=host)["app_kwargs"]


@pytest.mark.parametrize(
    ("host", "name", "headers", "status"),
    [
        ("127.0.0.1", "127.0.0.1:7860", {}, 200),
        ("127.0.0.1", "localhost:7860", {"Origin": "http://localhost:7860"}, 200),
        ("127.0.0.1", "[::1]:7860", {"Origin": "http://[::1]:7860"}, 200),
        ("127.0.0.1", "localhost:7860", {"Origin": "https://evil.example"}, 403),
        ("127.0.0.1", "localhost:7860", {"Origin": "http://localhost:8000"}, 403),
        ("127.0.0.1", "localhost:7860", {"Origin": "null"}, 403),
        ("127.0.0.1", "evil.example:7860", {"Origin": "http://evil.example:7860"}, 403),
        ("127.0.0.1", "evil.example:7860", {}, 403),
        (
            "127.0.0.1", "127.0.0.1:7860",
            {"Origin": "https://films.example", "X-Forwarded-Host": "films.example"}, 200,
        ),
        ("0.0.0.0", "studio.lan:7860", {"Origin": "http://studio.lan:7860"}, 200),
        ("0.0.0.0", "studio.lan:7860", {"Origin": "https://evil.example"}, 403),
        (
            "0.0.0.0", "studio.lan:7860",
            {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}, 403,
        ),
    ],
)  # fmt: skip
def test_only_the_studios_own_pages_are_answered(
    settings: Settings,
    queue: Queue,
    project: Project,
    host: str,
    name: str,
    headers: dict[str, str],
    status: int,
) -> None:
    client = asking(FastAPI(**routes_of(settings, queue, host)), name)
    answer = client.post(SHELF, json={}, headers=headers)
    assert answer.status_code == status
    assert ("The shy fox" in answer.text) == (status == 200)
    assert (client.get(SCRIPT, headers=headers).status_code == 403) == (status == 403)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_events_of_other_pages_are_not_queued(settings: Settings, queue: Queue) -> None:
    routes = routes_of(settings, queue, "127.0.0.1")
    app = App.create_app(build_page(settings).queue(), app_kwargs=routes)
    client = asking(app, "localhost:7860")
    told = {"data": [], "fn_index": 0, "session_hash": "a1b2c3"}
    evil = client.post(EVENT, json=told, headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403
    mine = client.post(EVENT, json=told, headers={"Origin": "http://localhost:7860"})
    assert mine.status_code != 403
    gc.collect()  # Gradio leaves an event loop open: its warning belongs to this test


def test_visitors_are_told_apart_by_their_tokens(settings: Settings, queue: Queue) -> None:
    routes = routes_of(replace(settings, visitors=True), queue, "0.0.0.0")
    client = asking(FastAPI(**routes), "studio.example")
    answer = client.post(SHELF, json={}, headers={"Origin": "https://framed.example"})
    assert answer.json()["stories"] == []
