"""Workers that are killed in the middle of a job, and what each of them did of it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.queue import Job, Queue, open_queue
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 240.0
"""A worker loads its model first, beside whatever else this machine does."""
_TRAIL = """
CREATE TABLE IF NOT EXISTS trail (job INTEGER, worker TEXT, stage TEXT, step INTEGER);
CREATE TRIGGER IF NOT EXISTS told AFTER UPDATE OF step ON jobs WHEN NEW.state = 'running'
  BEGIN INSERT INTO trail VALUES (NEW.id, NEW.worker, NEW.stage, NEW.step); END;
"""


def watched_queue(settings: Settings) -> Queue:
    """Open a home's queue; it keeps every step that is told from now on (see `steps_told`)."""
    queue = open_queue(settings)
    with closing(sqlite3.connect(queue.path)) as connection:
        connection.executescript(_TRAIL)
    return queue


def steps_told(queue: Queue, job_id: int, stage: str) -> list[list[int]]:
    """Give the steps of a stage that each worker told of a job, the first worker's first."""
    sql = "SELECT worker, step FROM trail WHERE job = ? AND stage = ? ORDER BY rowid"
    with closing(sqlite3.connect(queue.path)) as connection:
        rows = connection.execute(sql, (job_id, stage)).fetchall()
    runs: dict[str, list[int]] = {}
    for worker, step in rows:
        runs.setdefault(worker, []).append(step)
    return list(runs.values())


def wait_for(queue: Queue, job_id: int, ready: Callable[[Job], bool]) -> Job:
    """Give a job once something holds of it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        job = queue.get(job_id)
        if job is not None and ready(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"still waiting for {queue.get(job_id)}")


@contextmanager
def working(settings: Settings, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the worker of a home as the studio does; it is killed where the block ends."""
    command = [sys.executable, "-m", "pipeline", "worker", "--home", str(settings.home), *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def work_off(settings: Settings) -> None:
    """Let a worker do all that is queued."""
    with working(settings, "--once") as worker:
        assert worker.wait(2 * PATIENCE_SECONDS) == 0


@contextmanager
def one_core() -> Iterator[None]:
    """Keep all that is started meanwhile on one core: on more, sums come out in another order.

    Only Linux can be told so; elsewhere nothing changes.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
