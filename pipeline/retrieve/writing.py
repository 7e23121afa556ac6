"""Many rows into a catalogue on one connection; see `Catalogue.writing`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from pipeline.retrieve.rows import ClipRow, Source

_COLUMNS = ", ".join(ClipRow._fields)
_PLACES = ", ".join("?" * len(ClipRow._fields))
_INSERT = f"INSERT INTO clips ({_COLUMNS}) VALUES ({_PLACES})"
_INSERT_NEW = f"INSERT OR IGNORE INTO clips ({_COLUMNS}) VALUES ({_PLACES})"
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in ClipRow._fields[1:])
_PUT = f"{_INSERT} ON CONFLICT(key) DO UPDATE SET {_CHANGES}"
_NEW_WORDS = (
    "UPDATE clips SET caption = ?, licence = ?, credit = ?"
    " WHERE key = ? AND (caption, licence, credit) != (?, ?, ?)"
)
_PUT_SOURCE = f"INSERT OR REPLACE INTO sources VALUES ({', '.join('?' * len(Source._fields))})"


class CatalogueWriter:
    """Puts many rows into a catalogue; what is put is seen by others once it is committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[ClipRow]) -> int:
        """Add the rows that are new, and the words of those that are there; how many are new."""
        self._begin()
        before = self._connection.total_changes
        self._connection.executemany(_INSERT_NEW, rows)
        added = self._connection.total_changes - before
        if added < len(rows):
            words = ((row.caption, row.licence, row.credit) for row in rows)
            values = ((*one, row.key, *one) for row, one in zip(rows, words, strict=True))
            self._connection.executemany(_NEW_WORDS, values)
        return added

    def put(self, rows: Sequence[ClipRow]) -> None:
        """Put rows in, over those that are there."""
        self._begin()
        self._connection.executemany(_PUT, rows)

    def note(self, source: Source) -> None:
        """Note how far a file is done."""
        self.execute(_PUT_SOURCE, source)

    def execute(self, sql: str, values: Sequence[object]) -> None:
        """Run one more statement with the rows."""
        self._begin()
        self._connection.execute(sql, values)  # pyright: ignore[reportArgumentType]

    def commit(self) -> None:
        """Let others see what was put so far."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")

    def _begin(self) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
