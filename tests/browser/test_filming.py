"""Filming oneself: a countdown, five seconds before a camera, and a film that is on its way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.queue import Job, open_queue
from pipeline.settings import Settings
from tests.browser.conftest import DESKTOP
from tests.browser.opening import Studio, watched_page
from tests.browser.stage import Stage
from tests.browser.test_motions import make_dance, open_window

pytestmark = pytest.mark.browser
FILMED_MS = 30_000


@pytest.fixture
def page(with_media: Browser) -> Iterator[Page]:
    with watched_page(with_media, DESKTOP) as page:
        yield page


def scans(studio: Studio, stage: Stage) -> list[Job]:
    """Give the looks through what was brought to a story."""
    jobs = open_queue(Settings(home=studio.home)).jobs(stage.project.path)
    return [one for one in jobs if one.kind == "scan"]


@pytest.mark.slow
def test_five_seconds_before_the_camera_arrive(page: Page, studio: Studio) -> None:
    stage = Stage.open(page, studio, studio.keep(make_dance()))
    window = open_window(page)
    window.get_by_role("button", name="Libraries …").click()
    window.get_by_role("button", name="Film yourself").click()
    window.get_by_role("button", name="Film 5 seconds").click()
    expect(window.locator(".countdown")).to_contain_text("●", timeout=FILMED_MS)
    keep = window.get_by_role("button", name="Keep this")
    expect(keep).to_be_focused(timeout=FILMED_MS)
    with page.expect_response(lambda answer: "/clip?" in answer.url) as sent:
        keep.click()
    assert sent.value.ok  # an empty film is refused
    stage.wait(lambda: len(scans(studio, stage)) == 1)
    (job,) = scans(studio, stage)
    assert job.arguments["motion_id"] == "dances"
    assert job.arguments["name"] == "dances.webm"
    assert job.arguments["upload"].endswith(".webm")
    expect(window.locator(".camera")).to_be_hidden()
