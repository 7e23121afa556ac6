"""The queue as a line: who goes before whom, what makes way, what is moved and asked for again."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from pipeline import line
from pipeline import queue as queue_module
from pipeline.errors import InputError, WorkspaceError
from pipeline.job import grade_of, sort_of
from pipeline.progress import Progress
from pipeline.queue import Job, Queue

FIRST_VERSION = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, project TEXT NOT NULL,
  kind TEXT NOT NULL, arguments TEXT NOT NULL, key TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued', stage TEXT NOT NULL DEFAULT '', scene_id TEXT,
  step INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
  preview BLOB, checkpoint TEXT, control TEXT NOT NULL DEFAULT 'none', created REAL NOT NULL,
  started REAL, finished REAL, error TEXT, hint TEXT, result TEXT NOT NULL DEFAULT 'null',
  heartbeat REAL, worker TEXT, interruptions INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX one_active_per_key ON jobs(key) WHERE state IN ('queued', 'running');
CREATE TABLE workers (
  place INTEGER PRIMARY KEY CHECK (place = 1), pid INTEGER NOT NULL, born REAL NOT NULL
);
INSERT INTO workers VALUES (1, 4, 5.5);
"""


Turns = tuple[sqlite3.Connection, str, bool | None]
"""What `line._turns` is asked."""


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(tmp_path / "jobs.sqlite")


def _get(queue: Queue, job_id: int) -> Job:
    job = queue.get(job_id)
    assert job is not None
    return job


def _render(queue: Queue, seed: int, quality: str = "final", user: str = "ada") -> int:
    return queue.submit("render", "p", {"seed": seed, "quality": quality}, user=user)


def _learn(queue: Queue, motion: str = "bows", user: str = "ada") -> int:
    return queue.submit("train", "p", {"motion_id": motion}, user=user)


def _claimed(queue: Queue) -> int | None:
    job = queue.claim("w1")
    return job.id if job else None


def _step(queue: Queue, job_id: int, step: int, stage: str = "train") -> None:
    queue.report(job_id, Progress(stage=stage, step=step, total=40))


def _running(queue: Queue, job_id: int, *steps: int) -> int:
    assert _claimed(queue) == job_id
    for step in steps:
        _step(queue, job_id, step)
    return job_id


def test_what_is_quick_goes_before_finals_and_these_before_learning() -> None:
    grades = {
        ("render", "draft"): 0,
        ("render", "final"): 1,
        ("animatic", ""): 0,
        ("retrieve", ""): 0,
        ("film", ""): 1,
        ("train", ""): 2,
    }
    for (kind, quality), grade in grades.items():
        assert grade_of(kind, {"quality": quality} if quality else {}) == grade
    assert grade_of("film", {"whole": "drafts"}) == 0
    assert [sort_of("render", {}), sort_of("train", {"character_id": "mia"})] == [
        "final",
        "character",
    ]


def test_drafts_pass_finals_and_learning(queue: Queue) -> None:
    learned, final, draft = _learn(queue), _render(queue, 3), _render(queue, 4, "draft")
    assert [job.id for job in queue.waiting()] == [draft, final, learned]
    assert [_claimed(queue) for _ in range(4)] == [draft, final, learned, None]


def test_users_take_turns(queue: Queue) -> None:
    ada = [_render(queue, seed) for seed in range(3)]
    bob = [_render(queue, seed, user="bob") for seed in (10, 11)]
    told = [job.id for job in queue.waiting()]
    assert told == [ada[0], bob[0], ada[1], bob[1], ada[2]]
    assert [_claimed(queue) for _ in told] == told


def test_turns_outlive_the_process(queue: Queue) -> None:
    first, second = _render(queue, 1), _render(queue, 2)
    assert _claimed(queue) == first
    time.sleep(0.002)
    other = _render(queue, 3, user="bob")
    assert _claimed(Queue(queue.path)) == other
    assert _claimed(Queue(queue.path)) == second


def test_learning_makes_way_and_goes_on_from_its_step(queue: Queue) -> None:
    learned, later = _learn(queue), _learn(queue, "sleeps", user="bob")
    _running(queue, learned, 0, 1, 2)
    assert not queue.gives_way(learned)
    final = _render(queue, 3, user="bob")
    assert queue.gives_way(learned)
    assert [job.id for job in queue.waiting()] == [final, learned, later]
    queue.put_back(learned, "makes way")
    put_back = _get(queue, learned)
    assert (put_back.step, put_back.begun, put_back.note) == (2, True, "makes way")
    assert [_claimed(queue) for _ in range(3)] == [final, learned, later]


def test_no_render_makes_way_and_fetching_is_in_nobodys(queue: Queue) -> None:
    final = _render(queue, 3)
    _running(queue, final, 0, 1)
    _render(queue, 4, "draft", user="bob")
    assert not queue.gives_way(final)
    queue.finish(final)
    queue.control(_get(queue, final + 1).id, "cancel")
    learned = _learn(queue)
    _running(queue, learned, 0)
    queue.submit("fetch", "p", {"pack": "big"})
    assert not queue.gives_way(learned)


def test_learning_that_its_user_moved_ahead_makes_no_way_for_their_own(queue: Queue) -> None:
    draft, learned = _render(queue, 3, "draft"), _learn(queue)
    queue.move(learned, draft)
    _running(queue, learned, 0, 1)
    assert not queue.gives_way(learned)
    _render(queue, 4, "draft", user="bob")
    assert queue.gives_way(learned)


def test_a_user_moves_their_own_jobs(queue: Queue) -> None:
    jobs = [_render(queue, seed) for seed in range(4)]
    queue.move(jobs[3], jobs[1])
    assert [job.id for job in queue.waiting()] == [jobs[0], jobs[3], jobs[1], jobs[2]]
    queue.move(jobs[0], None)
    assert [job.id for job in queue.waiting()] == [jobs[3], jobs[1], jobs[2], jobs[0]]
    queue.move(jobs[2], jobs[3])
    queue.move(jobs[2], jobs[2])
    assert [job.id for job in queue.waiting()] == [jobs[2], jobs[3], jobs[1], jobs[0]]
    assert _render(queue, 9) == queue.waiting()[-1].id


def test_only_what_waits_is_moved_and_never_before_anothers(queue: Queue) -> None:
    first, second = _render(queue, 1), _render(queue, 2)
    others = _render(queue, 3, user="bob")
    _running(queue, first, 0)
    for job_id, before in ((first, second), (second, first), (second, others), (second, 77)):
        with pytest.raises(InputError, match="only what waits"):
            queue.move(job_id, before)


def test_a_stopped_job_goes_on_where_it_was(queue: Queue) -> None:
    job_id = _learn(queue)
    _running(queue, job_id, 0, 7)
    queue.control(job_id, "stop")
    queue.cancelled(job_id)
    assert (_get(queue, job_id).state, queue.waiting()) == ("stopped", [])
    assert queue.again(job_id) == job_id
    job = _get(queue, job_id)
    assert (job.state, job.step, job.control, job.begun) == ("queued", 7, "none", False)


def test_the_same_job_asked_for_goes_on_where_it_was_stopped(queue: Queue) -> None:
    job_id = _learn(queue)
    queue.control(job_id, "stop")
    assert _learn(queue) == job_id
    assert _get(queue, job_id).state == "queued"


def test_a_stopped_job_is_cancelled_for_good(queue: Queue) -> None:
    job_id = _learn(queue)
    queue.control(job_id, "stop")
    queue.control(job_id, "cancel")
    assert _get(queue, job_id).state == "cancelled"
    assert _learn(queue) != job_id


def test_a_failed_job_is_tried_again_at_the_end_of_the_line(queue: Queue) -> None:
    failed, other = _render(queue, 1), _render(queue, 2)
    _running(queue, failed, 0)
    queue.fail(failed, "no room", "Make some.")
    assert queue.again(failed) == failed
    assert queue.again(failed) == failed
    assert (_get(queue, failed).error, _get(queue, failed).hint) == (None, None)
    assert [job.id for job in queue.waiting()] == [other, failed]


def test_what_was_asked_for_meanwhile_is_not_made_twice(queue: Queue) -> None:
    failed = _render(queue, 1)
    _running(queue, failed, 0)
    queue.fail(failed, "no room")
    twin = _render(queue, 1)
    assert twin != failed
    assert queue.again(failed) == twin
    with pytest.raises(InputError, match="is over"):
        queue.again(99)


def test_a_job_interrupted_after_each_step_never_fails(queue: Queue) -> None:
    job_id = _learn(queue)
    for step in (3, 5, 8):
        _running(queue, job_id, step, step + 1)
        assert queue.recover(silent_seconds=0) == [job_id]
    _running(queue, job_id, 9)
    assert queue.recover(silent_seconds=0) == []
    assert _get(queue, job_id).error == "the work was interrupted twice"


def test_the_line_is_that_of_one_moment(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, whole = _render(queue, 1), line._turns

    def claimed_meanwhile(*asked: *Turns) -> list[int]:
        found = whole(*asked)
        queue.claim("1")
        return found

    monkeypatch.setattr(line, "_turns", claimed_meanwhile)
    monkeypatch.setattr(queue_module, "next_in_line", lambda *_: job_id)
    assert [job.id for job in queue.waiting()] == [job_id]


def test_learning_makes_way_for_what_is_forgotten_meanwhile(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning = _learn(queue)
    assert queue.claim("1") is not None
    _render(queue, 1, user="eve")
    whole = line._turns

    def forgotten_meanwhile(*asked: *Turns) -> list[int]:
        found = whole(*asked)
        queue.forget("eve")
        return found

    monkeypatch.setattr(line, "_turns", forgotten_meanwhile)
    assert queue.gives_way(learning)


def test_the_jobs_of_a_worker_that_lives_are_left_to_it(queue: Queue) -> None:
    first, second = _render(queue, 1), _render(queue, 2)
    queue.claim("71", device="cuda:0")
    queue.claim("72", device="cuda:1")
    assert [_get(queue, one).device for one in (first, second)] == ["cuda:0", "cuda:1"]
    assert queue.recover(silent_seconds=0, but_of=[72]) == [first]


def test_the_seconds_of_every_run_are_counted(queue: Queue) -> None:
    job_id = _learn(queue)
    for steps in ((0, 1), (1, 2)):
        _running(queue, job_id, *steps[:1])
        time.sleep(0.05)
        _step(queue, job_id, steps[1])
        queue.put_back(job_id)
    assert 0.1 <= _get(queue, job_id).spent < 5


def test_steps_of_an_earlier_run_do_not_count_for_the_time_left(queue: Queue) -> None:
    job_id = _learn(queue)
    _running(queue, job_id, 0)
    _step(queue, job_id, 30)
    assert _get(queue, job_id).eta_seconds is None
    time.sleep(0.05)
    _step(queue, job_id, 31)
    pace = _get(queue, job_id).seconds_per_step
    assert pace is not None
    assert pace >= 0.05  # one step, not 31


def test_paces_are_measured_by_kind_sort_and_pack(queue: Queue) -> None:
    for quality, seconds in (("draft", 0.05), ("final", 0.1)):
        job_id = _render(queue, 1, quality)
        assert _claimed(queue) == job_id
        queue.report(job_id, Progress(stage="render", step=0, total=5))
        time.sleep(seconds)
        queue.finish(job_id, pack="theatre")
    paces = queue.paces("theatre")
    draft, final = paces.of("render", "draft"), paces.of("render", "final")
    assert draft is not None
    assert final is not None
    assert draft.seconds_per_step >= 0.01
    assert final.seconds_per_step >= 0.02
    assert (draft.steps, final.steps) == (5, 5)
    assert queue.paces("cogvideox-2b").of("render", "draft") is None
    waiting = _get(queue, _render(queue, 2, "draft"))
    assert paces.seconds_left(waiting) == pytest.approx(5 * draft.seconds_per_step)
    assert paces.seconds_left(_get(queue, _learn(queue))) is None


def test_a_visitor_who_is_gone_leaves_no_jobs(queue: Queue) -> None:
    runs, done = _render(queue, 1), _render(queue, 2, user="bob")
    _running(queue, runs, 0)
    _render(queue, 3)
    queue.forget("ada")
    assert [job.id for job in queue.jobs()] == [runs, done]
    assert _get(queue, runs).control == "cancel"


def test_old_jobs_are_deleted(queue: Queue) -> None:
    old, fresh, waits = _render(queue, 1), _render(queue, 2), _render(queue, 3)
    for job_id in (old, fresh):
        queue.control(job_id, "cancel")
    with queue._file.connected() as connection:
        connection.execute("UPDATE jobs SET finished = finished - 31 * 86400 WHERE id = ?", (old,))
    queue.prune()
    assert [job.id for job in queue.jobs()] == [fresh, waits]


def test_jobs_of_a_user_are_told_with_the_last_ones_that_ended(queue: Queue) -> None:
    ended = [_render(queue, seed) for seed in range(3)]
    for job_id in ended:
        queue.control(job_id, "cancel")
    waits = _render(queue, 7)
    _render(queue, 8, user="bob")
    assert [job.id for job in queue.of_user("ada", ended=2)] == [waits, ended[2], ended[1]]


def test_a_queue_of_the_first_version_goes_on(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "jobs.sqlite")
    connection.executescript(FIRST_VERSION)
    rows = [
        ("train", "{}", "queued", "k1"),
        ("render", '{"quality": "final", "seed": 3}', "queued", "k2"),
        ("render", '{"quality": "draft", "seed": 3}', "queued", "k3"),
        ("film", "{}", "done", "k4"),
    ]
    connection.executemany(
        "INSERT INTO jobs (user, project, kind, arguments, state, key, created)"
        " VALUES ('ada', 'p', ?, ?, ?, ?, 1000.0)",
        rows,
    )
    connection.commit()
    connection.close()
    queue = Queue(tmp_path / "jobs.sqlite")
    assert [job.id for job in queue.waiting()] == [3, 2, 1]
    assert [job.grade for job in queue.jobs()] == [2, 1, 0, 1]
    assert queue.worker_pid() is None  # that process is none, or another one
    assert [_claimed(Queue(queue.path)) for _ in range(4)] == [3, 2, 1, None]
    assert _learn(queue) == 5


def test_a_queue_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    Queue(tmp_path / "jobs.sqlite")
    connection = sqlite3.connect(tmp_path / "jobs.sqlite")
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(WorkspaceError, match="newer studio"):
        Queue(tmp_path / "jobs.sqlite")
