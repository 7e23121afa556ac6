"""How a clip lies in the catalogue: the tables, and rows to records and back."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from pipeline.clips import Clip, ClipState

VERSION = 1
"""Of the tables; kept as SQLite's `user_version`."""

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS clips (
  rowid INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER NOT NULL UNIQUE,
  low INTEGER NOT NULL,
  source TEXT NOT NULL,
  start_seconds REAL,
  end_seconds REAL,
  caption TEXT NOT NULL,
  licence TEXT NOT NULL,
  credit TEXT NOT NULL,
  state INTEGER NOT NULL,
  reason TEXT NOT NULL,
  duration_seconds REAL,
  num_frames INTEGER,
  fps REAL,
  width INTEGER,
  height INTEGER,
  content_hash TEXT,
  own INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_source ON clips(source) WHERE state != 0;
CREATE TABLE IF NOT EXISTS sources (
  name TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  stamp TEXT NOT NULL,
  done_bytes INTEGER NOT NULL,
  done_lines INTEGER NOT NULL,
  state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS versions (one INTEGER PRIMARY KEY CHECK (one = 1), captions INTEGER);
INSERT OR IGNORE INTO versions VALUES (1, 0);
CREATE TRIGGER IF NOT EXISTS caption_changed AFTER UPDATE OF caption ON clips
  WHEN old.caption != new.caption BEGIN UPDATE versions SET captions = captions + 1; END;
CREATE TRIGGER IF NOT EXISTS clip_gone AFTER DELETE ON clips
  BEGIN UPDATE versions SET captions = captions + 1; END;
PRAGMA user_version = {VERSION};
"""
"""Only clips that were looked into are found by their source: a list of millions has no index."""

STATES: tuple[ClipState, ...] = ("unknown", "ok", "bad")
UNKNOWN, OK, BAD = range(3)


class ClipRow(NamedTuple):
    """A clip as it is inserted; the fields are the columns of `clips` behind `rowid`."""

    key: int
    low: int
    """The bit of the id that `key` has no room for."""
    source: str
    start_seconds: float | None = None
    end_seconds: float | None = None
    caption: str = ""
    licence: str = ""
    credit: str = ""
    state: int = UNKNOWN
    reason: str = ""
    duration_seconds: float | None = None
    num_frames: int | None = None
    fps: float | None = None
    width: int | None = None
    height: int | None = None
    content_hash: str | None = None
    own: int = 0


class Source(NamedTuple):
    """A file that clips were taken from, and how far."""

    name: str
    """A video's path below the library's folder, or the absolute path of a list."""
    size: int = 0
    mtime_ns: int = 0
    stamp: str = ""
    """What else its clips hang on, such as a hash of their captions."""
    done_bytes: int = 0
    done_lines: int = 0
    state: str = "done"
    """'done', 'partly' or 'gone'."""


def key_of(id_: str) -> tuple[int, int]:
    """Give the key of a clip's id (63 bits) and the bit that is left over."""
    number = int(id_, 16)
    return number >> 1, number & 1


def row_of(clip: Clip) -> ClipRow:
    """Give a clip as a row."""
    fields = clip.model_dump(exclude={"id", "library"})
    fields |= {"state": STATES.index(clip.state), "own": int(clip.own)}
    key, low = key_of(clip.id)
    return ClipRow(key, low, **fields)


def clip_of(row: sqlite3.Row, library: str, licence: str) -> Clip:
    """Give a row as a clip of that library; `licence` is that of clips that name none."""
    fields = dict(row)
    del fields["rowid"]
    fields["id"] = f"{fields.pop('key') << 1 | fields.pop('low'):016x}"
    fields["state"] = STATES[fields["state"]]
    fields["licence"] = fields["licence"] or licence
    return Clip.model_validate({**fields, "library": library})
