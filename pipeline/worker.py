"""The worker: one lasting, niced process per home that runs the queued jobs one after the other.

Those that only watch a download (`pipeline.queue.ASIDE`) have a thread of their own beside the
others. It keeps its models loaded between jobs. Between the steps of a job it writes the progress
and reads what the job shall do; SIGTERM ends it after the step at hand and puts the job back into
the queue. So does the end of the studio that started it, the process that `DREAMRUNNER_PARENT`
names.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

import psutil
from pydantic_core import to_jsonable_python

from pipeline.errors import PipelineError, RunCancelledError, WorkspaceError
from pipeline.files import workspace_errors
from pipeline.progress import Work
from pipeline.queue import Job, Queue, open_queue
from pipeline.settings import Settings

logger = logging.getLogger(__name__)

StartWork = Callable[[Job], Work[object]]
"""Makes the work of a job; raises PipelineError for a kind or arguments it does not know."""

IDLE_SECONDS = 0.25
HEARTBEAT_SECONDS = 5.0
PARENT_SECONDS = 1.0
PARENT_VARIABLE = "DREAMRUNNER_PARENT"
NICENESS = 10


def run_worker(settings: Settings, *, once: bool = False) -> None:
    """Serve the queue of a home until SIGTERM or SIGINT; with `once`, until the queue is empty.

    Writes `log/worker.log` in the home.

    Raises:
        WorkspaceError: another worker serves this home, or it cannot be written.
    """
    queue = open_queue(settings)
    _log_to_file(settings.home / "log" / "worker.log")
    _be_nice()
    serve(queue, _start_with_runner(settings), once=once)


def serve(queue: Queue, start: StartWork, *, once: bool = False) -> None:
    """Run the jobs of a queue with `start`, as the one worker of its home (see `run_worker`)."""
    pid = os.getpid()
    other = queue.enlist(pid)
    if other is not None:
        raise WorkspaceError(
            f"another worker (process {other}) serves {queue.path.parent}",
            hint="One is enough: it takes every job of this home.",
        )
    try:
        with _leaving_on_signals() as leaving:
            _leave_with_parent(leaving)
            for job_id in queue.recover(silent_seconds=0):  # no other worker can be running them
                logger.warning("job %s was interrupted; it starts again", job_id)
            _serve(queue, start, leaving=leaving, once=once)
    finally:
        queue.dismiss(pid)


def _serve(queue: Queue, start: StartWork, *, leaving: threading.Event, once: bool) -> None:
    with ThreadPoolExecutor(1, thread_name_prefix="aside") as pool:
        aside = pool.submit(_take_jobs, queue, start, aside=True, leaving=leaving, once=once)
        _take_jobs(queue, start, aside=False, leaving=leaving, once=once)
        aside.result()


def _take_jobs(
    queue: Queue, start: StartWork, *, aside: bool, leaving: threading.Event, once: bool
) -> None:
    try:
        while not leaving.is_set():
            job = queue.claim(str(os.getpid()), aside=aside)
            if job is not None:
                run_job(queue, job, start, leaving=leaving)
            elif once:
                return
            else:
                leaving.wait(IDLE_SECONDS)
    except BaseException:
        leaving.set()  # a worker does all of its work or none: the other thread ends, too
        raise


def run_job(queue: Queue, job: Job, start: StartWork, *, leaving: threading.Event) -> None:
    """Run a claimed job to its end, whatever that is; the queue then says which."""
    logger.info("job %s (%s) starts", job.id, job.kind)
    try:
        with _heartbeat(queue, job.id):
            _run_steps(queue, job, start(job), leaving=leaving)
    except RunCancelledError:
        queue.cancelled(job.id)
    except PipelineError as error:
        logger.warning("job %s failed: %s", job.id, error)
        queue.fail(job.id, error.message, error.hint)
    except Exception:  # the boundary: one job's fault must not end the worker
        logger.exception("job %s failed", job.id)
        queue.fail(job.id, "something went wrong inside", "Try again; log/worker.log says more.")


def _run_steps(queue: Queue, job: Job, work: Work[object], *, leaving: threading.Event) -> None:
    while True:
        try:
            progress = next(work)
        except StopIteration as stop:
            queue.finish(job.id, to_jsonable_python(stop.value, fallback=str))
            logger.info("job %s is done", job.id)
            return
        word = queue.report(job.id, progress)
        if word in ("stop", "cancel"):
            work.close()
            raise RunCancelledError
        if leaving.is_set():
            work.close()
            queue.put_back(job.id)
            return


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


def _log_to_file(path: Path) -> None:
    with workspace_errors(f"write the log {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    if root.level in (logging.NOTSET, logging.WARNING):
        root.setLevel(logging.INFO)
