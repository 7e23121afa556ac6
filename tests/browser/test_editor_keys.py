"""The box editor without a mouse: by keyboard, by numbers, and by touch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_pair

pytestmark = pytest.mark.browser

FOX = [0.1, 0.35, 0.4, 0.9]


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    opened = Stage.open(page, studio, studio.keep(make_pair()))
    opened.box("fox").focus()
    return opened


def test_boxes_say_who_they_are(stage: Stage) -> None:
    label = stage.box("fox").get_attribute("aria-label") or ""
    assert re.match(r"Mia, keyframe 1 of 6, left third, 30 by 55 percent", label)


def test_arrows_nudge_and_keep_the_focus(stage: Stage) -> None:
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("Shift+ArrowRight")
    stage.page.keyboard.press("ArrowDown")
    stage.wait(lambda: stage.edges("fox", 0) == pytest.approx([0.22, 0.36, 0.52, 0.91]))
    expect(stage.box("fox")).to_be_focused()
    stage.page.keyboard.press("]")
    stage.wait(lambda: stage.edges("fox", 0)[0] < 0.22)


def test_keyframes_keys_and_presence(stage: Stage) -> None:
    keys = stage.page.keyboard
    keys.press("3")
    expect(stage.page.get_by_role("tab", name="Keyframe 3")).to_have_attribute(
        "aria-selected", "true"
    )
    keys.press("k")
    stage.wait(lambda: stage.set_keys("fox") == [0, 2, 5])
    keys.press("k")
    stage.wait(lambda: stage.set_keys("fox") == [0, 5])
    keys.press("f")
    keys.press("o")
    stage.wait(lambda: stage.region("fox").box_at(3) is None)
    assert stage.edges("fox", 2) == pytest.approx(FOX)
    keys.press("Control+z")
    stage.wait(lambda: stage.region("fox").box_at(3) is not None)


def test_copy_paste_and_duplicate(stage: Stage) -> None:
    keys = stage.page.keyboard
    keys.press("Shift+ArrowRight")
    keys.press("Control+b")
    stage.wait(lambda: stage.edges("fox", 5) == pytest.approx([0.2, 0.35, 0.5, 0.9]))
    keys.press("Control+d")
    stage.wait(lambda: len(stage.scene().regions) == 3)
    assert stage.scene().regions[-1].character_id == "fox"
    keys.press("Shift+Delete")
    stage.wait(lambda: len(stage.scene().regions) == 2)
    stage.box("robot").focus()
    keys.press("Control+c")
    stage.page.locator(".scene-card .pick").nth(1).click()
    stage.page.locator(".workshop .boxes-stage .box[data-region=fox]").focus()
    keys.press("Escape")
    keys.press("Control+v")
    stage.wait(lambda: len(stage.project.reload().scenes[1].regions) == 2)


def test_lock_layers_and_the_sheet_of_keys(stage: Stage) -> None:
    keys = stage.page.keyboard
    keys.press("=")
    stage.wait(lambda: stage.region("fox").layer > stage.region("robot").layer)
    keys.press("l")
    stage.wait(lambda: stage.region("fox").locked)
    keys.press("ArrowRight")
    keys.press("?")
    sheet = stage.page.get_by_role("dialog", name="All keys")
    expect(sheet).to_be_visible()
    keys.press("Escape")
    expect(sheet).to_be_hidden()
    assert stage.edges("fox", 0) == FOX


def test_single_keys_do_nothing_outside_of_the_editor(stage: Stage) -> None:
    narration = stage.page.locator(".scene-form").get_by_label("Narration")
    narration.focus()
    narration.press("End")
    stage.page.keyboard.type(" kol3]")
    stage.page.get_by_label("Where it plays").focus()
    stage.wait(lambda: stage.scene().narration == "A fox woke up. kol3]")
    assert stage.set_keys("fox") == [0, 5]


def test_numbers_place_a_box(stage: Stage) -> None:
    stage.select("fox")
    inspector = stage.page.get_by_role("region", name="The chosen box")
    _type(inspector.locator("input[data-side=x]"), "45")
    stage.wait(lambda: stage.edges("fox", 0) == pytest.approx([0.45, 0.35, 0.75, 0.9]))
    inspector.get_by_role("button", name="Right third").click()
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.6833, abs=0.002))
    inspector.get_by_role("button", name="To all").click()
    stage.wait(lambda: stage.edges("fox", 4)[0] == pytest.approx(0.6833, abs=0.002))


def test_keys_go_on_after_playing_a_scene(stage: Stage) -> None:
    page = stage.page
    stage.select("fox")
    page.keyboard.press("Space")
    expect(page.locator(".workshop .editor .player")).to_be_visible()
    page.get_by_role("button", name="Back to the boxes").click()
    expect(stage.box("fox")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.2))
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(stage.box("fox")).to_be_focused()


def test_a_click_beside_the_boxes_brings_the_keys_into_the_editor(stage: Stage) -> None:
    stage.page.locator(".scene-form").get_by_label("Narration").focus()
    stage.box("fox").scroll_into_view_if_needed()
    x, y = stage.middle("fox")
    stage.page.mouse.click(x, y - 0.4 * stage.size()[1])
    stage.page.keyboard.press("3")
    tab = stage.page.get_by_role("tab", name="Keyframe 3")
    expect(tab).to_have_attribute("aria-selected", "true")


def test_a_nudge_is_kept_when_another_scene_is_opened_at_once(stage: Stage) -> None:
    stage.page.keyboard.press("Shift+ArrowRight")
    stage.page.locator(".scene-card .pick").nth(1).click()
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.2))
    dusk = stage.project.reload().scenes[1].regions[0].box_at(0)
    assert dusk is not None
    assert dusk.as_list() == FOX


def test_a_box_is_pasted_into_another_scene_where_it_stood(stage: Stage) -> None:
    stage.select("robot")
    stage.page.keyboard.press("Control+c")
    stage.page.locator(".scene-card .pick").nth(1).click()
    stage.select("fox")
    stage.page.keyboard.press("Control+v")
    stage.wait(lambda: len(stage.project.reload().scenes[1].regions) == 2)
    fox, robot = (one.box_at(0) for one in stage.project.reload().scenes[1].regions)
    assert fox is not None
    assert robot is not None
    assert (fox.as_list(), robot.as_list()) == (FOX, [0.62, 0.4, 0.87, 0.92])


def test_what_was_taken_back_can_be_done_again_from_its_message(stage: Stage) -> None:
    stage.page.keyboard.press("Shift+ArrowRight")
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.2))
    stage.page.keyboard.press("Control+z")
    stage.wait(lambda: stage.edges("fox", 0) == FOX)
    told = stage.page.locator(".toast", has_text="Undone: move Mia right")
    told.get_by_role("button", name="Redo").click()
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.2))
    expect(told).to_have_count(0)


def test_fingers_drag_boxes(phone: Page, studio: Studio) -> None:
    stage = Stage.open(phone, studio, studio.keep(make_pair()))
    stage.box("fox").scroll_into_view_if_needed()
    x, y = stage.middle("fox")
    stage.touch(((x, y), (x + 0.2 * stage.size()[0], y)))
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.3, abs=0.03))
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_fingers_zoom_and_move_no_box(phone: Page, studio: Studio) -> None:
    stage = Stage.open(phone, studio, studio.keep(make_pair()))
    stage.box("fox").scroll_into_view_if_needed()
    revision = stage.project.reload().revision
    width = stage.size()[0]
    x, y = stage.middle("fox")
    stage.touch(((x, y), (x - 30, y)), ((x + 60, y), (x + 120, y)))
    assert stage.size()[0] > 1.8 * width
    phone.wait_for_timeout(600)
    assert stage.edges("fox", 0) == FOX
    assert stage.project.reload().revision == revision


def _type(field: Locator, words: str) -> None:
    field.fill(words)
    field.press("Tab")
