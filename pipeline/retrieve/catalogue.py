"""The catalogue of a library: its clips as rows of `catalogue.sqlite`, ten millions if need be.

Each call is one short transaction on a connection of its own, so a `Catalogue` may be used from any
thread and process; `writing` holds one for as long as rows come in. A row number is never given
twice, and a clip keeps its own. An index over captions is up to date as long as `captions_version`
is what it was and no row lies behind the last one it has seen.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.clips import Clip, ClipFilter, DropStage
from pipeline.errors import InputError, WorkspaceError
from pipeline.files import short, workspace_errors
from pipeline.retrieve.filtering import PASSES, filter_values, why_dropped
from pipeline.retrieve.rows import (
    BAD,
    SCHEMA,
    STATES,
    VERSION,
    ClipRow,
    Source,
    clip_of,
    key_of,
    row_of,
)
from pipeline.retrieve.writing import CatalogueWriter
from pipeline.story import Record, slug

_BATCH_ROWS = 20_000
_ASKED = "FROM json_each(:asked) AS asked JOIN clips ON clips.rowid = asked.value"
_FACTS = {*ClipRow._fields} - {"key", "low", "source", "start_seconds", "end_seconds"}


class CatalogueStats(Record):
    """What a catalogue holds, in numbers of clips."""

    clips: int
    unknown: int
    """Not looked into yet."""
    ok: int
    bad: int
    with_caption: int
    own: int
    seconds: float
    """All known durations together."""
    licences: dict[str, int]
    """The most frequent ones first, at most 50; '' = unknown."""


class Catalogue:
    """The clips of one library."""

    def __init__(self, path: Path, *, library: str | None = None, licence: str = "") -> None:
        """Open the catalogue, making its file if there is none.

        Args:
            path: The file.
            library: Id of the library; the name of the file's folder unless given.
            licence: The terms of clips that do not name their own.

        Raises:
            WorkspaceError: it cannot be opened or made, or a later version made it.
        """
        self.path = path
        self.library = library or slug(path.parent.name)
        self.licence = licence
        with workspace_errors(f"open the catalogue {short(path)}"):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._connected() as connection:
            self._prepare(connection)

    def add(self, clips: Iterable[Clip], *, source: str = "") -> int:
        """Add clips; those that are there keep what is known but take new words.

        Args:
            clips: Any number; they are read in batches.
            source: What they come from, noted as done once all are in; '' = not noted.

        Returns:
            How many are new.
        """
        added, rows = 0, map(row_of, clips)
        with self.writing() as writer:
            while batch := list(itertools.islice(rows, _BATCH_ROWS)):
                added += writer.add(batch)
            if source:
                writer.note(Source(source))
        return added

    @contextmanager
    def writing(self) -> Iterator[CatalogueWriter]:
        """Hold one connection while many rows come in; all is committed at the end."""
        with self._connected() as connection:
            connection.execute("PRAGMA cache_size = -200000")  # in KiB: the keys come at random
            writer = CatalogueWriter(connection)
            try:
                yield writer
            finally:
                writer.commit()

    def settle(self, source: Source, clips: Sequence[Clip]) -> None:
        """Make `clips` the only ones of a video file that was looked into, and note the file."""
        rows = [row_of(clip) for clip in clips]
        keys = json.dumps([row.key for row in rows])
        with self.writing() as writer:
            writer.execute(
                "DELETE FROM clips WHERE source = ? AND state != 0"
                " AND key NOT IN (SELECT value FROM json_each(?))",
                (source.name, keys),
            )
            writer.put(rows)
            writer.note(source)

    def lose(self, source: Source, reason: str) -> None:
        """Mark all clips of a video file bad: it is gone."""
        with self.writing() as writer:
            writer.execute(
                f"UPDATE clips SET state = {BAD}, reason = ? WHERE source = ? AND state != 0",
                (reason, source.name),
            )
            writer.note(source._replace(state="gone"))

    def mark(self, id_: str, **facts: object) -> None:
        """Change what is known of a clip: `state`, `reason`, `num_frames`, `caption`, ...

        Raises:
            InputError: there is no such clip.
            ValueError: clips have no such fact.
        """
        if not facts or not facts.keys() <= _FACTS:
            raise ValueError(f"a clip has no {sorted(facts.keys() - _FACTS)}")
        if "state" in facts:
            facts["state"] = STATES.index(facts["state"])  # pyright: ignore[reportArgumentType]
        names = ", ".join(f"{name} = ?" for name in facts)
        with self._connected() as connection:
            sql = f"UPDATE clips SET {names} WHERE key = ? AND low = ?"
            if not connection.execute(sql, (*facts.values(), *key_of(id_))).rowcount:
                raise _no_clip(id_)

    def clip(self, id_: str) -> Clip:
        """Give the clip of that id; InputError if there is none."""
        found = self._clips("SELECT * FROM clips WHERE key = ? AND low = ?", key_of(id_))
        if not found:
            raise _no_clip(id_)
        return found[0]

    def clips(self, ids: Iterable[str]) -> list[Clip]:
        """Give the clips of those ids in their order; those that are not there are left out."""
        asked = list(ids)
        keys = json.dumps([key_of(id_)[0] for id_ in asked])
        sql = "SELECT * FROM clips WHERE key IN (SELECT value FROM json_each(?))"
        found = {clip.id: clip for clip in self._clips(sql, (keys,))}
        return [found[id_] for id_ in asked if id_ in found]

    def by_rowids(self, rowids: Iterable[int]) -> list[Clip]:
        """Give the clips of those rows in their order; those that are not there are left out."""
        sql = f"SELECT clips.* {_ASKED} ORDER BY asked.id"
        return self._clips(sql, {"asked": _json(rowids)})

    def rowids(self, ids: Iterable[str]) -> dict[str, int]:
        """Give the row number of each clip that is there."""
        asked = {key_of(id_): id_ for id_ in ids}
        keys = json.dumps([key for key, _ in asked])
        sql = "SELECT rowid, key, low FROM clips WHERE key IN (SELECT value FROM json_each(?))"
        found = {(row["key"], row["low"]): row["rowid"] for row in self._rows(sql, (keys,))}
        return {id_: found[key] for key, id_ in asked.items() if key in found}

    def clips_of(self, source: str) -> list[Clip]:
        """Give the clips of a video file that was looked into, in the order of their rows."""
        sql = "SELECT * FROM clips WHERE source = ? AND state != 0 ORDER BY rowid"
        return self._clips(sql, (source,))

    def rows(self, after_rowid: int = 0, limit: int = _BATCH_ROWS) -> list[tuple[int, str]]:
        """Give row numbers and captions behind a row, in order."""
        sql = "SELECT rowid, caption FROM clips WHERE rowid > ? ORDER BY rowid LIMIT ?"
        return [(row[0], row[1]) for row in self._rows(sql, (after_rowid, limit))]

    def captions(self, after_rowid: int = 0) -> Iterator[tuple[int, str]]:
        """Give all row numbers and captions behind a row, in order, a batch at a time."""
        while batch := self.rows(after_rowid):
            yield from batch
            after_rowid = batch[-1][0]

    def captions_version(self) -> int:
        """Give a number that grows when a caption changes or a clip goes, not when clips come."""
        return self._rows("SELECT captions FROM versions")[0][0]

    def kept(self, rowids: Sequence[int], where: ClipFilter) -> list[int]:
        """Give the rows that a filter lets through, in the order given.

        What is not known of a clip passes; a bad clip never does.
        """
        values = {"asked": _json(rowids), **filter_values(where)}
        passed = {
            row[0] for row in self._rows(f"SELECT clips.rowid {_ASKED} WHERE {PASSES}", values)
        }
        return [rowid for rowid in rowids if rowid in passed]

    def dropped(self, rowids: Sequence[int], where: ClipFilter) -> dict[int, tuple[DropStage, str]]:
        """Give the rows that a filter does not let through: at which step, and why."""
        values = {"asked": _json(rowids), **filter_values(where)}
        rows = self._rows(f"SELECT clips.* {_ASKED} WHERE NOT ({PASSES}) ORDER BY asked.id", values)
        reasons = {row["rowid"]: why_dropped(row, where) for row in rows}
        return {rowid: reason for rowid, reason in reasons.items() if reason}

    def count(self) -> int:
        """Give the number of clips."""
        return self._rows("SELECT COUNT(*) FROM clips")[0][0]

    def stats(self) -> CatalogueStats:
        """Count the clips by what is known of them."""
        counts = self._rows(
            "SELECT COUNT(*) AS clips, TOTAL(state = 0) AS unknown, TOTAL(state = 1) AS ok,"
            " TOTAL(state = 2) AS bad, TOTAL(caption != '') AS with_caption,"
            " TOTAL(own) AS own, TOTAL(duration_seconds) AS seconds FROM clips"
        )[0]
        licences = self._rows(
            "SELECT IIF(licence = '', ?, licence) AS one, COUNT(*) FROM clips"
            " GROUP BY one ORDER BY 2 DESC, 1 LIMIT 50",
            (self.licence,),
        )
        return CatalogueStats.model_validate(
            {**dict(counts), "licences": {row[0]: row[1] for row in licences}}
        )

    def source(self, name: str) -> Source | None:
        """Give what is noted of a file; None if it was never looked into."""
        rows = self._rows("SELECT * FROM sources WHERE name = ?", (name,))
        return Source(*rows[0]) if rows else None

    def sources(self) -> dict[str, Source]:
        """Give what is noted of all files, by name."""
        return {row["name"]: Source(*row) for row in self._rows("SELECT * FROM sources")}

    def _clips(self, sql: str, values: Sequence[object] | dict[str, object]) -> list[Clip]:
        return [clip_of(row, self.library, self.licence) for row in self._rows(sql, values)]

    def _rows(
        self, sql: str, values: Sequence[object] | dict[str, object] = ()
    ) -> list[sqlite3.Row]:
        with self._connected() as connection:
            return connection.execute(sql, values).fetchall()  # pyright: ignore[reportArgumentType]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(
                sqlite3.connect(self.path, timeout=30, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA synchronous = NORMAL")
                yield connection
        except sqlite3.Error as error:
            raise _broken(self.path, str(error)) from error

    def _prepare(self, connection: sqlite3.Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise _broken(self.path, "a later version of the studio made it")
        if version < VERSION:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)


def _json(rowids: Iterable[int]) -> str:
    return json.dumps([int(rowid) for rowid in rowids])


def _no_clip(id_: str) -> InputError:
    return InputError(f"there is no clip {id_}", hint="Search again.")


def _broken(path: Path, reason: str) -> WorkspaceError:
    return WorkspaceError(
        f"the catalogue {short(path)} cannot be used: {reason}",
        hint="Check that its folder can be written; move the file away if it is damaged.",
    )
