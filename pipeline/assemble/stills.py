"""Still pictures of a video: one for each keyframe, side by side."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import AssemblyError
from pipeline.files import short
from pipeline.vision.ffmpeg import VideoInfo, probe

if TYPE_CHECKING:
    from PIL.Image import Image

STILL_WIDTH_PX = 360
MAX_PIXELS = 1_000_000_000
"""Of all frames of a video together: what takes some seconds to decode."""
_QUALITY = 86
_decoding = threading.Lock()


def keyframe_sheet(video: Path, num_keyframes: int) -> bytes:
    """Give a JPEG of the keyframes side by side, each `STILL_WIDTH_PX` wide.

    A keyframe stands for an equal part of the video; its picture is the frame in the middle.
    One video is decoded at a time.

    Raises:
        AssemblyError: the file is absent, is no video, or is longer or larger than takes are.
    """
    from PIL import Image

    with _decoding:
        info = _checked(video)
        numbers = middle_frames(info.num_frames, num_keyframes)
        stills = [_small(still) for still in _stills(video, numbers, (info.width, info.height))]
    sheet = Image.new("RGB", (STILL_WIDTH_PX * len(stills), stills[0].height))
    for place, still in enumerate(stills):
        sheet.paste(still, (STILL_WIDTH_PX * place, 0))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def keyframe_stills(video: Path, num_keyframes: int, *, shown: slice) -> list[bytes]:
    """Give a PNG of each keyframe of the frames that are shown of a video, in its own size.

    Raises:
        AssemblyError: as `keyframe_sheet`.
    """
    with _decoding:
        info = _checked(video)
        numbers = range(info.num_frames)[shown]
        wanted = [numbers[middle] for middle in middle_frames(len(numbers), num_keyframes)]
        return [_png(still) for still in _stills(video, wanted, (info.width, info.height))]


def middle_frames(num_frames: int, num_keyframes: int) -> list[int]:
    """Give the number of the frame in the middle of each keyframe's part of a video."""
    return [(2 * k + 1) * num_frames // (2 * num_keyframes) for k in range(num_keyframes)]


def _checked(video: Path) -> VideoInfo:
    info = probe(video)
    if info.num_frames * info.width * info.height > MAX_PIXELS:
        raise AssemblyError(f"{short(video)} is longer or larger than a take")
    return info


def _png(still: Image) -> bytes:
    file = io.BytesIO()
    still.save(file, "PNG")
    return file.getvalue()


def _stills(video: Path, numbers: Sequence[int], size: tuple[int, int]) -> Iterator[Image]:
    """The frames of those numbers, in order; a number may come twice."""
    import cv2
    from PIL import Image

    capture, at = cv2.VideoCapture(str(video)), -1
    try:
        for number in numbers:
            while at < number:
                if not capture.grab():
                    raise AssemblyError(f"{short(video)} ends before its last frame")
                at += 1
            there, picture = capture.retrieve()
            if not there or picture.shape[1::-1] != size:
                raise AssemblyError(f"a frame of {short(video)} cannot be read")
            yield Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    except cv2.error as error:
        raise AssemblyError(f"a frame of {short(video)} cannot be read") from error
    finally:
        capture.release()


def _small(still: Image) -> Image:
    height = max(1, round(still.height * STILL_WIDTH_PX / still.width))
    return still.resize((STILL_WIDTH_PX, height), reducing_gap=2.0)
