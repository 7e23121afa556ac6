"""Runs ffmpeg: progress while it works, its own words when it fails, nothing left when stopped."""

from __future__ import annotations

import contextlib
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from pipeline.errors import AssemblyError, ModelUnavailableError
from pipeline.files import partial_path, replace_file, short, workspace_errors

_TAIL_CHARACTERS = 300
_PROBE_SECONDS = 60
_VIDEO = re.compile(
    r"Stream #\S+ Video: .*?, (?P<width>\d+)x(?P<height>\d+)[, ].*?(?P<fps>[\d.]+) fps"
)
_FRAME = re.compile(r"^frame=\s*(\d+)", re.MULTILINE)


class VideoInfo(NamedTuple):
    """What a video file holds."""

    num_frames: int
    fps: float
    width: int
    height: int
    duration_seconds: float
    has_subtitles: bool


def run_ffmpeg(arguments: Sequence[str | Path], *, pixels: bytes = b"") -> Iterator[int]:
    """Run ffmpeg, giving the number of frames written so far each time it reports.

    `pixels` become its standard input. Closing the iterator kills the process.

    Raises:
        AssemblyError: ffmpeg failed; the message ends with its last words.
        ModelUnavailableError: there is no ffmpeg to run.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as log:
        source.write(pixels)
        source.seek(0)
        process = _start(arguments, source, log)
        try:
            yield from _reported_frames(process)
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            raise AssemblyError(f"ffmpeg could not write the video: {_tail(log)}")


@contextlib.contextmanager
def feed_ffmpeg(arguments: Sequence[str | Path]) -> Iterator[Callable[[bytes], object]]:
    """Run ffmpeg on what is written to it, piece by piece; gives the function that writes.

    Leaving by an exception kills the process.

    Raises:
        AssemblyError: ffmpeg failed; the message ends with its last words.
        ModelUnavailableError: there is no ffmpeg to run.
    """
    with tempfile.TemporaryFile() as log:
        process = _start(arguments, subprocess.PIPE, log, reports=subprocess.DEVNULL)
        assert process.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):  # it ended early; its words say why
                yield process.stdin.write
                process.stdin.close()
                process.wait()
        finally:
            process.kill()
            process.wait()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        if process.returncode != 0:
            raise AssemblyError(f"ffmpeg could not write the video: {_tail(log)}")


def read_ffmpeg(arguments: Sequence[str | Path]) -> bytes:
    """Run ffmpeg and give what it writes to its standard output.

    Raises:
        AssemblyError: ffmpeg failed, or takes too long; the message ends with its last words.
        ModelUnavailableError: there is no ffmpeg to run.
    """
    quiet = [_executable(), "-hide_banner", "-nostdin", "-v", "error"]
    try:
        done = subprocess.run(
            [*quiet, *map(str, arguments)], capture_output=True, check=False, timeout=_PROBE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise AssemblyError("ffmpeg takes too long to read a video") from error
    if done.returncode != 0:
        words = " ".join(done.stderr.decode(errors="replace").split())
        raise AssemblyError(f"ffmpeg could not read the video: {words[-_TAIL_CHARACTERS:]}")
    return done.stdout


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, moved there at the end and removed on any error.

    Raises:
        WorkspaceError: the folder does not exist or cannot be written.
    """
    temporary = partial_path(path)
    with workspace_errors(f"write {short(path)}", hint="Choose a folder that can be written."):
        try:
            temporary.touch(exist_ok=False)
            yield temporary
            replace_file(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def probe(path: Path) -> VideoInfo:
    """What the video at `path` holds, counted frame by frame without decoding.

    Raises:
        AssemblyError: the file is absent, is no video, or takes too long.
    """
    command = ["-i", path, "-map", "0:v:0", "-c", "copy", "-f", "null", "-"]
    try:
        done = subprocess.run(
            [_executable(), "-hide_banner", "-nostdin", *map(str, command)],
            capture_output=True,
            check=False,
            timeout=_PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise AssemblyError(f"{short(path)} takes too long to read") from error
    said = done.stderr.decode(errors="replace")
    stream, frames = _VIDEO.search(said), _FRAME.findall(said.replace("\r", "\n"))
    if done.returncode != 0 or stream is None or not frames:
        raise AssemblyError(f"{short(path)} cannot be read as a video")
    num_frames, fps = int(frames[-1]), float(stream["fps"])
    return VideoInfo(
        num_frames=num_frames,
        fps=fps,
        width=int(stream["width"]),
        height=int(stream["height"]),
        duration_seconds=num_frames / fps,
        has_subtitles="Subtitle: mov_text" in said,
    )


def _start(
    arguments: Sequence[str | Path],
    source: IO[bytes] | int,
    log: IO[bytes],
    *,
    reports: int = subprocess.PIPE,
) -> subprocess.Popen[bytes]:
    progress = ["-nostats", "-stats_period", "0.1", "-progress", "pipe:1"]
    return subprocess.Popen(
        [_executable(), "-hide_banner", "-v", "error", *progress, "-y", *map(str, arguments)],
        stdin=source,
        stdout=reports,
        stderr=log,
    )


def _reported_frames(process: subprocess.Popen[bytes]) -> Iterator[int]:
    assert process.stdout is not None
    with process.stdout as reports:
        for line in reports:
            name, _, value = line.decode().strip().partition("=")
            if name == "frame" and value.isdigit():
                yield int(value)
    process.wait()


def _tail(log: IO[bytes]) -> str:
    log.seek(0)
    words = " ".join(log.read().decode(errors="replace").split())
    return words[-_TAIL_CHARACTERS:] or "it was ended from outside"


def _executable() -> str:
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise ModelUnavailableError(
            "ffmpeg was not found", hint="Run: pip install --force-reinstall imageio-ffmpeg"
        ) from error
