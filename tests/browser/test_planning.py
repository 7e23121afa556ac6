"""A storyteller in Chromium who plans: casting, findings, replanning, files, a language model."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import Asked, ChatServer, Fails, Hangs, Reply
from tests.studio.models import NIGHT, Model

pytestmark = pytest.mark.browser

IDEA = "A shy fox wants to fly and meets a unicorn by the sea."
PLANS = Path(__file__).resolve().parents[1] / "pipeline/plan/exchange/two_scenes.txt"


def test_who_is_missing_is_cast_and_stays(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    question = page.get_by_label("There is no unicorn in this troupe. Who plays it?")
    assert question.input_value() == "0"
    before = page.locator(".faces").inner_text()
    question.select_option(index=2)
    expect(page.locator(".faces")).not_to_have_text(before, use_inner_text=True)
    after = page.locator(".faces").inner_text()
    page.reload()
    expect(page.locator(".faces")).to_have_text(after, use_inner_text=True)
    assert question.input_value() == "0"


def test_findings_are_fixed_and_small_things_mended(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    first = page.locator(".actor textarea").first
    _say(first, "the little one sleeps")
    _say(first, "the little one")
    finding = page.locator(".card").first.locator(".finding.warning", has_text="leaves out")
    expect(finding).to_contain_text("Warning: ")
    finding.get_by_role("button", name="Fix: add “sleeps” to the description").click()
    expect(first).to_have_value("the little one sleeps")
    expect(finding).to_have_count(0)
    _say(first, "the little one")
    page.get_by_role("button", name="Mend 1 small thing").click()
    expect(page.locator(".notice")).to_contain_text("1 thing was mended")
    expect(first).to_have_value("the little one sleeps")


def test_a_scene_is_changed_by_a_note_and_by_its_shot(page: Page, studio_url: str) -> None:
    _make_storyboard(page, studio_url)
    card = page.locator(".card").first
    card.get_by_text("More", exact=True).click()
    note = card.get_by_label("Change this scene")
    note.fill("make it night")
    card.get_by_role("button", name="Replan").click()
    expect(card.get_by_label("Where it plays")).to_have_value(re.compile("night"))
    expect(note).to_have_value("")
    drawn = card.locator(".stage .puppet rect").first.bounding_box()
    shot = "close" if card.get_by_label("Shot").input_value() != "close" else "wide"
    card.get_by_label("Shot").select_option(shot)
    page.wait_for_function(
        "high => document.querySelector('.stage .puppet rect').getBoundingClientRect().height"
        " !== high",
        arg=drawn["height"] if drawn else 0,
    )
    note.fill("qwertz")
    card.get_by_role("button", name="Replan").click()
    expect(page.get_by_text("qwertz")).to_be_visible()
    expect(note).to_have_value("qwertz")
    note.fill("in the castle")
    card.get_by_role("button", name="Replan").click()
    expect(card.get_by_label("Where it plays")).to_have_value(re.compile("castle"))
    page.reload()
    card.get_by_text("More", exact=True).click()
    expect(card.get_by_label("Shot")).to_have_value(shot)


def test_plans_are_opened_and_stories_kept_as_files(page: Page, studio_url: str) -> None:
    page.goto(studio_url)
    page.get_by_label("Open a plan").set_input_files(
        {"name": "pictures.txt", "mimeType": "text/plain", "buffer": b"\xff\xfe\x00"}
    )
    expect(page.get_by_text("This file is no text in UTF-8")).to_be_visible()
    page.get_by_label("Open a plan").set_input_files(PLANS)
    expect(page.locator(".notice")).to_contain_text("2 stories were opened")
    expect(page.locator(".card")).to_have_count(1)
    page.wait_for_url("**/?p=*")
    page.get_by_text("The story as a file").click()
    expect(page.locator(".kept")).to_contain_text("a file")
    with page.expect_download() as download:
        page.get_by_role("link", name="The whole story").click()
    story = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert len(story["scenes"]) == 1
    assert download.value.suggested_filename == f"{story['id']}.json"


def test_a_model_plans_a_story_and_replans_its_scenes(
    page: Page, studio_url: str, model: Model
) -> None:
    _begin_with_model(page, studio_url)
    expect(page.locator("#thinking strong")).to_contain_text("Thinking of the story")
    expect(page.locator(".card")).to_have_count(5)
    expect(page.locator("#thinking .planning")).to_be_hidden()
    expect(page.get_by_label("Title of the story")).to_have_value(told.STORY["title"])
    page.get_by_text("The story as a file").click()
    expect(page.locator(".kept")).to_contain_text("Scene 5, try 1")
    assert told.KEY not in page.content()
    card = page.locator(".card").first
    card.get_by_text("More", exact=True).click()
    card.get_by_label("Change this scene").fill("make it night")
    replan = card.get_by_role("button", name="Replan")
    usual, model.says = model.says, lambda _: Hangs(pings=True)
    replan.click()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("#thinking .planning")).to_be_hidden()
    model.says = usual
    replan.click()
    expect(card.get_by_label("Where it plays")).to_have_value(NIGHT)
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
    begin = page.get_by_role("button", name="Make the storyboard")
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


def _make_storyboard(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#idea textarea").fill(IDEA)
    page.get_by_role("button", name="Make the storyboard").click()
    expect(page.locator(".card").first).to_be_visible()
    page.wait_for_url("**/?p=*")


def _begin_with_model(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("#idea textarea").fill(told.IDEA)
    page.get_by_label("a language model (tiny at 127.0.0.1").check()
    page.get_by_role("button", name="Make the storyboard").click()


def _say(field: Locator, words: str) -> None:
    """Type words and leave the field."""
    field.fill(words)
    field.blur()
