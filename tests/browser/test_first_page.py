"""A newcomer in Chromium: the example plays, is touched, and becomes a story of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.artifacts import Take
from pipeline.settings import Settings
from pipeline.workspace import list_projects, open_project
from studio.example import OWNER
from tests.browser.opening import Studio, open_studio

pytestmark = pytest.mark.browser

RENDER_MS = 120_000
BOX = ".bench .boxes-stage .box"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Start a studio in which each browser has stories of its own."""
    with open_studio(tmp_path_factory.mktemp("shared"), None, "--visitors") as opened:
        yield opened


def first_page(page: Page, studio: Studio) -> Locator:
    """Open the first page and give its film."""
    page.goto(studio.url)
    film = page.locator(".reel video")
    expect(film).to_be_visible()
    return film


def stories(studio: Studio) -> set[Path]:
    """Give the folders of all visitors' stories; the example belongs to none of them."""
    users = [path.name for path in (studio.home / "users").glob("*")]
    own = [Settings(home=studio.home, user=user) for user in users if not user.startswith(OWNER)]
    return {one.path for settings in own for one in list_projects(settings)}


def test_the_example_plays_with_boxes_off_and_without(page: Page, shared: Studio) -> None:
    film = first_page(page, shared)
    page.wait_for_function("document.querySelector('.reel video').currentTime > 0.5")
    assert film.evaluate("video => [video.muted, video.loop, video.controls]") == [
        True,
        True,
        False,
    ]
    over = page.locator(".reel .boxes-over")
    expect(over).to_be_visible()
    expect(over.locator(".asked")).not_to_have_count(0)
    legend = page.locator(".reel-switch").get_by_text("solid: asked, dashed: seen")
    expect(legend).to_be_visible()
    page.get_by_label("off", exact=True).check(force=True)
    expect(over).to_be_hidden()
    expect(legend).to_be_hidden()
    source = film.get_attribute("src")
    page.get_by_label("without boxes").check(force=True)
    expect(film).not_to_have_attribute("src", source or "")
    expect(over).to_be_visible()
    expect(page.locator(".reel-words")).not_to_be_empty()


def test_nothing_but_the_example_and_the_idea_is_there(page: Page, shared: Studio) -> None:
    before = stories(shared)
    first_page(page, shared)
    expect(page.locator(".welcome-card")).to_have_count(6)
    expect(page.locator(".welcome-card").nth(1)).to_have_attribute("aria-pressed", "true")
    line = page.locator(".bench-line")
    expect(line).to_contain_text("Drag the ghost of Rusty, then Render scene 2: about")
    expect(page.locator(".bench.inviting .handle.se")).to_be_visible()
    expect(page.locator("#examples button")).to_have_count(3)
    expect(page.locator(".troupe-figure")).not_to_have_count(0)
    expect(page.locator(".welcome-top .pill")).to_contain_text("Paper theatre, ")
    expect(page.locator("#begin")).to_have_text("Plan my story: 1 s, free")
    expect(page.locator(".shelf a")).to_have_count(0)
    expect(page.locator(".bench .editor-bar")).to_be_hidden()
    assert stories(shared) == before
    page.locator(".troupe-figure").first.click()
    page.locator(".place").first.click()
    expect(page.locator("#idea textarea")).to_have_value("a witch the forest")


@pytest.mark.slow
def test_a_drag_makes_it_ones_own_and_renders(page: Page, other_page: Page, shared: Studio) -> None:
    first_page(page, shared)
    fox = page.locator(f"{BOX}[data-region=fox] .edge")
    page.locator(".bench").evaluate("it => it.scrollIntoView({block: 'center'})")
    edges = fox.bounding_box()
    assert edges is not None
    before = stories(shared)
    x, y = edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 60, steps=5)
    page.mouse.up()
    expect(page.locator(".welcome-top .saved")).to_contain_text("saved")
    expect(page.locator(".bench.inviting")).to_have_count(0)
    expect(page.locator(".bench-line")).to_contain_text("Drag the ghost of Rusty, then ")
    (own,) = map(open_project, stories(shared) - before)
    take = page.locator(".bench-take")
    page.get_by_role("button", name="Render scene 2").click()
    expect(take).to_contain_text("Draft 2", timeout=RENDER_MS)
    assert len(own.takes("scene-2")) == 3
    assert own.reload().revision == 1
    first_page(other_page, shared)
    expect(other_page.locator(".first-line")).to_contain_text("An example")
    page.reload()
    expect(page.locator(".first-line")).to_contain_text("Your last story")
    page.get_by_role("button", name="Watch the film").click()
    page.wait_for_url("**/?p=*&step=film")
    expect(page.locator(".film video")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Go on with this story").click()
    page.wait_for_url("**/?p=*")
    expect(page.locator(".scene-card")).to_have_count(6)


def test_on_a_phone_the_film_comes_first_then_the_idea_then_the_scenes(
    phone: Page, shared: Studio
) -> None:
    first_page(phone, shared)
    expect(phone.locator(BOX).first).to_be_visible()
    places = [".reel", "#idea", ".welcome-cards", ".welcome-foot"]
    tops = [phone.locator(one).evaluate("it => it.getBoundingClientRect().top") for one in places]
    assert tops == sorted(tops)
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= phone.evaluate("document.documentElement.clientWidth")


@pytest.mark.slow
def test_the_whole_film_comes_as_drafts_and_then_as_finals(page: Page, shared: Studio) -> None:
    page.goto(shared.url)
    page.locator("#idea textarea").fill("A shy fox dances at the castle.")
    page.locator("#begin").click()
    page.wait_for_url("**/?p=*")
    page.get_by_role("button", name="Make the whole film").click()
    expect(page.locator(".toast")).to_contain_text("Drafts first")
    notice = page.locator(".notice", has_text="The film is ready")
    expect(notice).to_be_visible(timeout=5 * RENDER_MS)
    expect(notice.get_by_role("button").first).to_have_text("Watch the film")
    expect(notice.locator(".aside")).to_contain_text("could be learned, about")
    assert {take.settings.num_inference_steps for take in takes_of(page, shared)} == {8, 20}
    notice.get_by_role("button", name="See what could be learned").click()
    expect(page.get_by_role("tab", name="Cast & Motions")).to_have_attribute(
        "aria-selected", "true"
    )


def takes_of(page: Page, studio: Studio) -> list[Take]:
    """Give all takes of the story that is open."""
    name = page.evaluate("new URL(location.href).searchParams.get('p')")
    (project,) = (open_project(path) for path in stories(studio) if path.name == name)
    return [take for scene in project.story.scenes for take in project.takes(scene.id)]
