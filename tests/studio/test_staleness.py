"""Why a take is outdated, in the words of a card's mark and of a take's note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.artifacts import OverlapPrompt, ScenePrompt
from pipeline.project import Project
from studio.cards import Shown, scene_view
from studio.staleness import change_since
from studio.takes import Takes
from tests.studio.fixtures import add_take


def _moved(prompt: ScenePrompt) -> ScenePrompt:
    first, *others = prompt.regions
    moved = first.model_copy(update={"boxes": (*first.boxes[1:], None)})
    return prompt.model_copy(update={"regions": (moved, *others)})


def _said(prompt: ScenePrompt) -> ScenePrompt:
    return prompt.model_copy(update={"background": "a castle at night"})


def _alone(prompt: ScenePrompt) -> ScenePrompt:
    return prompt.model_copy(update={"regions": prompt.regions[:1]})


def _together(prompt: ScenePrompt) -> ScenePrompt:
    both = OverlapPrompt(region_ids=("mia", "dragon"), text="two who embrace")
    return prompt.model_copy(update={"overlaps": (both,)})


@pytest.mark.parametrize(
    ("before", "short", "words"),
    [
        (_moved, "boxes changed", "its boxes have changed since"),
        (_said, "words changed", "its words have changed since"),
        (_together, "words changed", "its words have changed since"),
        (
            lambda prompt: _said(_moved(prompt)),
            "boxes and words changed",
            "its boxes and words have changed since",
        ),
        (_alone, "who is in it changed", "who is in it has changed since"),
    ],
)
def test_a_take_says_what_has_changed_since(
    shown: Shown, before: Callable[[ScenePrompt], ScenePrompt], short: str, words: str
) -> None:
    now = shown.staging.scenes["dusk"]
    change = change_since(add_take(shown.project, "dusk", prompt=before(now.prompt)), now)
    assert change is not None
    assert (change.short, change.words) == (short, words)


def test_a_take_of_the_present_scene_is_not_outdated(shown: Shown) -> None:
    now = shown.staging.scenes["dusk"]
    assert change_since(add_take(shown.project, "dusk", prompt=now.prompt), now) is None


def test_a_card_tells_why_its_scene_is_outdated(shown: Shown, project: Project) -> None:
    scene = next(one for one in project.story.scenes if one.id == "dusk")
    cost = {"draft": "", "final": ""}
    assert scene_view(shown, scene, cost)["changed"] == ""
    add_take(project, "dusk", prompt=_moved(shown.staging.scenes["dusk"].prompt))
    view = scene_view(replace(shown, takes=Takes(project)), scene, cost)
    assert (view["state"], view["changed"]) == ("stale", "boxes changed")
