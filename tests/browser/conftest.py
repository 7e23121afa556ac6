"""The real studio in a home of its own, and a browser that forgives no error."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.opening import (
    CHROMIUM_OPTIONS,
    NO_CHROMIUM,
    PATIENCE_MS,
    Studio,
    chromium_path,
    open_studio,
    watched_page,
)
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import ChatServer, chat_server
from tests.studio.models import Model

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 800}

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chats() -> Iterator[ChatServer]:
    """Serve a language model on this machine."""
    with chat_server(Model()) as server:
        yield server


@pytest.fixture
def model(chats: ChatServer) -> Iterator[Model]:
    """Give the language model, a good one again after the test."""
    assert isinstance(chats.script, Model)
    yield chats.script
    chats.script = Model()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, chats: ChatServer) -> Iterator[Studio]:
    """Start the studio as a person would who has a language model."""
    with open_studio(tmp_path_factory.mktemp("studio"), with_model(chats)) as opened:
        yield opened


@pytest.fixture
def studio_url(studio: Studio) -> str:
    """Give the address of the studio."""
    return studio.url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium; where there is none, fail in CI and skip elsewhere."""
    path = chromium_path()
    if path is None and os.environ.get("CI"):
        pytest.fail(NO_CHROMIUM)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give an empty page; any error on its console fails the test."""
    with watched_page(chromium, DESKTOP) as page:
        yield page


@pytest.fixture
def other_page(chromium: Browser) -> Iterator[Page]:
    """Give the page of somebody else, or of a second window: it shares nothing with the first."""
    with watched_page(chromium, DESKTOP) as page:
        yield page


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """Give an empty page on a phone that is touched."""
    with watched_page(chromium, PHONE, touch=True) as page:
        yield page


def with_model(chats: ChatServer) -> dict[str, str]:
    """Give the environment that names the language model."""
    return {"OPENAI_BASE_URL": chats.url, "OPENAI_API_KEY": told.KEY, "OPENAI_MODEL": "tiny"}
