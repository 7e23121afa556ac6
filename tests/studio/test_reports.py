"""What the page is told of a take that is looked at: its boxes, its marks, how it was made."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.artifacts import (
    AppliedPrior,
    KeyframeReport,
    OverlapPrompt,
    PriorBinding,
    RegionPrompt,
    RegionReport,
    RenderSettings,
    ScenePrompt,
    Take,
    TakeReport,
    Timings,
)
from pipeline.story import Box
from pipeline.workspace import Project
from tests.studio.fixtures import add_take
from tests.studio.talking import Page

ASKED = Box(x0=0.1, y0=0.4, x1=0.3, y1=0.9)
SEEN = Box(x0=0.15, y0=0.42, x1=0.32, y1=0.88)


def make_prompt() -> ScenePrompt:
    """The fox, its box held from the second keyframe on, and somebody the scene has no more."""
    boxes = (None, ASKED, ASKED, ASKED, ASKED, None)
    fox = RegionPrompt(region_id="mia", text="a red fox walks", boxes=boxes, held=(1,))
    gone = RegionPrompt(region_id="owl", text="an owl", boxes=(ASKED,) * 6)
    return ScenePrompt(
        scene_id="dawn",
        regions=(fox, gone),
        background="a forest",
        substitutions=("“tiny” is left out: the theatre pack has no word for it",),
    )


def make_report() -> TakeReport:
    """The fox on its mark twice, near once and missed once; nobody can look for the owl."""
    on = [KeyframeReport(keyframe=k, asked=ASKED, seen=SEEN, iou=0.64, centre_distance=0.03,
                         mark="on its mark") for k in (1, 2)]  # fmt: skip
    near = KeyframeReport(keyframe=3, asked=ASKED, seen=SEEN, iou=0.31, centre_distance=0.12,
                          mark="near")  # fmt: skip
    missed = KeyframeReport(keyframe=4, asked=ASKED, seen=None, iou=0, mark="missed")
    fox = RegionReport(region_id="mia", words="a red fox walks", keyframes=(*on, near, missed))
    owl = RegionReport(region_id="owl", words="an owl", not_measured="no judge knows an owl.")
    return TakeReport(detector="judges", regions=(fox, owl))


def told(page: Page, project: Project, take: Take) -> dict[str, Any]:
    return page.ask("take", project=project.id, scene=take.scene_id, take=take.id)


def test_boxes_are_told_as_they_were_asked_for(page: Page, project: Project) -> None:
    view = told(page, project, add_take(project, "dawn", prompt=make_prompt()))
    fox, owl = view["actors"]
    assert (fox["name"], fox["colour"], fox["held"]) == ("Mia", "#da3034", [1])
    assert fox["boxes"] == [None, *[[0.1, 0.4, 0.3, 0.9]] * 4, None]
    assert owl["name"] == "an owl"
    assert (view["timing"], view["seconds"]) == ("hold", 3)


def test_marks_are_told_in_words_and_figures(page: Page, project: Project) -> None:
    take = add_take(project, "dawn", prompt=make_prompt(), report=make_report())
    view = told(page, project, take)
    fox, owl = view["actors"]
    assert fox["words"] == "on its mark at 2, near at 1, missed at 1"
    assert [one and one["mark"] for one in fox["marks"]] == [
        None, "on its mark", "on its mark", "near", "missed", None,
    ]  # fmt: skip
    assert fox["marks"][1]["seen"] == [0.15, 0.42, 0.32, 0.88]
    assert fox["marks"][3]["words"] == (
        "Keyframe 4: near (31 % of both boxes is shared, the middles are 12 % of the picture apart)"
    )
    assert fox["marks"][4]["words"] == "Keyframe 5: missed (nothing like it was seen)"
    assert owl["not_measured"] == "not measured: no judge knows an owl"
    assert owl["marks"] == [None] * 6
    assert view["not_measured"] == ""


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (None, "Not measured: nobody has looked at this take."),
        (
            TakeReport(detector="", regions=(), not_measured="the detector is not here"),
            "Not measured: the detector is not here.",
        ),
    ],
)
def test_what_was_not_measured_is_said(
    page: Page, project: Project, report: TakeReport | None, words: str
) -> None:
    view = told(page, project, add_take(project, "dawn", prompt=make_prompt(), report=report))
    assert view["not_measured"] == words
    assert [actor["words"] for actor in view["actors"]] == ["", ""]


def test_how_a_take_was_made_is_told(page: Page, project: Project) -> None:
    binding = PriorBinding(prior="waltz", kind="motion", region_ids=("mia",))
    take = add_take(
        project,
        "dawn",
        seconds=21,
        prompt=make_prompt(),
        settings=RenderSettings(
            seed=40, num_inference_steps=13, guidance_scale=4.5, scheduler="dpm",
            box_timing="interpolate", width_px=144, height_px=96,
        ),
        width=720,
        height=480,
        timings=Timings(text=0.2, denoise=18, decode=2.1),
        attention="classes: 2 of them",
        placement="resident",
        device="cpu, bfloat16",
        priors=(AppliedPrior(binding=binding, sha256="abcdef0123456789"),),
        versions={"torch": "2.9"},
    )  # fmt: skip
    view = told(page, project, take)
    facts = dict(view["facts"])
    assert facts["Seed"] == "40"
    assert facts["Quality"] == "final, 13 steps of DPM"
    assert facts["Size"] == "24 frames of 144 by 96, shown as 720 by 480, 8 in a second"
    assert facts["Boxes"] == "on their way from keyframe to keyframe"
    assert facts["Time"] == "21 s: words 0.2 s, picture 18.0 s, frames 2.1 s"
    assert (facts["Region attention"], facts["Ran on"]) == ("classes: 2 of them", "cpu, bfloat16")
    assert facts["Learned motion"] == "waltz (abcdef012345)"
    assert view["changes"] == ["“tiny” is left out: the theatre pack has no word for it."]
    assert view["timing"] == "interpolate"


def test_the_words_of_a_take_are_told(page: Page, project: Project) -> None:
    together = OverlapPrompt(region_ids=("mia", "owl"), text="they dance")
    prompt = make_prompt().model_copy(update={"overlaps": (together,), "caption": "all of it"})
    how = RenderSettings(seed=40, negative_prompt="rain")
    view = told(page, project, add_take(project, "dawn", prompt=prompt, settings=how))
    assert view["words"] == [
        ["Mia", "a red fox walks"],
        ["an owl", "an owl"],
        ["Mia and an owl", "they dance"],
        ["Behind them", "a forest"],
    ]
    assert dict(view["facts"])["Should not show"] == "rain"
    view = told(page, project, add_take(project, "dawn", prompt=prompt, use_regions=False))
    assert view["words"] == [["The whole scene", "all of it"]]
    assert "Should not show" not in dict(view["facts"])


def test_what_an_old_take_does_not_tell_is_left_out(page: Page, project: Project) -> None:
    facts = dict(told(page, project, add_take(project, "dawn", seconds=8))["facts"])
    assert facts["Time"] == "8 s"
    assert facts["Size"] == "24 frames of 144 by 96, 8 in a second"
    assert not {"Region attention", "Where the model lay", "Ran on", "With"} & {*facts}


def test_a_take_without_boxes_says_so(page: Page, project: Project) -> None:
    view = told(page, project, add_take(project, "dawn", use_regions=False))
    assert dict(view["facts"])["Boxes"] == "left out: rendered from the words alone"


def test_a_take_that_is_not_there_is_refused(page: Page, project: Project) -> None:
    add_take(project, "dusk")
    for scene, take in (("dawn", "take-01"), ("dusk", "../../story"), ("noon", "take-01")):
        page.refused("take", 404, project=project.id, scene=scene, take=take)
