"""A search from the page: a real folder, a real worker, real models, boxes that follow a clip."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pipeline.packs.record import find_pack
from pipeline.progress import finish
from pipeline.theatre.library.drawing import draw_library
from pipeline.theatre.library.specs import load_specs
from tests.browser.opening import Studio, open_studio
from tests.browser.stage import Stage
from tests.browser.test_motions import make_dance, open_window, verdicts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEARCH_MS = 120_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six clips of dances, and one that is too short."""
    specs = [one for one in load_specs() if one.figures[0].motion == "dances"]
    dances = [one for one in specs if not one.trouble and "danc" in one.caption.lower()][:6]
    short = [one for one in load_specs() if one.num_frames < 40][:1]
    return finish(draw_library(tmp_path_factory.mktemp("dances"), [*dances, *short]))


@pytest.fixture(scope="module")
def stage_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped pack under another name: it has no library of its own."""
    pack, shipped = tmp_path_factory.mktemp("packs") / "stage", find_pack("theatre")
    shutil.copytree(shipped / "sight", pack / "sight")
    record = json.loads((shipped / "pack.json").read_text("utf-8"))
    (pack / "pack.json").write_text(json.dumps({**record, "name": "stage"}), "utf-8")
    return pack


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, stage_pack: Path) -> Iterator[Studio]:
    environment = {"DREAMRUNNER_PACK": str(stage_pack)}
    with open_studio(tmp_path_factory.mktemp("searching"), environment) as opened:
        yield opened


def test_from_an_empty_studio_to_boxes_that_follow_a_clip(
    page: Page, studio: Studio, folder: Path
) -> None:
    stage = Stage.open(page, studio, studio.keep(make_dance()))
    window = open_window(page)
    expect(window).to_contain_text("Where shall motions come from?")
    window.get_by_label("Path of the folder").fill(str(folder))
    window.get_by_role("button", name="Add").click()
    expect(window).to_contain_text("7 clips", timeout=SEARCH_MS)

    window.get_by_role("button", name="Back to the clips").click()
    window.get_by_role("button", name="Search", exact=True).click()
    clips = window.locator(".clip")
    expect(clips).to_have_count(6, timeout=SEARCH_MS)
    expect(window).to_contain_text("Left out (1)")
    clips.first.locator(".clip-face").focus()
    page.keyboard.press("p")
    stage.wait(lambda: verdicts(stage.project) == ["approved"])

    before = stage.edges("fox", 0)
    window.get_by_role("button", name="Move like this").first.click()
    window.get_by_role("menuitem").first.click()
    expect(window).to_be_hidden()
    stage.wait(lambda: stage.edges("fox", 0) != before)
    assert stage.region("fox").clip in stage.project.decisions().footage
