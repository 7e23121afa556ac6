"""The worker: one lasting, niced process per device that runs the queued jobs one after the other.

Those that only watch a download (`pipeline.queue.ASIDE`) have a thread of their own beside the
others. It keeps its models loaded between jobs. Between the steps of a job it writes the progress
and reads what the job shall do; learning makes way for what others wait for, and goes on after it.
SIGTERM ends the worker after the step at hand and puts the job back into the queue. So does the end
of the studio that started it, the process that `DREAMRUNNER_PARENT` names.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
from pydantic_core import to_jsonable_python

from pipeline.errors import PipelineError, RunCancelledError, WorkspaceError
from pipeline.job import LEARNING
from pipeline.logs import LOG_DIR, log_to_file
from pipeline.progress import Work
from pipeline.queue import Job, Queue, open_queue
from pipeline.settings import Settings
from pipeline.workers import ANY_DEVICE

logger = logging.getLogger(__name__)

StartWork = Callable[[Job], Work[object]]
"""Makes the work of a job; raises PipelineError for a kind or arguments it does not know."""

IDLE_SECONDS = 0.25
HEARTBEAT_SECONDS = 5.0
PARENT_SECONDS = 1.0
PARENT_VARIABLE = "DREAMRUNNER_PARENT"
NICENESS = 10
MADE_WAY = "makes way for others, then goes on"
"""The note of learning that was put back for what others wait for."""


def run_worker(settings: Settings, *, once: bool = False) -> None:
    """Serve the queue of a home until SIGTERM or SIGINT; with `once`, until the queue is empty.

    Writes `log/worker.log` in the home.

    Raises:
        WorkspaceError: another worker serves this home, or it cannot be written.
    """
    queue = open_queue(settings)
    log_to_file(settings.home / LOG_DIR / "worker.log")
    _be_nice()
    start = _start_with_runner(settings)
    if not once:
        threading.Thread(target=_get_ready, name="get-ready", daemon=True).start()
    serve(queue, start, once=once, pack=settings.pack, device=settings.device)


def serve(
    queue: Queue,
    start: StartWork,
    *,
    once: bool = False,
    pack: str = "",
    device: str = ANY_DEVICE,
) -> None:
    """Run the jobs of a queue with `start`, as the one worker of a device (see `run_worker`).

    What their steps take is kept as the pace of `pack`.
    """
    pid = os.getpid()
    with _leaving_on_signals() as leaving:  # first, so that who is enlisted is dismissed, too
        other = queue.workers.enlist(pid, device)
        if other is not None:
            raise WorkspaceError(
                f"another worker (process {other}) serves {queue.path.parent}",
                hint="One is enough: it takes every job of this home.",
            )
        try:
            _leave_with_parent(leaving)
            others = [one for one in queue.workers.living() if one != pid]
            for job_id in queue.recover(silent_seconds=0, but_of=others):
                logger.warning("job %s was interrupted; it starts again", job_id)
            queue.prune()
            _Service(queue, start, pack, device, leaving).run(once=once)
        finally:
            queue.workers.dismiss(pid)


class _Service:
    """A worker at work: takes jobs in two threads, and runs each to its end or to a break."""

    def __init__(
        self, queue: Queue, start: StartWork, pack: str, device: str, leaving: threading.Event
    ) -> None:
        self._queue, self._start, self._leaving = queue, start, leaving
        self._pack, self._device = pack, device

    def run(self, *, once: bool) -> None:
        """Serve both lanes until the worker leaves; with `once`, until nothing waits."""
        with ThreadPoolExecutor(1, thread_name_prefix="aside") as pool:
            aside = pool.submit(self._take_jobs, aside=True, once=once)
            self._take_jobs(aside=False, once=once)
            aside.result()

    def _take_jobs(self, *, aside: bool, once: bool) -> None:
        try:
            while not self._leaving.is_set():
                job = self._queue.claim(str(os.getpid()), aside=aside, device=self._device)
                if job is not None:
                    self._run_job(job)
                elif once:
                    return
                else:
                    self._leaving.wait(IDLE_SECONDS)
        except BaseException:
            self._leaving.set()  # a worker does all of its work or none: the other thread ends, too
            raise

    def _run_job(self, job: Job) -> None:
        """Run a claimed job to its end, whatever that is; the queue then says which."""
        logger.info("job %s (%s) starts", job.id, job.kind)
        try:
            with _heartbeat(self._queue, job.id):
                self._run_steps(job, self._start(job))
        except RunCancelledError:
            self._queue.cancelled(job.id)
        except PipelineError as error:
            logger.warning("job %s failed: %s", job.id, error)
            self._queue.fail(job.id, error.message, error.hint)
        except Exception:  # the boundary: one job's fault must not end the worker
            logger.exception("job %s failed", job.id)
            hint = "Try again; log/worker.log says more."
            self._queue.fail(job.id, "something went wrong inside", hint)

    def _run_steps(self, job: Job, work: Work[object]) -> None:
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                result = to_jsonable_python(end.value, fallback=str)
                self._queue.finish(job.id, result, pack=self._pack)
                logger.info("job %s is done", job.id)
                return
            word = self._queue.report(job.id, progress)
            if word in ("stop", "cancel"):
                work.close()
                raise RunCancelledError
            note = self._pause(job)
            if note:
                work.close()
                self._queue.put_back(job.id, note)
                return

    def _pause(self, job: Job) -> str:
        """Say why a job is put back between two steps; empty where it goes on."""
        if self._leaving.is_set():
            return "waiting to start again"
        if job.grade == LEARNING and self._queue.gives_way(job.id):
            logger.info("job %s makes way", job.id)
            return MADE_WAY
        return ""


def _get_ready() -> None:
    """Import what renders while nothing is to be done yet: the first take waits 6 s less."""
    import pipeline.render.renderer  # noqa: F401


def _start_with_runner(settings: Settings) -> StartWork:
    """Give the kinds of the runner; it is made with the first job and keeps its models."""
    from pipeline.runner import Runner
    from pipeline.tasks import RUN

    runner = Runner(settings)

    def start(job: Job) -> Work[object]:
        if job.kind not in RUN:
            raise PipelineError(f"the worker knows no jobs of the kind {job.kind!r}")
        return RUN[job.kind](runner, job)

    return start


@contextmanager
def _leaving_on_signals() -> Iterator[threading.Event]:
    """Give an event that SIGTERM and SIGINT set, instead of ending the process in mid-step."""
    leaving = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = {one: signal.signal(one, lambda *_: leaving.set()) for one in signals}
    try:
        yield leaving
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _leave_with_parent(leaving: threading.Event) -> None:
    """Set the event once the process named in the environment is gone; if none is, do nothing.

    A studio that is killed cannot stop its worker, which would go on with old code and models and
    keep out the next studio's.
    """
    named = os.environ.get(PARENT_VARIABLE, "")
    if named.isdecimal():
        watch = threading.Thread(target=_watch, args=(int(named), leaving), daemon=True)
        watch.start()


def _watch(pid: int, leaving: threading.Event) -> None:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        while parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
            if leaving.wait(PARENT_SECONDS):
                return
    logger.warning("the studio (process %d) is gone; this worker ends, too", pid)
    leaving.set()


@contextmanager
def _heartbeat(queue: Queue, job_id: int) -> Iterator[None]:
    """Beat in a thread of its own: loading a model takes longer than silence may last."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT_SECONDS):
            queue.beat(job_id)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _be_nice() -> None:
    """Leave the processor to the page and to the person's other programs."""
    windows = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", None)
    process = psutil.Process()
    try:
        process.nice(max(NICENESS, process.nice()) if windows is None else windows)
    except psutil.AccessDenied:
        logger.warning("the worker's priority cannot be changed")
