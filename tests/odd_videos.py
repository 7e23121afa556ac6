"""Makes damaged and odd video files: what people's folders hold, and what could harm a reader.

Each frame has its number painted in it (see `painted`).
`make_odd_videos(folder)` writes every kind of `ODD_VIDEOS` into a folder.
"""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.vision.ffmpeg import run_ffmpeg
from tests.painted import HEIGHT, WIDTH, painted

NUM_FRAMES = 24
FPS = 24
_SOUND = ("-f", "lavfi", "-i", "sine=duration=3")
_COPY = ("-c:v", "copy")
_X264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "8")
_VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "400k")
_AV1 = ("-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-threads", "1")
_X265 = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1")
_UNEVEN = ("-vf", "setpts='(N+3*floor(N/5))/24/TB'", "-fps_mode", "passthrough")

Make = Callable[[Path, Path], object]
"""Writes a file; takes where to, and the folder of the good files to make it of."""


@dataclass(frozen=True)
class OddVideo:
    """A kind of file: readable if `reason` is empty, else the error says `reason`."""

    name: str
    make: Make
    reason: str = ""
    numbers: Sequence[int] = range(NUM_FRAMES)
    """What is painted in its frames."""
    size: tuple[int, int] = (WIDTH, HEIGHT)
    """Width and height as it is seen."""
    fps: float = FPS
    leads_outside: bool = False
    """Whether it is a link to a file in another folder."""


def _write(path: Path, frames: NDArray[np.uint8], *options: str, fps: str = str(FPS)) -> None:
    height, width = frames.shape[1:3]
    raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", fps)
    for _ in run_ffmpeg([*raw, "-i", "-", *options, f"file:{path}"], pixels=frames.tobytes()):
        pass


def _encoded(*options: str, fps: str = str(FPS)) -> Make:
    return lambda path, _: _write(path, painted(range(NUM_FRAMES)), *options, fps=fps)


def _remade(source: str, *options: str, before: Sequence[str] = ()) -> Make:
    def make(path: Path, sources: Path) -> None:
        command = [*before, "-i", sources / source, *options, f"file:{path}"]
        for _ in run_ffmpeg(command):
            pass

    return make


def _turned(quarters: int) -> Make:
    """Stored lying, with the tag that turns it upright."""

    def make(path: Path, sources: Path) -> None:
        stored = np.ascontiguousarray(np.rot90(painted(range(NUM_FRAMES)), -quarters, (1, 2)))
        lying = sources / f"lying-{quarters}.mp4"
        _write(lying, stored, *_X264)
        tag = ("-display_rotation", str(quarters * 90))
        _remade(lying.name, "-c", "copy", before=tag)(path, sources)

    return make


def _sized(width: int, height: int, *options: str) -> Make:
    return lambda path, _: _write(path, painted(range(NUM_FRAMES), width, height), *options)


def _holding(content: bytes) -> Make:
    return lambda path, _: path.write_bytes(content)


def _copy(source: str) -> Make:
    return lambda path, sources: path.write_bytes((sources / source).read_bytes())


def _cut(source: str, share: float) -> Make:
    """The file's first part."""

    def make(path: Path, sources: Path) -> None:
        content = (sources / source).read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return make


def _damaged(source: str, damage: Callable[[bytearray], object]) -> Make:
    def make(path: Path, sources: Path) -> None:
        content = bytearray((sources / source).read_bytes())
        damage(content)
        path.write_bytes(content)

    return make


def _flipped(start: float, end: float, *, count: int = 60) -> Make:
    """Bits flipped in a part of the pictures."""

    def damage(content: bytearray) -> None:
        first = content.index(b"mdat") + 800
        span = len(content) - first
        for _ in range(count):
            place = first + int(dice.uniform(start, end) * span)
            content[min(place, len(content) - 1)] ^= 1 << dice.randrange(8)

    dice = random.Random(5)
    return _damaged("plain.mp4", damage)


def _hole(content: bytearray) -> None:
    middle = (content.index(b"mdat") + len(content)) // 2
    content[middle : middle + 600] = bytes(600)


def _overwritten(box: bytes, start: int, value: bytes) -> Callable[[bytearray], None]:
    """Bytes at a distance from a box's name in an MP4 replaced."""

    def damage(content: bytearray) -> None:
        place = content.index(box) + start
        content[place : place + len(value)] = value

    return damage


def _mixed_index(content: bytearray) -> None:
    place = content.index(b"stsz")
    dice = random.Random(8)
    content[place + 16 : place + 80] = dice.randbytes(64)


def _lying_mdat(content: bytearray) -> None:
    """The pictures' box says it is 10 GB long."""
    place = content.index(b"mdat") - 4
    content[place : place + 8] = (1).to_bytes(4, "big") + b"mdat" + (10 << 30).to_bytes(8, "big")


def _link(target: str) -> Make:
    return lambda path, sources: path.symlink_to(target.format(sources=sources))


def _naming(playlist: str) -> Make:
    """A text that names a good video of another folder, twice."""

    def make(path: Path, sources: Path) -> None:
        beside = f"../{sources.name}/plain.mp4"
        path.write_text(playlist.format(sources / "plain.mp4", beside), encoding="utf-8")

    return make


def _huge_gif(content: bytearray) -> None:
    """A GIF that says it is 65535 x 65535: 12 GB a frame."""
    content[6:10] = b"\xff" * 4
    place = content.index(b"\x2c\0\0\0\0") + 5
    content[place : place + 4] = b"\xff" * 4


def _cover(path: Path, sources: Path) -> None:
    """A song with a picture on its sleeve, which is stored as a video of one frame."""
    sleeve = sources / "sleeve.png"
    _write(sleeve, painted([1]), "-f", "image2", "-c:v", "png")
    both = ("-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v", "attached_pic")
    _remade("two-sounds.mp4", "-i", str(sleeve), *both)(path, sources)


def _locked(path: Path, sources: Path) -> None:
    _copy("plain.mp4")(path, sources)
    path.chmod(0)
    if os.access(path, os.R_OK):
        path.unlink()
        raise PermissionError("this user may read everything")


def _socket(path: Path, _: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        before = Path.cwd()
        os.chdir(path.parent)  # the name of a socket must be short
        try:
            one.bind(path.name)
        finally:
            os.chdir(before)


def _hidden_frames(path: Path, sources: Path) -> None:
    """VP8 with packets that are never shown; libvpx makes them in the second of two passes."""
    for turn in ("1", "2"):
        log = ("-pass", turn, "-passlogfile", f"{sources}/passes")
        _encoded("-c:v", "libvpx", "-b:v", "200k", "-auto-alt-ref", "1", *log)(path, sources)


def _deep(path: Path, sources: Path) -> None:
    path.parent.mkdir(parents=True)
    _copy("plain.mp4")(path, sources)


READABLE = (
    OddVideo("plain.mp4", _copy("plain.mp4")),
    OddVideo("index-last.mp4", _copy("index-last.mp4")),
    OddVideo("hevc.mp4", _encoded(*_X265, "-pix_fmt", "yuv420p")),
    OddVideo("ten-bits.mp4", _encoded(*_X265, "-pix_fmt", "yuv420p10le")),
    OddVideo("vp9.webm", _copy("vp9.webm")),
    OddVideo("vp8.webm", _encoded("-c:v", "libvpx", "-b:v", "400k", "-auto-alt-ref", "1")),
    OddVideo("hidden-frames.webm", _hidden_frames),
    OddVideo("alpha.webm", _encoded("-pix_fmt", "yuva420p", *_VP9)),
    OddVideo("live.webm", _remade("vp9.webm", *_COPY, "-live", "1")),
    OddVideo("av1.mp4", _encoded(*_AV1)),
    OddVideo("av1.webm", _encoded(*_AV1)),
    OddVideo("plain.mkv", _copy("plain.mkv")),
    OddVideo("lossless-grey.mkv", _encoded("-c:v", "ffv1", "-pix_fmt", "yuv444p")),
    OddVideo("prores.mov", _encoded("-c:v", "prores_ks")),
    OddVideo("motion-jpeg.avi", _encoded("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")),
    OddVideo("b-frames.avi", _remade("plain.mp4", *_COPY)),
    OddVideo("mpeg4.avi", _encoded("-c:v", "mpeg4", "-bf", "2", "-q:v", "3")),
    OddVideo("animated.gif", _copy("animated.gif"), fps=25),
    OddVideo("SHOUTING.MP4", _copy("plain.mp4")),
    OddVideo("rotated-90.mp4", _turned(1)),
    OddVideo("rotated-180.mp4", _turned(2)),
    OddVideo("rotated-270.mp4", _turned(3)),
    OddVideo("uneven.mp4", _encoded(*_UNEVEN, *_X264), fps=24 * 24 / 36),
    OddVideo("uneven.webm", _encoded(*_UNEVEN, *_VP9), fps=24 * 24 / 36),
    OddVideo(
        "odd-size.mp4", _sized(127, 95, *_X264, "-pix_fmt", "yuv444p"), size=(127, 95)
    ),
    OddVideo("wide-pixels.mp4", _encoded("-vf", "setsar=2", *_X264)),
    OddVideo("one-frame.mp4", _encoded("-frames:v", "1", *_X264), numbers=[0]),
    OddVideo("one-frame.gif", _encoded("-frames:v", "1", fps="25"), numbers=[0], fps=25),
    OddVideo("one-key-frame.mp4", _encoded(*_X264, "-g", "900", "-bf", "5")),
    OddVideo("open-groups.mp4", _encoded(*_X264, "-x264-params", "open-gop=1:bframes=3")),
    OddVideo("interlaced.mp4", _encoded(*_X264, "-flags", "+ildct+ilme")),
    OddVideo("fast.mp4", _encoded(*_X264, fps="1000"), fps=1000),
    OddVideo("slow.mp4", _encoded(*_X264, fps="1/10"), fps=0.1),
    OddVideo("late.mp4", _remade("plain.mp4", *_COPY, "-output_ts_offset", "100")),
    OddVideo("late.mkv", _remade("plain.mp4", *_COPY, "-output_ts_offset", "100")),
    OddVideo(
        "begins-between.mp4",
        _remade("plain.mp4", *_COPY, before=("-ss", "0.5")),
        numbers=range(12, NUM_FRAMES),
    ),
    OddVideo("pieces.mp4", _remade("plain.mp4", *_COPY, "-movflags", "empty_moov+frag_keyframe")),
    OddVideo("two-sounds.mp4", _copy("two-sounds.mp4")),
    OddVideo(
        "two-pictures.mkv",
        _remade("plain.mp4", "-map", "0:v", "-map", "0:v", "-c:v:0", "copy", "-filter:v:1",
                "scale=640:480,negate", "-c:v:1", "libx264",
                "-disposition:v:0", "0", "-disposition:v:1", "default"),
    ),
    OddVideo(
        "says-partial-file.mp4",
        _remade("plain.mp4", *_COPY, "-metadata", "title=partial file\nmoov atom not found"),
    ),
    *(
        OddVideo(name, _copy("plain.mp4"))
        for name in (
            "two\nlines.mp4", "-loglevel.mp4", "http:colon.mp4", "100%d %s.mp4", "two  blanks .mp4",
            "人 ça.mp4", "quotes'\"`.mp4", "$(touch x);.mp4", "n" * 251 + ".mp4",
            os.fsdecode(b"no-utf8-\xff.mp4"),
        )
    ),
    OddVideo("deep/" * 30 + "down.mp4", _deep),
    OddVideo("link.mp4", _link("plain.mp4")),
    OddVideo("link-outside.mp4", _link("{sources}/plain.mp4"), leads_outside=True),
)  # fmt: skip

BAD = (
    OddVideo("empty.mp4", _holding(b""), "empty"),
    OddVideo("zeros.mp4", _holding(bytes(9000)), "nothing but zeros"),
    OddVideo("noise.mp4", _holding(random.Random(2).randbytes(9000)), "unknown kind"),
    OddVideo("page.mp4", _holding(b"\n<!DOCTYPE html><title>Not found</title>"), "web page"),
    OddVideo("words.mp4", _holding("Tür zu, ".encode() * 900), "a text"),
    OddVideo("picture.mp4", _encoded("-frames:v", "1", "-f", "image2", "-c:v", "png"), "PNG"),
    OddVideo(
        "playlist.mp4",
        _naming("#EXTM3U\n#EXTINF:1,\n{}\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n"),
        "playlist",
    ),
    OddVideo("list.mkv", _naming("ffconcat version 1.0\nfile '{}'\nfile '{}'\n"), "playlist"),
    OddVideo("no-pictures.mp4", _remade("plain.mp4", "-frames:v", "0", *_COPY), "no moving"),
    OddVideo("sound.mp4", _remade("two-sounds.mp4", "-vn"), "no moving"),
    OddVideo("sound-with-cover.mp4", _cover, "no moving"),
    OddVideo("cut-index-first.mp4", _cut("plain.mp4", 0.6), "cut short"),
    OddVideo("cut-index-last.mp4", _cut("index-last.mp4", 0.6), "cut short"),
    OddVideo("cut-in-index.mp4", _cut("plain.mp4", 0.05), "cut short"),
    OddVideo("cut-in-name.mp4", _holding(b"\0\0\0\x20ftyp"), "cut short"),
    OddVideo("cut.webm", _cut("vp9.webm", 0.6), "cut short"),
    OddVideo("cut.mkv", _cut("plain.mkv", 0.6), "cut short"),
    OddVideo("cut.gif", _cut("animated.gif", 0.6), "cut short"),
    OddVideo("flipped-first.mp4", _flipped(0, 0.2), "damaged"),
    OddVideo("flipped-middle.mp4", _flipped(0.4, 0.6), "damaged"),
    OddVideo("flipped-last.mp4", _flipped(0.8, 1), "damaged"),
    OddVideo("hole.mp4", _damaged("plain.mp4", _hole), "damaged"),
    OddVideo("mixed-index.mp4", _damaged("plain.mp4", _mixed_index), "damaged"),
    OddVideo(
        "far-index.mp4", _damaged("plain.mp4", _overwritten(b"stco", 12, b"\x7f" * 4)), "cut short"
    ),
    OddVideo(
        "unknown-format.mp4",
        _damaged("plain.mp4", _overwritten(b"stsd", 16, b"zz9y")),
        "does not know",
    ),
    OddVideo("says-10-gb.mp4", _damaged("plain.mp4", _lying_mdat), "cut short"),
    OddVideo(
        "index-of-4-gb.mp4",
        _damaged("plain.mp4", _overwritten(b"moov", -4, b"\xff" * 4)),
        "cut short",
    ),
    OddVideo(
        "2-billion.mp4", _damaged("plain.mp4", _overwritten(b"stsz", 8, b"\x7f" * 4)), "no frame"
    ),
    OddVideo("12-gb-picture.gif", _damaged("animated.gif", _huge_gif), "larger than"),
    OddVideo("folder.mp4", lambda path, _: path.mkdir(), "a folder"),
    OddVideo("fifo.mp4", lambda path, _: os.mkfifo(path), "a pipe or a device"),
    OddVideo("socket.mp4", _socket, "a pipe or a device"),
    OddVideo("zero.mp4", _link("/dev/zero"), "a pipe or a device", leads_outside=True),
    OddVideo("loop.mp4", _link("loop.mp4"), "too many levels"),
    OddVideo("loop-a.mp4", _link("loop-b.mp4"), "too many levels"),
    OddVideo("loop-b.mp4", _link("loop-a.mp4"), "too many levels"),
    OddVideo("dangling.mp4", _link("nowhere.mp4"), "no such file"),
    OddVideo("locked.mp4", _locked, "permission denied"),
)

ODD_VIDEOS = (*READABLE, *BAD)


def make_odd_videos(folder: Path, sources: Path) -> list[OddVideo]:
    """Write every kind that this machine can have into `folder`, and what they need in `sources`.

    Both folders are made. Nothing but links leads out of `folder`.
    """
    folder.mkdir(parents=True)
    sources.mkdir(parents=True)
    _make_sources(sources)
    made = []
    for odd in ODD_VIDEOS:
        with suppress(OSError, AttributeError):  # no such names, links or pipes here
            odd.make(folder / odd.name, sources)
            made.append(odd)
    return made


def _make_sources(sources: Path) -> None:
    _encoded(*_X264, "-movflags", "+faststart")(sources / "plain.mp4", sources)
    _remade("plain.mp4", *_COPY)(sources / "index-last.mp4", sources)
    _remade("plain.mp4", *_COPY)(sources / "plain.mkv", sources)
    _encoded(*_VP9)(sources / "vp9.webm", sources)
    _encoded(fps="25")(sources / "animated.gif", sources)
    sounds = (*_SOUND, "-map", "0:v", "-map", "1:a", "-map", "1:a", *_COPY)
    _remade("plain.mp4", *sounds)(sources / "two-sounds.mp4", sources)
