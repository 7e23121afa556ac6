"""Videos and caption lists that a storyteller brings: kept as they arrive, looked through by a job.

Nothing here looks into a file: what is none of its kind is refused by the job that reads it.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.disk import files_below
from pipeline.errors import InputError, PipelineError
from pipeline.files import checked_id, short, workspace_errors
from pipeline.queue import Queue
from pipeline.settings import Settings
from studio.answers import TOKEN_HEADER, Endpoint, chunks, refusal
from studio.motions import find_motion
from studio.projects import open_by_id
from studio.refusals import TooLargeError, boundary
from studio.rendering import check_queue
from studio.visitors import Visitors

MAX_VIDEO_BYTES = 200_000_000
MAX_LIST_BYTES = 200_000_000
MAX_KEPT_BYTES = 1_000_000_000
"""Of one user's files that no job has taken yet."""
VIDEOS = (".mp4", ".mov", ".webm", ".mkv", ".gif")
LISTS = (".csv", ".jsonl", ".parquet")
_LONGEST_NAME = 120
_LONGEST_TOLD = 200


@dataclass(frozen=True)
class Kind:
    """What a route takes: which endings, how many bytes, and whether it is for one motion."""

    endings: tuple[str, ...]
    at_most: int
    hint: str
    of_motion: bool


VIDEO = Kind(VIDEOS, MAX_VIDEO_BYTES, "Cut it, or save it smaller.", of_motion=True)
LIST = Kind(LISTS, MAX_LIST_BYTES, "Part it into several lists.", of_motion=False)


def receiving(visitors: Visitors, queue: Queue, kind: Kind) -> Endpoint:
    """Give the endpoint that keeps a file and queues the look through it.

    Its query names the `project`, the `name` of the file and, of a video, the `motion`. What is
    longer than `kind.at_most` is refused with 413, not read to its end; nothing is kept of it.
    """

    async def endpoint(request: Request) -> Response:
        try:
            with boundary():
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                query = request.query_params
                wish = await run_in_threadpool(_asked, settings, queue, query, kind)
                body = chunks(request, kind.at_most, hint=kind.hint)
                await _keep(wish.path, body)
                await run_in_threadpool(_submit, queue, settings, wish)
                return JSONResponse({}, headers={"Cache-Control": "no-store"})
        except PipelineError as error:
            return refusal(error)

    return endpoint


def uploads_dir(settings: Settings) -> Path:
    """Give the folder of the files that a user brought and no job has taken yet."""
    return settings.home / "users" / checked_id(settings.user) / "uploads"


@dataclass(frozen=True)
class _Wish:
    """A file to come: for which story and motion, what it was called, and where it goes."""

    project: Path
    motion_id: str | None
    name: str
    path: Path


def _asked(settings: Settings, queue: Queue, query: Mapping[str, str], kind: Kind) -> _Wish:
    """Check what is wished, and that there is room for it, before any of it is read."""
    project = open_by_id(settings, query.get("project"))
    motion = find_motion(project.story, query.get("motion", "")) if kind.of_motion else None
    name, ending = _named(query.get("name", ""), kind)
    check_queue(queue, settings.user, 1)
    folder = uploads_dir(settings)
    with workspace_errors(f"make the folder {short(folder)}"):
        folder.mkdir(parents=True, exist_ok=True)
    _check_room(folder)
    path = folder / f"{secrets.token_hex(16)}{ending}"
    return _Wish(project.path, motion.id if motion else None, name, path)


def _named(told: str, kind: Kind) -> tuple[str, str]:
    """A name for the file, of the browser's only the words, and its ending."""
    end = told[-_LONGEST_TOLD:]  # it says what the file is
    given = Path(end.replace("\\", "/").replace("\0", ""))
    ending = given.suffix.lower()
    if ending not in kind.endings:
        raise InputError(
            "The studio cannot take a file of this kind",
            hint=f"It takes {', '.join(one[1:] for one in kind.endings)}.",
        )
    words = "".join(one for one in given.stem if one.isprintable()).strip()[:_LONGEST_NAME]
    return f"{words or 'clip'}{ending}", ending


def _check_room(folder: Path) -> None:
    """Refuse one more file where too much waits; what no job takes goes by itself after a day."""
    if sum(size for _, size in files_below(folder)) > MAX_KEPT_BYTES:
        raise TooLargeError("Too many files wait to be looked through", hint="Wait for them.")


async def _keep(path: Path, body: AsyncIterator[bytes]) -> None:
    """Write a file as it arrives; one that does not arrive whole is taken away."""
    whole = False
    try:
        with workspace_errors(f"write {short(path)}"), path.open("xb") as file:
            async for chunk in body:
                file.write(chunk)
            whole = file.tell() > 0
    finally:
        if not whole:
            path.unlink(missing_ok=True)
    if not whole:
        raise InputError("This file is empty", hint="Choose another one.")


def _submit(queue: Queue, settings: Settings, wish: _Wish) -> None:
    arguments = {"upload": str(wish.path), "name": wish.name, "motion_id": wish.motion_id}
    queue.submit("scan", wish.project, arguments, user=settings.user)
