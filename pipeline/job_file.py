"""The file of the queue, `jobs.sqlite`: its tables, and how one of an earlier version becomes one.

Every process opens it for itself, each transaction on a connection of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.errors import WorkspaceError
from pipeline.files import short, workspace_errors

VERSION = 2
_JOBS = """
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
)
"""
_SINCE_2 = {
    "grade": "INTEGER NOT NULL DEFAULT 1",
    "band": "INTEGER NOT NULL DEFAULT 1",
    "place": "REAL NOT NULL DEFAULT 0",
    "begun": "INTEGER NOT NULL DEFAULT 0",
    "first_step": "INTEGER",
    "device": "TEXT",
    "spent": "REAL NOT NULL DEFAULT 0",
}
"""Columns of `jobs` that the first version did not have."""
_BESIDE = (
    "CREATE UNIQUE INDEX IF NOT EXISTS one_active_per_key ON jobs(key)"
    " WHERE state IN ('queued', 'running')",
    "CREATE INDEX IF NOT EXISTS by_state ON jobs(state, id)",
    "CREATE INDEX IF NOT EXISTS by_project ON jobs(project, id)",
    "CREATE INDEX IF NOT EXISTS by_user ON jobs(user, finished)",
    "CREATE TABLE IF NOT EXISTS turns (user TEXT PRIMARY KEY, served REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS workers"
    " (device TEXT PRIMARY KEY, pid INTEGER NOT NULL, born REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS paces (kind TEXT NOT NULL, sort TEXT NOT NULL, pack TEXT NOT NULL,"
    " seconds_per_step REAL NOT NULL, steps REAL NOT NULL, PRIMARY KEY (kind, sort, pack))",
)
_GRADED = """
UPDATE jobs SET place = id, grade = CASE
  WHEN kind = 'train' THEN 2
  WHEN kind NOT IN ('render', 'render_all', 'film', 'make') THEN 0
  WHEN json_extract(arguments, '$.quality') = 'draft' THEN 0
  ELSE 1 END
"""
"""As `pipeline.job.grade_of` does it; jobs of the first version knew no films of drafts."""


class JobFile:
    """One `jobs.sqlite`."""

    def __init__(self, path: Path) -> None:
        """Open the file or make it; WorkspaceError if that fails."""
        self.path = path
        with workspace_errors(f"open the queue {short(path)}"):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self.connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with self.writing() as connection:
            _renew(connection, path)

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for single statements; WorkspaceError if the file is broken."""
        try:
            with closing(
                sqlite3.connect(self.path, timeout=30, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                yield connection
        except sqlite3.DatabaseError as error:
            raise _broken(self.path, error) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose statements all see the file as it is at the first of them."""
        with self.connected() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that holds the write lock, so that nobody writes in between."""
        with self.connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def run(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Execute one statement and give its rows."""
        with self.connected() as connection:
            return connection.execute(sql, values).fetchall()


def _renew(connection: sqlite3.Connection, path: Path) -> None:
    """Make what is not there yet; a file of a later version is not touched."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise WorkspaceError(
            f"the queue {short(path)} was made by a newer studio",
            hint="Start that one, or move the file away.",
        )
    if version == VERSION:
        return
    connection.execute(_JOBS)
    there = {row["name"] for row in connection.execute("PRAGMA table_info(jobs)")}
    for name, kind in _SINCE_2.items():
        if name not in there:
            connection.execute(f"ALTER TABLE jobs ADD COLUMN {name} {kind}")
    connection.execute(_GRADED)
    connection.execute("UPDATE jobs SET band = grade")
    before = _take_away_workers(connection)
    for statement in _BESIDE:
        connection.execute(statement)
    connection.executemany("INSERT INTO workers VALUES ('auto', ?, ?)", before)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _take_away_workers(connection: sqlite3.Connection) -> list[tuple[int, float]]:
    """Give the one worker that the first version knew, without its device, and drop its table."""
    if not connection.execute("PRAGMA table_info(workers)").fetchall():
        return []
    found = connection.execute("SELECT pid, born FROM workers").fetchall()
    connection.execute("DROP TABLE workers")
    return [(row["pid"], row["born"]) for row in found]


def _broken(path: Path, error: sqlite3.DatabaseError) -> WorkspaceError:
    return WorkspaceError(
        f"the queue {short(path)} cannot be used: {error}",
        hint="Check that its folder can be written; move the file away if it is damaged.",
    )
