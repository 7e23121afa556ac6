"""The line of the jobs that wait: who is next, who makes way, and what is moved in it.

Each function works within a transaction or a snapshot of its caller.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from pipeline.errors import InputError
from pipeline.job import ASIDE, LEARNING
from pipeline.turns import Waiting, in_turn

IN_LANE = f"(? IS NULL OR (kind IN ({', '.join(map(repr, ASIDE))})) = ?)"
"""SQL for the kinds of `ASIDE` alone (True), all others (False), or both (None); given twice."""
_QUEUED = "state = 'queued'"
_RUNS = f"state = 'running' AND grade < {LEARNING}"
_GIVES_WAY = f"state = 'running' AND grade = {LEARNING}"


def next_in_line(connection: sqlite3.Connection, aside: bool | None) -> int | None:
    """Give the id of the job that is taken next; None if none waits."""
    return next(iter(_turns(connection, _QUEUED, aside)), None)


def whole_line(connection: sqlite3.Connection, aside: bool | None) -> list[int]:
    """Give the ids of what runs and waits, in the order in which it is worked on."""
    waiting = _turns(connection, f"{_QUEUED} OR ({_GIVES_WAY})", aside)
    return [*_turns(connection, _RUNS, aside), *waiting]


def gives_way(connection: sqlite3.Connection, job_id: int) -> bool:
    """Say whether a running job shall be put back: learning is, where anything else is next.

    Its user's own job counts only if it was not moved behind it.
    """
    row = connection.execute(
        f"SELECT id FROM jobs WHERE id = ? AND {_GIVES_WAY}", (job_id,)
    ).fetchone()
    if row is None:
        return False
    first = next(iter(_turns(connection, f"{_QUEUED} OR id = {row['id']}", False)))
    grade = connection.execute("SELECT grade FROM jobs WHERE id = ?", (first,)).fetchone()
    return grade["grade"] < LEARNING


def move(connection: sqlite3.Connection, job_id: int, before: int | None) -> None:
    """Put a queued job before another one of its user; see `Queue.move`."""
    rows = connection.execute(
        f"SELECT id, band, place FROM jobs WHERE {_QUEUED}"
        " AND user = (SELECT user FROM jobs WHERE id = ?) ORDER BY band, place, id",
        (job_id,),
    ).fetchall()
    ids = [row["id"] for row in rows]
    if job_id not in ids or before not in (*ids, None):
        raise InputError("only what waits can be moved", hint="Look at the list again.")
    others = [row for row in rows if row["id"] != job_id]
    if job_id != before and others:
        sql = "UPDATE jobs SET band = ?, place = ? WHERE id = ?"
        connection.execute(sql, (*_between(others, before), job_id))


def _turns(connection: sqlite3.Connection, which: str, aside: bool | None) -> list[int]:
    """The ids of some jobs in the order in which they are taken; `which` is SQL."""
    rows = connection.execute(
        "SELECT id, user, grade, band, place, begun OR state = 'running' FROM jobs"
        f" WHERE ({which}) AND {IN_LANE}",
        (aside, aside),
    ).fetchall()
    served = connection.execute("SELECT user, served FROM turns").fetchall() if rows else []
    turns = {row["user"]: row["served"] for row in served}
    return [*in_turn([Waiting(*row) for row in rows], turns)]


def _between(rows: Sequence[sqlite3.Row], before: int | None) -> tuple[int, float]:
    """The band and place of a job that comes before one of some others, or behind them all."""
    if before is None:
        return rows[-1]["band"], rows[-1]["place"] + 0.5
    at = [row["id"] for row in rows].index(before)
    after, earlier = rows[at], rows[at - 1] if at else None
    near = earlier is not None and earlier["band"] == after["band"]
    low = earlier["place"] if earlier is not None and near else after["place"] - 1
    return after["band"], (low + after["place"]) / 2
