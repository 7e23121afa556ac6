"""Runs a coroutine on a thread of its own as a work function that can be closed at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from pipeline.progress import Progress, Work

T = TypeVar("T")
Report = Callable[[Progress], None]
_BEAT_SECONDS = 0.25
"""How often a record is given while nothing happens, so that a cancel is heard."""
_END_SECONDS = 2.0
"""How long the end waits for connections to close; a name lookup may hold the thread longer."""


def work_of(job: Callable[[Report], Coroutine[Any, Any, T]], first: Progress) -> Work[T]:
    """Run `job` with a function that reports progress; `first` is given at once.

    While nothing new is reported the last record comes again. `close()` cancels the job, which
    closes its connections.
    """
    yield first
    last = first
    errand = _Errand(job)
    try:
        while True:
            with suppress(Empty):
                told = errand.told.get(timeout=_BEAT_SECONDS)
                if told is None:
                    break
                last = told
            yield last
    finally:
        errand.stop()
    return errand.result()


class _Errand(Generic[T]):
    """A coroutine on a thread; `told` ends with None."""

    def __init__(self, job: Callable[[Report], Coroutine[Any, Any, T]]) -> None:
        self.told: SimpleQueue[Progress | None] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(job(self.told.put))
        self._task.add_done_callback(lambda _: self.told.put(None))
        self._thread = Thread(target=self._run, name="planning", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.wait([self._task]))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def stop(self) -> None:
        """Cancel what still runs and wait for its end."""
        with suppress(RuntimeError):  # the loop is closed: the job has ended by itself
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(_END_SECONDS)
        if self._task.done() and not self._task.cancelled():
            self._task.exception()  # looked at, so that nothing is logged of it

    def result(self) -> T:
        """Give what the job returned, or raise what it raised."""
        return self._task.result()
