"""Files written whole or not at all, and records read from files that anyone may have edited."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.story import Id, Record

MAX_RECORD_BYTES = 5_000_000
SCRATCH = ".dreamrunner-scratch-"
"""How the studio's folders in the system's temporary one begin; nobody calls their own so."""
_SHOWN_PROBLEMS = 3
_REPLACE_WAITS_SECONDS = (0.02, 0.08, 0.15, 0.25)

_ID = TypeAdapter(Id)
R = TypeVar("R", bound=Record)


def checked_id(text: str) -> str:
    """Give an id as it is, fit to be a file's name; InputError if the text is none."""
    try:
        return _ID.validate_python(text)
    except ValidationError as error:
        raise InputError(f"{text[:80]!r} is no id", hint="Use a-z, 0-9, - and _.") from error


@contextmanager
def workspace_errors(doing: str, *, hint: str = "") -> Iterator[None]:
    """Turn what the file system refuses into a WorkspaceError that says what was being done."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkspaceError(f"cannot {doing}: {reason}", hint=hint) from error
    except ValueError as error:  # a name that no file system takes, such as one with a null byte
        raise WorkspaceError(f"cannot {doing}: {error}", hint=hint) from error


def short(path: Path) -> str:
    """Give a path for a message; one too long to be read is cut in its middle."""
    text = str(path).encode("unicode_escape").decode()
    return text if len(text) <= 200 else f"{text[:90]}...{text[-90:]}"


def partial_path(path: Path) -> Path:
    """Give a hidden name of its own in the folder of `path`, for what is not yet whole."""
    return path.with_name(f".{path.name[:80]}.{uuid4().hex[:12]}.part")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole: whoever reads it sees the old content or the new one.

    Once it returns, the content outlasts a crash of the machine.

    Raises:
        WorkspaceError: it cannot be written; the old file is as it was.
    """
    partial = partial_path(path)
    with workspace_errors(f"write {short(path)}", hint="Choose a folder that can be written."):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            replace_file(partial, path)
            _sync_folder(path.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def replace_file(partial: Path, path: Path) -> None:
    """Move a file over another; waits a little for a program that keeps it open on Windows."""
    for wait_seconds in _REPLACE_WAITS_SECONDS:
        with suppress(PermissionError):
            partial.replace(path)
            return
        time.sleep(wait_seconds)
    partial.replace(path)


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder last; Windows has no way to, some network folders refuse."""
    if os.name == "nt":
        return
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def as_json(record: Record, *, compact: bool = False) -> bytes:
    """Give a record as it stands in its file; `compact` puts all of it on one line."""
    return (record.model_dump_json(indent=None if compact else 1) + "\n").encode()


def write_record(path: Path, record: Record, *, compact: bool = False) -> None:
    """Write a record as JSON, whole or not at all (see `write_bytes`).

    Args:
        path: The file.
        record: What to write.
        compact: On one line: records full of numbers are less than half as large so.

    Raises:
        InputError: it is larger than what `read_record` would read again.
        WorkspaceError: it cannot be written.
    """
    content = as_json(record, compact=compact)
    if len(content) > MAX_RECORD_BYTES:
        raise InputError(
            f"this is more than a {type(record).__name__.lower()} can hold: "
            f"at most {MAX_RECORD_BYTES // 1_000_000} MB",
            hint="Write less, or begin a new story.",
        )
    write_bytes(path, content)


def read_record(path: Path, kind: type[R]) -> R:
    """Read a record of JSON, trusting nothing.

    Raises:
        WorkspaceError: the file is missing or cannot be read.
        InvalidStoryError: it is too large, no text, no JSON or not such a record;
            `problems` names each place in words.
    """
    wanted = kind.__name__.lower()
    try:
        return kind.model_validate_json(read_text(path, wanted))
    except ValidationError as error:
        raise invalid_record(f"{short(path)} is no valid {wanted}", error) from error


def read_text(path: Path, wanted: str) -> str:
    """Read a text file that is said to hold a `wanted` ('story', 'plan'), UTF-8.

    Raises:
        WorkspaceError: the file is missing or cannot be read.
        InvalidStoryError: it is too large or no text.
    """
    hint = "Check the name, and that it may be read."
    with workspace_errors(f"read {short(path)}", hint=hint), path.open("rb") as file:
        content = file.read(MAX_RECORD_BYTES + 1)
    if len(content) > MAX_RECORD_BYTES:
        raise InvalidStoryError(
            f"{short(path)} is larger than {MAX_RECORD_BYTES // 1_000_000} MB, so it is no {wanted}"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidStoryError(
            f"{short(path)} is no {wanted}: it is not a text file", hint="Save it as UTF-8."
        ) from error


def invalid_record(what: str, error: ValidationError) -> InvalidStoryError:
    """Give the error of a record that does not hold together, its first problems in words."""
    problems = problems_of(error)
    shown = "; ".join(": ".join(filter(None, one)) for one in problems[:_SHOWN_PROBLEMS])
    more = len(problems) - _SHOWN_PROBLEMS
    rest = f" (and {more} more)" if more > 0 else ""
    return InvalidStoryError(f"{what}: {shown}{rest}", problems=problems)


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """Give each problem of a record: its place in words, and what is wrong."""
    return [problem_of(one) for one in details_of(error)]


def details_of(error: ValidationError) -> list[ErrorDetails]:
    """Give what pydantic knows of each problem but for the values themselves."""
    return error.errors(include_url=False, include_context=False, include_input=False)


def problem_of(detail: ErrorDetails) -> tuple[str, str]:
    """Give one problem: its place in words, and what is wrong."""
    return describe_place(detail["loc"]), detail["msg"].removeprefix("Value error, ")


def describe_place(place: tuple[int | str, ...]) -> str:
    """Say where in a record: `("scenes", 0, "keys", 2, "box")` is `scene 1, keyframe 3, box`."""
    words: list[str] = []
    for part in place:
        if isinstance(part, int) and words:
            name = words.pop()
            words.append(f"{'keyframe' if name == 'keys' else name.removesuffix('s')} {part + 1}")
        else:
            words.append(re.sub(r"[^\w-]", "", str(part))[:40])
    return ", ".join(words)


def setting_error(error: ValidationError) -> InputError:
    """Give the error for settings of which one is out of range: the first, by its name."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return InputError(f"{where} cannot be {first['input']!r}: {first['msg']}")
