"""The worker beside the page, and the queue as the page sees it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.packs.load import missing_weights
from pipeline.packs.record import load_record
from pipeline.packs.weights import look_at
from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio import jobs
from studio.jobs import JobDesk, WorkerProcess
from studio.signing import Links

ROOT = Path(__file__).resolve().parents[2]
LASTING = [sys.executable, "-c", "import time; time.sleep(60)"]


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def desk(queue: Queue, links: Links) -> JobDesk:
    return JobDesk(queue, links)


def test_worker_is_started_again_and_stopped(settings: Settings) -> None:
    worker = WorkerProcess(settings, command=LASTING)
    worker.start()
    try:
        first = worker.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: worker.pid not in (None, first))
    finally:
        worker.stop()
    assert worker.pid is None


def test_worker_that_cannot_be_started_once_is_started_later(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs, "_WATCH_SECONDS", 0.02)
    worker = WorkerProcess(settings, command=LASTING)
    worker.start()
    log, aside = settings.home / "log", settings.home / "aside"
    try:
        first = worker.pid
        assert first is not None
        log.rename(aside)
        log.write_text("a file where the folder of logs was")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: "cannot be started" in caplog.text)
        log.unlink()
        wait_until(lambda: worker.pid not in (None, first))
    finally:
        worker.stop()


def test_worker_ends_with_a_studio_that_is_killed(settings: Settings, queue: Queue) -> None:
    studio = (
        "import sys, time; from pathlib import Path; from pipeline.settings import Settings;"
        "from studio.jobs import WorkerProcess;"
        "WorkerProcess(Settings(home=Path(sys.argv[1]))).start(); time.sleep(60)"
    )
    killed = subprocess.Popen([sys.executable, "-c", studio, str(settings.home)], cwd=ROOT)
    try:
        wait_until(lambda: queue.worker_pid() is not None, 60)
        killed.kill()
        killed.wait()
        wait_until(lambda: queue.worker_pid() is None)
    finally:
        killed.kill()
        killed.wait()
        if left := queue.worker_pid():
            os.kill(left, signal.SIGKILL)


def test_what_the_worker_says_goes_to_its_log(settings: Settings) -> None:
    says = "import os; print('home', os.environ['DREAMRUNNER_HOME'])"
    worker = WorkerProcess(settings, command=[sys.executable, "-c", says])
    worker.start()
    log = settings.home / "log" / "worker-output.log"
    try:
        wait_until(lambda: f"home {settings.home}" in log.read_text(encoding="utf-8"))
    finally:
        worker.stop()


def test_work_of_the_project_is_told_with_its_progress(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    first = queue.submit("render", project.path, {"scene_id": "dawn"})
    second = queue.submit("render", project.path, {"scene_id": "dusk"})
    queue.submit("render", "other", {"scene_id": "dawn"})
    queue.claim("worker-1")
    queue.report(first, Progress(stage="render", step=3, total=8, preview=b"RIFF"))
    told = {job["id"]: job for job in desk.watch(project, settings, [])}
    assert set(told) == {first, second}
    assert (told[first]["step"], told[first]["total"]) == (3, 8)
    assert (told[first]["scene_id"], told[first]["title"]) == ("dawn", "Rendering “Dawn”")
    assert f"/{project.id}/jobs/{first}/3?u=local&s=" in told[first]["preview"]
    assert (told[second]["ahead"], told[second]["preview"]) == (1, None)


def test_ended_work_is_told_once_more_to_who_knew_it(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    job_id = queue.submit("film", project.path, {})
    queue.claim("worker-1")
    queue.fail(job_id, "the film broke", "Render again.")
    assert desk.watch(project, settings, []) == []
    (told,) = desk.watch(project, settings, [job_id])
    assert (told["state"], told["active"], told["title"]) == ("failed", False, "Making the film")
    assert told["failed"] == "The film broke. Render again."


def test_failures_do_not_tell_where_the_home_lies(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    job_id = queue.submit("film", project.path, {})
    queue.claim("worker-1")
    queue.fail(job_id, f"cannot read {project.path / 'story.json'}", f"See {settings.home}/log.")
    (told,) = desk.watch(project, settings, [job_id])
    where = "users/local/projects/the-shy-fox/story.json"
    assert told["failed"] == f"Cannot read {where}. See log."


def test_work_waits_for_no_model_that_is_fetched(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    kinds = ("fetch", "render", "fetch", "animatic")
    for number, kind in enumerate(kinds):
        queue.submit(kind, project.path, {"pack": str(number)} if kind == "fetch" else {})
    told = desk.watch(project, settings, [])
    assert [job["ahead"] for job in told] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("visitors", "words"), [(False, "open “Models …” in the menu, or python"), (True, "python")]
)
def test_missing_weights_are_fetched_on_the_page(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings, visitors: bool, words: str
) -> None:
    record = load_record("cogvideox-2b")
    found = look_at(settings.home / "models" / record.name, record)
    error = missing_weights(record, found)
    job_id = queue.submit("render", project.path, {"scene_id": "dawn"})
    queue.claim("worker-1")
    queue.fail(job_id, error.message, error.hint)
    (told,) = desk.watch(project, replace(settings, visitors=visitors), [job_id])
    assert f"GiB): {words} -m pipeline packs fetch cogvideox-2b, or" in told["failed"]


def test_failure_is_missed_until_it_is_told_or_tried_again(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    told, again, left = (_failed(queue, project, scene) for scene in ("dawn", "dusk", None))
    queue.submit("render", project.path, {"scene_id": "dusk"})
    desk.watch(project, settings, [told])
    assert told < again < left
    assert desk.missed(project, settings) == ["Rendering: It broke. Retry."]
    assert desk.missed(project, settings) == []


def _failed(queue: Queue, project: Project, scene_id: str | None) -> int:
    job_id = queue.submit("render", project.path, {"scene_id": scene_id})
    queue.claim("worker-1")
    queue.fail(job_id, "it broke", "Retry.")
    return job_id


def test_only_work_of_the_project_can_be_cancelled(
    queue: Queue, desk: JobDesk, project: Project, settings: Settings
) -> None:
    other = queue.submit("render", "other", {"scene_id": "dawn"})
    job_id = queue.submit("animatic", project.path, {})
    desk.cancel(project, [other])
    assert desk.watch(project, settings, [])[0]["state"] == "queued"
    assert len(queue.jobs(active=True)) == 2
    desk.cancel(project, [job_id, other])
    assert desk.watch(project, settings, []) == []
    assert [job.id for job in queue.jobs(active=True)] == [other]
