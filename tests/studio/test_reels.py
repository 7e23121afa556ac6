"""Films with their boxes: which scene plays when, also where cuts are trimmed."""

from __future__ import annotations

import pytest

from pipeline.artifacts import Cut, Timeline
from pipeline.files import write_bytes, write_record
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.reels import reel_views
from studio.signing import Links
from studio.views import show
from tests.studio.fixtures import add_take


def film(project: Project, *cuts: Cut, told: bool = True) -> None:
    """Put a film of those cuts, 24 frames a second, beside what was written down of it."""
    path = project.new_film_path()
    write_bytes(path, b"\0\0\0\x18ftypisom")
    if told:
        write_record(path.with_suffix(".json"), Timeline(title="x", fps=24, cuts=cuts))


def cut(scene: str, take: str, **more: int) -> Cut:
    fields = {"num_frames": 72, "hold_frames": 24, **more}
    return Cut.model_validate({"scene_id": scene, "take_id": take, **fields})


def test_a_take_of_three_seconds_goes_through_its_moments_and_is_held(
    project: Project, settings: Settings, links: Links
) -> None:
    add_take(project, "dawn")
    add_take(project, "dusk")
    film(
        project,
        cut("dawn", "take-01"),
        cut("dusk", "take-01", from_frame=6, to_frame=18, num_frames=36, hold_frames=0),
    )
    reel = reel_views(show(project, settings, links))["played"]
    dawn, dusk = reel["cuts"]
    assert (dawn["from"], dawn["to"], dawn["at"], dawn["until"]) == (0, 4, 0, 6)
    assert dawn["pace"] == pytest.approx(2)
    assert (dusk["from"], dusk["to"], dusk["at"], dusk["until"]) == (4, 5.5, 1.5, 4.5)
    assert dusk["pace"] == pytest.approx(2)
    assert reel["captions"] is None


def test_a_film_of_takes_without_boxes_is_known(
    project: Project, settings: Settings, links: Links
) -> None:
    add_take(project, "dawn", use_regions=False)
    add_take(project, "dawn")
    film(project, cut("dawn", "take-01"))
    film(project, cut("dawn", "take-02"))
    reels = reel_views(show(project, settings, links))
    assert "film-02.mp4" in reels["played"]["video"]
    assert "film-01.mp4" in reels["without"]["video"]


def test_a_film_that_nobody_wrote_down_plays_without_boxes(
    project: Project, settings: Settings, links: Links
) -> None:
    film(project, told=False)
    reels = reel_views(show(project, settings, links))
    assert reels["played"]["cuts"] == []
    assert reels["without"] is None


def test_a_take_that_is_gone_has_no_boxes(
    project: Project, settings: Settings, links: Links
) -> None:
    film(project, cut("dawn", "take-07"))
    assert reel_views(show(project, settings, links))["played"]["cuts"] == []
