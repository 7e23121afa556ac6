"""The scene board: cards are moved, added, split, merged, binned; words and versions are kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.workspace import Project
from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_long_story, make_pair

pytestmark = pytest.mark.browser


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    return Stage.open(page, studio, studio.keep(make_pair()))


def test_cards_tell_what_their_scene_is(stage: Stage) -> None:
    card = stage.page.locator(".scene-card").first
    for words in (
        "Dawn",
        "full figure",
        "Mia",
        "A fox woke up.",
        "planned",
        "Reads 1 s, plays 3 s",
    ):
        expect(card).to_contain_text(words)


def test_scenes_are_moved_by_keys_and_by_dragging(page: Page, studio: Studio) -> None:
    project = studio.keep(make_long_story(3))
    Stage.open(page, studio, project)
    picks = page.locator(".scene-card .pick")
    picks.first.focus()
    page.keyboard.press("Alt+ArrowDown")
    _wait_order(page, project, ["scene-2", "scene-1", "scene-3"])
    expect(page.locator("[data-scene=scene-1] .pick")).to_be_focused()
    grip = page.locator("[data-scene=scene-3] .grip").bounding_box()
    first = page.locator("[data-scene=scene-2]").bounding_box()
    assert grip is not None
    assert first is not None
    page.mouse.move(grip["x"] + 4, grip["y"] + 4)
    page.mouse.down()
    page.mouse.move(first["x"] + 40, first["y"] + 6, steps=8)
    page.mouse.up()
    _wait_order(page, project, ["scene-3", "scene-2", "scene-1"])


def test_a_removed_scene_waits_in_the_bin(stage: Stage) -> None:
    page = stage.page
    _choose(page, 1, "Remove")
    expect(page.locator(".scene-card")).to_have_count(1)
    page.reload()
    page.get_by_role("button", name="Bin (1)").click()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(".scene-card")).to_have_count(2)
    _wait_order(page, stage.project, ["dawn", "dusk"])


def test_scenes_are_added_duplicated_split_and_merged(stage: Stage) -> None:
    page = stage.page
    page.get_by_role("button", name="Add a scene").click()
    expect(page.locator(".scene-card")).to_have_count(3)
    _choose(page, 0, "Duplicate")
    expect(page.locator(".scene-card")).to_have_count(4)
    narration = page.locator(".scene-form").get_by_label("Narration")
    page.locator(".scene-card .pick").first.click()
    narration.fill("A fox woke up. It was cold. The robot slept.")
    narration.blur()
    _choose(page, 0, "Split into two")
    expect(page.locator(".scene-card")).to_have_count(5)
    expect(narration).not_to_have_value("A fox woke up. It was cold. The robot slept.")
    _choose(page, 0, "Merge with the next")
    expect(page.locator(".scene-card")).to_have_count(4)
    page.locator(".scene-card .pick").first.click()
    expect(narration).to_have_value("A fox woke up. It was cold. The robot slept.")


def test_words_the_pack_cannot_read_are_underlined_as_one_types(stage: Stage) -> None:
    field = stage.page.locator(".actors textarea, .scene-form .actor textarea").first
    field.click()
    field.press("End")
    stage.page.keyboard.type(" quarkily")
    expect(stage.page.locator(".scene-form .mirror u", has_text="quarkily")).to_be_attached()
    told = stage.page.locator(".scene-form .unread", has_text="quarkily")
    expect(told).to_contain_text("not known to the paper theatre")


def test_somebody_is_brought_in_and_leaves_again(stage: Stage) -> None:
    page = stage.page
    page.locator(".scene-card .pick").nth(1).click()
    page.get_by_text("Bring somebody in").click()
    page.locator(".entering .actor-face", has_text="Bolt").click()
    expect(stage.boxes).to_have_count(2)
    stage.wait(lambda: len(stage.project.reload().scenes[1].regions) == 2)


def test_an_earlier_version_comes_back(stage: Stage) -> None:
    page = stage.page
    title = page.get_by_label("Title of the story")
    title.fill("Another title")
    title.blur()
    expect(page.get_by_text(re.compile("^saved", re.IGNORECASE)).first).to_be_visible()
    stage.wait(lambda: stage.project.reload().title == "Another title")
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Earlier versions …").click()
    page.get_by_role("button", name=re.compile("Restore the version")).first.click()
    expect(title).to_have_value("Mia and Bolt")
    assert stage.project.reload().title == "Mia and Bolt"


def test_scenes_merged_by_mistake_are_two_again(stage: Stage) -> None:
    page = stage.page
    _choose(page, 0, "Merge with the next")
    expect(page.locator(".scene-card")).to_have_count(1)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    _wait_order(page, stage.project, ["dawn", "dusk"])


def test_back_with_a_window_open_leads_to_a_living_first_page(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    page.goto(studio.url)
    page.locator(f".book[href$='{project.path.name}']").click()
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="Earlier versions …").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#begin").click(trial=True)
    expect(page).to_have_title("DreamRunner Studio")


def test_a_new_scene_is_named_at_once(stage: Stage) -> None:
    page = stage.page
    page.get_by_role("button", name="Add a scene").click()
    expect(page.get_by_label("Title of the scene")).to_be_focused()
    page.keyboard.type("Night")
    page.keyboard.press("Enter")
    expect(page.locator(".scene-card strong").nth(1)).to_have_text("Night")


def test_a_story_goes_out_as_a_zip_and_comes_back(stage: Stage) -> None:
    page = stage.page
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name=re.compile("Keep this story")).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("zip")).click()
    page.goto(page.url.split("?", maxsplit=1)[0])
    page.get_by_label("Import a story").set_input_files(download.value.path())
    expect(page.locator(".scene-card")).to_have_count(2)
    assert stage.project.path.name not in page.url.rpartition("?p=")[2].split("&")


def _choose(page: Page, at: int, words: str) -> None:
    """Choose from the menu of a card."""
    page.locator(".scene-card").nth(at).locator(".card-menu").click()
    _item(page, words).click()


def _item(page: Page, words: str) -> Locator:
    return page.get_by_role("menuitem", name=re.compile(f"^{words}"))


def _wait_order(page: Page, project: Project, order: list[str]) -> None:
    cards = page.locator(".scene-card")
    for at, scene in enumerate(order):
        expect(cards.nth(at)).to_have_attribute("data-scene", scene)
    for _ in range(100):
        if [scene.id for scene in project.reload().scenes] == order:
            return
        page.wait_for_timeout(50)
    raise AssertionError([scene.id for scene in project.reload().scenes])
