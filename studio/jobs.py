"""The worker process the studio keeps running, and its queue in words for the page."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import PipelineError
from pipeline.queue import ASIDE, Job, Queue
from pipeline.settings import DEVICE_VARIABLE, Settings
from pipeline.worker import PARENT_VARIABLE
from pipeline.workspace import Project
from studio.job_line import Line, Stand
from studio.job_words import (
    IN_STAGES,
    ON_CLIPS,
    TRAIN,
    about,
    aside,
    doing,
    failure,
    left_out,
    loss,
    outcome,
    scene_of,
    title_of,
)
from studio.priors import Library
from studio.projects import open_by_id
from studio.quotas import check_learning
from studio.refusals import NotThereError
from studio.rendering import check_queue
from studio.signing import Links
from studio.takes import Takes
from studio.training_pace import seconds_left

__all__ = ["ON_CLIPS", "TRAIN", "JobDesk", "WorkerProcess"]

_LOG = logging.getLogger(__name__)
_WATCH_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_STOP_SECONDS = 15.0
_DAY_SECONDS = 86_400.0
_MOST_TOLD = 30
"""Pieces of work that are over, as the window of jobs tells them."""
_MOST_LEARNED = 200
"""Pieces of work that are over, among which learning is counted."""


class WorkerProcess:
    """Keeps one `python -m pipeline worker` running beside the page.

    A worker that dies is started again, after a wait that doubles each time it dies young. It ends
    by itself when the studio is gone, even one that was killed.
    """

    def __init__(self, settings: Settings, *, command: list[str] | None = None) -> None:
        self._settings = settings
        self._command = command or [sys.executable, "-m", "pipeline", "worker"]
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self._watcher = threading.Thread(target=self._watch, name="worker-watch", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        with self._spawning:
            self._spawn()
        self._watcher.start()

    def restart(self, settings: Settings) -> None:
        """Go on with other settings: what runs is put back after its step, and goes on, too."""
        with self._spawning:
            self._settings = settings
            self._end()
            self._spawn()

    def stop(self) -> None:
        """Ask the worker to end, and end it if it does not."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._end()

    def _end(self) -> None:
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int | None:
        """Give the process id of the worker; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def _watch(self) -> None:
        wait = _WATCH_SECONDS
        while not self._stopping.wait(wait):
            with self._spawning:
                if self.pid is not None:
                    wait = max(_WATCH_SECONDS, wait / 2)
                    continue
                wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
                _LOG.warning("the worker ended; starting it again (log: %s)", self._log_path())
                try:
                    self._spawn()
                except OSError:
                    _LOG.exception("it cannot be started; trying again in %.0f s", wait)

    def _spawn(self) -> None:
        path = self._log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "DREAMRUNNER_HOME": str(self._settings.home),
            "DREAMRUNNER_PACK": self._settings.pack,
            DEVICE_VARIABLE: self._settings.device,
            PARENT_VARIABLE: str(os.getpid()),
        }
        with path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=Path(__file__).resolve().parent.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _log_path(self) -> Path:
        return self._settings.home / "log" / "worker-output.log"


class JobDesk:
    """The queue as a page sees it: what goes on, where it stands in line, and how to change that.

    A user has no work but their own: of other work nothing is heard.
    """

    def __init__(self, queue: Queue, links: Links) -> None:
        self._queue, self._links = queue, links
        self._line = Line(queue)
        self._told: set[int] = set()  # the failures said since the studio started

    def watch(
        self, project: Project, settings: Settings, known: Collection[int]
    ) -> list[dict[str, Any]]:
        """Give the work of a user's project that goes on, and how that in `known` ended.

        Failed work says in `failed` what went wrong.
        """
        mine = self._queue.jobs(project.path, active=True, also=known)
        self._told.update(job.id for job in mine if job.state == "failed")
        return [self._view(job, project, settings) for job in mine]

    def all(self, settings: Settings) -> dict[str, Any]:
        """Give all work of a user, over all stories: that in line as it comes, and what is over."""
        mine = self._queue.of_user(settings.user, ended=_MOST_TOLD)
        opened = _Opened(settings)
        views = [self._pictured(job, opened.of(job), settings) for job in mine]
        going = [view for view in views if view["active"]]
        going.sort(key=lambda view: (view["state"] != "running", view["ahead"]))
        return {"going": going, "ended": [view for view in views if not view["active"]]}

    def cancel(self, project: Project, ids: Collection[int]) -> None:
        """Ask for the end of some work of a project; learning is stopped, so that it can go on."""
        for job in self._queue.jobs(project.path, active=True):
            if job.id in ids:
                self._queue.control(job.id, "stop" if job.kind == TRAIN else "cancel")
        self._line.forget()

    def control(self, settings: Settings, job_id: int, word: Literal["stop", "cancel"]) -> None:
        """Tell a user's job to stop, so that it can go on, or to end; NotThereError if it is over.

        Work that stopped is not wanted any more once it is cancelled.
        """
        job = self._mine(settings, job_id)
        if not job.is_active and (job.state, word) != ("stopped", "cancel"):
            raise NotThereError("This is over already", hint="Look at the list again.")
        self._queue.control(job.id, word)
        self._line.forget()

    def move(self, settings: Settings, job_id: int, before: int | None) -> None:
        """Put a user's job that waits before another one, or behind all of their own (None).

        Raises:
            InputError: one of the two does not wait any more.
            NotThereError: the user has no such job.
        """
        for one in (job_id, *([] if before is None else [before])):
            self._mine(settings, one)
        self._queue.move(job_id, before)
        self._line.forget()

    def again(self, settings: Settings, job_id: int) -> None:
        """Let a user's job that stopped go on, or try one again that failed or was cancelled.

        Raises:
            InputError: it is done, or too much waits already.
            NotAllowedError: a visitor has learned enough for a day.
            NotThereError: the user has no such job.
        """
        job = self._mine(settings, job_id)
        check_queue(self._queue, settings.user, 0 if job.is_active else 1)
        if job.kind == TRAIN:
            mine = self._queue.of_user(settings.user, ended=_MOST_LEARNED)
            earlier = (one for one in mine if one.kind == TRAIN)
            check_learning(settings, seconds_left(job, Library(settings, self._links)), earlier)
        self._queue.again(job.id)
        self._line.forget()

    def missed(self, project: Project, settings: Settings) -> list[str]:
        """Say what failed in the last day, was not tried again, and has been told nobody yet."""
        latest = {(job.kind, *about(job)): job for job in self._queue.jobs(project.path)}
        since = time.time() - _DAY_SECONDS
        failed = [
            job
            for job in latest.values()
            if job.state == "failed" and (job.finished or 0) > since and job.id not in self._told
        ]
        self._told.update(job.id for job in failed)
        return [f"{title_of(job, project.story)}: {failure(job, settings)}" for job in failed]

    def _mine(self, settings: Settings, job_id: int) -> Job:
        job = self._queue.get(job_id)
        if job is None or job.user != settings.user:
            raise NotThereError("This work is no longer known", hint="Look at the list again.")
        return job

    def _view(self, job: Job, project: Project | None, settings: Settings) -> dict[str, Any]:
        """A job for `static/page/jobs.js`."""
        story = project.story if project else None
        stand = self._line.of(job, settings.pack) if job.is_active else Stand()
        return {
            "id": job.id,
            "kind": job.kind,
            "project": Path(job.project).name,
            "story": story.title if story else "",
            "scene_id": scene_of(job),
            "motion": job.arguments.get("motion_id"),
            "character": job.arguments.get("character_id"),
            "doing": doing(job),
            "aside": aside(job),
            "without": left_out(job),
            "quality": job.sort if job.kind == "render" else "",
            "whole": job.arguments.get("whole", "") if job.kind == "film" else "",
            "pack": job.arguments.get("pack"),
            "note": job.note,
            "title": title_of(job, story),
            "state": job.state,
            "active": job.is_active,
            "step": job.step,
            "total": job.total,
            "eta": _eta(job, stand),
            "wait": stand.wait_seconds if job.state == "queued" else None,
            "ahead": stand.ahead if job.state == "queued" else 0,
            "loss": loss(job),
            "wish": job.control,
            "preview": self._preview(job, project, settings),
            "failed": failure(job, settings) if job.state == "failed" else None,
            "outcome": outcome(job, story),
            "ended": job.finished,
        }

    def _pictured(self, job: Job, project: Project | None, settings: Settings) -> dict[str, Any]:
        """A job with a picture where there is any: its newest, its take's, or its scene's."""
        view = self._view(job, project, settings)
        scene_id = scene_of(job)
        if project is None or view["preview"] or not scene_id:
            return {**view, "picture": view["preview"]}
        takes, made = Takes(project), job.result if isinstance(job.result, dict) else {}
        mine = next((one for one in takes.of(scene_id) if one.id == made.get("id")), None)
        take = mine or takes.chosen(scene_id)
        path = f"{project.path.name}/takes/{scene_id}/{take.id}.jpg" if take else ""
        return {**view, "picture": self._links.link(settings, path) if path else None}

    def _preview(self, job: Job, project: Project | None, settings: Settings) -> str | None:
        """Where the newest picture is that was drawn of a job."""
        if project is None or not job.preview:
            return None
        shown = zlib.crc32(job.preview) if job.kind == TRAIN else job.step
        path = f"jobs/{job.id}/{shown}"  # learning draws one now and then
        return self._links.link(settings, f"{project.path.name}/{path}")


class _Opened:
    """The projects of some jobs, each opened once; None for one that is not there any more."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, Project | None] = {}

    def of(self, job: Job) -> Project | None:
        if job.project not in self._known:
            self._known[job.project] = self._open(Path(job.project).name)
        return self._known[job.project]

    def _open(self, name: str) -> Project | None:
        try:
            return open_by_id(self._settings, name)
        except PipelineError:
            return None


def _eta(job: Job, stand: Stand) -> float | None:
    """Seconds until a job is done; None where nobody knows, or where it says so itself."""
    if job.state == "running" and job.kind in (*IN_STAGES, *ASIDE):
        return None
    return job.eta_seconds if job.state == "running" and job.eta_seconds else stand.seconds
