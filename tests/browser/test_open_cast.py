"""A storyteller whose model plays anyone and is not fetched yet: all but rendering works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pipeline.settings import Settings
from pipeline.workspace import list_projects, open_project
from tests.browser.opening import Studio, go_to, open_studio
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser

IDEA = "A lighthouse keeper and a seal play in the cave."
MADE_MS = 60_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("open")
    with open_studio(home, {"DREAMRUNNER_PACK": "cogvideox-2b"}) as opened:
        yield opened


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    """The board of a story that was planned on the page."""
    page.goto(studio.url)
    page.locator("#idea textarea").fill(IDEA)
    page.locator("#begin").click()
    page.wait_for_url("**/?p=*")
    newest = list_projects(Settings(home=studio.home))[0]
    stage = Stage(page, open_project(newest.path))
    stage.boxes.first.wait_for()
    return stage


def test_a_story_is_planned_staged_and_played_without_weights(page: Page, stage: Stage) -> None:
    cast = page.locator(".faces .actor-face")
    go_to(page, "Cast & Motions")
    expect(cast.first.locator(".face")).to_have_text("K")
    expect(page.locator(".questions")).to_be_empty()
    go_to(page, "Boards")
    first = stage.boxes.first.get_attribute("data-region") or ""
    before = stage.project.reload().scenes[0].regions[0].boxes()
    stage.drag(first, 0.1, 0.05)
    stage.wait(lambda: stage.project.reload().scenes[0].regions[0].boxes() != before)
    go_to(page, "Cast & Motions")
    cast.nth(1).click()
    expect(page.get_by_label("How it looks")).to_be_visible()
    expect(page.get_by_role("group", name="Who plays")).to_have_count(0)

    go_to(page, "Boards")
    page.get_by_role("button", name="Play the boxes").click()
    expect(page.locator("dialog.film-player .narration")).not_to_be_empty()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Make the animatic (mp4)").click()
    expect(page.get_by_text("The animatic is ready.")).to_be_visible(timeout=MADE_MS)


def test_render_says_how_the_weights_are_fetched(page: Page, stage: Stage) -> None:
    page.locator(".takes-side").get_by_role("button", name="Render this scene").click()
    told = page.get_by_text("the weights of the cogvideox-2b pack are not there yet")
    expect(told.first).to_be_visible(timeout=MADE_MS)
    expect(page.get_by_text("python -m pipeline packs fetch cogvideox-2b").first).to_be_visible()
