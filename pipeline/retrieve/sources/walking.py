"""The files of a folder and of those in it; no link leads out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import WorkspaceError
from pipeline.files import short
from pipeline.retrieve.sources.reports import Tally

VIDEO_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".gif")


def is_video(name: str) -> bool:
    """Whether a file of that name is taken for a video."""
    return name.lower().endswith(VIDEO_SUFFIXES)


def files_below(root: Path, tally: Tally) -> dict[str, Path]:
    r"""Give all files below a folder by their paths from it, parted by `/`, in order.

    Hidden ones are left out. A link to a file of the folder is a file; one to a folder is not
    followed: what lies inside is found where it lies. Links that lead out are told in `tally`.
    A name that is no text is written with `\x..`.

    Raises:
        WorkspaceError: there is no such folder, or it cannot be read.
    """
    if not root.is_dir():
        raise WorkspaceError(
            f"there is no folder {short(root)}",
            hint="Connect the disk it lies on, or add the folder it is now.",
        )
    real_root, waiting, found = os.path.realpath(root), [root], {}
    while waiting:
        for entry in _entries(waiting.pop(), tally):
            name = _text(Path(entry.path).relative_to(root).as_posix())
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                if _leads_to_file(entry, real_root, name, tally):
                    found[name] = Path(entry.path)
            elif entry.is_dir():
                waiting.append(Path(entry.path))
            elif entry.is_file():
                found[name] = Path(entry.path)
            elif is_video(name):
                tally.leave_out(short(Path(name)), "it is no file")
    return dict(sorted(found.items()))


def _entries(folder: Path, tally: Tally) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError as error:
        tally.leave_out(short(folder), f"it cannot be read: {(error.strerror or '').lower()}")


def _leads_to_file(entry: os.DirEntry[str], real_root: str, name: str, tally: Tally) -> bool:
    try:
        real = Path(os.path.realpath(entry.path, strict=True))
    except OSError:
        tally.leave_out(short(Path(name)), "the link leads nowhere")
        return False
    if not real.is_relative_to(real_root):
        tally.leave_out(short(Path(name)), "the link leads out of the folder")
        return False
    return real.is_file()


def _text(name: str) -> str:
    """Give a name as text that a database takes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
