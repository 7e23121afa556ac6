"""The studio's own routes: its scripts, takes, films, previews and stories, all by id.

They lie under `/gradio_api/`, which Gradio forwards in every way of serving. Nothing a browser
sends becomes a path before it has been checked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pysubs2
from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute

from pipeline.errors import PipelineError
from pipeline.plan.exchange import FORMATS, write_story
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.projects import MEDIA_PREFIX, find_take, open_by_id
from studio.projects import film_file as find_film

STATIC_DIR = Path(__file__).resolve().parent.parent / "static"
STATIC_PREFIX = "/gradio_api/studio/static"
T = TypeVar("T")
_NO_JOB_ID = 2**63  # the queue counts in 64 bits
_STATIC_TYPES = {".js": "text/javascript", ".css": "text/css"}


def make_routes(settings: Settings, queue: Queue) -> list[BaseRoute]:
    """Give the routes to hand to `launch(app_kwargs={"routes": ...})`."""
    router = APIRouter()
    media = Media(settings, queue)
    router.add_api_route(STATIC_PREFIX + "/{name:path}", static_file)
    project = MEDIA_PREFIX + "/{project_id}"
    router.add_api_route(project + "/takes/{scene_id}/{take_id}.mp4", media.take)
    router.add_api_route(project + "/films/{film_id}.mp4", media.film)
    router.add_api_route(project + "/films/{film_id}.srt", media.subtitles)
    router.add_api_route(project + "/films/{film_id}.vtt", media.captions)
    router.add_api_route(project + "/jobs/{job_id}/{step}", media.preview)
    router.add_api_route(project + "/story/{name}", media.story)
    return router.routes


def static_file(name: str) -> FileResponse:
    """Serve one of the page's own scripts or style sheets; 404 for anything else."""
    served = {one.relative_to(STATIC_DIR).as_posix(): one for one in STATIC_DIR.rglob("*.*")}
    kind = _STATIC_TYPES.get(Path(name).suffix)
    if kind is None or name not in served:
        raise HTTPException(404)
    return FileResponse(served[name], media_type=kind, headers={"Cache-Control": "no-cache"})


class Media:
    """The handlers of the media routes; every id is looked up, none is trusted."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._settings = settings
        self._queue = queue

    def take(self, project_id: str, scene_id: str, take_id: str) -> FileResponse:
        """Serve the video of a take."""
        video = _found(lambda: find_take(self._open(project_id), scene_id, take_id))
        return FileResponse(video, media_type="video/mp4")

    def film(self, project_id: str, film_id: str, download: bool = False) -> FileResponse:
        """Serve a film, or hand it over as a file to keep."""
        path = self._film(project_id, film_id, ".mp4")
        return FileResponse(path, media_type="video/mp4", filename=path.name if download else None)

    def subtitles(self, project_id: str, film_id: str) -> FileResponse:
        """Hand over the narration of a film as SRT."""
        path = self._film(project_id, film_id, ".srt")
        return FileResponse(path, media_type="application/x-subrip", filename=path.name)

    def captions(self, project_id: str, film_id: str) -> Response:
        """Give the narration of a film as the browser's own kind of subtitles."""
        path = self._film(project_id, film_id, ".srt")
        text = pysubs2.load(str(path), encoding="utf-8", format_="srt").to_string("vtt")
        return PlainTextResponse(text, media_type="text/vtt")

    def story(self, project_id: str, name: str) -> Response:
        """Hand over a story as a file in the format of that name: 'story', 'plan', 'jsonl'."""
        project = _found(lambda: self._open(project_id))
        text = _found(lambda: write_story(project.story, name)).text
        file = f"{project.path.name}{FORMATS[name].suffix}"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return PlainTextResponse(text, headers=headers)

    def preview(self, project_id: str, job_id: int, step: int) -> Response:
        """Give the newest picture of a piece of work; each step has an address of its own.

        Nothing (204) is given when the work ended in the meantime.
        """
        project = _found(lambda: self._open(project_id))
        job = self._queue.get(job_id) if 0 < job_id < _NO_JOB_ID else None
        if job is None or job.project != str(project.path):
            raise HTTPException(404)
        if not job.preview:
            return Response(status_code=204)
        headers = {"Cache-Control": "no-store"}
        return Response(job.preview, media_type=_picture_type(job.preview), headers=headers)

    def _open(self, project_id: str) -> Project:
        return open_by_id(self._settings, project_id)

    def _film(self, project_id: str, film_id: str, suffix: str) -> Path:
        return _found(lambda: find_film(self._open(project_id), film_id, suffix))


def _found(look: Callable[[], T]) -> T:
    try:
        return look()
    except PipelineError as error:
        raise HTTPException(404) from error


def _picture_type(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return "image/webp"
    return "image/jpeg" if data[:2] == b"\xff\xd8" else "image/png"
