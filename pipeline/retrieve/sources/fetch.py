"""A clip fetched from YouTube by the yt-dlp that a person has installed, when they ask for it.

Nothing calls this by itself. Whether a video may be downloaded is for the person to know: YouTube's
terms allow it only where YouTube or the owner does.
"""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from pipeline.clips import Clip
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.files import workspace_errors
from pipeline.retrieve.libraries import OpenLibrary, is_site_id
from pipeline.retrieve.probing import probe_clips

_PROGRAM = "yt-dlp"
_FORMAT = "bv*[vcodec^=avc1][height<=480]"
"""H.264, which every decoder reads."""
_MAX_REASON = 300


def fetch_clip(library: OpenLibrary, clip: Clip, *, timeout_seconds: float = 300.0) -> Clip:
    """Fetch the span of a clip that lies on YouTube into the library's own folder.

    Args:
        library: The clip's library.
        clip: A clip whose source is the id of a video.
        timeout_seconds: How long it may take.

    Returns:
        The clip as the catalogue has it now: with what its video holds, or bad with the reason
        why it could not be fetched.

    Raises:
        InputError: yt-dlp is not installed, or the clip's source is no such id.
        WorkspaceError: the library's folder cannot be written.
    """
    program, folder = find_program(), library.path / "clips"
    if not is_site_id(clip.source):
        raise InputError(f"{clip.source[:80]!r} is no video on YouTube")
    with workspace_errors("fetch a clip", hint="Check that the library's folder can be written."):
        folder.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".fetch-") as made:
            partial = Path(made) / "clip.mp4"
            try:
                _run(_command(program, clip, partial), timeout_seconds)
                if not partial.is_file():
                    raise UnreadableVideoError("yt-dlp left no file")
            except UnreadableVideoError as error:
                library.catalogue.mark(clip.id, state="bad", reason=error.message)
                return library.catalogue.clip(clip.id)
            partial.replace(folder / f"{clip.id}.mp4")
    return next(probe_clips(library, [clip.id]))


def find_program() -> str:
    """Give the path of the yt-dlp that is installed; InputError where there is none."""
    program = shutil.which(_PROGRAM)
    if program is None:
        raise InputError(
            "yt-dlp is not installed, so no clip can be fetched",
            hint="Install it from github.com/yt-dlp/yt-dlp, or put the videos into a folder.",
        )
    return program


def _command(program: str, clip: Clip, target: Path) -> list[str]:
    start = f"{clip.start_seconds or 0:.3f}"
    end = "inf" if clip.end_seconds is None else f"{clip.end_seconds:.3f}"
    options = ["-f", _FORMAT, "--download-sections", f"*{start}-{end}", "--force-keyframes-at-cuts"]
    address = f"https://www.youtube.com/watch?v={clip.source}"
    template = str(target.absolute()).replace("%", "%%")  # yt-dlp fills in %(title)s and the like
    return [program, *options, "--no-playlist", "-o", template, "--", address]


def _run(command: list[str], timeout_seconds: float) -> None:
    """Run yt-dlp; UnreadableVideoError with its last words if it fails or takes too long."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _, said = process.communicate(timeout=timeout_seconds)
    except subprocess.TimeoutExpired as error:
        raise UnreadableVideoError(f"it took longer than {timeout_seconds:g} s to fetch") from error
    finally:
        _end(process)
    if process.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        last = (lines or [f"yt-dlp ended with {process.returncode}"])[-1]
        raise UnreadableVideoError(f"it cannot be fetched: {last[:_MAX_REASON]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End yt-dlp if it still runs, and what it started: it leaves the cutting to ffmpeg."""
    if process.poll() is not None:
        return
    with suppress(psutil.NoSuchProcess):
        for one in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.kill()
    process.communicate()
