"""What the studio tidies by itself: remains of work that was cut off, and visitors long gone."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from pipeline.cleaning import DAY_SECONDS, HOUR_SECONDS, sweep
from pipeline.disk import size_words
from pipeline.errors import PipelineError
from pipeline.files import partial_path
from pipeline.queue import Queue
from pipeline.settings import Settings

_LOG = logging.getLogger(__name__)
SEEN_FILE = "seen"
"""In a visitor's folder; its time is that of the last visit, to the hour."""
_MOST_KNOWN = 5000
_marked: dict[Path, float] = {}


class Upkeep:
    """Tidies at the start and then every hour, beside everything else."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._settings, self._queue = settings, queue
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End before the next time."""
        self._over.set()

    def _run(self) -> None:
        while True:
            try:
                tidy(self._settings, self._queue)
            except (PipelineError, OSError, sqlite3.Error):
                _LOG.exception("the home could not be tidied; trying again in an hour")
            if self._over.wait(HOUR_SECONDS):
                return


def tidy(settings: Settings, queue: Queue) -> None:
    """Delete what cut-off work left, and the things of visitors who have not come for long."""
    freed = sweep(settings)
    if freed:
        _LOG.info("deleted what work that was cut off had left: %s", size_words(freed))
    if settings.visitors and not settings.accounts:
        for user in expired(settings):
            queue.forget(user.name)
            away = partial_path(user)
            with suppress(OSError):
                user.rename(away)  # who comes back meanwhile begins with an empty folder
                shutil.rmtree(away, ignore_errors=True)
                _LOG.info("deleted the things of a visitor who had not come for long")


def expired(settings: Settings) -> list[Path]:
    """Give the folders of visitors who have not come for as many days as is allowed."""
    before = time.time() - settings.allowance.days * DAY_SECONDS
    folders = (settings.home / "users").glob("v-*")
    return sorted(one for one in folders if one.is_dir() and _last_seen(one) < before)


def mark_seen(settings: Settings) -> None:
    """Remember that a visitor is here, once an hour, where there is anything of theirs."""
    if not settings.visitors:
        return
    folder, now = settings.home / "users" / settings.user, time.time()
    if now - _marked.get(folder, 0.0) < HOUR_SECONDS:
        return
    if len(_marked) >= _MOST_KNOWN:
        _marked.clear()
    with suppress(OSError):
        if folder.is_dir():
            (folder / SEEN_FILE).touch()
            _marked[folder] = now


def _last_seen(folder: Path) -> float:
    """When a visitor was last here; of one from before that was written down, the last change."""
    with suppress(OSError):
        return (folder / SEEN_FILE).stat().st_mtime
    with suppress(OSError):
        return max(
            path.stat().st_mtime for path in (folder, *folder.glob("*"), *folder.glob("*/*"))
        )
    return time.time()
