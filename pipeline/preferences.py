"""What a person chose in the settings window: kept in the home, the key apart from all else.

`settings.json` holds nothing secret. The key of the language model lies in `model.key`, which its
owner alone may read; it is never part of a record, an answer or a log.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.artifacts import FilmRate
from pipeline.errors import InputError, InvalidStoryError
from pipeline.files import partial_path, read_record, replace_file, short, workspace_errors
from pipeline.files import write_record as _write
from pipeline.story import Record

logger = logging.getLogger(__name__)

PREFERENCES_FILE = "settings.json"
KEY_FILE = "model.key"
LONGEST_KEY = 500
MOST_STEPS = 200
_READABLE = "See that it may be read, or delete it and choose anew."

Device = Annotated[str, StringConstraints(pattern=r"^(auto|cpu|cuda(:[0-9]{1,2})?)$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
StepCount = Annotated[int, Field(strict=True, ge=1, le=MOST_STEPS)]


class Preferences(Record):
    """What was chosen; None and empty words = as the environment or the pack has it."""

    schema_version: Literal[1] = 1
    endpoint: Line = ""
    """Address of a language model (OpenAI's chat completions), such as 'http://localhost:11434/v1'.

    With it, or with a key, nothing of the language model is read from the environment.
    """
    model: Line = ""
    pack: Line | None = None
    """Which model plays stories."""
    device: Device | None = None
    draft_steps: StepCount | None = None
    final_steps: StepCount | None = None
    film_rate: FilmRate = "held"
    """How a film gets its pictures per second, where its story says nothing."""


def read_preferences(home: Path) -> Preferences:
    """Read what was chosen; a broken file is logged and is nothing, so that the studio opens.

    Raises:
        WorkspaceError: it is there and cannot be read: what was chosen is not known now.
    """
    try:
        return stored_preferences(home)
    except InvalidStoryError as error:
        _complain(str(error))
        return Preferences()


def stored_preferences(home: Path) -> Preferences:
    """Read what was chosen as whoever changes it must; nothing where there is no file.

    Raises:
        InvalidStoryError: the file is broken, or one of a later version.
        WorkspaceError: it cannot be read.
    """
    file = home / PREFERENCES_FILE
    with workspace_errors(f"read {short(file)}", hint=_READABLE), suppress(FileNotFoundError):
        there = file.stat()
        return _read(file, there.st_mtime_ns, there.st_size)
    return Preferences()


def read_model(home: Path) -> tuple[Preferences, str]:
    """Read what was chosen and the key that goes with it, never one of another address.

    An address is written between the going of its forerunner's key and the coming of its own, so
    a key that is read while the address stays the same is the address's own.

    Raises:
        InvalidStoryError: what was chosen is broken, so that nobody knows whose the key is.
        WorkspaceError: one of them cannot be read.
    """
    kept, key = stored_preferences(home), read_key(home)
    while (now := stored_preferences(home)) != kept:
        kept, key = now, read_key(home)
    return kept, key


def write_preferences(home: Path, preferences: Preferences) -> None:
    """Keep what was chosen; WorkspaceError where it cannot be written."""
    _write(home / PREFERENCES_FILE, preferences)


def read_key(home: Path) -> str:
    """Give the key of the language model; empty where none is kept.

    Raises:
        WorkspaceError: one is kept and cannot be read.
    """
    file = home / KEY_FILE
    with workspace_errors(f"read {short(file)}", hint=_READABLE), suppress(FileNotFoundError):
        return file.read_text(encoding="ascii").strip()
    return ""


def write_key(home: Path, key: str) -> None:
    """Keep the key of the language model where its owner alone may read it; empty forgets it.

    Raises:
        InputError: it is no key; it is not repeated in the message.
        WorkspaceError: it cannot be written.
    """
    file = home / KEY_FILE
    with workspace_errors(f"write {short(file)}", hint="Start with another --home."):
        if not key:
            file.unlink(missing_ok=True)
            return
        _write_secret(file, checked_key(key))


def checked_key(key: str) -> str:
    """Give a key as it is; InputError, which does not repeat it, if it is none."""
    if len(key) > LONGEST_KEY or not re.fullmatch(r"[\x21-\x7e]+", key):
        raise InputError("This is no key", hint="Copy it again: it has no blanks and no lines.")
    return key


def key_end(key: str) -> str:
    """Say which key is kept without telling it: 'ends in …7f'; empty without one."""
    if not key:
        return ""
    return f"ends in …{key[-2:]}" if len(key) >= 12 else "is kept"


@lru_cache(maxsize=32)
def _read(file: Path, *_: int) -> Preferences:
    return read_record(file, Preferences)


@lru_cache(maxsize=32)
def _complain(words: str) -> None:
    """Log a trouble once: the settings are read every second."""
    logger.warning("the settings are left out: %s", words)


def _write_secret(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_path(file)
    try:
        opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as handle:
            handle.write(text.encode("ascii"))
            handle.flush()
            os.fsync(handle.fileno())
        replace_file(partial, file)
    finally:
        partial.unlink(missing_ok=True)
