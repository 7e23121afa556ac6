"""Verdicts on clips: kept with the project, whatever is searched for afterwards."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from pipeline.bundle import read_bundle, write_bundle
from pipeline.clips import Candidate, ClipDecision, Edges
from pipeline.crediting import film_credits
from pipeline.decisions import Decisions
from pipeline.errors import InputError
from pipeline.files import MAX_RECORD_BYTES, read_record, write_record
from pipeline.settings import Settings
from pipeline.story import Region
from pipeline.workspace import Project, create_project, open_project
from tests.pipeline.clips import make_candidate, make_clip, make_retrieval
from tests.pipeline.stories import make_casting, make_story

FOX, CROW = make_candidate("dances/fox.mp4"), make_candidate("dances/crow.mp4")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return create_project(make_story(), make_casting(), settings=Settings(home=tmp_path))


def test_a_verdict_keeps_the_clip_its_crop_and_the_time(project: Project) -> None:
    project.decide_clip("walks", FOX, "approved")
    (told,) = open_project(project.path).clip_decisions("walks").values()
    assert (told.verdict, told.clip, told.track, told.crop) == (
        "approved",
        FOX.clip,
        FOX.track,
        FOX.crop,
    )
    assert told.decided.endswith("+00:00")


def test_each_motion_has_verdicts_of_its_own(project: Project) -> None:
    project.decide_clip("walks", FOX, "approved")
    project.decide_clip("jumps", FOX, "rejected")
    assert [one.verdict for one in project.clip_decisions("walks").values()] == ["approved"]
    assert [one.verdict for one in project.clip_decisions("jumps").values()] == ["rejected"]


def test_a_reject_is_taken_back(project: Project) -> None:
    project.decide_clip("walks", FOX, "rejected")
    project.decide_clip("walks", CROW, "rejected")
    project.decide_clip("walks", FOX, None)
    assert list(project.clip_decisions("walks")) == [CROW.clip.id]


def test_a_new_search_loses_no_verdict(project: Project) -> None:
    project.save_retrieval(make_retrieval(FOX, CROW))
    project.decide_clip("walks", FOX, "rejected")
    project.save_retrieval(make_retrieval(CROW))
    assert project.clip_decisions("walks")[FOX.clip.id].verdict == "rejected"
    assert project.candidate("walks", FOX.clip.id).track == FOX.track
    found = project.retrieval("walks")
    assert found is not None
    assert [one.clip.id for one in found.candidates] == [CROW.clip.id]


def test_a_clip_that_was_never_found_cannot_be_decided_on(project: Project) -> None:
    project.save_retrieval(make_retrieval(FOX))
    with pytest.raises(InputError, match="no clip"):
        project.candidate("walks", CROW.clip.id)


def test_verdicts_of_several_windows_all_stay(project: Project) -> None:
    candidates = [make_candidate(f"clip-{number}.mp4") for number in range(12)]
    windows = [
        threading.Thread(target=Project(project.path).decide_clip, args=("walks", one, "approved"))
        for one in candidates
    ]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert set(project.clip_decisions("walks")) == {one.clip.id for one in candidates}


def _followed(number: int) -> Candidate:
    """A candidate whose actor is seen in each of 128 frames, with boxes of four places."""
    chance, frames = random.Random(number), range(128)

    def edges() -> Edges:
        left, top, right, bottom = (round(chance.uniform(0, 1), 4) for _ in range(4))
        return left, top, right, bottom

    one = make_candidate(f"dances/fox {number}.mp4")
    assert one.track is not None
    assert one.crop is not None
    scores = tuple(round(chance.random(), 4) for _ in frames)
    boxes, windows = (tuple(edges() for _ in frames) for _ in range(2))
    track = {"frames": tuple(frames), "boxes": boxes, "scores": scores}
    crop = {"start_frame": 0, "end_frame": len(frames), "windows": windows}
    update = {"track": one.track.model_copy(update=track), "crop": one.crop.model_copy(update=crop)}
    return one.model_copy(update=update)


def test_hundreds_of_verdicts_fit_into_a_project(project: Project, tmp_path: Path) -> None:
    every = [_followed(number) for number in range(400)]
    decided = {
        one.clip.id: ClipDecision(
            verdict="approved",
            clip=one.clip,
            track=one.track,
            crop=one.crop,
            decided="2031-04-05T06:07:08+00:00",
        )
        for one in every[1:]
    }
    write_record(project.path / "decisions.json", Decisions(clips={"walks": decided}), compact=True)
    project.decide_clip("walks", every[0], "rejected")
    project.save_retrieval(make_retrieval(*every))
    assert len(project.clip_decisions("walks")) == 400
    for name in ("decisions.json", "motions/walks.json"):
        assert (project.path / name).stat().st_size < MAX_RECORD_BYTES
    assert read_record(project.path / "decisions.json", Decisions) == project.decisions()


def test_choosing_a_picture_leaves_verdicts_alone(project: Project) -> None:
    project.decide_clip("walks", FOX, "approved")
    project.choose_picture("meadow", "sketch")
    assert list(project.clip_decisions("walks")) == [FOX.clip.id]


def test_verdicts_travel_with_the_project(project: Project, tmp_path: Path) -> None:
    project.decide_clip("walks", FOX, "approved")
    write_bundle(project, tmp_path / "story.zip")
    other = read_bundle(tmp_path / "story.zip", Settings(home=tmp_path / "other"))
    assert other.clip_decisions("walks") == project.clip_decisions("walks")


def _moving_like(project: Project, clip_id: str) -> None:
    story = project.story
    scene = story.scenes[0]
    region: Region = scene.regions[0].model_copy(update={"clip": clip_id})
    changed = scene.model_copy(update={"regions": (region,)})
    project.save_story(story.revised(scenes=(changed, *story.scenes[1:])))


def test_a_film_names_the_clips_its_boxes_move_like(project: Project) -> None:
    clip = make_clip(licence="CC-BY-4.0")
    project.keep_footage(clip)
    project.keep_footage(make_clip("unused.mp4"))
    assert film_credits(project, project.story) == ""
    _moving_like(project, clip.id)
    assert film_credits(project, project.story) == "Movement after Theatre of the Sea (CC-BY-4.0)"


def test_an_unknown_licence_is_said_to_be_unknown(project: Project) -> None:
    clip = make_clip(licence="").model_copy(update={"credit": ""})
    project.keep_footage(clip)
    _moving_like(project, clip.id)
    assert film_credits(project, project.story) == "Movement after dances/fox.mp4 (licence unknown)"
