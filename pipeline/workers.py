"""Which processes work for a home: one for each of its devices, as the file of the queue says."""

from __future__ import annotations

import sqlite3

import psutil

from pipeline.job_file import JobFile

ANY_DEVICE = "auto"
"""The device of a worker that is told none: it takes the best one there is."""
_FIND = "SELECT pid, born FROM workers WHERE device = ?"


class Workers:
    """The workers of one home."""

    def __init__(self, file: JobFile) -> None:
        self._file = file

    def enlist(self, pid: int, device: str = ANY_DEVICE) -> int | None:
        """Make a process the one worker of a device; the pid of another that lives, else None."""
        with self._file.writing() as connection:
            other = _living(connection.execute(_FIND, (device,)).fetchone())
            if other is None or other == pid:
                born = psutil.Process(pid).create_time()
                row = (device, pid, born)
                connection.execute("INSERT OR REPLACE INTO workers VALUES (?, ?, ?)", row)
                return None
            return other

    def dismiss(self, pid: int) -> None:
        """Strike a process off."""
        self._file.run("DELETE FROM workers WHERE pid = ?", pid)

    def living(self, device: str | None = None) -> list[int]:
        """Give the pids of the workers that live; with a `device`, of its own alone."""
        rows = self._file.run(f"{_FIND} OR ? IS NULL", device, device)
        return [pid for row in rows if (pid := _living(row))]


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
