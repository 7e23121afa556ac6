"""The real studio in a home of its own, and pages that forgive no error."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    ViewportSize,
    expect,
)

from pipeline.artifacts import Casting
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.workspace import Project, create_project

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
MEDIA_OPTIONS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""A moving picture and a beep in the place of camera and microphone, which nobody has to allow."""
REFUSED = re.compile(r"the server responded with a status of 4\d\d|ERR_CONNECTION_REFUSED")
PATIENCE_MS = 60_000
"""For so long an element is waited for: on a machine that is busy otherwise a page takes long."""
NO_CHROMIUM = (
    "There is no Chromium on this machine: install it (Debian, Ubuntu: apt-get install chromium) "
    "or name one in CHROMIUM."
)


@dataclass(frozen=True)
class Studio:
    """A studio that runs: its address, its home, and its process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    def keep(self, story: Story, casting: Casting | None = None) -> Project:
        """Put a story into the studio's home and give its project."""
        cast = casting or Casting(pack="theatre")
        return create_project(story, cast, settings=Settings(home=self.home))

    def address(self, project: Project) -> str:
        """Give where the page shows a project."""
        return f"{self.url}?p={project.path.name}"


def chromium_path() -> str | None:
    """Give the Chromium that `CHROMIUM` names, or that of the PATH; None without one."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@contextmanager
def open_studio(
    home: Path, environment: Mapping[str, str] | None = None, *options: str, port: int = 0
) -> Iterator[Studio]:
    """Start the studio as a person would, and end it (unless somebody has killed it)."""
    port = port or free_port()
    command = [sys.executable, "app.py", "--home", str(home), "--port", str(port), "--no-browser"]
    quiet = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    surroundings = {**os.environ, **quiet, **(environment or {})}
    with (home / "page.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=log, stderr=log, env=surroundings
        )
        try:
            url = _wait_for(f"http://127.0.0.1:{port}/", process, home / "page.log")
            yield Studio(url, home, process)
        finally:
            process.terminate()
            process.wait(30)


def make_storyboard(page: Page, url: str, idea: str) -> None:
    """Plan a story of an idea and wait for its boards."""
    page.goto(url)
    page.locator("#idea textarea").fill(idea)
    page.locator("#begin").click()
    expect(page.locator(".scene-card").first).to_be_visible()
    page.wait_for_url("**/?p=*")


def go_to(page: Page, step: str) -> None:
    """Go to a step of an open story: 'Story', 'Boards', 'Cast & Motions', 'Film'."""
    page.get_by_role("tab", name=step).click()


def keep_previews(page: Page) -> set[bytes]:
    """Give the set that every picture goes into which the page gets of work that goes on."""
    previews: set[bytes] = set()

    def keep(answer: Response) -> None:
        if "/jobs/" in answer.url and answer.ok:
            previews.add(answer.body())

    page.on("response", keep)
    return previews


def play_to_end(film: Locator) -> float:
    """Play a film and give its length in seconds once it has ended."""
    return film.evaluate(
        """video => new Promise((resolve, reject) => {
            video.addEventListener('ended', () => resolve(video.duration));
            video.addEventListener('error', () => reject(video.error.message));
            video.muted = true;
            video.playbackRate = 2;
            video.play();
        })"""
    )


@contextmanager
def watched_page(chromium: Browser, size: ViewportSize, *, touch: bool = False) -> Iterator[Page]:
    """Give an empty page in a context of its own; any error on its console fails the test."""
    context = chromium.new_context(viewport=size, has_touch=touch, is_mobile=touch)
    page = context.new_page()
    errors = watch_errors(page)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
    assert errors == [], errors


@contextmanager
def refusals(page: Page) -> Iterator[None]:
    """Let Chromium say on the console that the studio refused something; a test says why."""
    page.evaluate("console.info('refusals are expected')")
    yield
    page.evaluate("console.info('refusals are over')")


def watch_errors(page: Page) -> list[str]:
    """Give the list that the page's console errors go into, but for expected `refusals`.

    Chromium may say on the console that something was refused long after the page has had the
    answer, and so after the block: what was refused in it is known by its address.
    """
    errors: list[str] = []
    refused: set[str] = set()
    expected = False

    def hear(said: ConsoleMessage) -> None:
        nonlocal expected
        url = said.location.get("url", "")
        if said.text.startswith("refusals are "):
            expected = said.text.endswith("expected")
        elif said.type == "error" and not (
            REFUSED.search(said.text) and (expected or url in refused)
        ):
            errors.append(f"{said.text} at {url}")

    def look(answer: Response) -> None:
        if expected and answer.status >= 400:
            refused.add(answer.url)

    page.on("console", hear)
    page.on("response", look)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(900):  # three minutes: a machine that is busy otherwise takes its time
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return url
    raise AssertionError(f"the studio did not open: {log.read_text(encoding='utf-8')}")
