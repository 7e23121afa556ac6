"""Small videos of clips and of their crops, for the page: made once, kept in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.clips import Clip, Crop
from pipeline.errors import AssemblyError, UnreadableVideoError
from pipeline.files import checked_id, short, workspace_errors
from pipeline.retrieve.embeddings import key_of
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.vision.containers import demuxer_of
from pipeline.vision.encode import H264
from pipeline.vision.ffmpeg import run_ffmpeg, written_whole

if TYPE_CHECKING:
    from pipeline.settings import Settings

WIDTH_PX = 288
_MOST_SECONDS = "12"
_CRF = "26"
_GUARDED = ("-protocol_whitelist", "file,pipe", "-timelimit", "60")
"""Nothing is fetched, and no file keeps ffmpeg busy for longer than 60 s of its time."""


def clip_cache(settings: Settings, clip: Clip) -> Path:
    """Give the folder of what is kept of a clip; another content has another folder."""
    content = (clip.content_hash or "unknown")[:12]
    return settings.home / "cache" / "clips" / checked_id(f"{clip.id}-{content}")


def crop_file(settings: Settings, clip: Clip, crop: Crop) -> Path:
    """Give the path of a crop's video, whether it is there or not."""
    return clip_cache(settings, clip) / f"crop-{key_of(clip, crop).crop}.mp4"


def whole_file(settings: Settings, clip: Clip) -> Path:
    """Give the path of the small video of a whole clip, whether it is there or not."""
    return clip_cache(settings, clip) / "whole.mp4"


def poster_file(video: Path) -> Path:
    """Give the path of the picture of a small video, whether it is there or not."""
    return video.with_suffix(".jpg")


def whole_preview(settings: Settings, library: OpenLibrary, clip: Clip) -> Path:
    """Give the small video of a whole clip, made where it is not there yet.

    Raises:
        UnreadableVideoError: the clip's file is gone or cannot be read.
        WorkspaceError: the cache cannot be written.
    """
    target = whole_file(settings, clip)
    if not target.is_file():
        source = library.file_of(clip)
        scale = f"scale='trunc(min({WIDTH_PX},iw)/2)*2':-2,setsar=1"
        read = ["-f", demuxer_of(source), *_span(library.span_of(clip)), "-i", f"file:{source}"]
        shown = ["-t", _MOST_SECONDS, "-an", "-vf", scale, *H264, "-crf", _CRF]
        _make([*read, *shown, "-f", "mp4"], target)
    return target


def poster(video: Path) -> Path:
    """Give a picture of a small video, beside it, made where it is not there yet.

    Raises:
        UnreadableVideoError: the video is gone or cannot be read.
        WorkspaceError: the cache cannot be written.
    """
    target = poster_file(video)
    if not target.is_file():
        clearest = "thumbnail=24,setsar=1"
        _make(["-i", f"file:{video}", "-vf", clearest, "-frames:v", "1", "-f", "mjpeg"], target)
    return target


def _span(span: tuple[float | None, float | None]) -> list[str]:
    """Where in its file a clip lies, for ffmpeg."""
    start, end = span
    return [
        *(["-ss", f"{start:.3f}"] if start is not None else []),
        *(["-to", f"{end:.3f}"] if end is not None else []),
    ]


def _make(arguments: list[str], target: Path) -> None:
    with workspace_errors(f"make the folder {short(target.parent)}"):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with written_whole(target) as temporary:
            for _ in run_ffmpeg([*_GUARDED, *arguments, temporary]):
                pass
    except AssemblyError as error:
        raise UnreadableVideoError(f"no preview could be made of it: {error.message}") from error
