"""The queue of jobs: rows in `jobs.sqlite` that pages and workers of several processes share.

A job is queued, running, then done, failed, cancelled or stopped; the last three can be asked for
again, and go on where they were. The page submits, looks and controls; the worker claims, reports
and finishes. Each call is one short transaction on a connection of its own, so a `Queue` may be
used from any thread.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from pipeline.endings import (
    AS_TOLD,
    ASKED_AGAIN,
    BACK,
    ENDED,
    FAILED,
    LAST_PLACE,
    RUNNING,
    TOLD_TO_END,
    WORKED,
    active_twin,
    let_go_on,
    put_back_silent,
)
from pipeline.errors import InputError
from pipeline.job import ASIDE, Control, Job, State, grade_of
from pipeline.job_file import JobFile
from pipeline.line import IN_LANE, gives_way, move, next_in_line, whole_line
from pipeline.paces import Paces, keep_pace
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.workers import ANY_DEVICE, Workers

__all__ = ["ASIDE", "Control", "Job", "Queue", "State", "open_queue"]

_WISHED = "state = 'running' AND control IN ('save_now', 'sample_now')"
KEPT_DAYS = 30.0
_DAY_SECONDS = 86_400.0


class Queue:
    """The jobs of one home folder."""

    def __init__(self, path: Path) -> None:
        """Open the queue, making its file if there is none; WorkspaceError if that fails."""
        self.path = path
        self._file = JobFile(path)
        self.workers = Workers(self._file)

    def submit(
        self, kind: str, project: str | Path, arguments: Mapping[str, Any], *, user: str = "local"
    ) -> int:
        """Queue a job and give its id; the id of the same job if that is queued or running.

        Where the same one was stopped, that goes on.
        """
        words = json.dumps(dict(arguments), sort_keys=True, allow_nan=False)
        key = hashlib.sha256(json.dumps([user, str(project), kind, words]).encode()).hexdigest()
        grade = grade_of(kind, arguments)
        row = (user, str(project), kind, words, key, time.time(), grade, grade)
        with self._file.writing() as connection:
            there = active_twin(connection, key) or let_go_on(connection, key)
            if there is not None:
                return there
            made = connection.execute(
                "INSERT INTO jobs (user, project, kind, arguments, key, created, grade, band,"
                f" place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, {LAST_PLACE}) RETURNING id",
                row,
            )
            return made.fetchone()["id"]

    def get(self, job_id: int) -> Job | None:
        """Give a job as it is now; None if there is none of that id."""
        return next(iter(self._select("WHERE id = ?", job_id)), None)

    def jobs(
        self,
        project: str | Path | None = None,
        *,
        active: bool = False,
        also: Collection[int] = (),
    ) -> list[Job]:
        """Give the jobs, oldest first: all, of one project, or only those that wait or run.

        `also` names some that are given though they neither wait nor run.
        """
        return self._select(
            "WHERE (? IS NULL OR project = ?) AND (NOT ? OR state IN ('queued', 'running')"
            " OR id IN (SELECT value FROM json_each(?))) ORDER BY id",
            *[None if project is None else str(project)] * 2,
            *(active, json.dumps([*also])),
        )

    def of_user(self, user: str, *, ended: int = 30) -> list[Job]:
        """Give a user's jobs: those that wait or run, then the newest that ended, last one first.

        `ended` is how many of the latter are given.
        """
        waits = "user = ? AND state IN ('queued', 'running') ORDER BY id"
        over = f"user = ? AND state IN {ENDED} ORDER BY finished DESC, id DESC LIMIT ?"
        return [*self._select(f"WHERE {waits}", user), *self._select(f"WHERE {over}", user, ended)]

    def waiting(self, *, aside: bool | None = None) -> list[Job]:
        """Give the jobs that wait or run, of all users, in the order in which they are worked on.

        What runs is first, but for learning that others go before. `aside` as `claim` has it.
        """
        with self._file.reading() as connection:
            ids = whole_line(connection, aside)
        jobs = {job.id: job for job in self.jobs(active=True)}
        return [jobs[one] for one in ids if one in jobs]

    def claim(
        self, worker_id: str, *, aside: bool | None = None, device: str = ANY_DEVICE
    ) -> Job | None:
        """Take the job whose turn it is to run it; None if none waits. No job is given to two.

        `aside` takes one of the kinds of `ASIDE` alone (True) or of all others (False); `device`
        says which one it is worked on.
        """
        sql = f"SELECT 1 FROM jobs WHERE state = 'queued' AND {IN_LANE} LIMIT 1"
        if not self._file.run(sql, aside, aside):
            return None
        now = time.time()
        with self._file.writing() as connection:
            first = next_in_line(connection, aside)
            if first is None:
                return None
            row = connection.execute(
                "UPDATE jobs SET state = 'running', worker = ?, device = ?, started = ?,"
                " heartbeat = ?, control = 'none', first_step = NULL WHERE id = ? RETURNING *",
                (worker_id, device, now, now, first),
            ).fetchone()
            served = "INSERT OR REPLACE INTO turns VALUES (?, ?)"
            connection.execute(served, (row["user"], now))
            return _job(row)

    def gives_way(self, job_id: int) -> bool:
        """Say whether a running job shall be put back for one that waits: learning, for all else.

        Its user's own job does not count where it was moved behind it.
        """
        with self._file.reading() as connection:
            return gives_way(connection, job_id)

    def report(self, job_id: int, progress: Progress) -> Control:
        """Write how far a running job is and give what it shall do.

        A report without preview keeps the one before. A wish (save_now, sample_now) stays until
        `take_wish`; a job that does not run any more is told to cancel. Where a stage begins, or
        steps are told that an earlier run has done, `started` is set anew: loading a model and
        those steps count as none.
        """
        now = time.time()
        with self._file.writing() as connection:
            found = connection.execute(
                "SELECT control, stage, step, first_step FROM jobs"
                " WHERE id = ? AND state = 'running'",
                (job_id,),
            ).fetchone()
            if found is None:
                return "cancel"
            connection.execute(
                "UPDATE jobs SET stage = ?, scene_id = ?, step = ?, total = ?, note = ?,"
                " preview = COALESCE(?, preview), heartbeat = ? WHERE id = ?",
                (
                    *(progress.stage, progress.scene_id, progress.step, progress.total),
                    *(progress.note, progress.preview, now, job_id),
                ),
            )
            if _begins(found, progress):
                sql = "UPDATE jobs SET started = ?, first_step = ? WHERE id = ?"
                connection.execute(sql, (now, progress.step, job_id))
            return found["control"]

    def take_wish(self, job_id: int) -> Control:
        """Give what a running job is wished to do beside its steps, once: save_now or sample_now.

        Gives none where nothing is wished; stop and cancel are left for `report` to give.
        """
        with self._file.writing() as connection:
            found = connection.execute(
                f"SELECT control FROM jobs WHERE id = ? AND {_WISHED}", (job_id,)
            ).fetchone()
            if found is None:
                return "none"
            connection.execute("UPDATE jobs SET control = 'none' WHERE id = ?", (job_id,))
            return found["control"]

    def beat(self, job_id: int) -> None:
        """Note that the worker of a running job is alive, though no step is over yet."""
        sql = "UPDATE jobs SET heartbeat = ? WHERE id = ? AND state = 'running'"
        self._file.run(sql, time.time(), job_id)

    def finish(self, job_id: int, result: Any = None, *, pack: str = "") -> None:  # noqa: ANN401
        """End a running job well; `result` is anything JSON can hold.

        What its steps took is kept for later jobs of its kind with that pack.
        """
        with self._file.writing() as connection:
            row = connection.execute(
                f"UPDATE jobs SET {WORKED}, state = 'done', finished = ?, preview = NULL,"
                f" result = ? WHERE {RUNNING} RETURNING *",
                (time.time(), json.dumps(result), job_id),
            ).fetchone()
            if row is not None:
                keep_pace(connection, _job(row), pack)

    def fail(self, job_id: int, error: str, hint: str = "") -> None:
        """End a running job with what went wrong and what to do about it."""
        sql = f"UPDATE jobs SET {FAILED} WHERE {RUNNING}"
        self._file.run(sql, time.time(), error, hint, job_id)

    def cancelled(self, job_id: int) -> None:
        """End a running job as it was told: stopped, so that it can go on, or cancelled."""
        self._file.run(f"UPDATE jobs SET {AS_TOLD} WHERE {RUNNING}", time.time(), job_id)

    def put_back(self, job_id: int, note: str = "waiting to start again") -> None:
        """Give a running job back: it is queued again, before those of its grade that are new.

        One that was told to stop or to cancel ends so instead.
        """
        ending = f"UPDATE jobs SET {AS_TOLD} WHERE {RUNNING} AND {TOLD_TO_END}"
        self._file.run(ending, time.time(), job_id)
        self._file.run(f"UPDATE jobs SET {BACK}, note = ? WHERE {RUNNING}", note, job_id)

    def control(self, job_id: int, word: Control) -> None:
        """Tell a job what to do. A queued job told to stop or cancel ends at once.

        So does a stopped one that is cancelled. A running one that was told to end hears no wish
        after that.

        Raises:
            InputError: there is no such word, or no such job.
        """
        if word not in get_args(Control):
            raise InputError(f"a job cannot be told to {word!r}")
        if self.get(job_id) is None:
            raise InputError(f"there is no job {job_id}")
        state = "stopped" if word == "stop" else "cancelled"
        with self._file.writing() as connection:
            if word in ("stop", "cancel"):
                connection.execute(
                    "UPDATE jobs SET state = ?, finished = ?, control = ?"
                    " WHERE id = ? AND (state = 'queued' OR (state = 'stopped' AND ? = 'cancel'))",
                    (state, time.time(), word, job_id, word),
                )
            connection.execute(
                "UPDATE jobs SET control = ? WHERE id = ? AND state = 'running'"
                " AND (? IN ('stop', 'cancel') OR control NOT IN ('stop', 'cancel'))",
                (word, job_id, word),
            )

    def again(self, job_id: int) -> int:
        """Queue a job that stopped, failed or was cancelled once more, and give its id.

        It goes on from the state that its work left. Where the same job waits or runs by now, the
        id of that one is given.

        Raises:
            InputError: there is no such job, or it is done.
        """
        ended = "id = ? AND state IN ('failed', 'cancelled', 'stopped')"
        with self._file.writing() as connection:
            row = connection.execute("SELECT key FROM jobs WHERE id = ?", (job_id,)).fetchone()
            twin = row and active_twin(connection, row["key"])
            if twin:
                return twin
            sql = f"UPDATE jobs SET {ASKED_AGAIN} WHERE {ended}"
            if not connection.execute(sql, (job_id,)).rowcount:
                raise InputError(f"the job {job_id} is over", hint="Ask for it anew.")
            return job_id

    def move(self, job_id: int, before: int | None) -> None:
        """Put a queued job before another one of the same user, or behind all of them (None).

        Raises:
            InputError: one of the two does not wait, or they are not of one user.
        """
        with self._file.writing() as connection:
            move(connection, job_id, before)

    def recover(self, *, silent_seconds: float = 60.0, but_of: Collection[int] = ()) -> list[int]:
        """Put back running jobs whose worker has been silent, and give their ids.

        One that was interrupted before, and again before a single step was over, fails: it may be
        what ends workers. One that was told to stop or to cancel ends so. What the workers
        `but_of` (pids) have is left alone.
        """
        with self._file.writing() as connection:
            return put_back_silent(connection, silent_seconds, but_of)

    def forget(self, user: str) -> None:
        """Delete all jobs of a user, those that wait too; what runs is told to end and stays."""
        with self._file.writing() as connection:
            ending = "UPDATE jobs SET control = 'cancel' WHERE user = ? AND state = 'running'"
            connection.execute(ending, (user,))
            connection.execute("DELETE FROM jobs WHERE user = ? AND state <> 'running'", (user,))
            connection.execute("DELETE FROM turns WHERE user = ?", (user,))

    def prune(self, *, days: float = KEPT_DAYS) -> None:
        """Delete the jobs that ended longer ago."""
        before = time.time() - days * _DAY_SECONDS
        self._file.run(f"DELETE FROM jobs WHERE state IN {ENDED} AND finished < ?", before)

    def paces(self, pack: str) -> Paces:
        """Give how long jobs take with a pack, as measured so far."""
        return Paces(self._file, pack)

    def worker_pid(self) -> int | None:
        """Give the pid of a worker of the home that lives; None if there is none."""
        return next(iter(self.workers.living()), None)

    def _select(self, condition: str, *values: object) -> list[Job]:
        return [_job(row) for row in self._file.run(f"SELECT * FROM jobs {condition}", *values)]


def open_queue(settings: Settings) -> Queue:
    """Open the queue of a home folder."""
    return Queue(settings.home / "jobs.sqlite")


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    fields["arguments"] = json.loads(fields["arguments"])
    fields["result"] = json.loads(fields["result"])
    return Job.model_validate(fields)


def _begins(before: sqlite3.Row, now: Progress) -> bool:
    """Whether a report begins a stage, or tells first of steps that an earlier run has done."""
    first = before["first_step"] is None or now.step == 0 or now.stage != before["stage"]
    return first or (before["step"] == 0 and now.step > 1)
