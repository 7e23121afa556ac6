"""What the home holds, by kind: how many bytes of stories, takes, models and the rest."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import checked_id
from pipeline.settings import Settings

KINDS = {
    "stories": "Stories: words, boxes, earlier versions",
    "takes": "Takes",
    "films": "Films",
    "media": "Pictures and recordings of your own",
    "clips": "Clips to learn from",
    "learned": "Learned motions and looks",
    "training": "Learning that was stopped",
    "models": "Models that were fetched",
    "cache": "Kept to be faster next time",
    "log": "Logs and the list of work",
}
"""Each kind in words, as it is shown."""
_OF_PROJECT = {"takes": "takes", "films": "films", "media": "media", "motions": "clips"}
_OF_USER = {"libraries": "clips", "lists": "clips", "uploads": "clips"}
_OF_USER |= {"priors": "learned", "training": "training"}
_OF_HOME = {"models": "models", "cache": "cache", "libraries": "clips"}


@dataclass(frozen=True)
class Use:
    """How many bytes and files there are of a kind of `KINDS`."""

    kind: str
    words: str
    num_bytes: int
    num_files: int


def disk_use(settings: Settings, *, user: str | None = None) -> list[Use]:
    """Give what the home holds of each kind, or what of it is one user's alone."""
    held: Counter[str] = Counter()
    files: Counter[str] = Counter()
    top = settings.home / "users" / checked_id(user) if user else settings.home
    for path, size in files_below(top):
        kind = _kind_of(path.relative_to(settings.home).parts)
        held[kind] += size
        files[kind] += 1
    return [Use(kind, words, held[kind], files[kind]) for kind, words in KINDS.items()]


def free_bytes(home: Path) -> int:
    """Give how many bytes of the disk that holds the home are free."""
    there = next(path for path in (home, *home.parents) if path.exists())
    return shutil.disk_usage(there).free


def files_below(folder: Path) -> Iterator[tuple[Path, int]]:
    """Give every file below a folder and its bytes; links are counted, not followed."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            with suppress(OSError):  # it went away meanwhile
                yield path, path.lstat().st_size


def size_words(num_bytes: int) -> str:
    """Say bytes as a person would: '0 kB', '340 kB', '9.9 MB', '1.2 GB'."""
    if num_bytes >= 999_500_000:
        return f"{num_bytes / 1e9:.1f} GB"
    if num_bytes < 999_500:
        return f"{num_bytes / 1e3:.0f} kB"
    megabytes = num_bytes / 1e6
    return f"{megabytes:.1f} MB" if megabytes < 9.95 else f"{megabytes:.0f} MB"


def _kind_of(parts: tuple[str, ...]) -> str:
    """The kind of a file by its place in the home."""
    if parts[0] != "users":
        return _OF_HOME.get(parts[0], "log")
    if len(parts) > 2 and parts[2] != "projects":
        return _OF_USER.get(parts[2], "stories")
    return _OF_PROJECT.get(parts[4], "stories") if len(parts) > 5 else "stories"
