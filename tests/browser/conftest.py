"""The real studio in a home of its own, and a browser that forgives no error."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import ChatServer, chat_server
from tests.studio.models import Model

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


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
def studio_url(tmp_path_factory: pytest.TempPathFactory, chats: ChatServer) -> Iterator[str]:
    """Start the studio as a person would who has a language model, and give its address."""
    home = tmp_path_factory.mktemp("studio")
    port = _free_port()
    command = [sys.executable, "app.py", "--home", str(home), "--port", str(port), "--no-browser"]
    with (home / "page.log").open("wb") as log:
        page = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=_environment(chats))
        try:
            yield _wait_for(f"http://127.0.0.1:{port}/", page, home / "page.log")
        finally:
            page.send_signal(signal.SIGINT)
            page.wait(30)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium; skip where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Give an empty page; any error on its console fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert errors == []


def _environment(chats: ChatServer) -> dict[str, str]:
    quiet = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    asked = {"OPENAI_BASE_URL": chats.url, "OPENAI_API_KEY": told.KEY, "OPENAI_MODEL": "tiny"}
    return {**os.environ, **quiet, **asked}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, page: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(300):
        assert page.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return url
    raise AssertionError(f"the studio did not open: {log.read_text(encoding='utf-8')}")
