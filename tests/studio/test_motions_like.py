"""Moving like a clip: its actor's path becomes the boxes, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.clips import Retrieval
from pipeline.settings import Settings
from pipeline.story import Motion, Region
from pipeline.workspace import Project, create_project
from tests.studio.fixtures import make_casting, make_story
from tests.studio.found import keep_found
from tests.studio.talking import Page

LIKE = {"scene": "dawn", "region": "mia", "motion": "hops"}


@pytest.fixture
def project(settings: Settings) -> Project:
    story = make_story().model_copy(update={"motions": (Motion(id="hops", words="hops"),)})
    return create_project(story, make_casting(), settings=settings)


@pytest.fixture
def found(project: Project, settings: Settings, tmp_path: Path) -> Retrieval:
    return keep_found(project, settings, "hops", tmp_path / "films")


def mia(project: Project) -> Region:
    return project.reload().scenes[0].regions[0]


def test_the_boxes_follow_the_clip(page: Page, project: Project, found: Retrieval) -> None:
    clip = found.kept[0].clip.id
    changed = page.edit("like", **LIKE, clip=clip)
    assert [*changed["scenes"]] == ["dawn"]
    assert changed["scenes"]["dawn"]["regions"][0]["clip"] == clip
    region = mia(project)
    assert region.clip == clip
    edges = [key.box.as_list() for key in region.keys if key]
    assert [round(box[0] * 72, 1) for box in edges] == [3.5, 11.5, 19.5, 27.5, 35.5, 43.5]
    assert edges[0][1] == pytest.approx(14 / 48)


def test_a_clip_of_another_shape_keeps_the_actor_s(
    page: Page, project: Project, found: Retrieval
) -> None:
    upright = found.kept[0].clip.model_copy(update={"width": 48, "height": 64})  # half as wide
    candidate = found.kept[0].model_copy(update={"clip": upright})
    project.save_retrieval(found.model_copy(update={"candidates": (candidate,)}))
    page.edit("like", **LIKE, clip=upright.id)
    boxes = [key.box for key in mia(project).keys if key]
    assert [round(box.x1 - box.x0, 3) for box in boxes] == [round(10 / 72, 3)] * 6
    assert boxes[0].y0 == pytest.approx(14 / 48)


def test_it_is_taken_back_like_any_edit(page: Page, project: Project, found: Retrieval) -> None:
    before = mia(project)
    changed = page.edit("like", **LIKE, clip=found.kept[1].clip.id)
    assert mia(project) != before
    page.edit("restore", revision=changed["revision"] - 1)
    assert mia(project) == before


def test_a_clip_stays_bound_when_a_box_is_dragged(
    page: Page, project: Project, found: Retrieval
) -> None:
    clip = found.kept[0].clip.id
    page.edit("like", **LIKE, clip=clip)
    keys = [{"box": [0.1, 0.2, 0.4, 0.9]}, *[None] * 5]
    page.edit("patch", scene="dawn", patch={"regions": {"mia": {"keys": keys}}})
    assert mia(project).clip == clip


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (404, {"scene": "nowhere"}),
        (404, {"region": "nobody"}),
        (404, {"motion": "flies"}),
        (404, {"clip": "0" * 16}),
        (404, {"motion": "../hops"}),
    ],
)
def test_what_is_not_there_moves_nobody(
    page: Page, project: Project, found: Retrieval, status: int, told: dict[str, object]
) -> None:
    asked = {**LIKE, "clip": found.kept[0].clip.id, **told}
    page.refused("edit", status, project=project.id, base=0, op="like", **asked)
    assert project.reload().revision == 0


def test_a_clip_without_an_actor_and_a_locked_box_are_refused(
    page: Page, project: Project, found: Retrieval
) -> None:
    asked = {**LIKE, "project": project.id, "op": "like"}
    answer = page.refused("edit", 400, base=0, **asked, clip=found.candidates[-1].clip.id)
    assert "Nobody could be followed" in answer["error"]["message"]
    page.edit("patch", scene="dawn", patch={"regions": {"mia": {"locked": True}}})
    answer = page.refused("edit", 400, base=1, **asked, clip=found.kept[0].clip.id)
    assert answer["error"]["message"] == "This box is locked"
