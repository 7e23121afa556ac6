"""The box editor by mouse: each gesture, and what is saved of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from pipeline.story import Box, Key, Story
from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_pair

pytestmark = pytest.mark.browser

FOX = [0.1, 0.35, 0.4, 0.9]
ROBOT = [0.62, 0.4, 0.87, 0.92]
OpenStage = Callable[[], Stage]


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    return Stage.open(page, studio, studio.keep(make_pair()))


def test_a_drag_sets_a_key_here_and_bends_the_path(stage: Stage) -> None:
    stage.page.get_by_role("tab", name="Keyframe 3").click()
    stage.drag("fox", 0.2, 0.05, "Control")
    stage.wait(lambda: stage.set_keys("fox") == [0, 2, 5])
    assert stage.edges("fox", 2) == pytest.approx([0.3, 0.4, 0.6, 0.95], abs=0.01)
    assert stage.edges("fox", 0) == FOX
    assert stage.edges("fox", 1) == pytest.approx([0.2, 0.375, 0.5, 0.925], abs=0.01)
    assert stage.edges("robot", 2) == ROBOT


def test_shift_moves_the_whole_path_and_alt_this_keyframe_alone(stage: Stage) -> None:
    stage.drag("fox", 0.1, 0, "Control", "Shift")
    stage.wait(lambda: stage.edges("fox", 5)[0] > 0.15)
    assert stage.edges("fox", 0) == pytest.approx(stage.edges("fox", 5))
    stage.page.get_by_role("tab", name="Keyframe 4").click()
    stage.drag("robot", -0.1, 0, "Control", "Alt")
    stage.wait(lambda: stage.set_keys("robot") == [0, 2, 3, 4, 5])
    assert [stage.edges("robot", k)[0] for k in (0, 2, 4, 5)] == pytest.approx([0.62] * 4, abs=1e-3)
    assert stage.edges("robot", 3)[0] == pytest.approx(0.52, abs=0.01)


@pytest.mark.parametrize(
    ("handle", "edge", "way"),
    [("nw", (0, 1), 1), ("n", (1,), 1), ("ne", (1, 2), 1), ("e", (2,), -1),
     ("se", (2, 3), -1), ("s", (3,), -1), ("sw", (0, 3), -1), ("w", (0,), 1)],
)  # fmt: skip
def test_every_handle_pulls_its_own_edges(
    stage: Stage, handle: str, edge: tuple[int, ...], way: int
) -> None:
    stage.select("robot")
    grip = stage.page.locator(f".workshop .handles [data-handle={handle}] .grip").bounding_box()
    assert grip is not None
    start = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    stage.pull(start, 0.05 * way, 0.05 * way, "Control")
    stage.wait(lambda: stage.edges("robot", 0) != ROBOT)
    moved = [abs(a - b) > 0.02 for a, b in zip(stage.edges("robot", 0), ROBOT, strict=True)]
    assert [at for at, one in enumerate(moved) if one] == list(edge)


def test_a_drag_on_the_empty_stage_draws_a_box_and_delete_removes_it(stage: Stage) -> None:
    left, top = _corner(stage)
    width, height = stage.size()
    stage.pull((left + 0.45 * width, top + 0.05 * height), 0.12, 0.25, "Control")
    stage.wait(lambda: len(stage.scene().regions) == 3)
    new = stage.scene().regions[-1]
    box = new.box_at(0)
    assert box is not None
    assert box.as_list() == pytest.approx([0.45, 0.05, 0.57, 0.3], abs=0.015)
    expect(stage.boxes).to_have_count(3)
    stage.page.keyboard.press("Shift+Delete")
    stage.wait(lambda: len(stage.scene().regions) == 2)
    expect(stage.boxes).to_have_count(2)


def test_undo_and_redo_name_what_they_do_and_stay_with_their_scene(stage: Stage) -> None:
    page = stage.page
    stage.drag("fox", 0.2, 0)
    stage.wait(lambda: stage.edges("fox", 0) != FOX)
    moved = stage.edges("fox", 0)
    page.get_by_role("button", name=re.compile("Undo.*move Mia")).click()
    stage.wait(lambda: stage.edges("fox", 0) == FOX)
    page.get_by_role("button", name=re.compile("Redo.*move Mia")).click()
    stage.wait(lambda: stage.edges("fox", 0) == moved)
    page.locator(".scene-card .pick").nth(1).click()
    expect(page.get_by_role("button", name=re.compile("^Undo")).first).to_be_disabled()
    page.locator(".scene-card .pick").first.click()
    page.get_by_role("button", name=re.compile("Undo.*move Mia")).click()
    stage.wait(lambda: stage.edges("fox", 0) == FOX)


def test_a_box_is_caught_by_the_edge_and_the_guide_is_shown(stage: Stage) -> None:
    x, y = stage.middle("fox")
    width, _ = stage.size()
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x - 0.095 * width, y, steps=6)
    expect(stage.page.locator(".guides .guide[visibility=visible]").first).to_be_attached()
    stage.page.mouse.up()
    stage.wait(lambda: stage.edges("fox", 0)[0] == 0)


def test_a_key_moves_on_the_timeline(stage: Stage) -> None:
    page = stage.page
    row = page.locator(".timeline .row[data-region=fox] .key")
    start, end = row.nth(5).bounding_box(), row.nth(3).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    page.mouse.up()
    stage.wait(lambda: stage.set_keys("fox") == [0, 3])
    assert stage.region("fox").box_at(5) is None


def test_the_menu_of_a_diamond_is_about_its_key(stage: Stage) -> None:
    page = stage.page
    keys = page.locator(".timeline .row[data-region=fox] .key")
    keys.nth(2).dblclick()
    stage.wait(lambda: stage.set_keys("fox") == [0, 2, 5])
    keys.nth(2).click(button="right")
    menu = page.locator(".workshop .editor-menu")
    menu.get_by_role("menuitem", name="Stay, then jump").click()
    stage.wait(lambda: stage.eases("fox") == {0: "linear", 2: "hold", 5: "linear"})
    expect(keys.nth(2)).to_be_focused()
    keys.nth(2).click(button="right")
    menu.get_by_role("menuitem", name="Move this key to keyframe 4").click()
    stage.wait(lambda: stage.set_keys("fox") == [0, 3, 5])
    keys.nth(3).click(button="right")
    menu.get_by_role("menuitem", name="Clear the key here").click()
    stage.wait(lambda: stage.set_keys("fox") == [0, 5])


def test_a_finding_is_marked_and_fixed_where_it_is(page: Page, studio: Studio) -> None:
    stage = Stage.open(page, studio, studio.keep(_thin_fox(3)))
    fourth = page.get_by_role("tab", name="Keyframe 4")
    expect(fourth.locator(".flag")).to_have_text("!")
    expect(page.locator(".timeline .row[data-region=fox] .key.marked").first).to_be_visible()
    expect(stage.box("fox").locator(".flag")).to_have_text("")
    fourth.click()
    expect(stage.box("fox").locator(".flag")).to_have_text("!")
    page.locator(".timeline .row[data-region=fox] .who").click()
    inspector = page.get_by_role("region", name="The chosen box")
    inspector.get_by_role("button", name="Fix: enlarge").click()
    stage.wait(lambda: stage.edges("fox", 3)[2] - stage.edges("fox", 3)[0] > 0.1)
    expect(stage.box("fox").locator(".flag")).to_have_text("")


def test_a_view_of_another_scene_ends_what_was_begun(stage: Stage) -> None:
    stage.page.get_by_role("button", name="Draw a box").click()
    left, top = _corner(stage)
    width, height = stage.size()
    stage.page.mouse.click(left + 0.5 * width, top + 0.1 * height)
    stage.page.locator(".scene-card .pick").nth(1).click()
    expect(stage.box("robot")).to_have_count(0)
    expect(stage.box("fox")).to_be_visible()


def test_locked_boxes_stay_and_hidden_ones_leave_the_stage_alone(stage: Stage) -> None:
    row = stage.page.locator(".timeline .row[data-region=fox]")
    row.locator(".lock").click()
    stage.wait(lambda: stage.region("fox").locked)
    stage.drag("fox", 0.2, 0)
    row.locator(".eye").click()
    expect(stage.box("fox")).to_have_count(0)
    assert stage.edges("fox", 0) == FOX


def test_the_table_is_an_editor_too(stage: Stage) -> None:
    stage.page.get_by_role("button", name=re.compile("table", re.IGNORECASE)).first.click()
    cell = stage.page.locator(".workshop .editor-place table input").first
    before = cell.input_value()
    assert before.startswith("10")
    cell.fill(before.replace("10", "13.5", 1))
    cell.press("Enter")
    stage.wait(lambda: stage.edges("fox", 0) == pytest.approx([0.135, 0.35, 0.435, 0.9]))


def test_what_the_model_sees_is_shown_in_cells(stage: Stage) -> None:
    stage.page.locator(".workshop summary", has_text="More").first.click()
    stage.page.get_by_role("button", name="As the model sees it").click()
    expect(stage.page.locator(".cells .share").first).to_be_attached()


def test_the_boxes_play_before_any_model_runs(stage: Stage) -> None:
    stage.drag("fox", 0.3, 0, "Control")
    stage.wait(lambda: stage.edges("fox", 0) != FOX)
    stage.page.get_by_role("button", name="Play the boxes").click()
    player = stage.page.locator("dialog.film-player")
    expect(player).to_be_visible()
    stage_box = player.locator(".player-stage").bounding_box()
    assert stage_box is not None
    assert stage_box["width"] > 300
    expect(player.locator(".narration")).to_contain_text("A fox woke up.")
    expect(player.locator(".narration")).to_contain_text("It got dark.", timeout=15_000)
    stage.page.keyboard.press("Escape")
    expect(player).to_be_hidden()


def _thin_fox(at: int) -> Story:
    """The pair, with a box of the fox that is narrower than a figure can be drawn."""
    story = make_pair()
    dawn, dusk = story.scenes
    fox, robot = dawn.regions
    thin = Key(box=Box(x0=0.22, y0=0.35, x1=0.26, y1=0.9))
    keys = tuple(thin if k == at else key for k, key in enumerate(fox.keys))
    regions = (fox.model_copy(update={"keys": keys}), robot)
    return story.model_copy(update={"scenes": (dawn.model_copy(update={"regions": regions}), dusk)})


def _corner(stage: Stage) -> tuple[float, float]:
    edges = stage.page.locator(".workshop .boxes-stage .frame").bounding_box()
    assert edges is not None
    return edges["x"], edges["y"]
