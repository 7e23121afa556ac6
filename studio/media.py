"""The studio's own routes for files: its scripts, and takes, films, pictures and stories by id.

They lie under `/gradio_api/`, which Gradio forwards in every way of serving. Nothing a browser
sends becomes a path before it has been checked. An address of a medium carries the user it belongs
to and the studio's signature (see `studio.signing`); without it there is nothing to be found.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import BinaryIO, TypeVar

import pysubs2
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from pysubs2.exceptions import Pysubs2Error
from starlette.background import BackgroundTask
from starlette.routing import BaseRoute

from pipeline.assemble.stills import keyframe_sheet
from pipeline.bundle import write_bundle
from pipeline.errors import InputError, PipelineError
from pipeline.files import write_bytes
from pipeline.plan.exchange import FORMATS, write_story
from pipeline.queue import Queue
from pipeline.settings import Settings, current
from pipeline.story import NUM_KEYFRAMES
from pipeline.workspace import Project
from studio.clip_media import FILES, find_preview
from studio.desk_api import REPORTS, report_of
from studio.drawings import THEATRE_PREFIX, backdrop, face
from studio.filmdesk import find_voice
from studio.films import file_stem
from studio.looks import find_look
from studio.pictures import find_picture
from studio.priors import LEARNED, find_sample, packed
from studio.projects import checked_id, find_take, open_by_id
from studio.projects import film_file as find_film
from studio.refusals import NotThereError, TooLargeError, UnforeseenError, boundary
from studio.scene_films import make_scene_film
from studio.signing import MEDIA_PREFIX, Links
from studio.stills import stills_zip

STATIC_DIR = Path(__file__).resolve().parent.parent / "static"
STATIC_PREFIX = "/gradio_api/studio/static"

T = TypeVar("T")
_LONGEST_JOB_ID = 18  # digits; the queue counts in 64 bits
_CHUNK_BYTES = 1 << 20
_STATIC_TYPES = {".js": "text/javascript", ".css": "text/css"}
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_GUARDED = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": _POLICY}
_KEPT = {**_GUARDED, "Cache-Control": "private, max-age=86400"}
"""Of what never changes under its address."""
_FRESH = {**_GUARDED, "Cache-Control": "private, no-cache"}


def make_routes(settings: Settings, queue: Queue) -> list[BaseRoute]:
    """Give the routes of scripts, media and theatre pictures; see `launch(app_kwargs=...)`."""
    media = Media(settings, queue)
    signed = APIRouter(dependencies=[Depends(media.admit)])
    project = MEDIA_PREFIX + "/{project_id}"
    signed.add_api_route(project + "/takes/{scene_id}/{take_id}.mp4", media.take)
    signed.add_api_route(project + "/takes/{scene_id}/{take_id}.jpg", media.sheet)
    signed.add_api_route(project + "/takes/{scene_id}/{take_id}/film.mp4", media.scene_film)
    signed.add_api_route(project + "/films/{film_id}.mp4", media.film)
    signed.add_api_route(project + "/films/{film_id}.srt", media.subtitles)
    signed.add_api_route(project + "/films/{film_id}.vtt", media.captions)
    signed.add_api_route(project + "/pictures/{picture_id}.jpg", media.picture)
    signed.add_api_route(project + "/looks/{picture_id}.png", media.look)
    signed.add_api_route(project + "/clips/{motion_id}/{clip_id}/{name}", media.clip)
    signed.add_api_route(project + "/jobs/{job_id}/{step}", media.preview)
    signed.add_api_route(project + "/story/{name}", media.story)
    signed.add_api_route(project + "/export.zip", media.bundle)
    signed.add_api_route(project + "/stills.zip", media.stills)
    signed.add_api_route(project + "/voices/{voice_id}.m4a", media.voice)
    learned = f"{MEDIA_PREFIX}/{LEARNED}/{{key}}"
    signed.add_api_route(learned + "/samples/{name}", media.sample)
    signed.add_api_route(learned + "/export.zip", media.learned)
    report = f"{MEDIA_PREFIX}/{REPORTS}/{{project_id}}/{{name}}.zip"
    signed.add_api_route(report, media.report)
    router = APIRouter()
    router.add_api_route(STATIC_PREFIX + "/{name:path}", static_file)
    router.add_api_route(THEATRE_PREFIX + "/backdrops/{name}.png", backdrop)
    router.add_api_route(THEATRE_PREFIX + "/faces/{figure}.png", face)
    return [*router.routes, *signed.routes]


def static_file(name: str) -> FileResponse:
    """Serve one of the page's own scripts or style sheets; 404 for anything else."""
    path = _served().get(name)
    if path is None:
        raise HTTPException(404)
    kind = _STATIC_TYPES[path.suffix]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "no-cache"})


@cache
def _served() -> dict[str, Path]:
    found = (one for one in STATIC_DIR.rglob("*.*") if one.suffix in _STATIC_TYPES)
    return {one.relative_to(STATIC_DIR).as_posix(): one for one in found}


class Media:
    """The handlers of the media routes; every id is looked up, none is trusted."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._settings = settings
        self._queue = queue
        self._links = Links(settings)

    def admit(self, request: Request, u: str = "", s: str = "") -> None:
        """Let a request through whose path this studio signed for the user it names."""
        path = request.scope["path"].partition(f"{MEDIA_PREFIX}/")[2]
        if not (path and u and s and self._links.check(path, u, s)):
            raise HTTPException(404)
        request.state.settings = replace(current(self._settings), user=u)

    def take(self, request: Request, project_id: str, scene_id: str, take_id: str) -> FileResponse:
        """Serve the video of a take."""
        video = _found(lambda: find_take(_open(request, project_id), scene_id, take_id))
        return FileResponse(video, media_type="video/mp4", headers=_KEPT)

    def sheet(self, request: Request, project_id: str, scene_id: str, take_id: str) -> FileResponse:
        """Serve the keyframes of a take side by side; made of its video the first time."""
        video = _found(lambda: find_take(_open(request, project_id), scene_id, take_id))
        path = video.with_suffix(".jpg")
        if not path.is_file():
            _found(lambda: write_bytes(path, keyframe_sheet(video, NUM_KEYFRAMES)))
        return FileResponse(path, media_type="image/jpeg", headers=_KEPT)

    def scene_film(
        self, request: Request, project_id: str, scene_id: str, take_id: str
    ) -> FileResponse:
        """Hand over a take with its narration as a film, made for this request alone."""
        project = _found(lambda: _open(request, project_id))
        film = _found(lambda: make_scene_film(project, scene_id, take_id))
        removal = BackgroundTask(shutil.rmtree, film.parent, ignore_errors=True)
        name = f"{project.path.name}-{scene_id}.mp4"
        return FileResponse(
            film, media_type="video/mp4", filename=name, headers=_FRESH, background=removal
        )

    def film(
        self, request: Request, project_id: str, film_id: str, download: bool = False
    ) -> FileResponse:
        """Serve a film, or hand it over as a file to keep."""
        path = _film(request, project_id, film_id, ".mp4")
        name = _film_name(request, project_id, path) if download else None
        return FileResponse(path, media_type="video/mp4", filename=name, headers=_FRESH)

    def subtitles(self, request: Request, project_id: str, film_id: str) -> FileResponse:
        """Hand over the narration of a film as SRT."""
        path = _film(request, project_id, film_id, ".srt")
        kind, name = "application/x-subrip", _film_name(request, project_id, path)
        return FileResponse(path, media_type=kind, filename=name, headers=_FRESH)

    def captions(self, request: Request, project_id: str, film_id: str) -> Response:
        """Give the narration of a film as the browser's own kind of subtitles."""
        path = _film(request, project_id, film_id, ".srt")
        text = _found(lambda: _captions(path))
        return PlainTextResponse(text, media_type="text/vtt", headers=_FRESH)

    def picture(self, request: Request, project_id: str, picture_id: str) -> FileResponse:
        """Serve a picture that the storyteller brought."""
        path = _found(lambda: find_picture(_open(request, project_id), picture_id))
        return FileResponse(path, media_type="image/jpeg", headers=_KEPT)

    def look(self, request: Request, project_id: str, picture_id: str) -> FileResponse:
        """Serve a picture that a character's look is learned from."""
        path = _found(lambda: find_look(_open(request, project_id), picture_id))
        return FileResponse(path, media_type="image/png", headers=_KEPT)

    def sample(self, request: Request, key: str, name: str) -> FileResponse:
        """Serve what a motion or look showed at a step while it was learned."""
        path = _found(lambda: find_sample(request.state.settings, self._links, key, name))
        return FileResponse(path, media_type="image/webp", headers=_KEPT)

    def learned(self, request: Request, key: str) -> FileResponse:
        """Hand over a learned motion or look as a zip, made for this request alone."""
        path = _found(lambda: packed(request.state.settings, self._links, key))
        removal = BackgroundTask(shutil.rmtree, path.parent, ignore_errors=True)
        return FileResponse(
            path,
            media_type="application/zip",
            filename=path.name,
            headers={**_GUARDED, "Cache-Control": "no-store"},
            background=removal,
        )

    def clip(
        self, request: Request, project_id: str, motion_id: str, clip_id: str, name: str
    ) -> FileResponse:
        """Serve one of the small videos of a clip, or a still of it (see `clip_media.FILES`)."""
        kind = FILES.get(name)
        if kind is None:
            raise HTTPException(404)
        project, settings = _found(lambda: _open(request, project_id)), request.state.settings
        path = _found(lambda: find_preview(project, settings, motion_id, clip_id, name))
        return FileResponse(path, media_type=kind, headers=_KEPT)

    def story(self, request: Request, project_id: str, name: str) -> Response:
        """Hand over a story as a file in the format of that name: 'story', 'plan', 'jsonl'."""
        project = _found(lambda: _open(request, project_id))
        text = _found(lambda: write_story(project.story, name)).text
        file = f"{project.path.name}{FORMATS[name].suffix}"
        headers = {**_FRESH, "Content-Disposition": f'attachment; filename="{file}"'}
        return PlainTextResponse(text, headers=headers)

    def bundle(self, request: Request, project_id: str) -> StreamingResponse:
        """Hand over all of a story as one zip, made for this request alone and always whole."""
        project = _found(lambda: _open(request, project_id))
        return _zipped(_found(lambda: _bundled(project)), project.path.name)

    def stills(self, request: Request, project_id: str) -> StreamingResponse:
        """Hand over the keyframes of the film's scenes as one zip, made for this request alone."""
        project = _found(lambda: _open(request, project_id))
        file = _found(lambda: stills_zip(project, request.state.settings))
        return _zipped(file, f"{project.path.name}-stills")

    def voice(self, request: Request, project_id: str, voice_id: str) -> FileResponse:
        """Serve a recorded narration."""
        path = _found(lambda: find_voice(_open(request, project_id), voice_id))
        return FileResponse(path, media_type="audio/mp4", headers=_KEPT)

    def report(self, request: Request, project_id: str, name: str) -> Response:
        """Hand over a report of a problem, made for this request alone."""
        told = _found(lambda: report_of(request.state.settings, project_id, name))
        disposition = 'attachment; filename="problem-report.zip"'
        headers = {**_GUARDED, "Cache-Control": "no-store", "Content-Disposition": disposition}
        return Response(told, media_type="application/zip", headers=headers)

    def preview(self, request: Request, project_id: str, job_id: str) -> Response:
        """Give the newest picture of a piece of work; each step has an address of its own.

        Nothing (204) is given when the work ended in the meantime.
        """
        project = _found(lambda: _open(request, project_id))
        job = self._queue.get(int(job_id)) if _is_job_id(job_id) else None
        if job is None or job.project != str(project.path):
            raise HTTPException(404)
        if not job.preview:
            return Response(status_code=204)
        headers = {**_GUARDED, "Cache-Control": "no-store"}
        return Response(job.preview, media_type=_picture_type(job.preview), headers=headers)


def _open(request: Request, project_id: str) -> Project:
    """Open a project of the user whom the address was signed for."""
    return open_by_id(request.state.settings, checked_id(project_id, "story"))


def _film(request: Request, project_id: str, film_id: str, suffix: str) -> Path:
    return _found(lambda: find_film(_open(request, project_id), film_id, suffix))


def _film_name(request: Request, project_id: str, path: Path) -> str:
    """What a file of a film is called that somebody keeps; the film of the boxes says so."""
    title = _found(lambda: _open(request, project_id)).story.title
    what = "-animatic" if path.stem == "animatic" else ""
    return f"{file_stem(title)}{what}{path.suffix}"


def _found(look: Callable[[], T]) -> T:
    try:
        with boundary():
            return look()
    except UnforeseenError as error:
        raise HTTPException(500, str(error)) from error
    except TooLargeError as error:
        raise HTTPException(413, str(error)) from error
    except PipelineError as error:
        raise HTTPException(404) from error


def _captions(srt: Path) -> str:
    try:
        return pysubs2.load(str(srt), encoding="utf-8", format_="srt").to_string("vtt")
    except (OSError, ValueError, Pysubs2Error) as error:
        raise NotThereError("The narration of this film cannot be read") from error


def _bundled(project: Project) -> BinaryIO:
    """A story as a zip in a file that is gone once it is closed."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        try:
            write_bundle(project, file)
        except InputError as error:
            raise TooLargeError(error.message, hint=error.hint) from error
        stack.pop_all()
        return file


def _zipped(file: BinaryIO, name: str) -> StreamingResponse:
    headers = {
        **_GUARDED,
        "Cache-Control": "no-store",
        "Content-Length": str(file.seek(0, os.SEEK_END)),
        "Content-Disposition": f'attachment; filename="{name}.zip"',
    }
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _is_job_id(text: str) -> bool:
    return text.isdecimal() and len(text) <= _LONGEST_JOB_ID


def _picture_type(data: bytes) -> str:
    if data[:4] == b"RIFF":
        return "image/webp"
    return "image/jpeg" if data[:2] == b"\xff\xd8" else "image/png"
