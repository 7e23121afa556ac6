"""A story as one zip: brought by a browser, piece by piece, into a file that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pipeline.bundle import read_bundle
from pipeline.errors import InputError, PipelineError
from pipeline.settings import Settings
from studio.answers import TOKEN_HEADER, Endpoint, View, refusal
from studio.refusals import TooLargeError, boundary
from studio.visitors import Visitors

MAX_BUNDLE_BYTES = 200_000_000


def importing(visitors: Visitors, *, at_most: int = MAX_BUNDLE_BYTES) -> Endpoint:
    """Give the endpoint that makes a story of the zip it is sent: `{project, notice}`.

    A body of more than `at_most` bytes is refused with 413, not read to its end.
    """

    async def endpoint(request: Request) -> Response:
        try:
            with boundary(), tempfile.TemporaryDirectory(prefix="dreamrunner-") as folder:
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                path = Path(folder) / "story.zip"
                await _receive(request, path, at_most)
                view = await run_in_threadpool(arrived, path, settings)
                return JSONResponse(view, headers={"Cache-Control": "no-store"})
        except PipelineError as error:
            return refusal(error)

    return endpoint


def arrived(path: Path, settings: Settings) -> View:
    """Make one of the user's stories of a zip, and say what came."""
    project = read_bundle(path, settings)
    story = project.story
    num_takes = sum(len(project.takes(scene.id)) for scene in story.scenes)
    line = f"{_many(len(story.scenes), 'scene')}, {_many(num_takes, 'take')}."
    return {
        "project": project.path.name,
        "notice": {"title": f"“{story.title}” is here", "lines": [line]},
    }


async def _receive(request: Request, path: Path, at_most: int) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > at_most:
        raise _too_large(at_most)
    received = 0
    with path.open("wb") as file:
        try:
            async for chunk in request.stream():
                received += len(chunk)
                if received > at_most:
                    raise _too_large(at_most)
                file.write(chunk)
        except ClientDisconnect as error:
            raise InputError("The page went away before it had sent the whole file") from error


def _too_large(at_most: int) -> TooLargeError:
    return TooLargeError(
        f"This file is larger than {at_most // 1_000_000} MB",
        hint="Keep fewer takes of the story, then save it again.",
    )


def _many(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
