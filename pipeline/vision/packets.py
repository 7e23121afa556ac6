"""What a video file holds, counted by ffmpeg packet by packet without decoding."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.errors import UnreadableVideoError

MAX_SIDE_PX = 8192
_NO_TIME = -(1 << 63)
_DISCARDED, _CORRUPT = 4, 2
_MAX_FPS = 1000.0
_USUAL_FPS = 25.0
_SAME_FPS = 0.015
_STREAM = re.compile(r"^\[info\]   Stream #0:\d+.*: Video: .*", re.MULTILINE)
_FPS = re.compile(r"([\d.]+) fps")
_COMPLAINT = re.compile(r"^(?:\[[^\]]*\] )?\[(?:warning|error|fatal|panic)\].*", re.MULTILINE)
_REASONS = (
    (r"moov atom not found", "it is cut short, or was never finished: its index is missing"),
    (r"ended prematurely|partial file|[Pp]acket corrupt|corrupt input", "it is cut short"),
    (r"matches no streams|does not contain any stream", "it holds no moving picture"),
    (r"Decoder not found|Unknown decoder|Decoding requested, but no decoder|unknown codec",
     "its pictures are in a format that ffmpeg does not know"),
    (r"Cannot allocate memory|out of memory",
     "it is damaged: it asks for more memory than there is"),
    (r"Picture size .* is invalid|exceeds? .*max_pixels",
     f"its pictures are larger than {MAX_SIDE_PX} x {MAX_SIDE_PX}"),
)  # fmt: skip
_HIDING = re.compile(r"^#codec_id 0: (vp8|mpeg4)$", re.MULTILINE)
"""Formats with packets that show nothing: only decoding tells how many frames there are."""
_CUT_SHORT = re.compile(_REASONS[1][0])


class Packets(NamedTuple):
    """The frames of a video as its file lists them."""

    num_frames: int
    fps: float
    """Their mean."""
    num_tracks: int
    """How many tracks of pictures there are, a cover included; this is the first that is none."""


def input_arguments(path: Path, demuxer: str) -> list[str]:
    """Give what makes ffmpeg read this one file as what it is, stop at damage, and nothing else."""
    guards = ("-protocol_whitelist", "file", "-max_pixels", str(MAX_SIDE_PX**2))
    return ["-xerror", *guards, "-threads", "2", "-f", demuxer, "-i", f"file:{path}"]


def ffmpeg_command(arguments: Sequence[str]) -> list[str]:
    """Give the whole command; RuntimeError if there is no ffmpeg to run."""
    import imageio_ffmpeg

    program = imageio_ffmpeg.get_ffmpeg_exe()
    return [program, "-hide_banner", "-nostdin", "-nostats", *arguments]


def list_packets(path: Path, demuxer: str) -> Packets:
    """Count the frames of a video.

    Raises:
        UnreadableVideoError: it is cut short, damaged, or holds no moving picture.
    """
    listing, said = _listed(path, demuxer, "-c", "copy")
    if _HIDING.search(listing):
        listing, said = _listed(path, demuxer, "-fps_mode", "passthrough")
    lines = [line for line in listing.splitlines() if line and not line.startswith("#")]
    frames = _shown([line.split(",") for line in lines])
    if not len(frames):
        raise UnreadableVideoError("it holds no frame")
    tracks = _STREAM.findall(said.partition("Stream mapping:")[0])
    fps = _mean_fps(frames * _time_base(listing), _FPS.search("\n".join(tracks)))
    return Packets(len(frames), fps, len(tracks))


def _listed(path: Path, demuxer: str, *how: str) -> tuple[str, str]:
    """The list of the frames, one a line, and what ffmpeg said meanwhile."""
    arguments = ["-map", "0:V:0", *how, "-f", "framecrc", "-"]
    command = ffmpeg_command(["-v", "level+info", *input_arguments(path, demuxer), *arguments])
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace")
    complaints = "\n".join(_COMPLAINT.findall(said))  # and not the words that the file itself holds
    if done.returncode != 0 or _CUT_SHORT.search(complaints):
        raise UnreadableVideoError(reason_of(complaints))
    return done.stdout.decode(errors="replace"), said


def reason_of(said: str) -> str:
    """Give what is wrong with a video in a person's words, from what ffmpeg said."""
    for pattern, reason in _REASONS:
        if re.search(pattern, said):
            return reason
    return "it is damaged"


def _shown(rows: list[list[str]]) -> np.ndarray:
    """When each frame that is shown begins, and how long it lasts, int64 (F, 2), in its ticks."""
    times = []
    for _, decode_time, show_time, duration, *rest in rows:
        flags = next((int(one.partition("=")[2], 16) for one in rest if " F=0x" in one), 0)
        if flags & _CORRUPT:
            raise UnreadableVideoError("it is cut short")
        if not flags & _DISCARDED:
            start = int(show_time)
            times.append((int(decode_time) if start == _NO_TIME else start, int(duration)))
    return np.array(sorted(times), np.int64).reshape(-1, 2)


def _time_base(listing: str) -> float:
    found = re.search(r"#tb 0: (\d+)/(\d+)", listing)
    return int(found[1]) / int(found[2]) if found else 1.0


def _mean_fps(frames: np.ndarray, stated: re.Match[str] | None) -> float:
    """Frames per second: what the file states if its times agree, else what the times say."""
    said = float(stated[1]) if stated else 0.0
    starts, lasts = frames[:, 0], frames[-1, 1]
    if len(frames) > 1:
        lasts = max(lasts, np.diff(starts).min())  # not every file says how long the last is seen
    whole = starts[-1] - starts[0] + lasts
    measured = len(frames) / whole if whole > 0 else said or _USUAL_FPS
    best = said if said and abs(said / measured - 1) < _SAME_FPS else measured
    return float(min(best, _MAX_FPS))
