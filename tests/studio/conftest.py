"""A small story in a home of its own, a queue beside it, and a page that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.queue import Queue, open_queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.api import api_routes
from studio.cards import Shown
from studio.handlers import Handlers
from studio.signing import Links
from studio.views import show
from tests.studio.fixtures import make_casting, make_story
from tests.studio.talking import Page


@pytest.fixture(autouse=True)
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No language model but the one that a test names."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_TIMEOUT_SECONDS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def queue(settings: Settings) -> Queue:
    return open_queue(settings)


@pytest.fixture
def links(settings: Settings) -> Links:
    return Links(settings)


@pytest.fixture
def handlers(settings: Settings) -> Handlers:
    return Handlers(settings)


@pytest.fixture
def project(settings: Settings) -> Project:
    return create_project(make_story(), make_casting(), settings=settings)


@pytest.fixture
def page(settings: Settings, queue: Queue) -> Iterator[Page]:
    """A page of the studio whose home `settings` names."""
    with TestClient(FastAPI(routes=api_routes(settings, queue))) as client:
        yield Page(client)


@pytest.fixture
def shown(project: Project, settings: Settings, links: Links) -> Shown:
    """The small story as it is shown now; `show` shows it anew."""
    return show(project, settings, links)
