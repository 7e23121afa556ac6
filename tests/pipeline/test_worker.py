"""The worker as a process of its own: it works, obeys, survives and makes room."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.queue import Queue
from tests.pipeline.killing import PATIENCE_SECONDS, wait_for

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import os, sys, time
from pathlib import Path
from pipeline.errors import InputError
from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.worker import serve

def count(job):
    if job.kind == "refuse":
        raise InputError("there is no scene 'moon'", hint="Choose another.")
    trail = Path(job.project)
    enough = trail.with_name("enough")
    try:
        for step in range(job.arguments["steps"]):
            yield Progress(stage="count", step=step, total=job.arguments["steps"], preview=b"RIFF")
            if job.kind == "break":
                raise ZeroDivisionError("by chance")
            if enough.exists():
                break
            time.sleep(0.02)
    except GeneratorExit:
        trail.write_text("closed", "utf-8")
        raise
    return {"film": trail, "pid": os.getpid()}

serve(Queue(Path(sys.argv[1])), count, once="--once" in sys.argv)
"""
FOREVER = 100_000
"""Steps of a job that ends where a test tells it to (see `_end_with_this_step`)."""


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "jobs.sqlite")


@pytest.fixture
def start(queue: Queue) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start workers of a queue; those left over are killed."""
    started: list[subprocess.Popen[str]] = []

    def start_worker(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SERVE, str(queue.path), *options]
        started.append(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start_worker
    for worker in started:
        worker.kill()
        worker.communicate()


def _submit(queue: Queue, tmp_path: Path, steps: int, kind: str = "count") -> int:
    return queue.submit(kind, tmp_path / "trail", {"steps": steps})


def _end_with_this_step(tmp_path: Path) -> None:
    (tmp_path / "enough").touch()


def test_a_worker_does_what_is_queued(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    ids = [_submit(queue, tmp_path, steps) for steps in (2, 3)]
    worker = start("--once")
    assert worker.wait(PATIENCE_SECONDS) == 0
    jobs = [queue.get(job_id) for job_id in ids]
    results = [job.result for job in jobs if job is not None and job.state == "done"]
    assert results == [{"film": str(tmp_path / "trail"), "pid": worker.pid}] * 2
    assert queue.worker_pid() is None


def test_a_failing_job_does_not_end_the_worker(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    kinds = ("refuse", "break", "count")
    ids = [_submit(queue, tmp_path, 2, kind) for kind in kinds]
    _, log = start("--once").communicate(timeout=PATIENCE_SECONDS)
    refused, broken, counted = (queue.get(job_id) for job_id in ids)
    assert refused is not None
    assert broken is not None
    assert counted is not None
    assert (refused.error, refused.hint) == ("there is no scene 'moon'", "Choose another.")
    assert (broken.state, broken.error) == ("failed", "something went wrong inside")
    assert str(tmp_path) not in str(broken.hint)
    assert "ZeroDivisionError: by chance" in log
    assert counted.state == "done"


def test_a_cancelled_job_is_closed_between_steps(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job_id, after = _submit(queue, tmp_path, FOREVER), _submit(queue, tmp_path, 1)
    start()
    assert wait_for(queue, job_id, lambda job: job.step > 2).preview == b"RIFF"
    queue.control(job_id, "cancel")
    wait_for(queue, job_id, lambda job: job.state == "cancelled")
    assert (tmp_path / "trail").read_text("utf-8") == "closed"
    wait_for(queue, after, lambda job: job.state == "done")


def test_a_stopped_job_is_closed_and_goes_on_when_it_is_asked_for_again(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job_id = _submit(queue, tmp_path, FOREVER)
    start()
    wait_for(queue, job_id, lambda job: job.step > 2)
    queue.control(job_id, "stop")
    stopped = wait_for(queue, job_id, lambda job: job.state == "stopped")
    assert (tmp_path / "trail").read_text("utf-8") == "closed"
    assert stopped.preview == b"RIFF"
    _end_with_this_step(tmp_path)
    assert queue.again(job_id) == job_id
    assert wait_for(queue, job_id, lambda job: job.state == "done").spent >= stopped.spent > 0


def test_learning_makes_way_after_any_step_and_goes_on(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    learning = _submit(queue, tmp_path, FOREVER, "train")
    start()
    wait_for(queue, learning, lambda job: job.step > 2)
    quick = queue.submit("render", tmp_path / "other", {"steps": 3}, user="bob")
    rendered = wait_for(queue, quick, lambda job: job.state == "done")
    assert (tmp_path / "trail").read_text("utf-8") == "closed"
    _end_with_this_step(tmp_path)
    done = wait_for(queue, learning, lambda job: job.state == "done")
    assert rendered.started is not None
    assert done.started is not None
    assert done.started > rendered.started
    assert (done.interruptions, done.begun) == (0, True)


def test_other_jobs_pass_a_fetch_that_takes_long(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    fetch, next_fetch = (_submit(queue, tmp_path, FOREVER + n, "fetch") for n in (0, 1))
    quick = [_submit(queue, tmp_path, steps) for steps in (2, 3)]
    start()
    for job_id in quick:
        wait_for(queue, job_id, lambda job: job.state == "done")
    assert wait_for(queue, fetch, lambda job: job.step > 2).state == "running"
    queue.control(fetch, "cancel")
    wait_for(queue, fetch, lambda job: job.state == "cancelled")
    assert (tmp_path / "trail").read_text("utf-8") == "closed"
    wait_for(queue, next_fetch, lambda job: job.state == "running")


def test_a_worker_of_one_round_waits_for_what_it_fetches(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    ids = [_submit(queue, tmp_path, 20, "fetch"), _submit(queue, tmp_path, 2)]
    assert start("--once").wait(PATIENCE_SECONDS) == 0
    assert [job.state for job in queue.jobs() if job.id in ids] == ["done", "done"]


def test_a_worker_that_cannot_note_what_it_fetches_ends_whole(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job_id = _submit(queue, tmp_path, FOREVER, "fetch")
    worker = start()
    wait_for(queue, job_id, lambda job: job.step > 0)
    with queue._file.connected() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON jobs WHEN OLD.kind = 'fetch'"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    assert worker.wait(PATIENCE_SECONDS) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes without asking")
@pytest.mark.parametrize("kind", ["count", "fetch"])
def test_a_worker_told_to_end_puts_its_job_back(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]], kind: str
) -> None:
    job_id = _submit(queue, tmp_path, FOREVER, kind)
    worker = start()
    wait_for(queue, job_id, lambda job: job.step > 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0
    job = queue.get(job_id)
    assert job is not None
    assert (job.state, job.interruptions) == ("queued", 0)
    assert (tmp_path / "trail").read_text("utf-8") == "closed"
    assert queue.worker_pid() is None


def test_an_idle_worker_ends_at_once(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job_id = _submit(queue, tmp_path, 1)
    worker = start()
    wait_for(queue, job_id, lambda job: job.state == "done")
    worker.terminate()
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert queue.worker_pid() is None


@pytest.mark.parametrize("kind", ["count", "fetch"])
def test_the_job_of_a_killed_worker_starts_again_with_the_next(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]], kind: str
) -> None:
    job_id = _submit(queue, tmp_path, FOREVER, kind)
    first = start()
    wait_for(queue, job_id, lambda job: job.step > 0)
    first.kill()
    first.wait(PATIENCE_SECONDS)
    assert not (tmp_path / "trail").exists()
    _end_with_this_step(tmp_path)
    second = start("--once")
    assert second.wait(PATIENCE_SECONDS) == 0
    job = queue.get(job_id)
    assert job is not None
    assert (job.state, job.interruptions, job.result["pid"]) == ("done", 1, second.pid)


def test_a_second_worker_of_a_home_makes_room(
    queue: Queue, tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    job_id = _submit(queue, tmp_path, FOREVER)
    first = start()
    wait_for(queue, job_id, lambda job: job.step > 0)
    second = start()
    _, said = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 1
    assert f"another worker (process {first.pid})" in said
    assert first.poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes of priority instead")
@pytest.mark.parametrize(("before", "after"), [(14, 14), (3, 10)])
def test_a_worker_makes_room_for_others_and_never_pushes_ahead(before: int, after: int) -> None:
    if psutil.Process().nice() > before:
        pytest.skip("these tests run too nicely themselves")
    code = "import psutil, pipeline.worker as w; w._be_nice(); print(psutil.Process().nice())"
    nice = f"import os; os.setpriority(os.PRIO_PROCESS, 0, {before}); {code}"
    done = subprocess.run(
        [sys.executable, "-c", nice], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(after)
