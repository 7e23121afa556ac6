"""A small story in a home of its own, and a queue beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.queue import Queue, open_queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.handlers import Handlers
from tests.studio.fixtures import make_casting, make_story


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
def handlers(settings: Settings, queue: Queue) -> Handlers:
    return Handlers(settings, queue)


@pytest.fixture
def project(settings: Settings) -> Project:
    return create_project(make_story(), make_casting(), settings=settings)
