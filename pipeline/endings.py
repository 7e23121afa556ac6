"""How jobs leave the line and come back to it, in SQL; and what becomes of broken work.

Each function works within a transaction of its caller.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection

RUNNING = "id = ? AND state = 'running'"
ENDED = "('done', 'failed', 'cancelled', 'stopped')"
TOLD_TO_END = "control IN ('stop', 'cancel')"
WORKED = "spent = spent + MAX(0, COALESCE(heartbeat, started, 0) - COALESCE(started, heartbeat, 0))"
"""The seconds of the run that is over are counted."""
AS_TOLD = (
    f"{WORKED}, state = CASE control WHEN 'stop' THEN 'stopped' ELSE 'cancelled' END,"
    " finished = ?, preview = CASE control WHEN 'stop' THEN preview END"
)
FAILED = f"{WORKED}, state = 'failed', finished = ?, preview = NULL, error = ?, hint = ?"
BACK = f"{WORKED}, state = 'queued', started = NULL, worker = NULL, control = 'none', begun = 1"
"""A worker gives it back: it keeps its place, and goes before what has not begun."""
LAST_PLACE = "(SELECT COALESCE(MAX(place), 0) + 1 FROM jobs)"
ASKED_AGAIN = (
    "state = 'queued', started = NULL, finished = NULL, worker = NULL, control = 'none',"
    " error = NULL, hint = NULL, begun = 0, interruptions = 0, note = '', band = grade,"
    f" place = {LAST_PLACE}"
)
"""Its user wants it again: it stands at the end of the line."""
_STUCK = "step <= COALESCE(first_step, step)"
"""Of an interrupted job: not a single step was over."""


def active_twin(connection: sqlite3.Connection, key: str) -> int | None:
    """Give the id of the job of a key that waits or runs; None if none does."""
    sql = "SELECT id FROM jobs WHERE key = ? AND state IN ('queued', 'running')"
    found = connection.execute(sql, (key,)).fetchone()
    return found["id"] if found else None


def let_go_on(connection: sqlite3.Connection, key: str) -> int | None:
    """Queue the job of a key that was stopped, and give its id; None if none was."""
    found = connection.execute(
        f"UPDATE jobs SET {ASKED_AGAIN} WHERE id ="
        " (SELECT MAX(id) FROM jobs WHERE key = ? AND state = 'stopped') RETURNING id",
        (key,),
    ).fetchone()
    return found["id"] if found else None


def put_back_silent(
    connection: sqlite3.Connection, silent_seconds: float, but_of: Collection[int]
) -> list[int]:
    """Put back running jobs whose worker has been silent; see `Queue.recover`."""
    silent = (
        "state = 'running' AND COALESCE(heartbeat, 0) <= ?"
        " AND COALESCE(worker, '') NOT IN (SELECT value FROM json_each(?))"
    )
    now = time.time()
    which = (now - silent_seconds, json.dumps([str(pid) for pid in but_of]))
    told = f"UPDATE jobs SET {AS_TOLD} WHERE {silent} AND {TOLD_TO_END}"
    connection.execute(told, (now, *which))
    words = ("the work was interrupted twice", "See the log, then try again.")
    failed = f"UPDATE jobs SET {FAILED} WHERE {silent} AND {_STUCK} AND interruptions >= 1"
    connection.execute(failed, (now, *words, *which))
    rows = connection.execute(
        f"UPDATE jobs SET {BACK}, note = 'interrupted, waiting to start again',"
        f" interruptions = CASE WHEN {_STUCK} THEN interruptions + 1 ELSE 1 END"
        f" WHERE {silent} RETURNING id",
        which,
    ).fetchall()
    return [row["id"] for row in rows]
