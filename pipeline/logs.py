"""Logs in the home: written in turn to a few files of limited size, read from their end."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from pipeline.files import workspace_errors

LOG_DIR = "log"
MAX_LOG_BYTES = 2_000_000
OLD_LOGS = 3
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to_file(path: Path) -> None:
    """Write what this process logs from INFO on to a file too; old ones become `<name>.1`, ...

    Raises:
        WorkspaceError: it cannot be written.
    """
    with workspace_errors(f"write the log {path}", hint="Start with another --home."):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=MAX_LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8"
        )
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    if root.level in (logging.NOTSET, logging.WARNING):
        root.setLevel(logging.INFO)


def last_lines(path: Path, number: int, *, at_most_bytes: int = 400_000) -> list[str]:
    """Give the last lines of a file, the oldest first; none where there is no file."""
    try:
        with path.open("rb") as file:
            start = max(0, file.seek(0, 2) - at_most_bytes)
            file.seek(start)
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    lines = text.splitlines()
    return lines[1:][-number:] if start else lines[-number:]
