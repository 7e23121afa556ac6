"""The last versions of a story: a file for each revision, with the time it was saved."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pipeline.files import workspace_errors, write_bytes
from pipeline.story import Record

MAX_VERSIONS = 50
"""Earlier stories that a project keeps, beside the saved one."""


class Version(Record):
    """One revision of a story that can be brought back."""

    revision: int
    saved: str
    """Date and time it was saved, ISO 8601, UTC."""


def keep_version(folder: Path, revision: int, file: Path) -> None:
    """Keep the story that `file` holds as `<revision>.json`, with the time `file` was saved.

    `file` is replaced afterwards, never written into, so a second name for it will do.
    """
    kept = folder / f"{revision}.json"
    with workspace_errors(f"keep version {revision}"):
        folder.mkdir(exist_ok=True)
        kept.unlink(missing_ok=True)
        try:
            os.link(file, kept)
        except OSError:  # a disk without such names
            _copy(file, kept)


def prune_versions(folder: Path) -> None:
    """Remove all but the last `MAX_VERSIONS`."""
    for revision in list_versions(folder)[:-MAX_VERSIONS]:
        with suppress(OSError):  # open elsewhere, on Windows; the next edit removes it
            (folder / f"{revision}.json").unlink()


def list_versions(folder: Path) -> list[int]:
    """Give the revisions kept, oldest first."""
    names = (file.stem for file in folder.glob("*.json"))
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def _copy(file: Path, kept: Path) -> None:
    saved = file.stat().st_mtime_ns
    write_bytes(kept, file.read_bytes())
    os.utime(kept, ns=(saved, saved))


def version_of(file: Path, revision: int) -> Version:
    """Give the version that a file holds, with the time it was saved."""
    with workspace_errors(f"look for version {revision}"):
        saved = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return Version(revision=revision, saved=saved.isoformat(timespec="seconds"))
