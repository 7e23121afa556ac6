"""What was learned: the library, the pictures of a look, and learning itself."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from pipeline.clips import Retrieval
from pipeline.priors.store import PriorStore
from pipeline.settings import Settings
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.pictures import face_png
from pipeline.theatre.script import sample_script
from tests.browser.opening import Studio, go_to, refusals
from tests.browser.stage import Stage
from tests.browser.test_motions import make_dance
from tests.studio.found import keep_found
from tests.studio.learned import keep_prior, make_look, make_plan, make_prior

pytestmark = pytest.mark.browser

LEARNING_MS = 180_000
"""The worker loads its model, learns a few steps and draws a sample."""


@pytest.fixture
def learned(forgetful_settings: Settings) -> None:
    """Somebody has learned to dance and how Mia looks; Mia's story uses both."""
    keep_prior(forgetful_settings, make_prior(make_plan()))
    keep_prior(forgetful_settings, make_prior(make_look(words="Mia", figure="fox")))


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    return Stage.open(page, studio, studio.keep(make_dance()))


def open_library(page: Page) -> Locator:
    """Open the window of what was learned and wait for its cards."""
    go_to(page, "Cast & Motions")
    page.get_by_role("button", name="What was learned").click()
    window = page.get_by_role("dialog", name="What was learned")
    window.locator(".learned-card").first.wait_for()
    return window


def open_look(page: Page) -> Locator:
    """Open the window of Mia's look."""
    go_to(page, "Cast & Motions")
    page.locator(".actor-face", has_text="Mia").click()
    page.locator(".character-sheet button").click()
    window = page.get_by_role("dialog", name="How Mia looks")
    window.locator(".teach").wait_for()
    return window


def picture(name: str, content: bytes = b"") -> FilePayload:
    drawn = content or face_png("fox", name, size_px=64)
    return {"name": f"{name}.png", "mimeType": "image/png", "buffer": drawn}


@pytest.mark.usefixtures("learned")
def test_what_was_learned_is_looked_at_closer(stage: Stage) -> None:
    window = open_library(stage.page)
    dances = window.locator(".learned-card", has_text="dances").first
    expect(dances.locator(".badge")).to_have_text("ready to play")
    dances.locator(".learned-face").click()
    whole = window.locator(".learned-whole")
    expect(whole.get_by_role("heading", name="dances")).to_be_focused()
    expect(whole.locator(".samples li")).to_have_count(2)
    expect(whole.locator(".curve svg")).to_have_attribute("aria-label", re.compile("How far off"))
    whole.get_by_text("How it was learned").click()
    expect(whole.locator(".learned-settings")).to_contain_text("Learning rate")
    window.get_by_role("button", name="All that was learned").click()
    expect(dances.locator(".learned-face")).to_be_focused()
    window.get_by_role("button", name=re.compile(r"^Looks \d")).click()
    expect(window.locator(".learned-card[data-kind=motion]")).to_have_count(0)
    words = window.inner_text()
    assert not re.search(r"\b(LoRA|prior)", words, re.IGNORECASE)


def test_a_deletion_is_asked_for_and_names_who_would_miss_it(
    stage: Stage, forgetful_settings: Settings, learned: None
) -> None:
    page, store = stage.page, PriorStore(forgetful_settings)
    go_to(page, "Cast & Motions")
    page.get_by_role("button", name="Clips and libraries").click()
    page.locator(".motion", has_text="dances").click()
    use = page.get_by_label("Played with")
    use.select_option(index=1)
    expect(page.locator(".learned-state")).to_contain_text("dances")
    stage.wait(lambda: any(one.chosen for one in stage.project.casting.learned))
    page.keyboard.press("Escape")
    window = open_library(page)
    card = window.locator(".learned-card", has_text="dances").first
    card.get_by_role("button", name="Delete …").click()
    question = card.locator(".learned-question")
    expect(question).to_contain_text("It is used in “Mia and Bolt”: dances")
    expect(card.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.get_by_role("button", name="Delete …")).to_be_focused()
    key = card.get_attribute("data-learned") or ""
    assert store.find(key) is not None
    card.get_by_role("button", name="Delete …").click()
    card.get_by_role("button", name="Delete it").click()
    expect(window.get_by_role("alert")).to_have_text("“dances” is deleted.")
    assert store.find(key) is None


def test_what_is_brought_in_is_checked(stage: Stage) -> None:
    page = stage.page
    go_to(page, "Cast & Motions")
    page.get_by_role("button", name="What was learned").click()
    window = page.get_by_role("dialog", name="What was learned")
    window.get_by_text("Bring in one from a file").click()
    pickled: FilePayload = {"name": "odd.safetensors", "mimeType": "", "buffer": b"\x80\x04odd"}
    with refusals(page):
        window.locator(".bring input[type=file]").set_input_files([pickled])
        expect(window.locator(".bring-form")).to_contain_text("odd.safetensors")
        window.get_by_label("What is done").fill("dances")
        window.get_by_role("button", name="Bring it in").click()
        expect(window.get_by_role("alert")).to_contain_text("it is a pickle")
    expect(window.get_by_label("What is done")).to_have_value("dances")


def test_a_look_takes_pictures_and_tells_which_are_none(stage: Stage) -> None:
    window = open_look(stage.page)
    learn = window.get_by_role("button", name="Learn this look")
    expect(learn).to_be_disabled()
    sent = [picture("red"), picture("bad", b"no picture"), picture("blue")]
    with refusals(stage.page):
        window.locator("input[type=file]").set_input_files(sent)
        part = window.get_by_role("group", name="The part that is kept")
        expect(part).to_be_focused()
        for key in ("-", "-", "ArrowRight"):
            stage.page.keyboard.press(key)
        window.get_by_role("button", name="Keep this part").click()
        expect(window.locator(".crop")).to_contain_text("Picture 3 of 3, blue.png")
        window.get_by_role("button", name="Keep all of it").click()
        expect(window.get_by_role("alert")).to_contain_text("bad.png: This picture is damaged")
    expect(window.locator(".look-pictures li")).to_have_count(2)
    expect(learn).to_be_enabled()
    expect(window.locator(".learn-cost")).to_contain_text("Learns from 2 pictures, about")
    window.get_by_role("button", name="Remove picture 1").click()
    expect(window.locator(".look-pictures li")).to_have_count(1)
    stage.wait(lambda: len(stage.project.reload().characters[0].pictures) == 1)
    stage.page.keyboard.press("Escape")
    expect(stage.page.locator(".character-sheet button")).to_have_text(
        "Teach its look (1 picture) …"
    )


@pytest.fixture
def found(stage: Stage, forgetful_settings: Settings, tmp_path: Path) -> Retrieval:
    """Clips as large as those of the theatre's own library."""
    scripts = [sample_script(random.Random(seed), num_actors=1) for seed in (5, 6, 7)]
    films = [draw_clip(script, num_frames=48).frames for script in scripts]
    folder = tmp_path / "films"
    return keep_found(stage.project, forgetful_settings, "dances", folder, films=films)


@pytest.mark.slow
def test_a_motion_is_learned_stopped_and_gone_on_with(stage: Stage, found: Retrieval) -> None:
    page = stage.page
    go_to(page, "Cast & Motions")
    page.get_by_role("button", name="Clips and libraries").click()
    teach = page.locator(".teach")
    learn = teach.get_by_role("button", name=re.compile("Learn this motion|Go on learning"))
    expect(learn).to_be_disabled()
    page.locator(".clip .chip", has_text="Pick").first.click()
    expect(learn).to_be_enabled()
    expect(teach.locator(".learn-cost")).to_contain_text("Learns from 1 clip, about")
    teach.get_by_text("How it is learned").click()
    teach.locator("input[type=number]").fill("40")
    learn.click()
    going = teach.locator(".learning-now")
    expect(going).to_contain_text(re.compile(r"step \d+ of 40"), timeout=LEARNING_MS)
    going.get_by_role("button", name="Stop").click()
    expect(learn).to_have_text("Go on learning", timeout=LEARNING_MS)
    learn.click()
    expect(page.locator(".motion[aria-current]")).to_contain_text(
        "learned from 1 clip", timeout=LEARNING_MS
    )
    expect(page.locator(".motions-said")).to_have_text("“dances” is learned.")
