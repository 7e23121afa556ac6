"""A storyteller in Chromium: from an idea to a film that plays to its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Response, Route, expect

pytestmark = pytest.mark.browser

IDEA = "A shy fox wants to fly and meets a dragon by the sea."
RENDER_MS = 90_000


def test_idea_becomes_a_film_that_plays(page: Page, studio_url: str) -> None:
    previews: set[bytes] = set()
    page.on("response", lambda answer: _keep_preview(answer, previews))
    _make_storyboard(page, studio_url)
    card = page.locator(".card").first
    card.locator(".render").click()
    expect(card.locator("img.preview")).to_be_visible(timeout=RENDER_MS)
    expect(card.locator("video")).to_be_visible(timeout=RENDER_MS)
    assert len(previews) >= 3

    page.get_by_role("button", name="Make the film of 1 rendered scene").click()
    film = page.locator(".film video")
    expect(film).to_be_visible(timeout=RENDER_MS)
    assert _play_to_end(page) > 2
    assert film.evaluate("video => video.textTracks[0].cues.length") >= 1
    with page.expect_download() as download:
        page.get_by_role("link", name="mp4").click()
    assert download.value.path().read_bytes()[4:8] == b"ftyp"

    action = card.locator(".actor textarea, .actor input").first
    action.fill("the fox sleeps")
    action.blur()
    expect(card.locator(".caption")).to_contain_text("the scene has changed since")


def test_work_goes_on_without_the_page_and_can_be_cancelled(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    page.get_by_role("button", name="Render all scenes").click()
    expect(page.locator(".jobs")).to_be_visible()
    page.reload()
    expect(page.locator(".jobs .detail")).to_contain_text("waiting")
    expect(page.locator(".card.busy").first).to_be_visible()
    page.get_by_role("button", name="Cancel all").click()
    expect(page.locator(".jobs")).to_be_hidden()
    expect(page.locator(".card.busy")).to_have_count(0)


def test_page_asks_again_where_the_studio_did_not_answer(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    page.get_by_role("button", name="Render all scenes").click()
    detail = page.locator(".jobs .detail")
    expect(detail).to_contain_text("step", timeout=RENDER_MS)
    _break_answers(page, "watch_jobs", 5)
    expect(detail).to_contain_text("does not answer")
    expect(detail).to_contain_text("step")
    _break_answers(page, "cancel_jobs", 1)
    cancel = page.get_by_role("button", name="Cancel all")
    cancel.click()
    expect(cancel).to_be_enabled()
    cancel.click()
    expect(page.locator(".jobs")).to_be_hidden()


def test_words_outlive_a_reload(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    title = page.locator(".card").first.get_by_label("Title")
    title.fill("A <b>new</b> ${morning}")
    title.press("Enter")
    before = page.locator(".card").count()
    page.locator(".card").last.locator(".remove").click()
    page.locator(".card").last.locator(".remove").click()
    expect(page.locator(".card")).to_have_count(before - 1)
    page.reload()
    expect(title).to_have_value("A <b>new</b> ${morning}")
    expect(page.locator(".card")).to_have_count(before - 1)


def test_unknown_story_leads_to_the_invitation(page: Page, studio_url: str) -> None:
    page.goto(f"{studio_url}?p=unknown")
    expect(page.locator("#idea textarea")).to_be_visible()
    expect(page.get_by_text("There is no story")).to_be_visible()


def _make_storyboard(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#idea textarea").fill(IDEA)
    page.get_by_role("button", name="Make the storyboard").click()
    expect(page.locator(".card").first).to_be_visible()
    page.wait_for_url("**/?p=*")


def _break_answers(page: Page, function: str, times: int) -> None:
    """Let the next answers of a server function be ones that nobody can read."""
    left = iter(range(times))

    def answer(route: Route) -> None:
        meant = function in (route.request.post_data or "")
        if meant and next(left, None) is not None:
            route.fulfill(status=200, body="the studio sleeps")
        else:
            route.fallback()

    page.route("**/component_server/", answer)


def _keep_preview(answer: Response, previews: set[bytes]) -> None:
    if "/jobs/" in answer.url and answer.ok:
        previews.add(answer.body())


def _play_to_end(page: Page) -> float:
    """Play the film and give its length in seconds once it has ended."""
    return page.locator(".film video").evaluate(
        """video => new Promise((resolve, reject) => {
            video.addEventListener('ended', () => resolve(video.duration));
            video.addEventListener('error', () => reject(video.error.message));
            video.muted = true;
            video.playbackRate = 2;
            video.play();
        })"""
    )
