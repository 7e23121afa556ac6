"""Looking at takes: boxes over them and marks, a take and its comparison."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipeline.artifacts import (
    KeyframeReport,
    RegionPrompt,
    RegionReport,
    RenderSettings,
    ScenePrompt,
    Take,
    TakeReport,
)
from pipeline.packs.record import load_record
from pipeline.queue import Job, open_queue
from pipeline.settings import Settings
from pipeline.story import Box
from pipeline.vision.encode import encode_frames
from pipeline.workspace import Project
from studio.staging import stage as staged
from tests.browser.opening import Studio
from tests.browser.stage import Stage
from tests.browser.stories import make_pair

pytestmark = pytest.mark.browser

RENDER_MS = 180_000
COLOURS = {"fox": (210, 70, 50), "robot": (60, 90, 200)}


def keep_take(
    project: Project,
    studio: Studio,
    *,
    seed: int,
    use_regions: bool = True,
    moved: float = 0.05,
    steps: int = 16,
    unwanted: str = "",
) -> Take:
    """Keep a take of the first scene whose figures stand beside their boxes by `moved`."""
    settings = Settings(home=studio.home)
    prompt = staged(project, settings).scenes["dawn"].prompt
    boxes = {one.region_id: _shifted(one, moved) for one in prompt.regions}
    video = project.path / "finished.mp4"
    encode_frames(_draw(boxes), video, fps=8, size=(720, 480))
    take = Take(
        id=project.reserve_take_id("dawn"),
        scene_id="dawn",
        pack="theatre",
        pack_revision=load_record("theatre").revision,
        settings=RenderSettings(
            seed=seed,
            num_inference_steps=steps,
            use_regions=use_regions,
            negative_prompt=unwanted,
        ),
        prompt=prompt,
        num_frames=24,
        fps=8,
        width=720,
        height=480,
        seconds_taken=8.2,
        story_revision=project.story.revision,
        created="2024-05-01T10:00:00+00:00",
        report=_report(prompt, boxes),
    )
    return project.save_take(take, video)


def _shifted(region: RegionPrompt, moved: float) -> Box:
    box = next(box for box in region.boxes if box)
    return Box(x0=box.x0 + moved, y0=box.y0, x1=box.x1 + moved, y1=box.y1)


def _draw(boxes: dict[str, Box]) -> np.ndarray:
    """Somebody of one colour in each box, uint8 (24, 96, 144, 3)."""
    frames = np.full((24, 96, 144, 3), 225, np.uint8)
    for name, box in boxes.items():
        x0, y0, x1, y1 = np.round(np.array(box.as_list()) * (144, 96, 144, 96)).astype(int)
        frames[:, y0:y1, x0:x1] = COLOURS[name]
    return frames


def _report(prompt: ScenePrompt, boxes: dict[str, Box]) -> TakeReport:
    """The fox on its mark but at the last keyframe; nobody can look for the robot."""
    fox, robot = prompt.regions
    keyframes = tuple(
        KeyframeReport(keyframe=k, asked=box, seen=boxes["fox"], iou=0.71, centre_distance=0.04,
                       mark="on its mark")
        if k < 5 else KeyframeReport(keyframe=5, asked=box, seen=None, iou=0, mark="missed")
        for k, box in enumerate(fox.boxes) if box
    )  # fmt: skip
    looked = RegionReport(region_id="fox", words=fox.text, keyframes=keyframes)
    reason = "no judge knows a <b>robot</b>"
    unknown = RegionReport(region_id="robot", words=robot.text, not_measured=reason)
    return TakeReport(detector="judges", regions=(looked, unknown))


def jobs_of(studio: Studio, project: Project) -> list[Job]:
    """Give the work that was ever asked for."""
    return open_queue(Settings(home=studio.home)).jobs(project.path)


def test_a_take_is_looked_at_with_its_boxes_and_marks(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    keep_take(project, studio, seed=40)
    stage = Stage.open(page, studio, project)
    side = page.locator(".takes-side")
    fox, robot = side.locator(".take-report li").nth(0), side.locator(".take-report li").nth(1)
    expect(fox).to_contain_text("on its mark at 5, missed at 1")
    expect(robot).to_contain_text("not measured: no judge knows a <b>robot</b>")
    over = side.locator(".boxes-over")
    expect(over).to_be_hidden()
    missed = fox.get_by_role("button", name="Keyframe 6: missed (nothing like it was seen)")
    missed.click()
    expect(over).to_be_visible()
    assert side.locator("video").evaluate("video => video.paused && video.currentTime") == 2.75
    expect(over.locator(".seen").first).to_have_attribute("visibility", "hidden")
    fox.get_by_role("button", name="Keyframe 2").click()
    expect(over.locator(".seen").first).to_have_attribute("visibility", "visible")
    asked = over.locator(".asked rect").first
    assert float(asked.get_attribute("x") or 0) == pytest.approx(100 * stage.edges("fox", 1)[0])
    side.get_by_role("switch", name="Boxes").uncheck()
    expect(over).to_be_hidden()
    side.get_by_text("How it was made").click()
    expect(side.locator(".how-made")).to_contain_text("16 steps")


def test_a_take_is_seen_beside_the_one_without_boxes(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    keep_take(project, studio, seed=40)
    keep_take(project, studio, seed=40, use_regions=False, moved=0.2)
    Stage.open(page, studio, project)
    side = page.locator(".takes-side")
    expect(side.locator(".take-list")).to_be_hidden()  # a comparison is not one of the takes
    side.get_by_role("button", name="Beside it: without boxes").click()
    window = page.get_by_role("dialog", name="Dawn: Take 1")
    figures = window.locator("figure")
    expect(figures.nth(0)).to_contain_text("With boxes")
    expect(figures.nth(1)).to_contain_text("Without boxes")
    expect(figures.nth(1).locator(".take-report")).to_contain_text("on its mark at 5")
    figures.nth(1).get_by_role("button", name="Keyframe 4").click()
    times = "films => films.map(film => film.currentTime.toFixed(2))"
    assert window.locator("video").evaluate_all(times) == ["1.75", "1.75"]
    expect(window.locator(".boxes-over").first).to_be_visible()
    figures.nth(0).locator("video").evaluate("video => { video.currentTime = 0.5; video.play(); }")
    page.wait_for_function(
        """() => {
            const [one, other] = document.querySelectorAll('.comparison video');
            return !other.paused && one.currentTime > 0.8
                && Math.abs(one.currentTime - other.currentTime) < 0.15;
        }"""
    )


@pytest.mark.slow
def test_a_take_without_boxes_is_asked_for(page: Page, studio: Studio) -> None:
    project = studio.keep(make_pair())
    keep_take(project, studio, seed=40, steps=3)
    stage = Stage.open(page, studio, project)
    side = page.locator(".takes-side")
    side.get_by_role("button", name="Without boxes").click()
    stage.wait(lambda: len(jobs_of(studio, project)) == 1)
    (job,) = jobs_of(studio, project)
    assert (job.arguments["seed"], job.arguments["use_regions"]) == (40, False)
    see = page.locator(".toast", has_text="without boxes is done")
    see.get_by_role("button", name="See both").click(timeout=RENDER_MS)
    expect(page.locator("dialog .comparison")).to_contain_text("Without boxes")
    chosen = project.chosen_take("dawn")
    assert chosen is not None
    assert chosen.settings.use_regions


def test_what_takes_should_not_show_is_said_once_for_a_story(page: Page, studio: Studio) -> None:
    project, other = studio.keep(make_pair()), studio.keep(make_pair())
    keep_take(project, studio, seed=40, unwanted="a big house")
    stage = Stage.open(page, studio, project)
    side = page.locator(".takes-side")
    side.locator(".unwanted summary").click()
    side.get_by_label("What it should not show").fill("a red fox")
    page.reload()
    expect(side.get_by_label("What it should not show")).to_have_value("a red fox")
    side.get_by_role("button", name="Render this scene").click()
    stage.wait(lambda: len(jobs_of(studio, project)) == 1)
    (job,) = jobs_of(studio, project)
    assert job.arguments["render"] == {"negative_prompt": "a red fox"}
    open_queue(Settings(home=studio.home)).control(job.id, "cancel")
    side.get_by_text("How it was made").click()
    expect(side.locator(".how-made")).to_contain_text("Should not showa big house")
    expect(side.locator(".how-made")).to_contain_text("The words it was given")
    page.goto(studio.address(other))
    expect(side.locator(".unwanted textarea")).to_have_value("")
