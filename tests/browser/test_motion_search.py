"""A search from the page: a real folder, a real worker, real models, boxes that follow a clip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.opening import Studio, open_studio
from tests.browser.stage import Stage
from tests.browser.test_motions import make_dance, open_window, verdicts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEARCH_MS = 120_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, stage_pack: Path) -> Iterator[Studio]:
    environment = {"DREAMRUNNER_PACK": str(stage_pack)}
    with open_studio(tmp_path_factory.mktemp("searching"), environment) as opened:
        yield opened


def test_from_an_empty_studio_to_boxes_that_follow_a_clip(
    page: Page, studio: Studio, dances: Path
) -> None:
    stage = Stage.open(page, studio, studio.keep(make_dance()))
    window = open_window(page)
    expect(window).to_contain_text("Where shall motions come from?")
    window.get_by_label("Path of the folder").fill(str(dances))
    window.get_by_role("button", name="Add").click()
    expect(window).to_contain_text("7 clips", timeout=SEARCH_MS)

    window.get_by_role("button", name="Back to the clips").click()
    window.get_by_role("button", name="Search", exact=True).click()
    clips = window.locator(".clip")
    expect(clips).to_have_count(6, timeout=SEARCH_MS)
    expect(window).to_contain_text("Left out (1)")
    clips.first.locator(".clip-face").focus()
    page.keyboard.press("p")
    stage.wait(lambda: verdicts(stage.project) == ["approved"])

    before = stage.edges("fox", 0)
    window.get_by_role("button", name="Move like this").first.click()
    window.get_by_role("menuitem").first.click()
    expect(window).to_be_hidden()
    stage.wait(lambda: stage.edges("fox", 0) != before)
    assert stage.region("fox").clip in stage.project.decisions().footage
