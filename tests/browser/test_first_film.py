"""A storyteller in Chromium: from an idea to a film that plays to its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.opening import (
    Studio,
    go_to,
    keep_previews,
    make_storyboard,
    play_to_end,
    refusals,
)
from tests.browser.stage import Stage
from tests.browser.stories import make_pair

pytestmark = pytest.mark.browser

IDEA = "A shy fox wants to fly and meets a dragon by the sea."
RENDER_MS = 90_000


def test_idea_becomes_a_film_that_plays(page: Page, studio_url: str) -> None:
    previews = keep_previews(page)
    make_storyboard(page, studio_url, IDEA)
    side = page.locator(".takes-side")
    side.get_by_role("button", name="Final").click()
    expect(side.locator("video")).to_be_visible(timeout=RENDER_MS)
    assert previews  # how many depends on how fast it is rendered
    expect(page.locator(".scene-card").first).to_contain_text("done")

    go_to(page, "Film")
    page.get_by_role("button", name="Make the film of 1 rendered scene").click()
    film = page.locator(".film video")
    expect(film).to_be_visible(timeout=RENDER_MS)
    assert play_to_end(film) > 2
    assert film.evaluate("video => video.textTracks[0].cues.length") >= 1
    with page.expect_download() as download:
        page.locator(".film").get_by_role("link", name="mp4").click()
    assert download.value.path().read_bytes()[4:8] == b"ftyp"

    go_to(page, "Boards")
    action = page.locator(".actor-line textarea").first
    action.fill("the fox sleeps")
    action.blur()
    expect(side).to_contain_text("The scene was changed after this take")
    expect(page.locator(".scene-card").first).to_contain_text("outdated")


@pytest.mark.slow
def test_a_dragged_box_is_rendered_with_the_same_seed(page: Page, studio: Studio) -> None:
    stage = Stage.open(page, studio, studio.keep(make_pair()))
    side = page.locator(".takes-side")
    side.get_by_role("button", name="Render this scene").click()
    expect(side.locator("video")).to_be_visible(timeout=RENDER_MS)
    stage.drag("robot", -0.15, 0, "Control")
    expect(side).to_contain_text("The scene was changed after this take")
    page.keyboard.press("Control+Enter")
    expect(side.locator(".chip")).to_have_count(2, timeout=RENDER_MS)
    side.get_by_role("button", name="Another take").click()
    expect(side.locator(".chip")).to_have_count(3, timeout=RENDER_MS)
    takes = stage.project.takes("dawn")
    seeds = [take.settings.seed for take in takes]
    assert seeds[0] == seeds[1] != seeds[2]
    moved = takes[1].prompt.regions[1].boxes[0]
    assert moved is not None
    assert moved.x0 == pytest.approx(0.47, abs=0.01)


def test_work_goes_on_without_the_page_and_can_be_cancelled(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    page.get_by_role("button", name="Render all scenes").click()
    expect(page.locator(".workshop .jobs")).to_be_visible()
    page.reload()
    expect(page.locator(".workshop .jobs .detail")).to_contain_text("waiting")
    expect(page.locator(".scene-card.busy").first).to_be_visible()
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator(".workshop .jobs")).to_be_hidden()
    expect(page.locator(".scene-card.busy")).to_have_count(0)


def test_page_asks_again_where_the_studio_did_not_answer(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    page.get_by_role("button", name="Render all scenes").click()
    detail = page.locator(".workshop .jobs .detail")
    expect(detail).to_contain_text("step", timeout=RENDER_MS)
    _break_answers(page, "watch", 5)
    expect(detail).to_contain_text("does not answer")
    expect(detail).to_contain_text("step")
    _break_answers(page, "cancel", 1)
    cancel = page.get_by_role("button", name="Cancel all")
    cancel.click()
    expect(cancel).to_be_enabled()
    cancel.click()
    expect(page.locator(".workshop .jobs")).to_be_hidden()


def test_words_outlive_a_reload(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    title = page.get_by_label("Title of the scene")
    title.fill("A <b>new</b> ${morning}")
    title.press("Enter")
    narration = page.locator(".scene-form").get_by_label("Narration")
    narration.fill("Typed a moment before")
    page.reload()
    expect(title).to_have_value("A <b>new</b> ${morning}")
    expect(narration).to_have_value("Typed a moment before")
    expect(page.locator(".scene-card strong").first).to_have_text("A <b>new</b> ${morning}")


def test_unknown_story_leads_to_the_invitation(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    with refusals(page):
        page.goto(f"{studio_url}?p=unknown")
        expect(page.locator("#idea textarea")).to_be_visible()
        expect(page.get_by_text("There is no story")).to_be_visible()


def _break_answers(page: Page, route: str, times: int) -> None:
    """Let the next answers of one of the studio's routes be ones that nobody can read."""
    left = iter(range(times))

    def answer(asked: Route) -> None:
        if next(left, None) is not None:
            asked.fulfill(status=200, body="the studio sleeps")
        else:
            asked.fallback()

    page.route(f"**/studio/api/{route}", answer)
