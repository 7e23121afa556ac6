"""A storyteller in Chromium who plans: casting, findings, replanning, files, a language model."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.opening import go_to, make_storyboard
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import Asked, ChatServer, Fails, Hangs, Reply
from tests.studio.models import NIGHT, Model

pytestmark = pytest.mark.browser

IDEA = "A shy fox wants to fly and meets a unicorn by the sea."
PLANS = Path(__file__).resolve().parents[1] / "pipeline/plan/exchange/two_scenes.txt"


def test_who_is_missing_is_cast_and_stays(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    line = page.locator(".stand-ins")
    expect(line).to_contain_text(re.compile(r"[Yy]our unicorn (is played )?by a \w+ \w+"))
    line.get_by_role("button", name="Change the cast").click()
    expect(page.get_by_role("tab", name="Cast & Motions")).to_be_focused()
    question = page.get_by_role("group", name="There is no unicorn in this troupe. Who plays it?")
    chosen = question.get_by_role("radio", checked=True)
    before = chosen.get_attribute("value") or ""
    other = question.get_by_role("radio").nth(2)
    go_to(page, "Boards")
    page.locator(".scene-card", has_text="Unicorn").first.locator(".pick").click()
    read = page.locator(".actor-line", has_text="Unicorn").locator(".unread")
    expect(read).to_contain_text("played as")
    marked = read.inner_text()
    go_to(page, "Cast & Motions")
    question.get_by_role("radio").nth(-1).check(force=True)
    expect(page.locator(".faces")).not_to_contain_text(before)
    expect(read).not_to_have_text(marked)
    page.get_by_role("button", name="Change who plays").click()
    now = other.get_attribute("value") or "nobody"
    other.check(force=True)
    expect(page.locator(".faces")).not_to_contain_text(before)
    expect(page.locator(".faces")).to_contain_text(now)
    expect(page.get_by_text(f"is played by the {now}")).to_be_visible()
    expect(question).to_have_count(0)
    page.reload()
    expect(page.locator(".faces")).to_contain_text(now)
    page.get_by_role("button", name="Change who plays").click()
    expect(chosen).to_have_attribute("value", now)


def test_findings_are_fixed_and_small_things_mended(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    first = page.locator(".actor-line textarea").first
    _say(first, "the little one sleeps")
    _say(first, "the little one")
    finding = page.locator(".scene-form .finding.warning", has_text="leaves out")
    expect(finding).to_contain_text("Warning: ")
    finding.get_by_role("button", name="Fix: add “sleeps” to the description").click()
    expect(first).to_have_value("the little one sleeps")
    expect(finding).to_have_count(0)
    _say(first, "the little one")
    page.get_by_role("button", name="Mend 1 small thing").click()
    expect(page.locator(".notice")).to_contain_text("1 thing was mended")
    expect(first).to_have_value("the little one sleeps")


def test_a_scene_is_changed_by_a_note_and_by_its_shot(page: Page, studio_url: str) -> None:
    make_storyboard(page, studio_url, IDEA)
    form = page.locator(".scene-form")
    note = form.get_by_label("Plan this scene anew")
    note.fill("make it night")
    form.get_by_role("button", name="Replan").click()
    expect(form.get_by_label("Where it plays")).to_have_value(re.compile("night"))
    expect(note).to_have_value("")
    box = page.locator(".workshop .boxes-stage .box .edge").first
    high = box.get_attribute("height") or ""
    shot = "close" if form.get_by_label("Shot").input_value() != "close" else "wide"
    form.get_by_label("Shot").select_option(shot)
    expect(box).not_to_have_attribute("height", high)
    note.fill("qwertz")
    form.get_by_role("button", name="Replan").click()
    expect(page.get_by_text("qwertz")).to_be_visible()
    expect(note).to_have_value("qwertz")
    note.fill("in the castle")
    form.get_by_role("button", name="Replan").click()
    expect(form.get_by_label("Where it plays")).to_have_value(re.compile("castle"))
    page.reload()
    expect(form.get_by_label("Shot")).to_have_value(shot)


def test_plans_are_opened_and_stories_kept_as_files(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    page.get_by_label("Open a plan").set_input_files(
        {"name": "pictures.txt", "mimeType": "text/plain", "buffer": b"\xff\xfe\x00"}
    )
    expect(page.get_by_text("This file is no text in UTF-8")).to_be_visible()
    page.get_by_label("Open a plan").set_input_files(PLANS)
    expect(page.locator(".notice")).to_contain_text("2 stories were opened")
    expect(page.locator(".scene-card")).to_have_count(1)
    page.wait_for_url("**/?p=*")
    kept = _kept(page)
    expect(kept).to_contain_text("a file")
    with page.expect_download() as download:
        kept.get_by_role("link", name="The whole story").last.click()
    story = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(story["scenes"]) == 1
    assert download.value.suggested_filename == f"{story['id']}.json"


def test_a_model_plans_a_story_and_replans_its_scenes(
    page: Page, studio_url: str, model: Model
) -> None:
    seen, good = threading.Event(), model.says

    def once_seen(asked: Asked) -> Reply:
        assert seen.wait(60)
        return good(asked)

    model.says = once_seen
    _begin_with_model(page, studio_url)
    expect(page.locator("#thinking strong")).to_contain_text("Thinking of the story")
    seen.set()
    expect(page.locator(".scene-card")).to_have_count(5)
    expect(page.locator("#thinking .planning")).to_be_hidden()
    expect(page.get_by_label("Title of the story")).to_have_value(told.STORY["title"])
    expect(_kept(page)).to_contain_text("Scene 5, try 1")
    assert told.KEY not in page.content()
    page.keyboard.press("Escape")
    form = page.locator(".scene-form")
    form.get_by_label("Plan this scene anew").fill("make it night")
    replan = form.get_by_role("button", name="Replan")
    usual, model.says = model.says, lambda _: Hangs(pings=True)
    replan.click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#thinking .planning")).to_be_hidden()
    model.says = usual
    replan.click()
    expect(form.get_by_label("Where it plays")).to_have_value(NIGHT)
    expect(page.locator(".notice")).to_be_hidden()


def test_a_planning_is_cancelled_and_one_that_fails_keeps_the_idea(
    page: Page, studio_url: str, model: Model, chats: ChatServer
) -> None:
    asked = threading.Event()

    def hang(_: Asked) -> Reply:
        asked.set()
        return Hangs(pings=True)

    model.says = hang
    chats.gone.clear()
    _begin_with_model(page, studio_url)
    expect(page.locator("#thinking .detail")).to_contain_text("tiny")
    begin = page.locator("#begin")
    expect(begin).to_be_disabled()
    assert asked.wait(20)
    start = time.monotonic()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#thinking .planning")).to_be_hidden()
    expect(begin).to_be_enabled()
    assert chats.gone.wait(1)
    assert time.monotonic() - start < 1.5
    model.says = lambda _: Fails(401, "no such key", "invalid_api_key")
    begin.click()
    expect(page.get_by_text("does not take the key")).to_be_visible()
    expect(begin).to_be_enabled()
    expect(page.locator("#idea textarea")).to_have_value(told.IDEA)


def _kept(page: Page) -> Locator:
    """Open what is told of the story's files and its planning."""
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name=re.compile("Keep this story")).click()
    return page.locator(".kept")


def _begin_with_model(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#idea textarea").fill(told.IDEA)
    page.get_by_label("a language model (tiny at 127.0.0.1").check()
    page.locator("#begin").click()


def _say(field: Locator, words: str) -> None:
    """Type words and leave the field."""
    field.fill(words)
    field.blur()
