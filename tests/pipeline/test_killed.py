"""A worker that is killed in the middle loses nothing: the next one goes on to the same result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from pipeline.artifacts import Casting
from pipeline.learning import state_path
from pipeline.lessons import bring_picture
from pipeline.priors.store import PriorStore
from pipeline.queue import Job, Queue
from pipeline.settings import Settings
from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story
from pipeline.theatre.pictures import face_png
from pipeline.workspace import Project, create_project
from tests.pipeline.decoded import all_frames
from tests.pipeline.killing import one_core, steps_told, wait_for, watched_queue, work_off, working

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows"),
]

RENDER = {"scene_id": "quay", "seed": 41, "steps": 26, "quality": "final"}
AFTER = {"scene_id": "attic", "seed": 7, "steps": 3, "quality": "final"}
LEARN = {"character_id": "vio", "steps": 14}


Middle = Callable[[Job], bool]


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with one_core():
        yield


def make_story() -> Story:
    path = tuple(
        Key(box=Box(x0=0.07 * k, y0=0.31, x1=0.07 * k + 0.36, y1=0.93)) if k in (0, 5) else None
        for k in range(6)
    )
    walking = Region(id="r1", character_id="vio", motion_id="walks", keys=path)
    return Story(
        id="the-quay",
        title="The quay",
        characters=(Character(id="vio", name="Vio", kind="robot", look="a red robot"),),
        motions=(Motion(id="walks", words="walks", locomotion=True),),
        scenes=(
            Scene(id="quay", setting="the beach", regions=(walking,)),
            Scene(id="attic", setting="the castle", regions=(walking,)),
        ),
    )


def make_project(home: Path) -> tuple[Project, Settings]:
    settings = Settings(home=home)
    return create_project(make_story(), Casting(pack="theatre"), settings=settings), settings


def kill_in_the_middle(settings: Settings, queue: Queue, job_id: int, ready: Middle) -> None:
    """Kill a worker once something holds of its job, which it has no time to put back."""
    with working(settings) as worker:
        wait_for(queue, job_id, ready)
        worker.kill()
        worker.wait()
    job = queue.get(job_id)
    assert job is not None
    assert job.state == "running"


def test_a_render_goes_on_to_the_same_frames(tmp_path: Path) -> None:
    calm, calm_settings = make_project(tmp_path / "calm")
    watched_queue(calm_settings).submit("render", calm.path, RENDER)
    work_off(calm_settings)
    (whole,) = calm.takes("quay")

    project, settings = make_project(tmp_path / "killed")
    queue, kept = watched_queue(settings), settings.home / "cache" / "renders"
    job_id = queue.submit("render", project.path, RENDER)
    after = queue.submit("render", project.path, AFTER)
    kill_in_the_middle(
        settings, queue, job_id, lambda job: job.step > 9 and any(kept.glob("*.safetensors"))
    )
    assert project.takes("quay") == []
    assert queue.submit("render", project.path, RENDER) == job_id  # asked again, made once
    work_off(settings)

    assert [one.state for one in queue.jobs()] == ["done", "done"]
    job = queue.get(job_id)
    assert job is not None
    assert job.interruptions == 1
    before, resumed = steps_told(queue, job_id, "render")
    assert max(before) > 9
    assert 1 < min(step for step in resumed if step) <= max(before) + 1
    (take,) = project.takes("quay")
    assert np.array_equal(all_frames(project.take_video(take)), all_frames(calm.take_video(whole)))
    assert all_frames(project.take_video(take)).std() > 10
    assert len(project.takes("attic")) == 1
    assert not any(kept.iterdir())
    assert steps_told(queue, after, "render")


def test_a_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    calm, calm_settings = make_project(tmp_path / "calm")
    give_picture(calm, tmp_path)
    watched_queue(calm_settings).submit("train", calm.path, LEARN)
    work_off(calm_settings)
    whole = learned(calm_settings)

    project, settings = make_project(tmp_path / "killed")
    give_picture(project, tmp_path)
    queue = watched_queue(settings)
    job_id = queue.submit("train", project.path, LEARN)

    def saved_and_further(job: Job) -> bool:
        states = list((settings.home / "users" / "local" / "training").glob("*.safetensors"))
        if not states and job.step > 3:
            queue.control(job_id, "save_now")
        return bool(states) and 6 < job.step < 13

    kill_in_the_middle(settings, queue, job_id, saved_and_further)
    work_off(settings)

    job = queue.get(job_id)
    assert job is not None
    assert (job.state, job.interruptions) == ("done", 1)
    before, resumed = steps_told(queue, job_id, "train")
    assert 4 <= min(step for step in resumed if step) <= max(before) + 1
    weights = learned(settings)
    assert weights.keys() == whole.keys()
    assert all(torch.equal(weights[name], whole[name]) for name in whole)
    key = str(job.result)
    assert not state_path(settings, key).exists()
    assert any(one.prior == key for one in project.casting.learned)


def give_picture(project: Project, folder: Path) -> None:
    file = folder / "vio.png"
    file.write_bytes(face_png("robot", "orange", "top hat", size_px=160))
    bring_picture(project, project.story.characters[0], file)


def learned(settings: Settings) -> dict[str, torch.Tensor]:
    """The weights of the one look that was learned here."""
    (stored,) = (one for one in PriorStore(settings).all() if not one.shipped)
    assert stored.prior.steps == LEARN["steps"]
    return load_file(stored.file)
