"""What goes on beside the page while the studio is served."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from pipeline.preferences import PREFERENCES_FILE, Preferences, write_preferences
from pipeline.settings import Settings, current
from studio import serving
from studio.jobs import WorkerProcess
from studio.serving import Follower
from tests.studio.test_jobs import LASTING, wait_until


class Stubborn(WorkerProcess):
    """A worker that cannot be started anew the first times."""

    def __init__(self, settings: Settings, failures: int) -> None:
        super().__init__(settings, command=LASTING)
        self.failures = failures
        self.devices: list[str] = []

    def restart(self, settings: Settings) -> None:
        self.devices.append(settings.device)
        if len(self.devices) <= self.failures:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(autouse=True)
def chosen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A studio where the processor was chosen, and is looked for often."""
    monkeypatch.setattr(serving, "_FOLLOW_SECONDS", 0.02)
    monkeypatch.delenv("DREAMRUNNER_DEVICE", raising=False)
    write_preferences(settings.home, Preferences(device="cpu"))


def test_a_worker_that_cannot_be_started_anew_is_tried_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    worker = Stubborn(settings, failures=1)
    follower = Follower(worker, settings)
    follower.start()
    try:
        wait_until(lambda: len(worker.devices) == 2)
    finally:
        follower.stop()
    assert worker.devices == ["cpu", "cpu"]
    assert "No space left on device" in caplog.text


def test_a_choice_that_cannot_be_read_now_is_not_given_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    worker = Stubborn(settings, failures=0)
    follower = Follower(worker, settings)
    follower.start()
    try:
        wait_until(lambda: worker.devices == ["cpu"])
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", refuse)
            os.utime(settings.home / PREFERENCES_FILE, (1, 1))  # so that it is read again
            wait_until(lambda: "too many open files" in caplog.text)
        wait_until(lambda: current(settings).device == "cpu")
    finally:
        follower.stop()
    assert worker.devices == ["cpu"]
