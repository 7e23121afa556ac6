"""Still pictures of a video: one for each keyframe, side by side."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.assemble.ffmpeg import probe
from pipeline.errors import AssemblyError
from pipeline.files import short

if TYPE_CHECKING:
    from PIL.Image import Image

STILL_WIDTH_PX = 360
_QUALITY = 86


def keyframe_sheet(video: Path, num_keyframes: int) -> bytes:
    """Give a JPEG of the keyframes side by side, each `STILL_WIDTH_PX` wide.

    A keyframe stands for an equal part of the video; its picture is the frame in the middle.

    Raises:
        AssemblyError: the file is absent or is no video.
    """
    from PIL import Image

    stills = [_small(still) for still in _stills(video, middle_frames(video, num_keyframes))]
    sheet = Image.new("RGB", (STILL_WIDTH_PX * len(stills), stills[0].height))
    for place, still in enumerate(stills):
        sheet.paste(still, (STILL_WIDTH_PX * place, 0))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def middle_frames(video: Path, num_keyframes: int) -> list[int]:
    """Give the number of the frame in the middle of each keyframe's part of a video."""
    num_frames = probe(video).num_frames
    return [(2 * k + 1) * num_frames // (2 * num_keyframes) for k in range(num_keyframes)]


def _stills(video: Path, numbers: Sequence[int]) -> Iterator[Image]:
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
            if not there:
                raise AssemblyError(f"a frame of {short(video)} cannot be read")
            yield Image.fromarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    finally:
        capture.release()


def _small(still: Image) -> Image:
    height = max(1, round(still.height * STILL_WIDTH_PX / still.width))
    return still.resize((STILL_WIDTH_PX, height), reducing_gap=2.0)
