"""The real studio in a home of its own, and a browser that forgives no error."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from pipeline.packs.record import find_pack
from pipeline.priors.store import PriorStore
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.theatre.library.drawing import draw_library
from pipeline.theatre.library.specs import load_specs
from tests.browser.opening import (
    CHROMIUM_OPTIONS,
    MEDIA_OPTIONS,
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


@pytest.fixture
def forgetful_settings(studio: Studio) -> Iterator[Settings]:
    """Give the studio's settings; what a test has learned is forgotten after it."""
    settings = Settings(home=studio.home)
    yield settings
    store = PriorStore(settings)
    for stored in store.all():
        if not stored.shipped:
            store.remove(stored.key)


@pytest.fixture(scope="session")
def stage_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the shipped pack by another name: it has no library, so no 420 clips are drawn first."""
    pack = tmp_path_factory.mktemp("packs") / "stage"
    shutil.copytree(find_pack("theatre"), pack)
    record = json.loads((pack / "pack.json").read_text("utf-8"))
    (pack / "pack.json").write_text(json.dumps({**record, "name": "stage"}), "utf-8")
    return pack


@pytest.fixture(scope="session")
def dances(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of six clips of dances, and one that is too short."""
    specs = [one for one in load_specs() if one.figures[0].motion == "dances"]
    good = [one for one in specs if not one.trouble and "danc" in one.caption.lower()][:6]
    short = [one for one in load_specs() if one.num_frames < 40][:1]
    return finish(draw_library(tmp_path_factory.mktemp("dances"), [*good, *short]))


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


@pytest.fixture(scope="module")
def with_media(chromium: Browser) -> Iterator[Browser]:
    """Start a Chromium with a camera and a microphone; `chromium` skips where there is none."""
    options = [*CHROMIUM_OPTIONS, *MEDIA_OPTIONS]
    browser = chromium.browser_type.launch(executable_path=chromium_path(), args=options)
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
