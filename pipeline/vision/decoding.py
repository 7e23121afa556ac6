"""The process that decodes videos: `python -m pipeline.vision.decoding`, spoken to by `frames`.

It reads requests from its standard input and answers on its standard output until that input
closes. It limits its memory, ends when a request takes too long, and never imports torch.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np

from pipeline.errors import UnreadableVideoError
from pipeline.vision.containers import demuxer_of, identity
from pipeline.vision.messages import Header, receive, send
from pipeline.vision.packets import MAX_SIDE_PX, Packets, ffmpeg_command, list_packets
from pipeline.vision.readers import DecordFailedError, DecordReader, FfmpegReader, Picture, Reader

_MAX_MEMORY_BYTES = 6 << 30
_MAX_ANSWER_BYTES = 4 << 30
_CHECKED_PIXELS = 300_000_000
"""A video of fewer pixels in all is decoded whole when asked about: 10 s of 854 x 480."""
_GRACE_SECONDS = 2.0

Answer = tuple[Header, bytes | memoryview]


class Video:
    """An open video file; decord reads it as far as it can, ffmpeg what is left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._demuxer = demuxer_of(path)
        self.packets: Packets = list_packets(path, self._demuxer)
        self._reader = self._opened()
        self._facts: Header = {}

    def _opened(self) -> Reader:
        # decord shows a GIF's bare patches, and picks a track of pictures by its own rule
        if self._demuxer != "gif" and self.packets.num_tracks == 1:
            with suppress(DecordFailedError, UnicodeEncodeError):
                return DecordReader(self._path, self.packets.num_frames)
        return self._by_ffmpeg()

    def _by_ffmpeg(self) -> Reader:
        return FfmpegReader(self._path, self._demuxer, self.packets.num_frames)

    def picture(self, number: int) -> Picture:
        """Give a frame as it is seen, (H, W, 3) uint8."""
        try:
            return self._reader.picture(number)
        except DecordFailedError:
            self._reader.close()
            self._reader = self._by_ffmpeg()
            return self._reader.picture(number)

    def facts(self) -> Header:
        """Give what it holds; a short one is decoded whole, so that damage is found."""
        if not self._facts:
            num_frames, fps, _ = self.packets
            height, width, _ = self.picture(0).shape
            if num_frames * height * width <= _CHECKED_PIXELS:
                for number in range(1, num_frames):
                    self.picture(number)
            self._facts = {
                "num_frames": num_frames,
                "fps": fps,
                "width": width,
                "height": height,
                "duration_seconds": num_frames / fps,
            }
        return self._facts

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()


class Desk:
    """Answers requests; the last video stays open for the next one."""

    def __init__(self) -> None:
        self._video: Video | None = None
        self._identity: object = None

    def answers(self, request: Header) -> Iterator[Answer]:
        """Give the answers to a request, frame by frame.

        Raises:
            UnreadableVideoError: why it cannot be read.
        """
        video = self._opened(Path(request["path"]))
        if request["wants"] == "facts":
            yield video.facts(), b""
            return
        numbers, longest_px = request["numbers"], request["longest_px"]
        _check_numbers(numbers, video.packets.num_frames)
        for place, number in enumerate(numbers):
            picture = _fitted(video.picture(number), longest_px)
            if place == 0:
                _check_amount(picture, request["count"])
                yield {"shape": picture.shape}, b""
            yield {}, picture.data.cast("B")

    def _opened(self, path: Path) -> Video:
        demuxer_of(path)
        current = identity(path)
        if self._video is None or self._identity != current:
            self.close()
            self._video, self._identity = Video(path), current
        return self._video

    def close(self) -> None:
        """Let go of the open video."""
        if self._video is not None:
            self._video.close()
        self._video = None


def _check_numbers(numbers: list[int], num_frames: int) -> None:
    """Refuse frames that are not there; the numbers ascend."""
    for number in (numbers[0], numbers[-1]):
        if not 0 <= number < num_frames:
            raise UnreadableVideoError(
                f"it has no frame {number}: it has {num_frames}, counted from 0",
                hint="The file may have changed since it was looked at.",
            )


def _check_amount(picture: Picture, count: int) -> None:
    if picture.nbytes * count > _MAX_ANSWER_BYTES:
        height, width, _ = picture.shape
        raise UnreadableVideoError(
            f"{count} frames of {width} x {height} are too much at once",
            hint="Read fewer at a time, or smaller ones.",
        )


def _fitted(picture: Picture, longest_px: int | None) -> Picture:
    """The picture, made smaller until its longer side fits."""
    height, width, _ = picture.shape
    if max(height, width) > MAX_SIDE_PX:
        raise UnreadableVideoError(f"its pictures are larger than {MAX_SIDE_PX} x {MAX_SIDE_PX}")
    if longest_px is None or max(height, width) <= longest_px:
        return np.ascontiguousarray(picture)
    import cv2

    factor = longest_px / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # pyright: ignore[reportReturnType]


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more."""
    desk = Desk()
    send(answers, {"ready": True})
    with suppress(EOFError):
        while True:
            request, _ = receive(requests)
            # a decoder that hangs may hold every lock of Python's: only this still ends it
            faulthandler.dump_traceback_later(request["seconds"] + _GRACE_SECONDS, exit=True)
            _answer(desk, request, answers)
            faulthandler.cancel_dump_traceback_later()
    desk.close()


def _answer(desk: Desk, request: Header, answers: IO[bytes]) -> None:
    try:
        for header, body in desk.answers(request):
            send(answers, header, body)
    except UnreadableVideoError as error:
        desk.close()
        send(answers, _problem(request, error.message, error.hint))
    except MemoryError:
        desk.close()
        send(answers, _problem(request, "it asks for more memory than there is", ""))


def _problem(request: Header, reason: str, hint: str) -> Header:
    return {"problem": f"{request['name']} cannot be read: {reason}", "hint": hint}


def _limit_memory() -> None:
    """Let no header that lies take the machine's memory; for ffmpeg too, which inherits it."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    for kind, limit in ((resource.RLIMIT_AS, _MAX_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # a lower limit holds already
            resource.setrlimit(kind, (limit, limit))


def _own_output() -> IO[bytes]:
    """Standard output for the answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


if __name__ == "__main__":
    ffmpeg_command([])  # without one nothing can be read: better no start at all
    _limit_memory()
    serve(sys.stdin.buffer, _own_output())
