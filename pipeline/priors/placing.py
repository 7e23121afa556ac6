"""Folders that come to their place whole, and what a killed program left half way."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK_BYTES = 1 << 20
_LEFT_OVER_SECONDS = 86_400
_TRIES = 50


def copy_file(source: Path, target: Path) -> str:
    """Copy a file so that it outlasts a crash, and give its SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as opened, target.open("xb") as out:
        while chunk := opened.read(_CHUNK_BYTES):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def put_folder(partial: Path, folder: Path) -> None:
    """Move a whole folder to its place; what was there before goes once it is there.

    Between the two moves the earlier one lies aside, where `mend` finds it. Where others put
    theirs there at the same time, the last one stays.
    """
    for _ in range(_TRIES):
        away = folder.with_name(f".{folder.name}.{uuid4().hex[:12]}.was")
        with suppress(FileNotFoundError):
            folder.rename(away)
        try:
            partial.rename(folder)
        except OSError:
            if not folder.exists():
                with suppress(FileNotFoundError):
                    away.rename(folder)
                raise
            continue
        shutil.rmtree(away, ignore_errors=True)
        return
    raise OSError("other programs keep writing it")


def mend(home: Path) -> None:
    """Bring back what a program that was killed while it saved had put aside, and tidy up."""
    for away in home.glob(".*.was"):
        folder = home / away.name.split(".")[1]
        with suppress(OSError):  # another program is at it, too
            shutil.rmtree(away) if folder.exists() else away.rename(folder)
    for left in home.glob(".*.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LEFT_OVER_SECONDS:
                shutil.rmtree(left)


def hash_of(file: Path) -> str:
    """Give the SHA-256 of a file, in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
