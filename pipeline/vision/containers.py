"""Which kind of video file it is, by its first bytes: ffmpeg is never left to guess.

A guess could take a text for a playlist, and read the files that it names.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipeline.errors import UnreadableVideoError

_HEAD_BYTES = 4096
_DEMUXERS = {
    (4, b"ftyp"): "mov",
    (4, b"moov"): "mov",
    (4, b"mdat"): "mov",
    (4, b"free"): "mov",
    (4, b"skip"): "mov",
    (4, b"wide"): "mov",
    (0, b"\x1a\x45\xdf\xa3"): "matroska",
    (0, b"GIF87a"): "gif",
    (0, b"GIF89a"): "gif",
    (8, b"AVI "): "avi",
}
"""Where the bytes stand, the bytes, and ffmpeg's name of what reads such files."""
_OTHERS = {
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"BM": "a picture (BMP)",
    b"ID3": "sound (MP3)",
    b"\xff\xfb": "sound (MP3)",
    b"OggS": "an Ogg file",
    b"fLaC": "sound (FLAC)",
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
    b"#EXTM3U": "a playlist",
    b"ffconcat": "a playlist",
    b"\x7fELF": "a program",
    b"MZ": "a program",
}
_KNOWN = "mp4, mov, webm, mkv, gif or avi"


def demuxer_of(path: Path) -> str:
    """Give ffmpeg's name of what reads the file at `path`.

    Raises:
        UnreadableVideoError: it is no file, may not be read, is empty, or holds something else.
    """
    head = _head_of(path)
    if not head:
        raise UnreadableVideoError("it is empty")
    for (start, mark), demuxer in _DEMUXERS.items():
        if head[start : start + len(mark)] == mark:
            _WHOLE.get(demuxer, _anything)(path)
            return demuxer
    raise UnreadableVideoError(f"it is {_other_kind(head)}, no video", hint=f"Use {_KNOWN}.")


def _head_of(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UnreadableVideoError("it is a folder")
        if not stat.S_ISREG(mode):
            raise UnreadableVideoError("it is a pipe or a device, no file")
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableVideoError(f"it cannot be opened: {reason}") from error
    except ValueError as error:  # a null byte in its name
        raise UnreadableVideoError(f"it cannot be opened: {error}") from error


def _check_boxes(path: Path) -> None:
    """Refuse a file whose parts say that they go on after its end; MP4 and MOV."""
    size = path.stat().st_size
    start = 0
    with path.open("rb") as file:
        while start + 8 <= size:
            file.seek(start)
            head = file.read(16)
            length, name = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:], "big")
            if name not in _BOXES or length < 8:
                return  # what follows, or reaches to the end, is ffmpeg's to judge
            start += length
    if start > size:
        should = f"it should have {start:,} bytes at least, and has {size:,}"
        raise UnreadableVideoError(f"it is cut short: {should}")


def _check_trailer(path: Path) -> None:
    """Refuse a GIF without its last mark: decoders take what there is."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _HEAD_BYTES))
        if not file.read().rstrip(b"\0\r\n").endswith(b";"):
            raise UnreadableVideoError("it is cut short: its end is missing")


def _anything(_: Path) -> None:
    """No check: ffmpeg notices by itself where such files end too early."""


_WHOLE = {"mov": _check_boxes, "gif": _check_trailer}
_BOXES = {
    *(b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid"),
    *(b"moof", b"sidx", b"styp", b"mfra", b"meta", b"pdin", b"udta", b"emsg", b"prft"),
}


def _other_kind(head: bytes) -> str:
    for mark, kind in _OTHERS.items():
        if head.startswith(mark):
            return kind
    if head.count(0) == len(head):
        return "nothing but zeros"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "a file of an unknown kind" if _is_binary(head) else "a text"


def _is_binary(head: bytes) -> bool:
    try:
        return "\0" in head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(head) - 4  # the last letter may be cut


def identity(path: Path) -> tuple[str, int, int, int]:
    """Give what changes when the file at `path` does."""
    there = os.stat(path)  # noqa: PTH116
    return (str(path), there.st_ino, there.st_size, there.st_mtime_ns)
