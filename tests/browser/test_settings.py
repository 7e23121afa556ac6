"""The settings window: what is typed is tried and kept, and the key is never seen again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from pipeline.preferences import read_key, read_preferences, write_key, write_preferences
from pipeline.take_bin import is_recoverable, throw_take
from pipeline.workspace import Project
from tests.browser.opening import Studio
from tests.browser.stories import make_pair
from tests.browser.test_takes import keep_take
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import ChatServer

pytestmark = pytest.mark.browser
KEY = "sk-window-0123456789ab7f"


@pytest.fixture(autouse=True)
def _as_before(studio: Studio) -> Iterator[None]:
    """What a test chooses holds for it alone: others use this studio, too."""
    preferences, key = read_preferences(studio.home), read_key(studio.home)
    yield
    write_preferences(studio.home, preferences)
    write_key(studio.home, key)


def _without_a_language_model(route: Route) -> None:
    """Answer as a studio that nobody gave a language model; the one of the tests has one."""
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "asks": "", "from": "nowhere"})


def open_settings(page: Page, studio: Studio, project: Project | None = None) -> Locator:
    page.goto(studio.address(project or studio.keep(make_pair())))
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Settings").click()
    window = page.get_by_role("dialog", name="Settings")
    window.get_by_text("Together").wait_for()
    return window


def test_a_model_is_tried_and_kept_and_its_key_not_shown(
    page: Page, studio: Studio, chats: ChatServer
) -> None:
    window = open_settings(page, studio)
    window.get_by_label("Address").fill(chats.url)
    window.get_by_label("Model").first.fill("tiny")
    window.get_by_label("Key", exact=True).fill(KEY)
    window.get_by_role("button", name="Test").click()
    expect(window.locator(".tested")).to_contain_text("tiny at 127.0.0.1")
    window.get_by_label("Steps of a draft").fill("5")
    window.get_by_role("button", name="Keep these settings").click()
    expect(window.get_by_text("These settings are kept.")).to_be_visible()
    expect(window.get_by_text("Now: tiny at 127.0.0.1")).to_be_visible()
    expect(window.get_by_text("ends in …7f")).to_be_visible()
    expect(window.get_by_label("Key", exact=True)).to_have_value("")
    assert read_key(studio.home) == KEY
    assert read_preferences(studio.home).draft_steps == 5
    assert KEY not in page.content()
    window.get_by_role("button", name="Forget the key").click()
    window.get_by_label("Address").fill("")
    window.get_by_label("Model").first.fill("")
    window.get_by_label("Steps of a draft").fill("")
    window.get_by_role("button", name="Keep these settings").click()
    expect(window.get_by_text("The environment of the studio names it.")).to_be_visible()
    expect(window.get_by_text("ends in …7f")).to_have_count(0)
    assert read_key(studio.home) == ""


def test_the_first_page_leads_to_a_model_that_is_not_here_yet(page: Page, studio: Studio) -> None:
    page.route("**/api/settings", _without_a_language_model)
    page.goto(studio.url)
    page.get_by_role("button", name="Settings", exact=True).click()
    window = page.get_by_role("dialog", name="Settings")
    expect(window).to_contain_text(re.compile("Now: the studio.s own planner, free\\."))
    expect(window).to_contain_text("each plan is charged by its owner")
    expect(window).to_contain_text("CogVideoX 2B is not here yet.")
    window.get_by_role("button", name="Fetch CogVideoX 5B first").click()
    models = page.get_by_role("dialog", name="The model")
    larger = models.locator("[data-pack=cogvideox-5b]")
    expect(larger.get_by_role("button", name="Fetch")).to_be_focused()
    expect(larger).to_be_in_viewport()
    expect(window).to_have_count(0)


def test_room_is_looked_at_before_anything_goes(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    take = keep_take(project, studio, seed=3)
    throw_take(project, "dawn", take.id)
    window = open_settings(page, studio, project)
    window.get_by_text("Make room").click()
    look = window.get_by_role("button", name="Look what would go")
    delete = window.get_by_role("button", name="Delete it for good")
    look.click()
    expect(window.get_by_text("Tick what may go.")).to_be_visible()
    window.get_by_label("Takes in the bin").check()
    look.click()
    expect(window.get_by_text(re.compile(r"Takes in the bin: \d+ thing"))).to_be_visible()
    assert is_recoverable(project, take)
    delete.click()
    expect(window.get_by_text("are free again.")).to_be_visible()
    assert not is_recoverable(project, take)
    look.click()
    expect(window.get_by_text("Takes in the bin: nothing")).to_be_visible()
    expect(delete).to_have_count(0)
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_a_report_has_the_words_of_a_story_only_when_that_is_ticked(
    page: Page, studio: Studio
) -> None:
    write_key(studio.home, KEY)
    window = open_settings(page, studio)
    link = window.get_by_role("link", name="Download a report")
    plain = _report(page, link)
    window.get_by_label("with the words of this story").check()
    words = _report(page, link)
    assert "key: kept" in plain
    assert "Mia and Bolt" not in plain
    assert "Mia and Bolt" in words
    assert not any(key in report for key in (KEY, told.KEY) for report in (plain, words))


def _report(page: Page, link: Locator) -> str:
    """Give all that the files of a report say."""
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body())) as report:
        return "\n".join(report.read(name).decode("utf-8") for name in report.namelist())
