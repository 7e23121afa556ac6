"""Vectors of clips that were encoded before, so that a search encodes only what is new."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from pipeline.clips import Clip, Crop
from pipeline.errors import WorkspaceError
from pipeline.files import short, workspace_errors

LOG = logging.getLogger(__name__)
Found = TypeVar("Found")
_WAIT_SECONDS = 30.0
_BATCH = 400
_READ = "SELECT clip, crop, vector FROM vectors WHERE model = ?"
_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
    clip TEXT NOT NULL, crop TEXT NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (clip, crop, model)
) WITHOUT ROWID
"""


class VectorKey(NamedTuple):
    """Which pictures a vector stands for: a span of a file, and the window cut out of it."""

    clip: str
    crop: str


def key_of(clip: Clip, crop: Crop | None = None) -> VectorKey:
    """Give the key of a clip, whole or cropped.

    It stands on the file's content where that is known, else on where the file lies.
    """
    file = clip.content_hash or f"{clip.library}/{clip.source}"
    window = hashlib.sha256(crop.model_dump_json().encode()).hexdigest()[:16] if crop else ""
    return VectorKey(f"{file}:{clip.start_seconds}:{clip.end_seconds}", window)


class EmbeddingCache:
    """Unit vectors in one SQLite file, in half precision; each model's are kept apart.

    The file holds nothing that cannot be made again: a damaged one is thrown away. Several
    processes may use it at once.

    Args:
        path: the file; its folder is made where it is missing.

    Raises:
        WorkspaceError: the file or its folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with workspace_errors(f"make the folder {short(path.parent)}"):
            path.parent.mkdir(parents=True, exist_ok=True)

    def read(self, keys: Iterable[VectorKey], model: str) -> dict[VectorKey, np.ndarray]:
        """Give the stored vectors, float32 (D,), of those keys that have one of this model."""
        wanted = list(dict.fromkeys(keys))
        rows = self._run(lambda database: _select(database, wanted, model))
        return {key: np.frombuffer(blob, np.float16).astype(np.float32) for key, blob in rows}

    def write(self, vectors: Mapping[VectorKey, np.ndarray], model: str) -> None:
        """Store vectors float (D,), all of one model, over those that are there."""
        rows = [
            (*key, model, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()
        ]
        insert = "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)"
        self._run(lambda database: database.executemany(insert, rows))

    def _run(self, do: Callable[[sqlite3.Connection], Found]) -> Found:
        """Do something with the database; if it is damaged, begin a new one and do it there."""
        try:
            return self._with_database(do)
        except sqlite3.OperationalError as error:
            if not _is_damage(error):
                raise WorkspaceError(
                    f"the store of vectors {short(self.path)} cannot be used: {error}",
                    hint="Make room or give the right to write there, then search again.",
                ) from error
        except sqlite3.DatabaseError:
            pass
        LOG.warning("the store of vectors %s is damaged and begins anew", short(self.path))
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
        return self._with_database(do)

    def _with_database(self, do: Callable[[sqlite3.Connection], Found]) -> Found:
        with closing(sqlite3.connect(self.path, timeout=_WAIT_SECONDS)) as database, database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(_TABLE)
            return do(database)


def _is_damage(error: sqlite3.OperationalError) -> bool:
    """Tell a table of another shape and a torn file from a full or locked disk."""
    return any(words in str(error) for words in ("no such column", "malformed", "has no column"))


def _select(
    database: sqlite3.Connection, keys: list[VectorKey], model: str
) -> list[tuple[VectorKey, bytes]]:
    found: list[tuple[VectorKey, bytes]] = []
    for start in range(0, len(keys), _BATCH):
        some = keys[start : start + _BATCH]
        places = ", ".join(["(?, ?)"] * len(some))
        query = f"{_READ} AND (clip, crop) IN (VALUES {places})"
        values = [model, *(part for key in some for part in key)]
        found += [(VectorKey(*row[:2]), row[2]) for row in database.execute(query, values)]
    return found
