"""Fetching a pack's weights: progress, cancel, and going on where it was stopped."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from pipeline.errors import InputError, ModelUnavailableError
from pipeline.files import short, workspace_errors, write_record
from pipeline.packs.downloading import Answer, Request, Trouble
from pipeline.packs.record import PackRecord, load_record
from pipeline.packs.weights import (
    FETCHED_FILE,
    WEIGHTS_VARIABLE,
    Fetched,
    count_bytes,
    look_at,
    models_folder,
    read_fetched,
)
from pipeline.progress import Progress, Work
from pipeline.settings import Settings

_GIB, _MIB = 2**30, 2**20
_LOOK_SECONDS = 0.5
_PATIENCE_SECONDS = 5
_WORDS: dict[Trouble, tuple[str, str]] = {
    "network": (
        "the hub cannot be reached",
        "Check the connection (and HF_HUB_OFFLINE, HF_ENDPOINT and proxies), then fetch again: "
        "what has arrived is kept.",
    ),
    "gated": (
        "its makers ask for your agreement",
        "Accept the terms at {page}, sign in with: hf auth login, then fetch again.",
    ),
    "refused": (
        "the hub refuses access",
        "Sign in with: hf auth login (or set HF_TOKEN) with an account that may read {page}.",
    ),
    "moved": (
        "the hub has no such repository (it has moved, or is private)",
        "Look for it at {page}, sign in with: hf auth login if you may read it, or fetch its files "
        f"elsewhere and name their folder in {WEIGHTS_VARIABLE}.",
    ),
    "revision": (
        "the hub no longer has the commit {commit}",
        "Update the studio; or fetch another commit yourself and name its folder in "
        f"{WEIGHTS_VARIABLE}.",
    ),
    "busy": ("the hub cannot answer now", "Fetch again later: what has arrived is kept."),
    "disk": (
        "the disk cannot take them",
        "Make room, or keep the home elsewhere (DREAMRUNNER_HOME), then fetch again: what has "
        "arrived is kept.",
    ),
    "twice": (
        "they are being fetched by another process already",
        "Wait for it, or stop it; what has arrived is kept.",
    ),
    "ended": (
        "the download ended without a word",
        "Fetch again: what has arrived is kept. If it ends so again, install the requirements "
        "anew: pip install -r requirements.txt",
    ),
    "broken": ("a file did not arrive whole", "Fetch again: the other files are kept."),
}


def fetch_pack(name: str | Path, settings: Settings) -> Work[Path]:
    """Fetch the weights of a pack into `models/<pack>` of the home, and give that folder.

    A child process downloads; this looks at the folder twice a second. Progress counts MiB.
    Closing the generator ends the child; what has arrived is kept, and the next call goes on from
    it. The commit of the first fetch stays the pack's, as the record's `hub_revision` does.

    Raises:
        InputError: nothing is to be fetched for this pack.
        ModelUnavailableError: there is no such pack, or it cannot be fetched; says why, and what to
            do next.
        WorkspaceError: the home cannot be written.
    """
    record = load_record(name)
    if record.hub_id is None:
        raise InputError(f"the {record.name} pack is here already: its weights are its own")
    folder = models_folder(record, settings.home)
    if look_at(folder, record).state == "ready":
        return folder
    with workspace_errors(f"make the folder {short(folder)}"):
        folder.mkdir(parents=True, exist_ok=True)
    kept = read_fetched(folder)
    revision = record.hub_revision or (kept.commit if kept else None)
    known = kept is not None and kept.commit == revision
    request = Request(hub_id=record.hub_id, revision=revision, folder=folder, known=known)
    with _downloading(request) as answers:
        yield from _watch(answers, record, request)
    fetched = read_fetched(folder)
    if fetched is not None:
        write_record(folder / FETCHED_FILE, fetched.model_copy(update={"whole": True}))
    found = look_at(folder, record)
    if found.state != "ready":
        raise _unavailable(record, request, Answer(trouble="broken", said=found.problems[0]))
    return folder


def remove_pack(name: str | Path, settings: Settings) -> int:
    """Delete the fetched weights of a pack, whole or not; give the bytes that are free now.

    Raises:
        InputError: they were not fetched, so that they are not the studio's to delete.
        ModelUnavailableError: there is no such pack.
        WorkspaceError: they cannot be deleted.
    """
    record = load_record(name)
    folder = models_folder(record, settings.home)
    if record.hub_id is None or not folder.is_dir():
        raise InputError(
            f"no weights of the {record.name} pack were fetched",
            hint="Those that are part of the project, or lie in a folder of yours, stay.",
        )
    have = count_bytes(folder)
    with workspace_errors(f"delete {short(folder)}"):
        shutil.rmtree(folder)
    return have


@contextmanager
def _downloading(request: Request) -> Iterator[queue.Queue[Answer | int]]:
    """A child that downloads: its answers, and at last its exit code; ended with the block."""
    command = [sys.executable, "-m", "pipeline.packs.downloading", request.model_dump_json()]
    place = {**os.environ, "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    root = Path(__file__).parents[2]
    child = subprocess.Popen(
        command,
        cwd=root,
        env=place,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    answers: queue.Queue[Answer | int] = queue.Queue()
    reader = threading.Thread(target=_listen, args=(child, answers), daemon=True)
    reader.start()
    try:
        yield answers
    finally:
        _end(child)
        reader.join(_PATIENCE_SECONDS)


def _listen(child: subprocess.Popen[str], answers: queue.Queue[Answer | int]) -> None:
    output: IO[str] | None = child.stdout
    for line in output or ():
        with suppress(ValidationError):
            answers.put(Answer.model_validate_json(line))
    answers.put(child.wait())


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None:
        with suppress(OSError):  # the child ends as its stdin does
            child.stdin.close()
    try:
        child.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _watch(answers: queue.Queue[Answer | int], record: PackRecord, request: Request) -> Work[None]:
    """Tell how far the child is until it ends; raise what it says went wrong."""
    total, meter = round((record.size_gib or 0) * _GIB), _Meter(request.folder)
    yield meter.progress(total, "asking the hub")
    while True:
        try:
            answer = answers.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            yield meter.progress(total)
            continue
        if isinstance(answer, int):
            if answer:
                said = f"exit code {answer}"
                raise _unavailable(record, request, Answer(trouble="ended", said=said))
            return
        if answer.trouble is not None:
            raise _unavailable(record, request, answer)
        total = answer.size_bytes
        fetched = Fetched(hub_id=request.hub_id, commit=answer.commit, size_bytes=total)
        write_record(request.folder / FETCHED_FILE, fetched)


class _Meter:
    """How many bytes have arrived in a folder, how fast, and how long the rest will take."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first, self._began = count_bytes(folder), time.monotonic()

    def progress(self, total: int, note: str = "") -> Progress:
        have = min(count_bytes(self._folder), total) if total else 0
        return Progress(
            stage="fetch",
            step=have // _MIB,
            total=max(1, total // _MIB),
            note=note or self._words(have, total),
        )

    def _words(self, have: int, total: int) -> str:
        words = f"{have / _GIB:.1f} of {total / _GIB:.1f} GiB"
        arrived, seconds = have - self._first, time.monotonic() - self._began
        if arrived < _MIB or seconds < 1:
            return words
        speed = arrived / seconds
        left = (total - have) / speed
        return f"{words}, {speed / 1e6:.0f} MB/s, {_duration(left)} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.0f} h"


def _unavailable(record: PackRecord, request: Request, answer: Answer) -> ModelUnavailableError:
    what, hint = _WORDS[answer.trouble or "network"]
    page = f"https://huggingface.co/{request.hub_id}"
    words = {"page": page, "commit": (request.revision or "asked for")[:12]}
    said = f" ({answer.said})" if answer.said else ""
    return ModelUnavailableError(
        f"the weights of the {record.name} pack cannot be fetched: {what.format(**words)}{said}",
        hint=hint.format(**words),
    )
