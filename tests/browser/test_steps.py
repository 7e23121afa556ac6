"""The four steps of a story: tabs and marks, the script, the cards of motions, keys, the tour."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.opening import Studio, go_to
from tests.browser.stage import Stage
from tests.browser.stories import make_pair
from tests.browser.test_motions import make_dance
from tests.browser.test_takes import keep_take

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    return Stage.open(page, studio, studio.keep(make_dance()))


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name)


def test_the_address_keeps_the_step(page: Page, stage: Stage) -> None:
    expect(tab(page, "Boards")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    go_to(page, "Story")
    page.wait_for_url("**/?p=*&step=story*")
    go_to(page, "Film")
    expect(stage.boxes.first).to_be_hidden()
    page.go_back()
    expect(tab(page, "Story")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.locator(".script").get_by_label("Narration").first).to_have_value("A fox woke up.")
    page.go_back()
    expect(stage.boxes.first).to_be_visible()


def test_keys_go_to_steps_and_show_all_keys(page: Page, stage: Stage) -> None:
    page.keyboard.press("Alt+4")
    expect(tab(page, "Film")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tab(page, "Story")).to_be_focused()
    expect(page.locator("#step-story")).to_be_visible()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="All keys")
    for words in ("Cast & Motions", "Previous keyframe", "Reject", "Put it into the bin"):
        expect(sheet).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator(".script").get_by_label("Narration").first.press("?")
    expect(sheet).to_be_hidden()


def test_tabs_say_what_is_outdated_and_why(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    keep_take(project, studio, seed=31)
    stage = Stage.open(page, studio, project)
    expect(tab(page, "Boards")).to_contain_text("1 of 2 to render")
    expect(tab(page, "Cast & Motions")).to_contain_text("2 characters")
    expect(tab(page, "Film")).to_contain_text("not made yet")
    stage.drag("robot", 0, -0.05, "Control")
    expect(tab(page, "Boards")).to_contain_text("1 scene outdated: boxes changed")
    words = page.get_by_label("What is seen behind the actors")
    words.fill("a quiet castle")
    words.blur()
    expect(tab(page, "Boards")).to_contain_text("1 scene outdated: boxes and words changed")


def test_the_story_is_changed_where_it_is_read(page: Page, stage: Stage) -> None:
    go_to(page, "Story")
    scenes = page.locator(".script-scene")
    expect(scenes).to_have_count(2)
    narration = scenes.nth(1).get_by_label("Narration")
    narration.fill("It got dark, and nobody was afraid.")
    narration.blur()
    stage.wait(lambda: stage.project.reload().scenes[1].narration.endswith("nobody was afraid."))
    scenes.first.get_by_label("Shot").select_option("close")
    stage.wait(lambda: stage.scene().shot_size == "close")
    scenes.nth(1).get_by_role("button", name="Its boxes").click()
    expect(page.locator("#step-boards")).to_be_visible()
    expect(page.locator(".scene-card.selected")).to_contain_text("nobody was afraid.")
    go_to(page, "Story")
    page.get_by_role("button", name="Earlier versions", exact=True).click()
    expect(page.get_by_role("dialog", name="Earlier versions").locator("li")).not_to_have_count(0)


def test_a_scene_is_planned_anew_in_the_script(page: Page, stage: Stage) -> None:
    go_to(page, "Story")
    scene = page.locator(".script-scene").first
    scene.get_by_text("Plan it anew").click()
    note = scene.get_by_label("Plan this scene anew")
    note.fill("closer")
    scene.get_by_role("button", name="Replan").click()
    expect(scene.get_by_label("Shot")).to_have_value("medium")
    expect(note).to_have_value("")
    expect(tab(page, "Story")).to_have_attribute("aria-selected", "true")


def test_motions_say_what_they_need_and_where_they_are_played(page: Page, stage: Stage) -> None:
    expect(tab(page, "Cast & Motions")).to_contain_text("1 motion to learn")
    go_to(page, "Cast & Motions")
    stands, dances = page.locator("[data-motion=stands]"), page.locator("[data-motion=dances]")
    expect(stands.locator(".badge")).to_have_text("known")
    expect(dances.locator(".badge")).to_have_text("to learn")
    expect(dances).to_contain_text("shown by a stand-in: jumps")
    expect(page.get_by_text(re.compile("Clips come from: .*The paper theatre"))).to_be_visible()
    dances.get_by_role("button", name="Find clips").click()
    window = page.get_by_role("dialog", name="Motions")
    expect(window.get_by_role("heading", level=3, name="dances")).to_be_visible()
    page.keyboard.press("Escape")
    stands.get_by_role("button", name="Show scene 2").click()
    expect(page.locator(".scene-card.selected")).to_contain_text("Dusk")
    expect(stage.boxes.first).to_be_visible()


def test_the_tour_is_offered_once_and_can_be_left(page: Page, stage: Stage) -> None:
    page.locator(".tour-offer").get_by_role("button", name="Show me around").click()
    bubble = page.get_by_role("dialog", name="The four steps")
    for number, name in enumerate(("Story", "Boards", "Cast & Motions", "Film"), 1):
        expect(bubble.get_by_role("heading")).to_have_text(name)
        expect(bubble).to_contain_text(f"{number} of 4")
        expect(tab(page, name)).to_have_attribute("aria-selected", "true")
        bubble.get_by_role("button", name=re.compile("Next|Begin")).click()
    expect(bubble).to_have_count(0)
    expect(stage.boxes.first).to_be_visible()
    page.reload()
    expect(stage.boxes.first).to_be_visible()
    expect(page.locator(".tour-offer")).to_be_hidden()
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Show me around").click()
    page.keyboard.press("Escape")
    expect(bubble).to_have_count(0)


def test_the_steps_fit_a_phone(phone: Page, studio: Studio) -> None:
    phone.goto(studio.address(studio.keep(make_dance())))
    film = tab(phone, "Film")
    for name in ("Story", "Boards", "Cast & Motions", "Film"):
        go_to(phone, name)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(film).to_be_in_viewport(ratio=0.9)
