"""Several takes at once, side by side, made again by their recipes, deleted and brought back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.project import Project
from pipeline.queue import open_queue
from pipeline.settings import Settings
from pipeline.take_bin import binned_takes
from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_pair
from tests.browser.test_takes import RENDER_MS, jobs_of, keep_take
from tests.studio.learned import keep_prior, make_look, make_prior

pytestmark = pytest.mark.browser


@pytest.fixture
def project(studio: Studio) -> Project:
    """A story whose first scene has three takes, the last with its comparison."""
    made = studio.keep(make_pair())
    for seed in (3, 5, 40):
        keep_take(made, studio, seed=seed)
    keep_take(made, studio, seed=40, use_regions=False, moved=0.2)
    return made


@pytest.fixture
def stage(page: Page, studio: Studio, project: Project) -> Stage:
    return Stage.open(page, studio, project)


def side_by_side(page: Page) -> Locator:
    """Open the window of the scene's takes."""
    page.locator(".takes-side").get_by_role("button", name="Side by side").click()
    return page.get_by_role("dialog", name="Dawn: takes side by side")


def chosen(project: Project) -> str:
    take = project.chosen_take("dawn")
    assert take is not None
    return take.id


def times(window: Locator) -> list[float]:
    """Where each of the films is, in seconds."""
    return window.locator("video").evaluate_all("films => films.map(film => film.currentTime)")


def test_takes_play_in_step_and_one_is_used(stage: Stage, project: Project) -> None:
    page, window = stage.page, side_by_side(stage.page)
    tiles = window.locator(".take-tile")
    expect(tiles).to_have_count(3)
    expect(tiles.nth(1)).to_contain_text("final · seed 5 · 16 steps")
    expect(tiles.nth(1)).to_contain_text("on its mark at 5")
    playing = "() => [...document.querySelectorAll('.takes-grid video')].every(one => !one.paused)"
    page.wait_for_function(playing)
    page.wait_for_timeout(600)
    page.keyboard.press("Tab")
    window.get_by_role("button", name="Stand").click()
    where = times(window)
    assert max(where) - min(where) < 0.1
    tiles.nth(0).get_by_role("button", name="Keyframe 4").click()
    assert times(window) == [1.75] * 3
    window.get_by_role("switch", name="Boxes").check()
    expect(window.locator(".boxes-over").nth(2)).to_be_visible()
    tiles.nth(1).get_by_role("button", name="Use Take 2").click()
    expect(tiles.nth(1).locator(".star")).to_have_text("★")
    stage.wait(lambda: chosen(project) == "take-02")
    page.keyboard.press("1")
    expect(tiles.nth(0).locator(".star")).to_have_attribute("aria-pressed", "true")
    stage.wait(lambda: chosen(project) == "take-01")
    page.keyboard.press("ArrowRight")
    assert times(window) == [2.25] * 3


def test_a_take_is_deleted_and_brought_back(stage: Stage, project: Project) -> None:
    page, window = stage.page, side_by_side(stage.page)
    tiles = window.locator(".take-tile")
    window.get_by_role("button", name="What to do with Take 3").click()
    page.get_by_role("menuitem", name="Delete this take").click()
    expect(tiles).to_have_count(2)
    expect(window.locator(".takes-said")).to_contain_text("Take 3 is deleted.")
    assert len(binned_takes(project, "dawn")) == 2  # the one without boxes went along
    window.get_by_role("button", name="Bring it back").click()
    expect(tiles).to_have_count(3)
    page.keyboard.press("Escape")
    side = page.locator(".takes-side")
    side.get_by_role("button", name="Delete this take").click()
    expect(side.locator(".take-list .chip")).to_have_count(2)
    expect(side.locator(".caption")).to_contain_text("Take 2")
    page.reload()
    side.get_by_text("Deleted: 1 take").click()
    side.get_by_role("button", name="Bring Take 3 back").click()
    expect(side.locator(".take-list .chip")).to_have_count(3)
    expect(side.locator(".caption")).to_contain_text("Take 3")
    expect(side.get_by_role("button", name="Beside it: without boxes")).to_be_visible()


@pytest.mark.slow
def test_a_take_is_made_again_by_its_recipe(stage: Stage, studio: Studio, project: Project) -> None:
    page, window = stage.page, side_by_side(stage.page)
    window.get_by_role("button", name="What to do with Take 2").click()
    page.get_by_role("menuitem", name="Again with this recipe").click()
    form = page.get_by_role("dialog", name="Again with the recipe of Take 2")
    expect(form.get_by_label("Seed")).to_have_value("5")
    form.get_by_label("Steps").fill("2")
    expect(form.get_by_role("button", name="Render, about 1 s")).to_be_visible()
    form.get_by_label("What it should not show").fill("a red fox")
    form.get_by_role("button", name="Render, about 1 s").click()
    stage.wait(lambda: len(jobs_of(studio, project)) == 1)
    (job,) = jobs_of(studio, project)
    assert (job.arguments["seed"], job.arguments["steps"]) == (5, 2)
    assert job.arguments["render"]["negative_prompt"] == "a red fox"
    tiles = window.locator(".take-tile:not(.growing)")
    expect(tiles).to_have_count(4, timeout=RENDER_MS)
    expect(tiles.nth(3)).to_contain_text("draft · seed 5 · 2 steps")
    expect(tiles.nth(3).locator(".star")).to_have_text("★")


def test_the_scene_of_an_outdated_take_is_brought_back(stage: Stage, project: Project) -> None:
    page, before = stage.page, stage.scene()
    stage.drag("fox", 0.2, 0)
    stage.wait(lambda: stage.scene() != before)
    side = page.locator(".takes-side")
    expect(side.locator(".outdated")).to_be_visible()
    side.get_by_role("button", name="Again with this recipe").click()
    form = page.get_by_role("dialog", name="Again with the recipe of Take 3")
    expect(form).to_contain_text("The scene has changed since this take.")
    form.get_by_role("button", name="Bring the scene of this take back").click()
    expect(side.locator(".outdated")).to_be_hidden()
    stage.wait(lambda: stage.scene() == before)


@pytest.mark.slow
def test_several_takes_are_made_and_the_rest_is_cancelled(
    stage: Stage, studio: Studio, project: Project
) -> None:
    side = stage.page.locator(".takes-side")
    several = side.locator(".several")
    expect(several.get_by_role("button")).to_have_text(re.compile("^4 takes, about"))
    several.get_by_label("How many takes").select_option("3")
    several.get_by_role("button", name="3 takes, about").click()
    stage.wait(lambda: len(jobs_of(studio, project)) == 3)
    assert [job.arguments["seed"] for job in jobs_of(studio, project)] == [41, 42, 43]
    expect(side.locator(".take-list .chip")).to_have_count(4, timeout=RENDER_MS)
    expect(side.locator(".take-list .chip")).to_have_count(6, timeout=RENDER_MS)
    toast = stage.page.locator(".toast", has_text="The takes are ready.")
    toast.get_by_role("button", name="See them side by side").click()
    window = stage.page.get_by_role("dialog", name="Dawn: takes side by side")
    expect(window.locator(".take-tile")).to_have_count(6)


def test_cancelled_takes_leave_the_good_one(stage: Stage, studio: Studio, project: Project) -> None:
    side = stage.page.locator(".takes-side")
    expect(side.locator(".caption")).to_contain_text("Take 3")
    side.locator(".several").get_by_label("How many takes").select_option("6")
    side.locator(".several").get_by_role("button").click()
    side.get_by_role("button", name="Cancel all").click()
    queue = open_queue(Settings(home=studio.home))
    expect(side.locator(".going")).to_be_hidden(timeout=RENDER_MS)  # the model is loaded first
    stage.wait(lambda: not queue.jobs(project.path, active=True))
    expect(side.locator("video")).to_be_visible()
    expect(side.get_by_role("button", name="Render this scene")).to_be_enabled()


def test_who_uses_a_learned_look_is_told_in_a_table(
    page: Page, studio: Studio, project: Project, forgetful_settings: Settings
) -> None:
    keep_prior(forgetful_settings, make_prior(make_look(words="Mia", figure="fox")))
    stage = Stage.open(page, studio, project)
    page.locator(".takes-side").get_by_role("button", name="Who uses what was learned").click()
    window = page.get_by_role("dialog", name="Who uses what was learned")
    rows = window.locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("as usual")
    expect(rows.nth(1)).to_contain_text("not used")
    strength = window.get_by_label("Mia, Mia: strength")
    strength.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(rows.nth(0)).to_contain_text("strength 0.8")
    stage.wait(lambda: [use.scale for use in stage.region("fox").priors] == [0.8])
    window.get_by_label("Bolt, Mia: from").select_option("3")
    stage.wait(lambda: [use.from_keyframe for use in stage.region("robot").priors] == [2])
    assert [use.scale for use in stage.region("robot").priors] == [1]
    rows.nth(0).get_by_role("button", name="as usual").click()
    expect(rows.nth(0)).to_contain_text("as usual")
    stage.wait(lambda: stage.region("fox").priors == ())
