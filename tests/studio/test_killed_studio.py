"""A studio that is killed in the middle of a job: opened again, it goes on to the same result."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from pipeline.queue import Queue
from pipeline.settings import Settings
from tests.browser.opening import Studio, open_studio
from tests.pipeline.decoded import all_frames
from tests.pipeline.killing import (
    PATIENCE_SECONDS,
    one_core,
    steps_told,
    wait_for,
    watched_queue,
    work_off,
)
from tests.pipeline.test_killed import AFTER, RENDER, make_project

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows"),
]

Frames = np.ndarray


@pytest.fixture(autouse=True, scope="module")
def _alone() -> Iterator[None]:
    with one_core():
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Frames:
    """The frames of the render when nobody is killed."""
    project, settings = make_project(tmp_path_factory.mktemp("calm"))
    watched_queue(settings).submit("render", project.path, RENDER)
    work_off(settings)
    return all_frames(project.take_video(project.takes("quay")[0]))


@pytest.mark.parametrize("dies", ["the studio alone", "the studio and its worker"])
def test_a_killed_studio_goes_on_where_it_was(
    tmp_path: Path, undisturbed: Frames, dies: str
) -> None:
    project, settings = make_project(tmp_path)
    queue = watched_queue(settings)
    job_id = queue.submit("render", project.path, RENDER)
    after = queue.submit("render", project.path, AFTER)
    with open_studio(tmp_path) as studio:
        wait_until_half_way(queue, job_id, settings)
        kill(studio, queue, with_worker=dies.endswith("worker"))
    job = queue.get(job_id)
    assert job is not None
    assert job.state == ("running" if dies.endswith("worker") else "queued")
    with open_studio(tmp_path):
        ended = wait_for(queue, job_id, lambda job: not job.is_active)
        wait_for(queue, after, lambda job: job.state == "done")
    assert ended.state == "done", (ended.error, ended.hint)
    before, resumed = steps_told(queue, job_id, "render")
    assert 1 < min(step for step in resumed if step) <= max(before) + 1
    (take,) = project.takes("quay")
    assert np.array_equal(all_frames(project.take_video(take)), undisturbed)
    assert queue.worker_pid() is None


def wait_until_half_way(queue: Queue, job_id: int, settings: Settings) -> None:
    """Wait until a render has done some steps and kept their state."""
    kept = settings.home / "cache" / "renders"
    wait_for(queue, job_id, lambda job: job.step > 9 and any(kept.glob("*.safetensors")))


def kill(studio: Studio, queue: Queue, *, with_worker: bool) -> None:
    """Kill the studio, and its worker at the same moment or not; return when both are gone."""
    pid = queue.worker_pid()
    assert pid is not None
    worker = psutil.Process(pid)
    studio.process.kill()
    if with_worker:
        worker.kill()
    studio.process.wait(10)
    until = time.monotonic() + PATIENCE_SECONDS
    while queue.worker_pid() is not None:
        assert time.monotonic() < until, "the worker outlives its studio"
        time.sleep(0.05)
