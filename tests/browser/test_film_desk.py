"""The film desk in Chromium: trims, joins, a recorded narration, and the film that comes of it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.film_edit import FilmEdit, SceneEdit, read_film_edit
from pipeline.filming import film_timeline
from pipeline.settings import Settings
from pipeline.workspace import Project
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.opening import Studio, go_to, refusals, watched_page
from tests.browser.stage import Stage
from tests.browser.stories import make_pair
from tests.studio.filmed import keep_takes

pytestmark = pytest.mark.browser

FILM_MS = 120_000


@pytest.fixture
def project(studio: Studio, tmp_path: Path) -> Project:
    """Two scenes with a take of eight frames each."""
    made = studio.keep(make_pair())
    keep_takes(made, Settings(home=studio.home), tmp_path)
    return made


def open_desk(page: Page, studio: Studio, project: Project) -> Stage:
    stage = Stage.open(page, studio, project)
    go_to(page, "Film")
    expect(page.locator(".film-strip > li")).to_have_count(2)
    return stage


def place_of(project: Project, number: int = 0) -> SceneEdit:
    return read_film_edit(project).of(project.story.scenes[number].id)


def test_a_scene_is_trimmed_joined_and_left_out(
    page: Page, studio: Studio, project: Project
) -> None:
    stage = open_desk(page, studio, project)
    first = page.locator(".film-strip > li").first
    page.get_by_label("From frame").fill("3")
    page.get_by_label("From frame").press("Enter")
    expect(first).to_contain_text("held 0:00.2")
    assert place_of(project).from_frame == 2
    track = page.locator(".trim-track").bounding_box()
    last = page.get_by_role("slider", name="Last frame").bounding_box()
    assert track is not None
    assert last is not None
    page.mouse.move(last["x"] + 4, last["y"] + 20)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 5 / 8, last["y"] + 20, steps=4)
    page.mouse.up()
    expect(first).to_contain_text("held 0:00.6")
    assert place_of(project).to_frame == 5
    slider = page.get_by_role("slider", name="First frame")
    slider.press("ArrowRight")
    expect(first).to_contain_text("held 0:00.7")
    assert place_of(project) == SceneEdit(from_frame=3, to_frame=5)
    first.get_by_role("button", name="Change").click()
    expect(first).to_contain_text("fade")
    assert place_of(project).join == "crossfade"
    page.get_by_role("button", name="Leave it out").click()
    expect(first).to_contain_text("left out")
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    stage.wait(lambda: place_of(project) == SceneEdit(from_frame=3, to_frame=5))
    page.reload()
    expect(page.locator(".film-strip > li").first).to_contain_text("trimmed")


def test_the_order_of_the_film_is_that_of_the_boards(
    page: Page, studio: Studio, project: Project
) -> None:
    stage = open_desk(page, studio, project)
    ids = [scene.id for scene in project.story.scenes]
    first, second = (page.locator(".film-card").nth(at) for at in range(2))
    first.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(second).to_contain_text("2 Dawn")
    assert [scene.id for scene in project.reload().scenes] == ids[::-1]
    edges = second.bounding_box()
    assert edges is not None
    first.drag_to(second, target_position={"x": edges["width"] - 5, "y": 60})
    stage.wait(lambda: [scene.id for scene in project.reload().scenes] == ids)


def test_a_film_with_a_cross_fade_and_a_title_card(
    page: Page, studio: Studio, project: Project
) -> None:
    stage = open_desk(page, studio, project)
    page.get_by_text("How the film is made").click()
    page.get_by_label("Each scene fades into the next").check()
    page.get_by_label("A card with the title before it").check()
    page.get_by_label("Under the title").fill("told by Mia")
    page.get_by_label("Under the title").blur()
    stage.wait(lambda: read_film_edit(project).settings.byline == "told by Mia")
    page.get_by_role("button", name="Make the film", exact=True).last.click()
    film = page.locator(".film video")
    expect(film).to_be_visible(timeout=FILM_MS)
    page.wait_for_function("document.querySelector('.film video').duration > 4")
    with page.expect_download() as download:
        page.locator(".film .accent").click()
    assert download.value.suggested_filename == "mia-and-bolt.mp4"
    expect(page.get_by_role("button", name="Words in the picture")).to_be_visible()
    with page.expect_download() as download:
        page.locator(".film").get_by_role("link", name="vtt").click()
    assert download.value.path().read_text("utf-8").startswith("WEBVTT")
    with page.expect_download() as download:
        page.locator(".film").get_by_role("link", name="pictures").click()
    assert len(zipfile.ZipFile(download.value.path()).namelist()) == 12
    with page.expect_download() as download:
        page.locator(".film").get_by_role("link", name="whole project").click()
    assert "film.json" in zipfile.ZipFile(download.value.path()).namelist()
    expect(page.get_by_role("tab", name="Film")).to_contain_text("up to date")
    page.get_by_label("One scene after the other").check()
    expect(page.get_by_role("tab", name="Film")).to_contain_text("older than your changes")


def test_a_narration_is_spoken_and_heard_in_the_film(
    with_media: Browser, studio: Studio, project: Project
) -> None:
    with watched_page(with_media, DESKTOP) as page:
        stage = open_desk(page, studio, project)
        voice = page.locator(".voice")
        voice.get_by_role("button", name="Record").click()
        expect(voice).to_contain_text("Recording, 0:02", timeout=60_000)
        voice.get_by_role("button", name="Stop").click()
        expect(voice).to_contain_text("The recording is kept", timeout=FILM_MS)
        stage.wait(lambda: place_of(project).voice is not None)
        expect(page.locator(".film-strip > li").first).to_contain_text("spoken")
        page.wait_for_function("document.querySelector('.voice audio').duration > 1")
        page.get_by_role("button", name="Make the film", exact=True).last.click()
        expect(page.locator(".film video")).to_be_visible(timeout=FILM_MS)
        line = film_timeline(project.films()[-1])
        assert line is not None
        assert line.cuts[0].spoken_frames > 24
        page.locator(".voice").get_by_role("button", name="Remove it").click()
        stage.wait(lambda: place_of(project).voice is None)


def test_what_is_no_recording_says_so(page: Page, studio: Studio, project: Project) -> None:
    open_desk(page, studio, project)
    with refusals(page):
        page.get_by_label("Bring a recording").set_input_files(
            {"name": "mine.mp3", "mimeType": "audio/mpeg", "buffer": b"no sound at all"}
        )
        expect(page.locator(".voice")).to_contain_text("no recording that the studio can read")
    assert read_film_edit(project) == FilmEdit()


def test_the_desk_fits_a_phone(chromium: Browser, studio: Studio, project: Project) -> None:
    with watched_page(chromium, PHONE, touch=True) as page:
        open_desk(page, studio, project)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
        for handle in page.get_by_role("slider").all():
            box = handle.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= PHONE["width"] - box["width"]
