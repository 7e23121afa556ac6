"""Nothing is lost: two windows, a killed studio, a forgotten story; visitors keep apart."""

from __future__ import annotations

import functools
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.opening import Studio, free_port, open_studio, refusals
from tests.browser.stage import Stage
from tests.browser.stories import make_long_story, make_pair

pytestmark = pytest.mark.browser


def test_edits_of_two_windows_meet(page: Page, other_page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    mine, theirs = (Stage.open(one, studio, project) for one in (page, other_page))
    theirs.page.locator(".scene-card .pick").nth(1).click()
    theirs.drag("fox", 0.2, 0, "Control")
    theirs.wait(lambda: project.reload().revision == 1)
    mine.drag("robot", -0.1, 0, "Control")  # another scene: both stay
    mine.wait(lambda: project.reload().revision == 2)
    assert (
        project.reload().scenes[1].regions[0].boxes()[0]
        != make_pair().scenes[1].regions[0].boxes()[0]
    )


@pytest.mark.parametrize("choice", ["Use mine", "Use theirs"])
def test_a_conflict_is_asked_about(
    page: Page, other_page: Page, studio: Studio, choice: str
) -> None:
    project = studio.keep(make_pair())
    mine, theirs = (Stage.open(one, studio, project) for one in (page, other_page))
    silence = {"jobs": [], "revision": 0, "saved": ""}
    page.route("**/api/watch", lambda route: route.fulfill(json=silence))
    theirs.drag("fox", 0.2, 0, "Control")
    theirs.wait(lambda: project.reload().revision == 1)
    there = theirs.edges("fox", 0)
    with refusals(page):
        mine.drag("fox", 0, 0.06, "Control")
        expect(page.get_by_text("changed in another window")).to_be_visible()
        page.get_by_role("button", name=choice).click()
        expect(page.get_by_text("changed in another window")).to_be_hidden()
        page.unroute("**/api/watch")
    if choice == "Use theirs":
        assert mine.edges("fox", 0) == there
        expect(mine.box("fox").locator(".edge")).to_have_attribute("x", _left_edge(theirs, "fox"))
    else:
        mine.wait(lambda: mine.edges("fox", 0)[1] == pytest.approx(0.41, abs=0.01))
    assert project.version(1).scenes[0].regions[0].boxes()[0] is not None


def test_a_nudge_just_before_a_reload_is_saved(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    stage = Stage.open(page, studio, project)
    stage.select("fox")
    before = stage.edges("fox", 0)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.reload()
    stage.wait(lambda: stage.edges("fox", 0)[0] == pytest.approx(before[0] + 0.03))
    expect(stage.boxes).to_have_count(2)
    page.wait_for_function(
        "document.querySelector('.workshop .saved').textContent.startsWith('saved')"
    )
    assert (
        project.reload().revision == 1
    )  # sent once as the page went, known by its stamp as it came back


def test_a_nudge_stays_in_its_story_when_another_is_opened(page: Page, studio: Studio) -> None:
    one, other = studio.keep(make_pair()), studio.keep(make_pair())
    page.goto(studio.url)
    page.locator(f".book[href*='{one.path.name}']").last.click()
    stage = Stage(page, one)
    stage.boxes.first.wait_for()
    before = stage.edges("fox", 0)
    stage.select("fox")
    page.keyboard.press("ArrowDown")
    page.go_back()
    page.locator(f".book[href$='{other.path.name}']").click()
    stage.wait(lambda: stage.edges("fox", 0)[1] == pytest.approx(before[1] + 0.01))
    assert other.reload().revision == 0


@pytest.mark.slow
def test_every_saved_edit_outlives_a_kill(page: Page, tmp_path: Path) -> None:
    port = free_port()
    with open_studio(tmp_path, port=port) as studio:
        project = studio.keep(make_pair())
        stage = Stage.open(page, studio, project)
        for at in range(3):
            stage.drag("fox", 0.04, 0, "Control")
            stage.wait(lambda at=at: project.reload().revision == at + 1)
        before = stage.edges("fox", 0)
        with refusals(page):
            studio.process.kill()
            studio.process.wait()
            stage.drag("fox", 0.1, 0, "Control")
            expect(page.get_by_text("not saved yet")).to_be_visible()
            assert stage.edges("fox", 0) == before
            with open_studio(tmp_path, port=port):
                stage.wait(lambda: stage.edges("fox", 0)[0] > before[0] + 0.05)
                page.reload()
                expect(stage.boxes).to_have_count(2)
                page.goto("about:blank")
    assert project.reload().revision == 4


def test_the_browser_brings_a_forgotten_story_back(page: Page, studio: Studio) -> None:
    project = studio.keep(make_long_story(2))
    stage = Stage.open(page, studio, project)
    stage.drag("one-0", 0.1, 0, "Control")
    stage.wait(lambda: project.reload().revision == 1)
    moved = stage.edges("one-0", 0)
    there = f"studio.story.{project.path.name}"
    page.wait_for_function(
        "([there, moved]) => (localStorage.getItem(there) || '').includes(moved)",
        arg=[there, str(moved[0])],
    )
    shutil.rmtree(project.path)
    with refusals(page):
        page.reload()
        page.get_by_role("button", name="Bring it back").click()
        expect(page.locator(".scene-card")).to_have_count(2)
    assert stage.edges("one-0", 0) == moved


def test_a_story_forgotten_while_it_is_open_keeps_its_last_edit(page: Page, studio: Studio) -> None:
    project = studio.keep(make_long_story(2).model_copy(update={"id": "a-story-soon-gone"}))
    stage = Stage.open(page, studio, project)
    page.wait_for_function(
        "there => localStorage.getItem(there)", arg=f"studio.story.{project.path.name}"
    )
    before = stage.edges("one-0", 0)
    shutil.rmtree(project.path)
    with refusals(page):
        stage.drag("one-0", 0.1, 0, "Control")
        page.get_by_role("button", name="Bring it back").click()
        expect(stage.boxes.first).to_be_visible()
    stage.wait(lambda: stage.edges("one-0", 0)[0] == pytest.approx(before[0] + 0.1, abs=0.01))


@pytest.mark.slow
def test_each_visitor_has_their_own_stories(page: Page, other_page: Page, tmp_path: Path) -> None:
    with open_studio(tmp_path, None, "--visitors") as studio:
        page.goto(studio.url)
        page.locator("#idea textarea").fill("A red fox waits in the forest.")
        page.locator("#begin").click()
        expect(page.locator(".scene-card").first).to_be_visible()
        page.wait_for_url("**/?p=*")
        story = page.url
        with refusals(other_page):
            other_page.goto(story)
            expect(other_page.locator("#idea textarea")).to_be_visible()
            expect(other_page.locator(".shelf a")).to_have_count(0)
        page.reload()
        expect(page.locator(".scene-card").first).to_be_visible()
        page.goto("about:blank")
        other_page.goto("about:blank")


def _left_edge(stage: Stage, region: str) -> str:
    """Give where a box begins on a stage, as it is drawn."""
    return stage.box(region).locator(".edge").get_attribute("x") or ""


def test_it_works_in_a_frame_of_another_site(page: Page, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with open_studio(home, None, "--visitors") as studio, _site(tmp_path) as site:
        (tmp_path / "favicon.ico").touch()
        frame = f'<iframe src="{studio.url}" style="width: 100%; height: 850px"></iframe>'
        (tmp_path / "around.html").write_text(frame, encoding="utf-8")
        page.goto(f"{site}/around.html")
        inside = page.frame_locator("iframe")
        inside.locator("#idea textarea").fill("A red fox waits in the forest.")
        inside.locator("#begin").click()
        expect(inside.locator(".scene-card").first).to_be_visible()
        inside.locator(".workshop .boxes-stage .box").first.focus()
        page.keyboard.press("ArrowRight")
        expect(inside.get_by_role("button", name=re.compile("^Undo: move"))).to_be_enabled()
        expect(inside.get_by_text(re.compile("^saved"))).to_be_visible()
        assert page.context.cookies() == []
        page.goto("about:blank")


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    """Serve a folder as another site than 127.0.0.1."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
