"""The queue: each job to one worker, in order, and none lost."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

from pipeline.errors import InputError, WorkspaceError
from pipeline.progress import Progress
from pipeline.queue import Control, Job, Queue, open_queue
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CLAIM_ALL = """
import json, sys, time
from pathlib import Path
from pipeline.queue import Queue
queue, claimed = Queue(Path(sys.argv[1])), []
print("ready", flush=True)
sys.stdin.readline()
while (job := queue.claim(sys.argv[2])) is not None:
    claimed.append(job.id)
    queue.finish(job.id, {"by": sys.argv[2]})
    time.sleep(0.01)  # so that neither can take all before the other has begun
print(json.dumps(claimed))
"""

ENDS = {"stop": "stopped", "cancel": "cancelled"}


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "home" / "jobs.sqlite")


def _get(queue: Queue, job_id: int) -> Job:
    job = queue.get(job_id)
    assert job is not None
    return job


def _claim(queue: Queue, worker: str = "w1") -> Job:
    job = queue.claim(worker)
    assert job is not None
    return job


def _progress(step: int, **more: object) -> Progress:
    return Progress.model_validate({"stage": "render", "step": step, "total": 9, **more})


def _set_heartbeat(queue: Queue, job_id: int, seconds: float) -> None:
    connection = sqlite3.connect(queue.path)
    connection.execute("UPDATE jobs SET heartbeat = ? WHERE id = ?", (seconds, job_id))
    connection.commit()
    connection.close()


def test_a_job_waits_as_it_was_given(queue: Queue) -> None:
    job_id = queue.submit("render", "/films/kite", {"scene_id": "meadow", "seed": 3}, user="ada")
    job = _get(queue, job_id)
    assert (job.state, job.kind, job.project, job.user) == (
        "queued",
        "render",
        "/films/kite",
        "ada",
    )
    assert job.arguments == {"scene_id": "meadow", "seed": 3}
    assert (job.started, job.finished, job.preview, job.eta_seconds) == (None, None, None, None)


def test_the_same_job_is_queued_once_until_it_is_over(queue: Queue) -> None:
    first = queue.submit("render", "p", {"seed": 1, "scene_id": "a"})
    again = queue.submit("render", "p", {"scene_id": "a", "seed": 1})
    other = queue.submit("render", "p", {"scene_id": "a", "seed": 2})
    assert (again, len(queue.jobs())) == (first, 2)
    assert other != first
    assert _claim(queue).id == first
    assert queue.submit("render", "p", {"seed": 1, "scene_id": "a"}) == first
    queue.finish(first)
    assert queue.submit("render", "p", {"seed": 1, "scene_id": "a"}) not in (first, other)


def test_the_same_job_of_another_user_is_another(queue: Queue) -> None:
    ids = {queue.submit("film", "p", {}, user=user) for user in ("ada", "bob")}
    assert len(ids) == 2


def test_jobs_are_claimed_oldest_first(queue: Queue) -> None:
    ids = [queue.submit("film", name, {}) for name in ("a", "b", "c")]
    assert [_claim(queue).id for _ in ids] == ids
    assert queue.claim("w1") is None
    assert {job.state for job in queue.jobs()} == {"running"}


def test_jobs_are_listed_by_project_and_by_activity(queue: Queue) -> None:
    done, here, there = (queue.submit("film", name, {"n": n}) for n, name in enumerate("aab"))
    _claim(queue)
    queue.finish(done)
    assert [job.id for job in queue.jobs()] == [done, here, there]
    assert [job.id for job in queue.jobs("a")] == [done, here]
    assert [job.id for job in queue.jobs("a", active=True)] == [here]
    assert queue.get(99) is None


def test_ended_jobs_are_given_too_where_they_are_asked_for(queue: Queue) -> None:
    first, second, third = (queue.submit("render", "a", {"n": n}) for n in (3, 4, 5))
    there = queue.submit("render", "b", {})
    for one in (first, second):
        queue.claim("worker-1")
        queue.finish(one)
    asked = [second, there, 2**70, -5]
    assert [job.id for job in queue.jobs("a", active=True, also=asked)] == [second, third]
    assert [job.id for job in queue.jobs("a", active=True)] == [third]
    assert [job.id for job in queue.waiting()] == [third, there]


def test_what_is_fetched_is_claimed_beside_all_else(queue: Queue) -> None:
    fetch, film, other = (queue.submit(kind, "p", {}) for kind in ("fetch", "film", "animatic"))
    assert [job.id for job in queue.waiting(aside=True)] == [fetch]
    assert [job.id for job in queue.waiting(aside=False)] == [other, film]
    claimed = [queue.claim("w1", aside=aside) for aside in (False, True, True, False)]
    assert [job and job.id for job in claimed] == [other, fetch, None, film]


def test_a_report_shows_how_far_the_job_is(queue: Queue) -> None:
    job_id = queue.submit("render_all", "p", {})
    _claim(queue)
    queue.report(job_id, _progress(2, note="step", scene_id="meadow", preview=b"RIFF"))
    queue.report(job_id, _progress(3, scene_id="meadow"))
    job = _get(queue, job_id)
    assert (job.stage, job.step, job.total, job.note) == ("render", 3, 9, "")
    assert (job.scene_id, job.preview) == ("meadow", b"RIFF")


def test_the_time_left_follows_from_the_steps(queue: Queue) -> None:
    queue.submit("film", "p", {})
    job = _claim(queue)
    assert job.heartbeat is not None
    beat = job.heartbeat
    running = job.model_copy(update={"step": 3, "total": 9, "started": beat - 30.0})
    assert running.eta_seconds == pytest.approx(60, abs=2)
    assert running.model_copy(update={"step": 0}).eta_seconds is None


def test_loading_a_model_does_not_count_as_a_step(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    started = _claim(queue).started
    assert started is not None
    time.sleep(0.05)
    queue.report(job_id, _progress(0, note="the model is loaded"))
    loaded = _get(queue, job_id).started
    assert loaded is not None
    assert loaded >= started + 0.05
    queue.report(job_id, _progress(1))
    assert _get(queue, job_id).started == loaded


def test_a_finished_job_keeps_its_result_and_drops_its_preview(queue: Queue) -> None:
    job_id = queue.submit("render", "p", {})
    _claim(queue)
    queue.report(job_id, _progress(1, preview=b"RIFF"))
    queue.finish(job_id, {"take": "take-01"})
    job = _get(queue, job_id)
    assert (job.state, job.result, job.preview) == ("done", {"take": "take-01"}, None)
    assert job.finished is not None


def test_a_failed_job_says_why_and_what_to_do(queue: Queue) -> None:
    job_id = queue.submit("render", "p", {})
    _claim(queue)
    queue.fail(job_id, "no space", "Delete something.")
    queue.finish(job_id, "too late")
    job = _get(queue, job_id)
    assert (job.state, job.error, job.hint) == ("failed", "no space", "Delete something.")


@pytest.mark.parametrize("word", ["stop", "cancel"])
def test_a_queued_job_that_is_stopped_ends_at_once(queue: Queue, word: Control) -> None:
    job_id = queue.submit("film", "p", {})
    queue.control(job_id, word)
    assert _get(queue, job_id).state == ENDS[word]
    assert queue.claim("w1") is None


def test_a_running_job_reads_what_it_shall_do(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    _claim(queue)
    words = [queue.report(job_id, _progress(0))]
    queue.control(job_id, "cancel")
    words += [queue.report(job_id, _progress(1)) for _ in range(2)]
    assert words == ["none", "cancel", "cancel"]
    queue.cancelled(job_id)
    assert _get(queue, job_id).state == "cancelled"
    assert queue.report(job_id, _progress(2)) == "cancel"


@pytest.mark.parametrize("wish", ["save_now", "sample_now"])
def test_a_wish_waits_until_it_is_taken(queue: Queue, wish: Control) -> None:
    job_id = queue.submit("train", "p", {})
    queue.control(job_id, wish)  # not heard: it does not run yet
    _claim(queue)
    assert queue.take_wish(job_id) == "none"
    queue.control(job_id, wish)
    assert queue.report(job_id, _progress(1)) == wish
    assert [queue.take_wish(job_id) for _ in range(2)] == [wish, "none"]
    assert queue.report(job_id, _progress(2)) == "none"


@pytest.mark.parametrize("word", ["stop", "cancel"])
def test_no_wish_keeps_a_job_from_its_end(queue: Queue, word: Control) -> None:
    job_id = queue.submit("train", "p", {})
    _claim(queue)
    queue.control(job_id, word)
    queue.control(job_id, "save_now")
    assert queue.take_wish(job_id) == "none"
    assert queue.report(job_id, _progress(1)) == word


def test_only_known_words_and_jobs_are_controlled(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    with pytest.raises(InputError, match="explode"):
        queue.control(job_id, cast(Control, "explode"))
    with pytest.raises(InputError, match="no job 77"):
        queue.control(77, "stop")


def test_a_job_put_back_is_the_next_one(queue: Queue) -> None:
    first, second = (queue.submit("film", name, {}) for name in "ab")
    _claim(queue)
    queue.report(first, _progress(4))
    queue.put_back(first)
    job = _get(queue, first)
    assert (job.state, job.step, job.started, job.begun) == ("queued", 4, None, True)
    assert [_claim(queue).id, _claim(queue).id] == [first, second]


def test_a_job_put_back_while_it_is_cancelled_stays_cancelled(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    _claim(queue)
    queue.control(job_id, "cancel")
    queue.put_back(job_id)
    assert _get(queue, job_id).state == "cancelled"


def test_an_interrupted_job_starts_again_once(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    _claim(queue)
    assert queue.recover(silent_seconds=60) == []
    _set_heartbeat(queue, job_id, 1000.0)
    assert queue.recover(silent_seconds=60) == [job_id]
    job = _get(queue, job_id)
    assert (job.state, job.interruptions) == ("queued", 1)
    assert "interrupted" in job.note
    _claim(queue)
    _set_heartbeat(queue, job_id, 2000.0)
    assert queue.recover(silent_seconds=60) == []
    job = _get(queue, job_id)
    assert (job.state, job.error) == ("failed", "the work was interrupted twice")


@pytest.mark.parametrize("word", ["stop", "cancel"])
def test_a_cancelled_job_does_not_come_back_when_its_worker_dies(
    queue: Queue, word: Control
) -> None:
    job_id = queue.submit("film", "p", {})
    _claim(queue)
    queue.control(job_id, word)
    _set_heartbeat(queue, job_id, 1000.0)
    assert queue.recover(silent_seconds=60) == []
    assert _get(queue, job_id).state == ENDS[word]


def test_a_beat_keeps_a_job_with_its_worker(queue: Queue) -> None:
    job_id = queue.submit("film", "p", {})
    _claim(queue)
    _set_heartbeat(queue, job_id, 1000.0)
    queue.beat(job_id)
    assert queue.recover(silent_seconds=60) == []


def test_two_processes_claim_each_job_exactly_once(queue: Queue) -> None:
    ids = [queue.submit("film", f"project {number}", {}) for number in range(50)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_ALL, str(queue.path), name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("w1", "w2")
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    claimed = [json.loads(worker.communicate(timeout=60)[0]) for worker in workers]
    assert all(claimed)
    assert sorted(claimed[0] + claimed[1]) == ids
    assert {job.state for job in queue.jobs()} == {"done"}


def test_a_home_has_one_worker(queue: Queue) -> None:
    assert queue.worker_pid() is None
    mine, other = os.getpid(), os.getppid()
    assert queue.workers.enlist(other) is None
    assert queue.workers.enlist(mine) == other
    queue.workers.dismiss(mine)
    assert queue.worker_pid() == other
    queue.workers.dismiss(other)
    assert queue.workers.enlist(mine) is None
    assert queue.worker_pid() == mine


def test_a_dead_worker_or_another_process_of_its_number_makes_room(queue: Queue) -> None:
    ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert queue.workers.enlist(ended.pid) is None
    assert queue.workers.enlist(os.getpid()) == ended.pid
    ended.communicate(b"\n")
    assert queue.workers.enlist(os.getpid()) is None
    connection = sqlite3.connect(queue.path)
    connection.execute("UPDATE workers SET born = born - 5")
    connection.commit()
    connection.close()
    assert queue.worker_pid() is None


def test_the_queue_lies_in_the_home_and_is_shared(tmp_path: Path) -> None:
    first, second = (open_queue(Settings(home=tmp_path)) for _ in range(2))
    assert first.path == tmp_path / "jobs.sqlite"
    job_id = first.submit("film", "p", {})
    assert _get(second, job_id).kind == "film"


def test_a_queue_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(WorkspaceError, match="not a database"):
        open_queue(Settings(home=tmp_path))
    with pytest.raises(WorkspaceError):
        Queue(tmp_path / "jobs.sqlite" / "jobs.sqlite")
