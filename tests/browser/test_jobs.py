"""The window of all work: its order is changed, work is stopped, goes on, and outlives the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.queue import Job, Queue, open_queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from tests.browser.conftest import PHONE
from tests.browser.opening import Studio, open_studio
from tests.browser.stage import Stage
from tests.studio.fixtures import make_casting, make_story

pytestmark = pytest.mark.browser
START_MS = 240_000
"""A worker loads its model first."""
ENDLESS = 199
"""Steps of a take that nobody waits for."""
AHEAD = 20
"""So many of them last for minutes, however fast the machine is."""
ONE_LINE_PX = 64


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio without the work of other tests."""
    with open_studio(tmp_path_factory.mktemp("jobs")) as opened:
        yield opened


@pytest.fixture
def queue(studio: Studio) -> Iterator[Queue]:
    """The studio's work; what a test leaves of it is cancelled."""
    queue = open_queue(Settings(home=studio.home))
    yield queue
    for job in queue.jobs(active=True):
        queue.control(job.id, "cancel")


@pytest.fixture
def project(studio: Studio) -> Project:
    return studio.keep(make_story(), make_casting())


@pytest.fixture
def busy(studio: Studio, queue: Queue) -> None:
    """Somebody else's drafts go before all final takes."""
    other = studio.keep(make_story(), make_casting())
    for seed in range(AHEAD):
        told = {"scene_id": "dawn", "seed": seed, "steps": ENDLESS, "quality": "draft"}
        queue.submit("render", other.path, told, user="other")


def _render(queue: Queue, project: Project, scene: str, *, steps: int, quality: str) -> int:
    told = {"scene_id": scene, "seed": 3, "steps": steps, "quality": quality}
    return queue.submit("render", project.path, told)


def _window(page: Page) -> Locator:
    page.locator(".workshop .jobs").get_by_role("button", name="All work …").click()
    return page.get_by_role("dialog", name="All work")


def _waiting(queue: Queue, project: Project) -> list[int]:
    jobs: list[Job] = queue.waiting()
    return [job.id for job in jobs if job.project == str(project.path) and job.state == "queued"]


def _drawn(window: Locator) -> list[int]:
    """Give the jobs that wait in the order in which the window shows them."""
    rows = window.locator("[data-waits]")
    return rows.evaluate_all("rows => rows.map(row => Number(row.dataset.job))")


@pytest.mark.usefixtures("busy")
def test_waiting_work_is_moved_held_and_cancelled(
    page: Page, studio: Studio, queue: Queue, project: Project
) -> None:
    first, second = (
        _render(queue, project, "dusk", steps=steps, quality="final") for steps in (ENDLESS, 17)
    )
    film = queue.submit("film", project.path, {})
    stage = Stage.open(page, studio, project)
    window = _window(page)
    row = {job: window.locator(f"[data-job='{job}']") for job in (first, second, film)}
    expect(row[film]).to_contain_text("before it")
    stage.wait(lambda: _drawn(window) == _waiting(queue, project) == [first, second, film])

    row[film].get_by_role("button", name="Sooner").click()
    stage.wait(lambda: _drawn(window) == _waiting(queue, project) == [first, film, second])
    row[second].get_by_role("button", name="Sooner").focus()
    page.keyboard.press("Alt+ArrowUp")
    stage.wait(lambda: _drawn(window) == _waiting(queue, project) == [first, second, film])
    _drag_before(page, row[film], row[first])
    stage.wait(lambda: _drawn(window) == _waiting(queue, project) == [film, first, second])

    row[film].get_by_role("button", name="Cancel").click()
    expect(row[film]).to_contain_text("cancelled")
    row[first].get_by_role("button", name="Stop").click()
    expect(row[first]).to_contain_text("stopped before it began")
    page.reload()
    page.get_by_role("button", name="Keep this story, earlier versions").click()
    page.get_by_role("menuitem", name="All work …").click()
    row[first].get_by_role("button", name="Go on").click()
    stage.wait(lambda: _drawn(window) == _waiting(queue, project) == [second, first])
    for job in (second, first):
        row[job].get_by_role("button", name="Cancel").click()
        expect(row[job]).to_contain_text("cancelled")


@pytest.mark.usefixtures("busy")
def test_the_bar_of_work_leaves_room_for_what_is_done(
    page: Page, phone: Page, studio: Studio, queue: Queue, project: Project
) -> None:
    _render(queue, project, "dawn", steps=ENDLESS, quality="final")
    for shown in (page, phone):
        Stage.open(shown, studio, project)
        expect(shown.locator(".workshop .jobs")).to_be_visible()
    bar, moments = page.locator(".workshop .jobs"), page.locator(".workshop .moments").first
    edges, there = bar.bounding_box(), moments.bounding_box()
    assert edges is not None
    assert there is not None
    assert edges["x"] + edges["width"] <= there["x"]

    bar = phone.locator(".workshop .jobs")
    edges = bar.bounding_box()
    assert edges is not None
    assert edges["height"] <= ONE_LINE_PX
    expect(bar.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    bar.get_by_role("button", name="Rendering “").click()
    expect(phone.get_by_role("dialog", name="All work")).to_be_visible()
    phone.keyboard.press("Escape")
    bar.get_by_role("button", name="Fold this away").click()
    edges = bar.bounding_box()
    assert edges is not None
    assert edges["width"] < PHONE["width"] / 3
    bar.get_by_role("button", name="Show the work that goes on").click()
    bar.get_by_role("button", name="Cancel", exact=True).click()
    expect(bar).to_be_hidden()


@pytest.mark.slow
def test_a_take_is_stopped_half_way_and_goes_on(
    page: Page, studio: Studio, queue: Queue, project: Project
) -> None:
    long = _render(queue, project, "dawn", steps=ENDLESS, quality="draft")
    stage = Stage.open(page, studio, project)
    window = _window(page)
    row = window.locator(f"[data-job='{long}']")
    expect(row).to_contain_text(f"of {ENDLESS + 1}", timeout=START_MS)
    expect(row.locator(".preview:not(.empty)")).to_be_visible()
    row.get_by_role("button", name="Stop").click()
    expect(row).to_contain_text("stopped at step", timeout=START_MS)
    stopped = queue.get(long)
    assert stopped is not None
    row.get_by_role("button", name="Go on").click()
    stage.wait(lambda: (job := queue.get(long)) is not None and job.step > stopped.step)
    row.get_by_role("button", name="Cancel").click()
    expect(window.locator(".going-on .job-row")).to_have_count(0, timeout=START_MS)
    expect(window).to_contain_text("Nothing is being made")


def _drag_before(page: Page, row: Locator, other: Locator) -> None:
    for one in (row, other):
        one.scroll_into_view_if_needed()
    here, there = row.locator(".words").bounding_box(), other.bounding_box()
    assert here is not None
    assert there is not None
    page.mouse.move(here["x"] + 40, here["y"] + 8)
    page.mouse.down()
    page.mouse.move(here["x"] + 44, here["y"] - 10, steps=3)
    page.mouse.move(there["x"] + 140, there["y"] + 6, steps=5)
    expect(other).to_have_class(re.compile("drop-before"))
    page.mouse.up()
