"""Frames to a video file that browsers play, with a comment that can be read again."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.files import SCRATCH
from pipeline.vision.ffmpeg import feed_ffmpeg, read_ffmpeg, run_ffmpeg, written_whole

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
_TAG_LINE = re.compile(r"((?:[^\\\n]|\\.)*)\n?", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LAST_BACKSLASH = re.compile(r"\\$", re.MULTILINE)
_SPECIAL, _BACKSLASHED = re.compile(r"([\\=;#\n])"), r"\\\1"


def encode_frames(
    frames: NDArray[np.uint8],
    path: Path,
    *,
    fps: int,
    size: tuple[int, int] | None = None,
    comment: str = "",
) -> None:
    """Write frames as H.264 MP4; the file appears only when it is whole.

    Args:
        frames: RGB, (F, H, W, 3) uint8, one frame at least.
        path: ends with `.mp4`; replaced if it exists.
        fps: frames per second.
        size: width and height of the video in pixels (default: the frames' own); the picture
            is enlarged to it. Odd sizes are rounded down to even ones.
        comment: what the file says of itself, of any length; `read_comment` gives it back.

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
    with written_whole(path) as temporary, tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        tags = Path(folder) / "tags.txt"
        write_tags({"comment": comment}, tags)
        inputs = [*raw, "-i", "-", "-f", "ffmetadata", "-i", tags, "-map_metadata", "1"]
        command = [*inputs, "-vf", enlarge, *H264, "-crf", _CRF, "-f", "mp4", temporary]
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


def write_tags(tags: Mapping[str, str], file: Path) -> None:
    """Write tags of a video (title, comment, ...) as ffmpeg reads them: `-f ffmetadata -i file`.

    As arguments they would be too long: some systems take no more than 32,000 characters. A
    backslash at the end of a line gets a space behind it: ffmpeg would drop the line's end.
    """
    kept = {name: _LAST_BACKSLASH.sub(r"\\ ", text) for name, text in tags.items() if text}
    lines = [f"{name}={_SPECIAL.sub(_BACKSLASHED, text)}" for name, text in kept.items()]
    file.write_text("\n".join([";FFMETADATA1", *lines, ""]), encoding="utf-8", newline="\n")


def read_comment(path: Path) -> str:
    """Give what a video file says of itself; empty where it says nothing.

    Raises:
        AssemblyError: the file is absent or is no video.
    """
    said = read_ffmpeg(["-i", path, "-f", "ffmetadata", "-"]).decode(errors="replace")
    for line in _TAG_LINE.findall(said):
        name, _, value = line.partition("=")
        if name == "comment":
            return _ESCAPED.sub(r"\1", value)
    return ""
