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
    stage.page.locator(".boxes-stage .box[data-region=fox]").focus()
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
    sheet = stage.page.locator("dialog", has_text="Previous keyframe")
    expect(sheet).to_be_visible()
    keys.press("Escape")
    expect(sheet).to_be_hidden()
    assert stage.edges("fox", 0) == FOX


def test_single_keys_do_nothing_outside_of_the_editor(stage: Stage) -> None:
    narration = stage.page.get_by_label("Narration")
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


def test_fingers_drag_boxes(phone: Page, studio: Studio) -> None:
    stage = Stage.open(phone, studio, studio.keep(make_pair()))
    stage.box("fox").scroll_into_view_if_needed()
    _touch(stage, "fox", 0.2, 0.0)
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(0.3, abs=0.03))
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _type(field: Locator, words: str) -> None:
    field.fill(words)
    field.press("Tab")


def _touch(stage: Stage, region: str, right: float, down: float) -> None:
    """Drag with one finger, as Chromium's own input would send it."""
    (x, y), (width, height) = stage.middle(region), stage.size()
    touch = stage.page.context.new_cdp_session(stage.page)

    def send(kind: str, points: list[dict[str, float]]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", [{"x": x, "y": y}])
    for part in range(1, 9):
        at = {"x": x + right * width * part / 8, "y": y + down * height * part / 8}
        send("touchMove", [at])
    send("touchEnd", [])
