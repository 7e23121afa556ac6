"""A story as one zip: brought by a browser, piece by piece, into a file that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.bundle import read_bundle
from pipeline.errors import PipelineError
from pipeline.files import SCRATCH
from pipeline.settings import Settings
from studio.answers import TOKEN_HEADER, Endpoint, View, chunks, refusal
from studio.cards import counted
from studio.projects import check_room
from studio.refusals import boundary
from studio.visitors import Visitors

MAX_BUNDLE_BYTES = 200_000_000
_HINT = "Keep fewer takes of the story, then save it again."


def importing(visitors: Visitors, *, at_most: int = MAX_BUNDLE_BYTES) -> Endpoint:
    """Give the endpoint that makes a story of the zip it is sent: `{project, notice}`.

    A body of more than `at_most` bytes is refused with 413, not read to its end.
    """

    async def endpoint(request: Request) -> Response:
        try:
            with boundary(), tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                path = Path(folder) / "story.zip"
                with path.open("wb") as file:
                    async for chunk in chunks(request, at_most, hint=_HINT):
                        file.write(chunk)
                view = await run_in_threadpool(arrived, path, settings)
                return JSONResponse(view, headers={"Cache-Control": "no-store"})
        except PipelineError as error:
            return refusal(error)

    return endpoint


def arrived(path: Path, settings: Settings) -> View:
    """Make one of the user's stories of a zip, and say what came."""
    check_room(settings)
    project = read_bundle(path, settings)
    story = project.story
    num_takes = sum(len(project.takes(scene.id)) for scene in story.scenes)
    line = f"{counted(len(story.scenes), 'scene')}, {counted(num_takes, 'take')}."
    return {
        "project": project.path.name,
        "notice": {"title": f"“{story.title}” is here", "lines": [line]},
    }
