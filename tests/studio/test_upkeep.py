"""Tidying goes on after whatever kept it from being done once."""

from __future__ import annotations

import errno
import os
import sqlite3

import pytest

from pipeline.errors import WorkspaceError
from pipeline.queue import Queue
from pipeline.settings import Settings
from studio import upkeep
from studio.upkeep import Upkeep
from tests.studio.test_jobs import wait_until


@pytest.mark.parametrize(
    "trouble",
    [
        WorkspaceError("the home is gone"),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        sqlite3.OperationalError("database is locked"),
    ],
    ids=["pipeline", "system", "queue"],
)
def test_what_cannot_be_tidied_now_is_tidied_later(
    settings: Settings,
    queue: Queue,
    trouble: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[Settings] = []

    def tidy(settings: Settings, _: Queue) -> None:
        asked.append(settings)
        if len(asked) == 1:
            raise trouble

    monkeypatch.setattr(upkeep, "tidy", tidy)
    monkeypatch.setattr(upkeep, "HOUR_SECONDS", 0.02)
    tidying = Upkeep(settings, queue)
    tidying.start()
    try:
        wait_until(lambda: len(asked) > 1)
    finally:
        tidying.stop()
    assert f"{trouble}" in caplog.text
