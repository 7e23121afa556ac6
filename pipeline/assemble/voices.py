"""Recorded narrations: whatever a browser or a file brings, decoded and kept as plain AAC."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import AssemblyError, InputError
from pipeline.files import short, workspace_errors
from pipeline.film_edit import MAX_VOICE_SECONDS, NUM_LEVELS, Voice, voice_file
from pipeline.project import Project
from pipeline.vision.ffmpeg import read_ffmpeg, run_ffmpeg, written_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_VOICE_BYTES = 40_000_000
_RATE_HZ = 48_000
_LEAST_SECONDS = 0.2
_QUIET = 0.005
"""Loudest sample, of the largest there can be, of what nobody hears."""
_HEAD_BYTES = 16
_DEMUXERS = {
    (0, b"\x1a\x45\xdf\xa3"): "matroska",
    (4, b"ftyp"): "mov",
    (0, b"OggS"): "ogg",
    (0, b"RIFF"): "wav",
    (0, b"fLaC"): "flac",
    (0, b"ID3"): "mp3",
    (0, b"\xff\xfb"): "mp3",
    (0, b"\xff\xf3"): "mp3",
    (0, b"\xff\xf2"): "mp3",
    (0, b"\xff\xf1"): "aac",
    (0, b"\xff\xf9"): "aac",
}
"""Where the bytes stand, the bytes, and ffmpeg's name of what reads such files."""
_KNOWN = "WAV, MP3, M4A, OGG, FLAC or WebM"
_GUARDED = ("-protocol_whitelist", "file", "-timelimit", "60")
"""Nothing else is opened, and no file keeps ffmpeg busy for longer than 60 s of its time."""


def keep_voice(project: Project, source: Path) -> tuple[str, Voice]:
    """Keep the recording in a file of any kind beside a project's pictures; gives its id.

    The same sound is kept once. It may take seconds: hold no lock meanwhile.

    Raises:
        InputError: it is no recording, too long, too short, or nothing is heard in it.
        WorkspaceError: it cannot be kept.
    """
    samples = read_voice(source)
    voice_id = f"voice-{hashlib.sha256(samples.tobytes()).hexdigest()[:32]}"
    target = voice_file(project, voice_id)
    if not target.is_file():
        _write(samples, target)
    return voice_id, Voice(seconds=round(len(samples) / _RATE_HZ, 3), levels=_levels(samples))


def read_voice(source: Path) -> NDArray[np.int16]:
    """Decode a recording: mono, 48,000 samples a second.

    Raises:
        InputError: as `keep_voice`.
    """
    import numpy as np

    read = [*_GUARDED, "-f", _demuxer(source), "-i", f"file:{source}", "-map", "0:a:0"]
    plain = ["-t", str(MAX_VOICE_SECONDS + 1), "-ac", "1", "-ar", str(_RATE_HZ), "-f", "s16le"]
    try:
        samples = np.frombuffer(read_ffmpeg([*read, *plain, "-"]), np.int16)
    except AssemblyError as error:
        raise _no_recording() from error
    _check(samples)
    return samples


def _demuxer(source: Path) -> str:
    """What reads the file, by its first bytes: a guess could follow a playlist to other files."""
    with workspace_errors(f"read {short(source)}"), source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for (start, mark), demuxer in _DEMUXERS.items():
        if head[start : start + len(mark)] == mark:
            return demuxer
    raise _no_recording()


def _check(samples: NDArray[np.int16]) -> None:
    seconds = len(samples) / _RATE_HZ
    if seconds > MAX_VOICE_SECONDS:
        raise InputError(
            f"this recording is longer than {MAX_VOICE_SECONDS // 60} minutes", hint="Cut it first."
        )
    if seconds < _LEAST_SECONDS or abs(samples.astype(int)).max() < _QUIET * (1 << 15):
        raise InputError(
            "nothing is heard in this recording", hint="Look whether the microphone is on."
        )


def _levels(samples: NDArray[np.int16]) -> tuple[int, ...]:
    import numpy as np

    parts = [np.abs(part.astype(int)).max() for part in np.array_split(samples, NUM_LEVELS)]
    return tuple(round(100 * part / max(parts)) for part in parts)


def _write(samples: NDArray[np.int16], target: Path) -> None:
    raw = ["-f", "s16le", "-ar", str(_RATE_HZ), "-ac", "1", "-i", "-"]
    with workspace_errors(f"make the folder {short(target.parent)}"):
        target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as partial:
        coded = ["-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-f", "mp4", partial]
        for _ in run_ffmpeg([*raw, *coded], pixels=samples.tobytes()):
            pass


def _no_recording() -> InputError:
    return InputError("this is no recording that the studio can read", hint=f"Use {_KNOWN}.")
