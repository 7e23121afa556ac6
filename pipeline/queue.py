"""The queue of jobs: rows in `jobs.sqlite` that pages and workers of several processes share.

A job is queued, running, then done, failed or cancelled. The page submits, looks and controls; the
worker claims, reports and finishes. Each call is one short transaction on a connection of its own,
so a `Queue` may be used from any thread.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import psutil
from pydantic import Field

from pipeline.errors import InputError, WorkspaceError
from pipeline.files import short, workspace_errors
from pipeline.progress import Progress
from pipeline.settings import Settings
from pipeline.story import Record

State = Literal["queued", "running", "done", "failed", "cancelled"]
Control = Literal["none", "stop", "cancel", "save_now", "sample_now"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user TEXT NOT NULL,
  project TEXT NOT NULL,
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued',
  stage TEXT NOT NULL DEFAULT '',
  scene_id TEXT,
  step INTEGER NOT NULL DEFAULT 0,
  total INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  preview BLOB,
  checkpoint TEXT,
  control TEXT NOT NULL DEFAULT 'none',
  created REAL NOT NULL,
  started REAL,
  finished REAL,
  error TEXT,
  hint TEXT,
  result TEXT NOT NULL DEFAULT 'null',
  heartbeat REAL,
  worker TEXT,
  interruptions INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS one_active_per_key ON jobs(key)
  WHERE state IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS by_state ON jobs(state, id);
CREATE INDEX IF NOT EXISTS by_project ON jobs(project, id);
CREATE TABLE IF NOT EXISTS workers (
  place INTEGER PRIMARY KEY CHECK (place = 1), pid INTEGER NOT NULL, born REAL NOT NULL
);
"""
ASIDE = ("fetch",)
"""Kinds of jobs that go on beside all others: they only watch a download, for hours."""
_IN_LANE = f"(? IS NULL OR (kind IN ({', '.join(map(repr, ASIDE))})) = ?)"
_WISHED = "state = 'running' AND control IN ('save_now', 'sample_now')"
_BACK_TO_QUEUED = "state = 'queued', started = NULL, worker = NULL, step = 0, control = 'none'"


class Job(Record):
    """A row of the queue as it was when read. Times are seconds since 1970."""

    id: int
    user: str
    project: str
    kind: str
    arguments: dict[str, Any]
    key: str
    state: State
    stage: str = ""
    scene_id: str | None = None
    step: int = Field(ge=0)
    total: int = Field(ge=0)
    note: str = ""
    preview: bytes | None = None
    checkpoint: str | None = None
    control: Control = "none"
    created: float
    started: float | None = None
    finished: float | None = None
    error: str | None = None
    hint: str | None = None
    result: Any = None
    heartbeat: float | None = None
    worker: str | None = None
    interruptions: int = 0

    @property
    def is_active(self) -> bool:
        """Say whether the job waits or runs."""
        return self.state in ("queued", "running")

    @property
    def eta_seconds(self) -> float | None:
        """Give the seconds still needed if the steps go on as they went; None if not known."""
        if self.state != "running" or not self.started or not self.heartbeat or not self.step:
            return None
        per_step = (self.heartbeat - self.started) / self.step
        return max(0.0, per_step * (self.total - self.step) - (time.time() - self.heartbeat))


class Queue:
    """The jobs of one home folder."""

    def __init__(self, path: Path) -> None:
        """Open the queue, making its file if there is none; WorkspaceError if that fails."""
        self.path = path
        with workspace_errors(f"open the queue {short(path)}"):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    def submit(
        self, kind: str, project: str | Path, arguments: Mapping[str, Any], *, user: str = "local"
    ) -> int:
        """Queue a job and give its id; the id of the same job if that is queued or running."""
        words = json.dumps(dict(arguments), sort_keys=True, allow_nan=False)
        key = hashlib.sha256(json.dumps([user, str(project), kind, words]).encode()).hexdigest()
        row = (user, str(project), kind, words, key, time.time())
        with self._connected() as connection, _transaction(connection):
            connection.execute(
                "INSERT INTO jobs (user, project, kind, arguments, key, created)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
            found = connection.execute(
                "SELECT id FROM jobs WHERE key = ? AND state IN ('queued', 'running')", (key,)
            )
            return found.fetchone()["id"]

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

    def waiting(self, *, aside: bool | None = None) -> list[int]:
        """Give the ids of the jobs that wait or run, oldest first; `aside` as `claim` has it."""
        sql = "SELECT id FROM jobs WHERE state IN ('queued', 'running')"
        return [row["id"] for row in self._run(f"{sql} AND {_IN_LANE} ORDER BY id", aside, aside)]

    def claim(self, worker_id: str, *, aside: bool | None = None) -> Job | None:
        """Take the oldest queued job to run it; None if none waits. No job is given to two.

        `aside` takes one of the kinds of `ASIDE` alone (True) or of all others (False).
        """
        now = time.time()
        rows = self._run(
            "UPDATE jobs SET state = 'running', worker = ?, started = ?, heartbeat = ?,"
            " control = 'none' WHERE id ="
            f" (SELECT id FROM jobs WHERE state = 'queued' AND {_IN_LANE} ORDER BY id LIMIT 1)"
            " RETURNING *",
            *(worker_id, now, now, aside, aside),
        )
        return _job(rows[0]) if rows else None

    def report(self, job_id: int, progress: Progress) -> Control:
        """Write how far a running job is and give what it shall do.

        A report without preview keeps the one before. A wish (save_now, sample_now) stays until
        `take_wish`; a job that does not run any more is told to cancel. A report of step 0 sets
        `started` anew, so that what comes before the first step (loading a model) counts as none.
        """
        with self._connected() as connection, _transaction(connection):
            found = connection.execute(
                "SELECT control FROM jobs WHERE id = ? AND state = 'running'", (job_id,)
            ).fetchone()
            if found is None:
                return "cancel"
            word: Control = found["control"]
            connection.execute(
                "UPDATE jobs SET stage = ?, scene_id = ?, step = ?, total = ?, note = ?,"
                " preview = COALESCE(?, preview), heartbeat = ?,"
                " started = CASE WHEN ? THEN ? ELSE started END WHERE id = ?",
                (
                    *(progress.stage, progress.scene_id, progress.step, progress.total),
                    *(progress.note, progress.preview, time.time()),
                    *(progress.step == 0, time.time(), job_id),
                ),
            )
            return word

    def take_wish(self, job_id: int) -> Control:
        """Give what a running job is wished to do beside its steps, once: save_now or sample_now.

        Gives none where nothing is wished; stop and cancel are left for `report` to give.
        """
        with self._connected() as connection, _transaction(connection):
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
        self._run(sql, time.time(), job_id)

    def finish(self, job_id: int, result: Any = None) -> None:  # noqa: ANN401 - any JSON
        """End a running job well; `result` is anything JSON can hold."""
        self._end(job_id, "done", result=json.dumps(result))

    def fail(self, job_id: int, error: str, hint: str = "") -> None:
        """End a running job with what went wrong and what to do about it."""
        self._end(job_id, "failed", error=error, hint=hint)

    def cancelled(self, job_id: int) -> None:
        """End a running job that was told to stop."""
        self._end(job_id, "cancelled")

    def put_back(self, job_id: int, note: str = "waiting to start again") -> None:
        """Give a running job back: it is queued again, before all younger ones.

        One that was told to stop or to cancel is cancelled instead.
        """
        self._run(
            "UPDATE jobs SET state = 'cancelled', finished = ?, preview = NULL"
            " WHERE id = ? AND state = 'running' AND control IN ('stop', 'cancel')",
            *(time.time(), job_id),
        )
        sql = f"UPDATE jobs SET {_BACK_TO_QUEUED}, note = ? WHERE id = ? AND state = 'running'"
        self._run(sql, note, job_id)

    def control(self, job_id: int, word: Control) -> None:
        """Tell a job what to do. A queued job told to stop or cancel ends at once.

        A running one that was told to end hears no wish after that.

        Raises:
            InputError: there is no such word, or no such job.
        """
        if word not in get_args(Control):
            raise InputError(f"a job cannot be told to {word!r}")
        if self.get(job_id) is None:
            raise InputError(f"there is no job {job_id}")
        with self._connected() as connection, _transaction(connection):
            if word in ("stop", "cancel"):
                connection.execute(
                    "UPDATE jobs SET state = 'cancelled', finished = ?, control = ?"
                    " WHERE id = ? AND state = 'queued'",
                    (time.time(), word, job_id),
                )
            connection.execute(
                "UPDATE jobs SET control = ? WHERE id = ? AND state = 'running'"
                " AND (? IN ('stop', 'cancel') OR control NOT IN ('stop', 'cancel'))",
                (word, job_id, word),
            )

    def recover(self, *, silent_seconds: float = 60.0) -> list[int]:
        """Put back running jobs whose worker has been silent, and give their ids.

        A job is put back once; interrupted a second time, it fails: it may be what ends workers.
        One that was told to stop or to cancel is cancelled instead.
        """
        with self._connected() as connection, _transaction(connection):
            silent = "state = 'running' AND COALESCE(heartbeat, 0) <= ?"
            limit = time.time() - silent_seconds
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ?, preview = NULL"
                f" WHERE {silent} AND control IN ('stop', 'cancel')",
                (time.time(), limit),
            )
            connection.execute(
                "UPDATE jobs SET state = 'failed', finished = ?, preview = NULL,"
                " error = 'the work was interrupted twice', hint = 'See the log, then try again.'"
                f" WHERE {silent} AND interruptions >= 1",
                (time.time(), limit),
            )
            rows = connection.execute(
                f"UPDATE jobs SET {_BACK_TO_QUEUED}, interruptions = interruptions + 1,"
                f" note = 'interrupted, waiting to start again' WHERE {silent} RETURNING id",
                (limit,),
            ).fetchall()
        return [row["id"] for row in rows]

    def enlist(self, pid: int) -> int | None:
        """Make a process the home's one worker; the pid of another one that lives, else None."""
        with self._connected() as connection, _transaction(connection):
            other = _living(connection.execute("SELECT pid, born FROM workers").fetchone())
            if other is None or other == pid:
                born = psutil.Process(pid).create_time()
                connection.execute("INSERT OR REPLACE INTO workers VALUES (1, ?, ?)", (pid, born))
                return None
            return other

    def dismiss(self, pid: int) -> None:
        """Strike a process off as the home's worker."""
        self._run("DELETE FROM workers WHERE pid = ?", pid)

    def worker_pid(self) -> int | None:
        """Give the pid of the home's worker if it lives."""
        with self._connected() as connection:
            return _living(connection.execute("SELECT pid, born FROM workers").fetchone())

    def _end(self, job_id: int, state: State, **columns: str) -> None:
        values = {"state": state, "finished": time.time(), "preview": None, **columns}
        names = ", ".join(f"{name} = ?" for name in values)
        sql = f"UPDATE jobs SET {names} WHERE id = ? AND state = 'running'"
        self._run(sql, *values.values(), job_id)

    def _select(self, condition: str, *values: object) -> list[Job]:
        with self._connected() as connection:
            return [
                _job(row) for row in connection.execute(f"SELECT * FROM jobs {condition}", values)
            ]

    def _run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with self._connected() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(self.path, timeout=30, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                yield connection
        except sqlite3.DatabaseError as error:
            raise _broken(self.path, error) from error


def open_queue(settings: Settings) -> Queue:
    """Open the queue of a home folder."""
    return Queue(settings.home / "jobs.sqlite")


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the write lock from the first read on, so that nobody writes in between."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    fields["arguments"] = json.loads(fields["arguments"])
    fields["result"] = json.loads(fields["result"])
    return Job.model_validate(fields)


def _living(row: sqlite3.Row | None) -> int | None:
    """Give the pid of a worker's row if that very process (not a later one of its pid) lives."""
    if row is None:
        return None
    try:
        process = psutil.Process(row["pid"])
        same = abs(process.create_time() - row["born"]) < 1
        return row["pid"] if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def _broken(path: Path, error: sqlite3.DatabaseError) -> WorkspaceError:
    return WorkspaceError(
        f"the queue {short(path)} cannot be used: {error}",
        hint="Check that its folder can be written; move the file away if it is damaged.",
    )
