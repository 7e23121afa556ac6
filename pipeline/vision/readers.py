"""Pictures of one open video by their numbers: decord, or ffmpeg where decord cannot."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UnreadableVideoError
from pipeline.vision.packets import ffmpeg_command, input_arguments, reason_of

Picture = NDArray[np.uint8]

_NO_FRAME_TWICE = 1e-6
"""The share of frames that decord may replace by others where it has none."""


class DecordFailedError(Exception):
    """decord is absent, or cannot read this video."""


class Reader(Protocol):
    """An open video."""

    def picture(self, number: int) -> Picture:
        """Give the frame of this number in the order of showing, (H, W, 3) uint8."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class DecordReader:
    """A video read by decord; anything it cannot do is a DecordFailedError."""

    def __init__(self, path: Path, num_frames: int) -> None:
        try:
            import decord
        except (ImportError, OSError) as error:
            raise DecordFailedError(str(error)) from error
        failures = (decord.DECORDError, decord.DECORDLimitReachedError)
        self._errors = (*failures, AssertionError, RuntimeError, ValueError)
        try:
            self._video = decord.VideoReader(
                f"file:{path}",
                num_threads=2,
                fault_tol=_NO_FRAME_TWICE,  # pyright: ignore[reportArgumentType]
            )
        except self._errors as error:
            raise DecordFailedError(str(error)) from error
        if len(self._video) != num_frames:
            raise DecordFailedError(f"it counts {len(self._video)} frames, not {num_frames}")

    def picture(self, number: int) -> Picture:
        """Give the frame of this number in the order of showing, (H, W, 3) uint8."""
        try:
            picture = self._video[number].asnumpy()
        except self._errors as error:
            raise DecordFailedError(str(error)) from error
        if picture.shape[-1] != 3:  # of narrow videos it takes the padding of a row for colours
            raise DecordFailedError(f"its pictures have {picture.shape[-1]} colours")
        return picture

    def close(self) -> None:
        """Let go of the file."""
        del self._video


class FfmpegReader:
    """A video read by ffmpeg from its beginning on; to go back is to begin again.

    ffmpeg forgives damage, so it is told not to, and the frames that come are counted.
    """

    def __init__(self, path: Path, demuxer: str, num_frames: int) -> None:
        pictures = ["-map", "0:V:0", "-fps_mode", "passthrough", "-c:v", "ppm", "-pix_fmt", "rgb24"]
        self._command = ffmpeg_command(
            ["-v", "error", *input_arguments(path, demuxer), *pictures, "-f", "image2pipe", "-"]
        )
        self._num_frames = num_frames
        self._begin()

    def _begin(self) -> None:
        self._next = 0
        self._words = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._words
        )

    def picture(self, number: int) -> Picture:
        """Give the frame of this number in the order of showing, (H, W, 3) uint8.

        Raises:
            UnreadableVideoError: decoding stops before it, or does not stop after the last.
        """
        if number < self._next:
            self.close()
            self._begin()
        picture = self._following()
        while self._next <= number:
            picture = self._following()
        if self._next == self._num_frames:
            self._finish()
        return picture

    def _following(self) -> Picture:
        assert self._process.stdout is not None
        picture = _read_ppm(self._process.stdout)
        if picture is None:
            raise UnreadableVideoError(self._damage())
        self._next += 1
        return picture

    def _finish(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.read(1):
            more = f"it holds more frames than the {self._num_frames} that it lists"
            raise UnreadableVideoError(f"it is damaged: {more}")
        if self._process.wait() != 0:
            raise UnreadableVideoError(self._damage())

    def _damage(self) -> str:
        self._process.kill()
        self._process.wait()
        self._words.seek(0)
        reason = reason_of(self._words.read().decode(errors="replace"))
        return f"{reason}; decoding stops after {self._next} of {self._num_frames} frames"

    def close(self) -> None:
        """End ffmpeg."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._words.close()


def _read_ppm(stream: IO[bytes]) -> Picture | None:
    """Read one picture in PPM; None at the end of the stream."""
    if stream.readline() != b"P6\n":
        return None
    width, height = map(int, stream.readline().split())
    stream.readline()
    pixels = stream.read(width * height * 3)
    if len(pixels) < width * height * 3:
        return None
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
