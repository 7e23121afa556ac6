"""The worker process the studio keeps running, and its queue in words for the page."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pipeline.queue import ASIDE, Job, Queue
from pipeline.settings import Settings
from pipeline.worker import PARENT_VARIABLE
from pipeline.workspace import Project
from studio.cards import counted, sentence
from studio.signing import Links

_LOG = logging.getLogger(__name__)
_WATCH_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_STOP_SECONDS = 15.0
_DAY_SECONDS = 86_400.0
_DOING = {
    "library": "drawing the theatre's clips",
    "scan": "looking for videos",
    "list": "reading the list",
    "words": "asking the language model for words",
    "index": "reading captions",
    "pictures": "looking at pictures",
    "fetch": "fetching clips from their site",
    "probe": "looking into files",
    "look": "following actors",
    "read": "reading clips and pictures",
    "latents": "making them small",
    "train": "learning",
    "video_text": "comparing movements with the words",
    "crop": "cutting actors out",
}
"""What work on clips does at each stage, and learning; its steps count within the stage."""
ON_CLIPS = ("retrieve", "scan")
"""Kinds of work that read libraries of clips."""
TRAIN = "train"
"""The kind of work that learns a motion or a look."""
_IN_STAGES = (*ON_CLIPS, TRAIN)
"""Kinds of work whose steps count within a stage; what learns says itself how long it takes."""
_FETCHING = "python -m pipeline packs fetch"
"""The command that a hint names for missing weights; the page has a button that does it."""
_TITLES = {
    "film": "Making the film",
    "animatic": "Making the animatic",
    "scan": "Looking through clips",
}
_ASIDES = {
    "encoding words": "reading the words",
    "decoding": "drawing the frames",
    "looking": "looking at the take",
}
"""What a renderer's notes are called on the page; others are told as they are."""
_LOSS = re.compile(r"loss ([0-9]+(?:\.[0-9]+)?)")
_STEP = re.compile(r",? ?step [0-9]+ of [0-9]+")
"""Of a note of learning: the page says the step itself."""
_WITHOUT = {"boxes": " without boxes", "priors": " without what was learned"}


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
        self._watcher = threading.Thread(target=self._watch, name="worker-watch", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._spawn()
        self._watcher.start()

    def stop(self) -> None:
        """Ask the worker to end, and end it if it does not."""
        self._stopping.set()
        if self._watcher.is_alive():
            self._watcher.join()
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
            if self.pid is not None:
                wait = max(_WATCH_SECONDS, wait / 2)
                continue
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
            _LOG.warning("the worker ended; starting it again (log: %s)", self._log_path())
            self._spawn()

    def _spawn(self) -> None:
        path = self._log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "DREAMRUNNER_HOME": str(self._settings.home),
            "DREAMRUNNER_PACK": self._settings.pack,
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
    """The queue as a page sees it: what goes on in a project, and how to stop it."""

    def __init__(self, queue: Queue, links: Links) -> None:
        self._queue = queue
        self._links = links
        self._told: set[int] = set()  # the failures said since the studio started

    def watch(
        self, project: Project, settings: Settings, known: Collection[int]
    ) -> list[dict[str, Any]]:
        """Give the work of a user's project that goes on, and how that in `known` ended.

        Failed work says in `failed` what went wrong.
        """
        waiting = [self._queue.waiting(aside=aside) for aside in (False, True)]
        mine = self._queue.jobs(project.path, active=True, also=known)
        self._told.update(job.id for job in mine if job.state == "failed")
        return [self._view(job, project, settings, waiting[job.kind in ASIDE]) for job in mine]

    def cancel(self, project: Project, ids: Collection[int]) -> None:
        """Ask for the end of some work of a project; of other work nothing is heard."""
        for job in self._queue.jobs(project.path, active=True):
            if job.id in ids:
                self._queue.control(job.id, "cancel")

    def missed(self, project: Project, settings: Settings) -> list[str]:
        """Say what failed in the last day, was not tried again, and has been told nobody yet."""
        latest = {(job.kind, *_about(job)): job for job in self._queue.jobs(project.path)}
        since = time.time() - _DAY_SECONDS
        failed = [
            job
            for job in latest.values()
            if job.state == "failed" and (job.finished or 0) > since and job.id not in self._told
        ]
        self._told.update(job.id for job in failed)
        return [
            f"{_title(job, project, _scene_of(job))}: {self._failure(job, settings)}"
            for job in failed
        ]

    def _view(
        self, job: Job, project: Project, settings: Settings, waiting: list[int]
    ) -> dict[str, Any]:
        """A job for `static/page/jobs.js`; `waiting` lists those it waits for, oldest first."""
        scene_id = _scene_of(job)
        shown = zlib.crc32(job.preview or b"") if job.kind == TRAIN else job.step
        preview = f"{project.path.name}/jobs/{job.id}/{shown}"  # learning draws one now and then
        return {
            "id": job.id,
            "kind": job.kind,
            "scene_id": scene_id,
            "motion": job.arguments.get("motion_id"),
            "character": job.arguments.get("character_id"),
            "doing": _DOING.get(job.stage, "") if job.kind in _IN_STAGES else "",
            "aside": _aside(job),
            "without": _left_out(job),
            "pack": job.arguments.get("pack"),
            "note": job.note,
            "title": _title(job, project, scene_id),
            "state": job.state,
            "active": job.is_active,
            "step": job.step,
            "total": job.total,
            "eta": None if job.kind in (*_IN_STAGES, *ASIDE) else job.eta_seconds,
            "loss": _loss(job),
            "wish": job.control,
            "ahead": waiting.index(job.id) if job.id in waiting else 0,
            "preview": self._links.link(settings, preview) if job.preview else None,
            "failed": self._failure(job, settings) if job.state == "failed" else None,
            "outcome": _outcome(job, project) if job.state == "done" else "",
        }

    def _failure(self, job: Job, settings: Settings) -> str:
        """Say what went wrong, in sentences that do not tell where the home lies."""
        error, hint = (job.error or "it failed").rstrip("."), job.hint or ""
        if not settings.visitors:  # who visits has no such button
            hint = hint.replace(_FETCHING, f"press Model, or {_FETCHING}")
        words = f"{error[:1].upper()}{error[1:]}. {hint}".strip()
        return words.replace(f"{self._queue.path.parent}{os.sep}", "")


def _scene_of(job: Job) -> str | None:
    return job.scene_id or job.arguments.get("scene_id")


def _about(job: Job) -> tuple[str | None, ...]:
    """What a job works on: another of that kind on the same has tried it again."""
    if job.kind == "fetch":
        return (job.arguments.get("pack"),)
    if job.kind == "scan":
        return tuple(job.arguments.get(name) for name in ("path", "library", "name", "motion_id"))
    return _scene_of(job), job.arguments.get("motion_id"), job.arguments.get("character_id")


def _outcome(job: Job, project: Project) -> str:
    """Say what came of a look through clips, or of learning; empty of other work."""
    told = job.result
    if job.kind == TRAIN:
        return f"“{_learned(job, project)}” is learned."
    if job.kind != "scan" or not isinstance(told, dict | list):
        return ""
    if isinstance(told, list):  # the shots of a video
        return sentence(counted(len(told), "new clip"))
    others = (("bad", "cannot be read"), ("broken", "left out"))
    parts = [f"{told[name]} {words}" for name, words in others if told.get(name)]
    outcome = sentence(", ".join([counted(told.get("added", 0), "new clip"), *parts]))
    first = next(iter(told.get("problems", ())), "").rstrip(".")
    return f"{outcome} {first}." if first else outcome


def _title(job: Job, project: Project, scene_id: str | None) -> str:
    if job.kind in _TITLES:
        return _TITLES[job.kind]
    if job.kind == "fetch":
        return f"Fetching the model {job.arguments.get('pack', '')}"
    if job.kind == TRAIN:
        return f"Learning “{_learned(job, project)}”"
    if job.kind == "retrieve":
        return f"Searching clips of “{job.arguments.get('words', '')}”"
    scene = next((one for one in project.story.scenes if one.id == scene_id), None)
    title = f"Rendering “{scene.title or scene.id}”" if scene else "Rendering"
    return f"{title}{_WITHOUT.get(_left_out(job), '')}"


def _learned(job: Job, project: Project) -> str:
    """What some learning is about: a motion's words, or a character's name."""
    story, told = project.story, job.arguments
    words = {one.words for one in story.motions if one.id == told.get("motion_id")}
    names = {one.name for one in story.characters if one.id == told.get("character_id")}
    return next(iter(words | names), "what is no longer in the story")


def _loss(job: Job) -> float | None:
    """The loss of the last step, which learning says in its note."""
    told = _LOSS.match(job.note) if job.kind == TRAIN else None
    return float(told[1]) if told else None


def _aside(job: Job) -> str:
    """What work does beside its steps; empty of work on clips, which says what it does itself."""
    if job.kind == TRAIN:
        return _STEP.sub("", _LOSS.sub("", job.note)).strip(", ")
    if job.kind in ON_CLIPS or job.note.startswith("step "):
        return ""
    return _ASIDES.get(job.note, job.note)


def _left_out(job: Job) -> str:
    """What a take is rendered without, to compare it: 'boxes', 'priors', or nothing."""
    if job.arguments.get("use_regions") is False:
        return "boxes"
    return "priors" if job.arguments.get("use_priors") is False else ""
