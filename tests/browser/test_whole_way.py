"""The whole way in Chromium on the theatre: from an idea to a film that is downloaded and plays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.preferences import Preferences, write_preferences
from pipeline.priors.store import PriorStore
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.vision.ffmpeg import probe
from pipeline.workspace import list_projects, open_project
from tests.browser.opening import Studio, go_to, keep_previews, open_studio, play_to_end
from tests.browser.stage import Stage
from tests.pipeline.decoded import all_frames

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]

IDEA = "A shy fox dances by the sea and waves to a robot."
WORK_MS = 300_000
"""A worker loads its model first, and yields to all else that runs on the machine."""
LEARNING_STEPS = 30
LONG = Preferences(draft_steps=120, final_steps=150)
"""Takes that last: a page sees them grow, cancels one and is reloaded before they are done."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, stage_pack: Path) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("whole-way")
    write_preferences(home, LONG)
    with open_studio(home, {"DREAMRUNNER_PACK": str(stage_pack)}) as opened:
        yield opened


def test_from_an_idea_to_a_film(page: Page, studio: Studio, dances: Path, tmp_path: Path) -> None:
    previews = keep_previews(page)
    stage = _plan(page, studio)
    _drag_a_box(stage)
    _pick_clips(page, stage, dances)
    _learn(page, studio, stage)
    _render(page, previews)
    _cancel(page, stage)
    _reload_in_the_middle(page, studio, stage)
    _make_the_film(page)
    _download(page, tmp_path)


def _plan(page: Page, studio: Studio) -> Stage:
    """From the first screen to boards."""
    page.goto(studio.url)
    page.locator("#idea textarea").fill(IDEA)
    page.get_by_role("button", name=re.compile("^Plan my story")).click()
    page.wait_for_url("**/?p=*")
    expect(page.locator(".scene-card").first).to_be_visible()
    (summary,) = list_projects(Settings(home=studio.home))
    stage = Stage(page, open_project(summary.path))
    stage.boxes.first.wait_for()
    return stage


def _drag_a_box(stage: Stage) -> None:
    region = stage.scene().regions[0].id
    before = stage.edges(region, 0)
    stage.drag(region, 0.12, 0, "Control")
    stage.wait(lambda: stage.edges(region, 0)[0] == pytest.approx(before[0] + 0.12, abs=0.02))


def _pick_clips(page: Page, stage: Stage, dances: Path) -> None:
    """Bring a folder, search it, approve two clips and reject one; one is too short."""
    go_to(page, "Cast & Motions")
    _card(page).get_by_role("button", name="Find clips").click()
    window = page.get_by_role("dialog", name="Motions")
    window.get_by_label("Whole path of the folder").fill(str(dances))
    window.get_by_role("button", name="Add", exact=True).click()
    expect(window).to_contain_text("7 clips", timeout=WORK_MS)
    window.get_by_role("button", name="Back to the clips").click()
    window.get_by_role("button", name="Search", exact=True).click()
    expect(window.locator(".clip")).to_have_count(6, timeout=WORK_MS)
    window.locator(".clip .clip-face").first.focus()
    for key in ("p", "p", "x"):
        page.keyboard.press(key)
    verdicts = ["approved", "approved", "rejected"]
    stage.wait(lambda: _verdicts(stage) == verdicts)


def _verdicts(stage: Stage) -> list[str]:
    return [one.verdict for one in stage.project.clip_decisions("dances").values()]


def _learn(page: Page, studio: Studio, stage: Stage) -> None:
    """Learn a few steps, with a reload in the middle that the learning does not notice."""
    teach = page.locator(".teach")
    teach.get_by_text("How it is learned").click()
    teach.locator("input[type=number]").fill(str(LEARNING_STEPS))
    learn = teach.get_by_role("button", name="Learn this motion")
    expect(teach).to_contain_text("2 clips")
    learn.click()
    going = teach.locator(".learning-now")
    expect(going).to_contain_text(f"of {LEARNING_STEPS}", timeout=WORK_MS)
    page.reload()
    expect(page.locator(".workshop .jobs")).to_contain_text("Learning “dances”", timeout=WORK_MS)
    settings = Settings(home=studio.home)
    (job,) = (one for one in open_queue(settings).jobs(stage.project.path) if one.kind == "train")
    go_to(page, "Cast & Motions")
    expect(_card(page)).to_contain_text("learned from 2 clips", timeout=WORK_MS)
    ended = open_queue(settings).get(job.id)
    assert ended is not None
    assert (ended.state, ended.interruptions) == ("done", 0)
    (stored,) = (one for one in PriorStore(settings).all() if not one.shipped)
    assert (stored.prior.words, stored.prior.steps) == ("dances", LEARNING_STEPS)


def _render(page: Page, previews: set[bytes]) -> None:
    """Render the scene that dances; at least three pictures of it come before the take."""
    go_to(page, "Boards")
    page.locator(".scene-card").nth(1).click()
    previews.clear()
    side = _side(page)
    side.get_by_role("button", name=re.compile("^Final")).click()
    expect(side.locator(".preview, .strip").first).to_be_visible(timeout=WORK_MS)
    expect(side.locator("video")).to_be_visible(timeout=WORK_MS)
    assert len(previews) >= 3


def _cancel(page: Page, stage: Stage) -> None:
    """Cancel another take: the good one stays and plays."""
    side = _side(page)
    good = side.locator("video").get_attribute("src")
    side.get_by_role("button", name="Another take").click()
    expect(page.locator(".workshop .jobs .detail")).to_contain_text("step", timeout=WORK_MS)
    side.get_by_role("button", name="Cancel", exact=True).click()
    expect(side.get_by_role("button", name="Another take")).to_be_enabled(timeout=WORK_MS)
    expect(side.locator("video")).to_have_attribute("src", good or "")
    assert len(stage.project.takes("scene-2")) == 1


def _reload_in_the_middle(page: Page, studio: Studio, stage: Stage) -> None:
    """Ask for a final take of another scene and reload while it is rendered."""
    page.locator(".scene-card").nth(0).click()
    side = _side(page)
    side.get_by_role("button", name=re.compile("^Final")).click()
    expect(page.locator(".workshop .jobs .detail")).to_contain_text("step", timeout=WORK_MS)
    page.reload()
    expect(page.locator(".scene-card").first).to_contain_text("done", timeout=WORK_MS)
    assert len(stage.project.takes("scene-1")) == 1
    jobs = open_queue(Settings(home=studio.home)).jobs(stage.project.path)
    (job,) = (one for one in jobs if one.arguments.get("scene_id") == "scene-1")
    assert job.interruptions == 0


def _make_the_film(page: Page) -> None:
    """Join the two takes there are, and play the film to its end."""
    go_to(page, "Film")
    page.locator(".film-desk").get_by_role("button", name=re.compile("^Make the film")).click()
    film = page.locator(".film video")
    expect(film).to_be_visible(timeout=WORK_MS)
    assert play_to_end(film) > 4
    assert film.evaluate("video => video.textTracks[0].cues.length") >= 2


def _download(page: Page, folder: Path) -> None:
    """Keep the film as a file, which holds what it should: pictures that move, and subtitles."""
    with page.expect_download() as download:
        page.locator(".film").get_by_role("link", name=re.compile("mp4")).first.click()
    file = folder / "film.mp4"
    download.value.save_as(file)
    info = probe(file)
    assert (info.fps, info.has_subtitles) == (24, True)
    assert info.width * 2 == info.height * 3
    assert info.num_frames == pytest.approx(info.duration_seconds * info.fps, abs=2)
    frames = all_frames(file)
    assert len(frames) == info.num_frames
    assert frames.std(axis=0).mean() > 3


def _card(page: Page) -> Locator:
    return page.locator(".motion-card[data-motion=dances]")


def _side(page: Page) -> Locator:
    return page.locator(".takes-side")
