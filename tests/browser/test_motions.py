"""The window of motions: clips are looked through with keys, moved like, and brought."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.clips import Retrieval
from pipeline.settings import Settings
from pipeline.story import Motion, Story
from pipeline.vision.encode import encode_frames
from pipeline.workspace import Project
from tests.browser.opening import Studio, go_to, refusals
from tests.browser.stage import Stage
from tests.browser.stories import make_pair
from tests.studio.fixtures import add_take
from tests.studio.found import CAPTIONS, keep_found, make_film

pytestmark = pytest.mark.browser


def make_dance() -> Story:
    """The pair of `make_pair`; the fox dances, which the theatre has to learn."""
    story = make_pair()
    dawn, dusk = story.scenes
    fox, robot = dawn.regions
    dancing = fox.model_copy(update={"motion_id": "dances"})
    motions = (*story.motions, Motion(id="dances", words="dances"))
    scenes = (dawn.model_copy(update={"regions": (dancing, robot)}), dusk)
    return story.model_copy(update={"motions": motions, "scenes": scenes})


@pytest.fixture
def stage(page: Page, studio: Studio) -> Stage:
    return Stage.open(page, studio, studio.keep(make_dance()))


@pytest.fixture
def found(stage: Stage, studio: Studio, tmp_path: Path) -> Retrieval:
    return keep_found(stage.project, Settings(home=studio.home), "dances", tmp_path / "films")


def open_window(page: Page) -> Locator:
    """Open the window of motions and wait for what it shows first."""
    go_to(page, "Cast & Motions")
    page.get_by_role("button", name="Clips and libraries").click()
    window = page.get_by_role("dialog", name="Motions")
    window.get_by_role("heading", level=3).wait_for()
    return window


def verdicts(project: Project) -> list[str]:
    return [one.verdict for one in project.clip_decisions("dances").values()]


def test_clips_are_looked_through_with_keys(stage: Stage, found: Retrieval) -> None:
    window = open_window(stage.page)
    clips = window.locator(".clip")
    expect(clips).to_have_count(3)
    expect(window).to_contain_text("412 captions match → 371 long enough + 38 found")
    expect(clips.nth(1)).to_contain_text("somebody leaps <b>twice</b>")
    clips.first.locator(".clip-face").focus()
    stage.page.wait_for_function("!document.querySelector('.clip video').paused")
    stage.page.keyboard.press("p")
    expect(clips.nth(1).locator(".clip-face")).to_be_focused()
    stage.page.keyboard.press("ArrowRight")
    stage.page.keyboard.press("x")
    expect(clips.nth(1).locator(".clip-face")).to_be_focused()
    stage.wait(lambda: verdicts(stage.project) == ["approved", "rejected"])
    window.get_by_role("button", name="Rejected 1").click()
    expect(clips).to_have_count(1)
    stage.page.keyboard.press("u")
    expect(window).to_contain_text("No clip is rejected.")
    stage.wait(lambda: verdicts(stage.project) == ["approved"])
    expect(window.locator(".motion[aria-current]")).to_contain_text("1 of 4 clips picked")


def test_crop_and_whole_change_places(stage: Stage, found: Retrieval) -> None:
    window = open_window(stage.page)
    video = window.locator(".clip video").first
    assert "crop.mp4" in (video.get_attribute("src") or "")
    window.locator(".clip-face").first.focus()
    stage.page.keyboard.press("c")
    assert "whole.mp4" in (video.get_attribute("src") or "")
    words = window.get_by_label("What is done")
    words.fill("pxuc")
    expect(words).to_have_value("pxuc")
    assert verdicts(stage.project) == []


def test_an_actor_moves_like_a_clip_and_back(stage: Stage, found: Retrieval) -> None:
    before = stage.edges("fox", 0)
    window = open_window(stage.page)
    window.get_by_role("button", name="Move like this").first.click()
    window.get_by_role("menuitem", name="Mia, dances").click()
    expect(window).to_be_hidden()
    stage.wait(lambda: stage.region("fox").clip == found.kept[0].clip.id)
    assert stage.set_keys("fox") == [0, 1, 2, 3, 4, 5]
    toast = stage.page.locator(".toast", has_text="The boxes follow the clip.")
    toast.get_by_role("button", name="Undo").click()
    stage.wait(lambda: stage.edges("fox", 0) == before)
    assert stage.region("fox").clip is None


def test_what_was_left_out_is_told_and_can_be_taken(stage: Stage, found: Retrieval) -> None:
    window = open_window(stage.page)
    window.get_by_text("Left out (2)").click()
    expect(window.locator(".left-out")).to_contain_text("It lasts 1.2 s, 2 s are needed.")
    window.get_by_role("button", name="Pick it anyway").first.click()
    expect(window.locator(".clip")).to_have_count(len(CAPTIONS) + 1)
    stage.wait(lambda: verdicts(stage.project) == ["approved"])


def test_terms_are_chips(stage: Stage) -> None:
    window = open_window(stage.page)
    terms = window.locator(".term span")
    expect(terms).to_have_text(["dance", "dances", "danced", "dancing"])
    window.get_by_role("button", name="Do not search for danced").click()
    window.get_by_label("Add a word to search for").fill("Waltz, jig")
    stage.page.keyboard.press("Enter")
    expect(terms).to_have_text(["dance", "dances", "dancing", "waltz", "jig"])


def test_what_a_clip_needs_is_sent_where_it_is_changed(stage: Stage) -> None:
    window = open_window(stage.page)
    needs = window.locator(".needs", has_text="What a clip needs")
    expect(needs.locator("summary")).to_have_text("What a clip needs")
    needs.locator("summary").click()
    expect(needs.get_by_label("single pictures at least")).to_have_value("40")
    needs.get_by_label("seconds long at least").fill("1.2")
    expect(needs.locator("summary")).to_have_text("What a clip needs (changed)")
    needs.get_by_role("button", name="As the model asks").click()
    expect(needs.get_by_label("seconds long at least")).to_have_value("2")
    needs.get_by_label("width against height at least").fill("0.55")
    with stage.page.expect_request("**/search") as sent:
        window.get_by_role("button", name="Search", exact=True).click()
    window.get_by_role("button", name="Cancel", exact=True).click()
    asked = {"min_seconds": 2, "min_frames": 40, "min_aspect": 0.55}
    told = sent.value.post_data_json
    assert told
    assert told["filter"] == asked
    expect(window.get_by_role("button", name="Search", exact=True)).to_be_enabled()


def test_a_film_names_what_its_boxes_move_like(
    page: Page, studio: Studio, stage: Stage, found: Retrieval
) -> None:
    films = stage.project.films_dir
    films.mkdir(exist_ok=True)
    encode_frames(make_film(1), films / "film-01.mp4", fps=8)
    add_take(stage.project, stage.scene().id)
    clip = found.kept[0].clip
    scene, fox = stage.scene(), stage.region("fox")
    regions = tuple(
        one.model_copy(update={"clip": clip.id}) if one == fox else one for one in scene.regions
    )
    story = stage.project.reload()
    scenes = (scene.model_copy(update={"regions": regions}), *story.scenes[1:])
    stage.project.keep_footage(clip.model_copy(update={"credit": "<b>Ada</b>"}))
    stage.project.save_story(story.revised(scenes=scenes))
    with refusals(page):  # of the take, which is no video
        page.goto("about:blank")
        Stage.open(page, studio, stage.project)
        go_to(page, "Film")
        credits = page.locator(".film-credits")
        expect(credits).to_have_text("Credits: Movement after <b>Ada</b> (CC-BY-4.0).")


def test_a_library_is_deleted_after_a_question(stage: Stage, found: Retrieval) -> None:
    window = open_window(stage.page)
    window.get_by_role("button", name="Libraries …").click()
    away = window.get_by_role("button", name="Delete “The film club” …").first
    there = window.locator(".libraries li").count()  # also those of other tests
    away.click()
    expect(window.locator(".library-question")).to_contain_text("Its videos stay in their folder.")
    expect(window.get_by_role("button", name="Keep it")).to_be_focused()
    stage.page.keyboard.press("Escape")
    expect(away).to_be_focused()
    away.click()
    window.get_by_role("button", name="Delete it").click()
    expect(window.locator(".libraries li")).to_have_count(there - 1)
    expect(window.get_by_role("heading", name="Where shall motions come from?")).to_be_focused()
    window.get_by_role("button", name="Back to the clips").click()
    expect(window.get_by_role("button", name="Libraries …")).to_be_focused()


def test_keys_of_a_menu_decide_nothing(stage: Stage, found: Retrieval) -> None:
    window = open_window(stage.page)
    like = window.get_by_role("button", name="Move like this").first
    like.click()
    stage.page.keyboard.press("p")
    stage.page.keyboard.press("Escape")
    expect(window.get_by_role("button", name="Picked 0")).to_be_visible()
    expect(window).to_be_visible()


def test_what_cannot_be_brought_is_told(stage: Stage) -> None:
    window = open_window(stage.page)
    window.get_by_role("button", name="Libraries …").click()
    expect(window.get_by_role("heading", name="Where shall motions come from?")).to_be_focused()
    expect(window.locator(".libraries")).to_contain_text("The paper theatre")
    window.get_by_label("Whole path of the folder").fill("/no/such/folder")
    with refusals(stage.page):
        window.get_by_role("button", name="Add", exact=True).click()
        expect(window.get_by_role("alert")).to_contain_text(
            "There is no folder or list “/no/such/folder”"
        )


def test_a_refused_camera_is_a_plain_sentence(stage: Stage) -> None:
    window = open_window(stage.page)
    window.get_by_role("button", name="Libraries …").click()
    window.get_by_role("button", name="Film yourself").click()
    alert = window.get_by_role("alert")
    expect(alert).to_contain_text("Bring a video instead", ignore_case=True)
    expect(alert).not_to_contain_text("Error")
