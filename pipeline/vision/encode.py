"""Frames to a video file that browsers play, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import AssemblyError
from pipeline.vision.ffmpeg import feed_ffmpeg, probe, run_ffmpeg, written_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

H264 = (
    "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
    "-colorspace", "smpte170m", "-color_primaries", "bt709", "-color_trc", "bt709",
    "-color_range", "tv",
)  # fmt: skip
"""H.264 that every browser plays, its colours marked so that all of them agree."""
ENLARGE = "flags=lanczos+accurate_rnd+full_chroma_int:out_color_matrix=bt601:out_range=tv"
_CRF = "14"  # takes are encoded once more in the film, so they keep nearly everything
_DRAWN_CRF = "20"


def encode_frames(
    frames: NDArray[np.uint8], path: Path, *, fps: int, size: tuple[int, int] | None = None
) -> None:
    """Write frames as H.264 MP4; the file appears only when it is whole.

    Args:
        frames: RGB, (F, H, W, 3) uint8, one frame at least.
        path: ends with `.mp4`; replaced if it exists.
        fps: frames per second.
        size: width and height of the video in pixels (default: the frames' own); the picture
            is enlarged to it. Odd sizes are rounded down to even ones.

    Raises:
        AssemblyError: ffmpeg failed.
        WorkspaceError: the folder cannot be written.
    """
    num_frames, height, width, _ = frames.shape
    if num_frames == 0:
        raise ValueError("a video needs one frame at least")
    even_width, even_height = (max(2, side // 2 * 2) for side in size or (width, height))
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps))
    enlarge = f"{_smooth(even_width / width)}scale={even_width}:{even_height}:{ENLARGE},setsar=1"
    with written_whole(path) as temporary:
        command = [*raw, "-i", "-", "-vf", enlarge, *H264, "-crf", _CRF, "-f", "mp4", temporary]
        for _ in run_ffmpeg(command, pixels=frames.tobytes()):
            pass


@contextmanager
def frame_writer(
    path: Path, *, fps: int, size: tuple[int, int], title: str = ""
) -> Iterator[Callable[[bytes], object]]:
    """Write frames one after another as H.264 MP4; the file appears only when it is whole.

    Gives the function that takes a frame's RGB bytes. `size` is the frames' width and height in
    pixels, both even. An exception leaves nothing behind.

    Raises:
        AssemblyError: ffmpeg failed.
        WorkspaceError: the folder cannot be written.
    """
    width, height = size
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps))
    colours = ("-vf", f"scale={width}:{height}:{ENLARGE},setsar=1", *H264, "-crf", _DRAWN_CRF)
    named = ("-metadata", f"title={title}")
    with (
        written_whole(path) as temporary,
        feed_ffmpeg([*raw, "-i", "-", *colours, *named, "-f", "mp4", temporary]) as write,
    ):
        yield write


def _smooth(factor: float) -> str:
    """The filter that keeps slanted edges free of stairs, where a picture is enlarged enough."""
    return f"xbr={4 if factor >= 4 else 2}," if factor >= 2 else ""


def read_frames(path: Path) -> NDArray[np.uint8]:
    """All frames of a video as RGB, (F, H, W, 3) uint8.

    Raises:
        AssemblyError: the file is absent or is no video.
    """
    import cv2
    import numpy as np

    info = probe(path)
    capture = cv2.VideoCapture(str(path))
    frames = np.empty((info.num_frames, info.height, info.width, 3), np.uint8)
    try:
        for frame in frames:
            there, picture = capture.read()
            if not there:
                raise AssemblyError(f"{path} ends before its last frame")
            cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=frame)
    finally:
        capture.release()
    return frames
