"""How quick the storyboard is in a browser: `python -m tests.benchmarks.editor`.

Prints, each over three runs: frames per second and scripting per frame of a five-second drag with
eight boxes (the browser's own trace), the time from letting go to saved, the time to open the page
and a story of forty scenes, and the way of a newcomer: from the open page to a box of their own
that the take obeys.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipeline.settings import Settings
from pipeline.workspace import list_projects, open_project
from tests.benchmarks.obeyed import obeyed_share
from tests.benchmarks.tracing import Trace, read_trace
from tests.browser.opening import (
    CHROMIUM_OPTIONS,
    NO_CHROMIUM,
    Studio,
    chromium_path,
    open_studio,
    watched_page,
)
from tests.browser.stories import make_crowd, make_long_story

RUNS = 3
DRAG_SECONDS = 5.0
COMMITS = 20
IDEA = "A red fox waits in the forest. A blue robot comes by and waves. They walk to the sea."
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
FRAMES = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const tick = (now) => {
    if (!window.frames_ms) return;
    window.frames_ms.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
EDITS_MS = """() => performance.getEntriesByType('resource')
  .filter((one) => one.name.endsWith('/api/edit')).map((one) => one.duration)"""
Row = tuple[str, str]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    with (
        tempfile.TemporaryDirectory() as home,
        open_studio(Path(home)) as studio,
        _browser() as browser,
    ):
        for what, value in measure(studio, browser, runs):
            print(f"{what:58} {value}", flush=True)


def measure(studio: Studio, browser: Browser, runs: int) -> Iterator[Row]:
    """Give each figure in words, as it is measured."""
    yield from _newcomer(studio, browser)
    yield from _opening(studio, browser, runs)
    yield from _dragging(studio, browser, runs)


def _opening(studio: Studio, browser: Browser, runs: int) -> Iterator[Row]:
    address = studio.address(studio.keep(make_long_story()))
    first, after = [], []
    for _ in range(runs):
        with _page(browser) as page:
            start = time.perf_counter()
            page.goto(address)
            page.locator(".scene-card").first.wait_for()
            first.append(time.perf_counter() - start)
            expect(page.locator(".scene-card")).to_have_count(40)
            after.append(page.evaluate(STORY_SECONDS))
    yield "page opened, first card visible, s", _each(first)
    yield "story of 40 scenes, from asking for it to drawn, s", _each(after)


STORY_SECONDS = """() => {
  const asked = performance.getEntriesByType('resource')
    .find((one) => one.name.endsWith('/api/open'));
  const drawn = performance.getEntriesByName('story-drawn').at(-1);
  return (drawn.startTime - asked.startTime) / 1000;
}"""


def _dragging(studio: Studio, browser: Browser, runs: int) -> Iterator[Row]:
    address = studio.address(studio.keep(make_crowd(8)))
    rates, scripts, tasks, commits = [], [], [], []
    for _ in range(runs):
        with _page(browser) as page:
            page.goto(address)
            page.locator(".workshop .boxes-stage .box").nth(7).wait_for()
            page.wait_for_timeout(1500)
            deltas, trace = _dragged(browser, page)
            rates.append(1000 / statistics.median(deltas))
            scripts.append(trace.scripting_ms_per_frame(0.95))
            tasks.append(trace.longest_task_ms)
            commits.append(_committed(page))
    yield "drag of 5 s, 8 boxes: frames per second, median", _each(rates)
    yield "  scripting per frame, p95, ms", _each(scripts)
    yield "  longest task, ms", _each(tasks)
    yield f"from letting go to saved, median of {COMMITS}, ms", _each(commits)


def _dragged(browser: Browser, page: Page) -> tuple[list[float], Trace]:
    """Drag a box in circles for five seconds; give the frames' lengths in ms and the trace."""
    x, y = _middle(page)
    page.mouse.move(x, y)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.mouse.down()
    page.evaluate(FRAMES)
    start = time.perf_counter()
    while (now := time.perf_counter() - start) < DRAG_SECONDS:
        page.mouse.move(x + 60 * math.sin(3 * now), y + 25 * math.sin(5 * now))
    deltas = page.evaluate(
        "() => { const all = window.frames_ms; window.frames_ms = null; return all; }"
    )
    trace = read_trace(json.loads(browser.stop_tracing()))
    page.mouse.up()
    return deltas[1:], trace


def _committed(page: Page) -> float:
    page.evaluate("performance.clearResourceTimings()")
    for at in range(COMMITS):
        x, y = _middle(page)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + (12 if at % 2 else -12), y, steps=3)
        page.mouse.up()
        page.wait_for_timeout(150)
    return statistics.median(page.evaluate(EDITS_MS)[-COMMITS:])


def _newcomer(studio: Studio, browser: Browser) -> Iterator[Row]:
    with _page(browser) as page:
        start = time.perf_counter()
        page.goto(studio.url)
        page.locator("#idea textarea").fill(IDEA)
        page.locator("#begin").click()
        page.locator(".workshop .boxes-stage .box").first.wait_for()
        first, took = 0.0, []
        for shift in (70, -40, 25, -30):
            begin = time.perf_counter()
            _drag_box(page, shift)
            _render_draft(page)
            took.append(time.perf_counter() - begin)
            if len(took) == 1:
                first = time.perf_counter() - start
        yield "page open to the take of the first own drag, s", f"{first:.1f}"
        yield "each later drag to its draft take, s", _each(took[1:])
    yield "  boxes with a figure in them, each take", _each(_obeyed(studio))


def _obeyed(studio: Studio) -> list[float]:
    """Give the share of obeyed boxes in each take of the newest story."""
    from pipeline.vision.judges import Judges

    settings, judges = Settings(home=studio.home), Judges.load()
    project = open_project(list_projects(settings)[0].path)
    takes = [take for scene in project.story.scenes for take in project.takes(scene.id)]
    return [obeyed_share(project, take, judges) for take in takes]


def _drag_box(page: Page, shift: float) -> None:
    x, y = _middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + shift, y, steps=6)
    page.mouse.up()


def _render_draft(page: Page) -> None:
    takes = page.locator(".take-list .chip").count()
    page.locator(".takes-side .accent").click()
    expect(page.locator(".take-list .chip")).to_have_count(takes + 1, timeout=90_000)


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator(".workshop .boxes-stage .box").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _each(values: list[float]) -> str:
    return "  ".join(f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in values)


@contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    with watched_page(browser, {"width": 1440, "height": 900}) as page:
        yield page


@contextmanager
def _browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        raise SystemExit(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
