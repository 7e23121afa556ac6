"""Whether a film can be made of its takes without encoding them again, and the list for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.artifacts import Timeline
from pipeline.assemble.timeline import shared_frames
from pipeline.vision.ffmpeg import read_ffmpeg

_MICROSECONDS = 1_000_000
_FACT = re.compile(r"^#(extradata|tb|codec_id|dimensions|sar) 0[:,] *(.*)", re.MULTILINE)
"""What two H.264 streams have in common that can stand one after the other."""


class Stream(NamedTuple):
    """The pictures of a video as they are stored."""

    encoding: tuple[tuple[str, str], ...]
    """Codec, its parameters, the size and the time base: equal where streams can be joined."""
    width: int
    height: int
    fps: float
    """0 where frames do not follow each other evenly from the start on."""
    num_frames: int


def reason_to_encode(
    timeline: Timeline, paths: Sequence[Path], size: tuple[int, int], *, drawn_over: bool
) -> str:
    """Say why takes must be encoded again to become this film; empty where copying serves.

    `paths` are the videos of the cuts, `size` is the film's; `drawn_over`: words are laid over.

    Raises:
        AssemblyError: a video cannot be read.
    """
    held = [cut.scene_id for cut in timeline.cuts if cut.hold_frames]
    trimmed = [one.scene_id for one in timeline.cuts if one.from_frame or one.to_frame is not None]
    reasons = {
        "it has cards": timeline.title_card is not None or timeline.end_card is not None,
        "its scenes fade into each other": any(shared_frames(timeline)),
        "the narration is drawn into it": drawn_over,
        "pictures are drawn between those of the takes": timeline.interpolated,
        f"only a part is shown of {', '.join(trimmed)}": bool(trimmed),
        f"a last frame is held in {', '.join(held)}": bool(held),
    }
    found = next((reason for reason, holds in reasons.items() if holds), "")
    return found or _difference(timeline, paths, size)


def _difference(timeline: Timeline, paths: Sequence[Path], size: tuple[int, int]) -> str:
    """What keeps videos from being joined as they are, in timeline's order."""
    streams = [read_stream(path) for path in paths]
    for cut, stream in zip(timeline.cuts, streams, strict=True):
        reasons = {
            "is of another size": (stream.width, stream.height) != size,
            "is of another rate": stream.fps != timeline.fps,
            "is of another length": stream.num_frames != cut.num_frames,
            "is encoded in another way": stream.encoding != streams[0].encoding,
        }
        for reason, holds in reasons.items():
            if holds:
                return f"the take of {cut.scene_id} {reason}"
    return ""


def read_stream(path: Path) -> Stream:
    """Read how the pictures of a video are stored, without decoding them.

    Raises:
        AssemblyError: it cannot be read.
    """
    command = ["-i", path, "-map", "0:v:0", "-c", "copy", "-f", "framemd5", "-"]
    listing = read_ffmpeg(command).decode(errors="replace")
    facts = dict(_FACT.findall(listing))
    packets = [line.split(",") for line in listing.splitlines() if line and line[0] != "#"]
    width, _, height = facts["dimensions"].partition("x")
    return Stream(
        encoding=tuple(sorted(facts.items())),
        width=int(width),
        height=int(height),
        fps=_even_fps([(int(p[2]), int(p[3])) for p in packets], facts["tb"]),
        num_frames=len(packets),
    )


def _even_fps(times: list[tuple[int, int]], time_base: str) -> float:
    """Frames per second, from when each frame begins and how long it lasts, in ticks."""
    starts, durations = zip(*sorted(times), strict=True) if times else ((), ())
    ticks = durations[0] if durations else 0
    if ticks <= 0 or starts != tuple(range(0, ticks * len(starts), ticks)):
        return 0.0
    numerator, _, denominator = time_base.partition("/")
    return int(denominator) / (int(numerator) * ticks)


def copy_list(timeline: Timeline, paths: Sequence[Path]) -> bytes:
    """Give the list of takes that ffmpeg's concat demuxer reads, each as long as its frames."""
    lines = ["ffconcat version 1.0"]
    for cut, path in zip(timeline.cuts, paths, strict=True):
        quoted = str(path.absolute()).replace("'", r"'\''")
        seconds = round(cut.num_frames * _MICROSECONDS / timeline.fps) / _MICROSECONDS
        lines += [f"file 'file:{quoted}'", f"duration {seconds:.6f}"]
    return "\n".join([*lines, ""]).encode()
