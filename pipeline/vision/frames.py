"""Frames of any video file, read in a process of its own that may hang or crash without harm.

The process (`pipeline.vision.decoding`) starts with the first video, lasts, and ends with this one.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelUnavailableError, UnreadableVideoError
from pipeline.files import short
from pipeline.vision.messages import Header, receive, receive_into, send

_START_SECONDS = 60.0
_ROOT = Path(__file__).resolve().parent.parent.parent
_COMMAND = (sys.executable, "-m", "pipeline.vision.decoding")
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class VideoFacts(NamedTuple):
    """What a video holds: its frames counted, its size as it is seen (turned by its tag).

    `fps` is their mean where they come unevenly; `duration_seconds` is `num_frames / fps`.
    """

    num_frames: int
    fps: float
    width: int
    height: int
    duration_seconds: float


def probe_video(path: Path, *, timeout_seconds: float = 20.0) -> VideoFacts:
    """Find out what a video holds. All frames of a short one are decoded, so damage is found.

    A long one is only counted, and its first frame decoded. Pixels are taken as square.

    Raises:
        UnreadableVideoError: it is damaged, empty, no video, or takes longer than the limit.
        ModelUnavailableError: what decodes videos cannot be started.
    """
    with _decoder.asked({"wants": "facts"}, path, timeout_seconds) as answers:
        header, _ = receive(answers)
        return VideoFacts(**_answered(header))


def read_frames(
    path: Path,
    indices: Sequence[int],
    *,
    longest_px: int | None = None,
    timeout_seconds: float = 20.0,
) -> NDArray[np.uint8]:
    """Read frames of a video as they are seen: turned by its tag, in the order asked for.

    Args:
        path: mp4, mov, webm, mkv, gif or avi.
        indices: frame numbers in the order of showing, from 0; any order, repeated ones allowed.
        longest_px: the longer side of what is given back (default: the video's own). Pictures are
            made smaller, never larger.
        timeout_seconds: the time all of this may take.

    Returns:
        RGB, (F, H, W, 3) uint8, one frame for each index.

    Raises:
        UnreadableVideoError: it is damaged, has no such frame, is too much at once, or takes
            longer than the limit.
        ModelUnavailableError: what decodes videos cannot be started.
    """
    if len(indices) == 0:
        raise ValueError("name one frame at least")
    numbers, places = np.unique(np.asarray(indices, np.int64), return_inverse=True)
    request = {
        "wants": "frames",
        "numbers": numbers.tolist(),
        "count": len(indices),
        "longest_px": longest_px,
    }
    with _decoder.asked(request, path, timeout_seconds) as answers:
        header, _ = receive(answers)
        frames = np.empty((len(numbers), *_answered(header)["shape"]), np.uint8)
        for place in range(len(frames)):
            _answered(receive_into(answers, frames[place].data.cast("B")))
    ascending = len(numbers) == len(places) and bool((np.diff(places) > 0).all())
    return frames if ascending else frames[places]


def _answered(header: Header) -> Header:
    if "problem" in header:
        raise UnreadableVideoError(header["problem"], hint=header["hint"])
    return header


class _Decoder:
    """The decoding process; one request at a time, whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    @contextmanager
    def asked(self, request: Header, path: Path, seconds: float) -> Iterator[IO[bytes]]:
        """Ask for something of the video at `path`; gives the pipe that the answers come from.

        A process that does not answer within `seconds`, or ends, is replaced for the next request.
        """
        name = short(Path(Path(path).name))
        asking = {**request, "path": str(Path(path).absolute()), "name": name, "seconds": seconds}
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            with _killed_after(seconds, process) as late:
                try:
                    send(process.stdin, asking)
                    yield process.stdout
                except UnreadableVideoError:
                    raise  # an answer as any other
                except (EOFError, OSError) as error:
                    self._end()
                    took = f"takes longer than {seconds:g} seconds to read"
                    why = took if late.is_set() else "makes the decoder crash"
                    raise UnreadableVideoError(f"{name} {why}", hint=_CONVERT) from error
                except BaseException:
                    self._end()  # what it still has to say would answer the next request
                    raise
            if late.is_set():  # killed as it answered
                self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None or self._owner != os.getpid():
            self._end()
            self._process, self._owner = _started(), os.getpid()
        return self._process

    def stop(self) -> None:
        """End the process, if it runs."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():  # a forked copy leaves it alone
            return
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):  # what could not be written any more
                if pipe is not None:
                    pipe.close()


_CONVERT = "Convert it to an MP4 with H.264, or leave it out."
_decoder = _Decoder()
atexit.register(_decoder.stop)


def _started() -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        _COMMAND,
        cwd=_ROOT,
        env={**os.environ, **_ONE_THREAD},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # so that ffmpeg ends with it, and Ctrl-C is ours alone
    )
    assert process.stdout is not None
    try:
        with _killed_after(_START_SECONDS, process):
            receive(process.stdout)
    except EOFError as error:
        process.wait()
        raise ModelUnavailableError(
            "videos cannot be read: what decodes them does not start",
            hint=f"To see why, run: {' '.join(_COMMAND)}",
        ) from error
    return process


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Kill the process if this takes longer; the event tells so."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
