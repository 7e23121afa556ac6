"""Words, times and numbers as lists of clips write them."""

from __future__ import annotations

import re
from math import isfinite

from pipeline.errors import InputError
from pipeline.retrieve.libraries import is_site_id

MAX_WORDS = 4000
MAX_SECONDS = 1e7
_SITE_ADDRESS = re.compile(
    r"(?:youtu\.be/|youtube(?:-nocookie)?\.com/(?:watch\?(?:.*&)?v=|shorts/|embed/|v/))"
    r"([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)


def words(value: object) -> str:
    """Give a value as text that any file can hold: white space folded, cut where too long."""
    if value is None:
        return ""
    text = " ".join(str(value).split())[:MAX_WORDS]
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def seconds(value: object) -> float | None:
    """Give seconds of `12.5`, `"12.5"`, `"01:02:03.250"` or `"2:03"`; None if there is nothing.

    Raises:
        InputError: it is no time.
    """
    if value is None or value == "":
        return None
    try:
        total = 0.0
        for part in str(value).strip().split(":"):
            total = 60 * total + float(part)
    except ValueError as error:
        raise InputError(f"{str(value)[:40]!r} is no time") from error
    if not (isfinite(total) and 0 <= total <= MAX_SECONDS):
        raise InputError(f"{str(value)[:40]!r} is no time")
    return total


def number(value: object, *, most: float) -> float | None:
    """Give a number above 0; None if there is nothing, or 0.

    Raises:
        InputError: it is no such number, or above `most`.
    """
    if value is None or value == "":
        return None
    try:
        found = float(str(value))
    except ValueError as error:
        raise InputError(f"{str(value)[:40]!r} is no number") from error
    if not 0 <= found <= most:
        raise InputError(f"{str(value)[:40]!r} is out of range")
    return found or None


def site_id(value: str) -> str:
    """Give the id of a video of its address on YouTube, or of the id itself.

    Raises:
        InputError: it is neither.
    """
    if is_site_id(value):
        return value
    found = _SITE_ADDRESS.search(value)
    if not found:
        raise InputError(f"{value[:60]!r} is no video on YouTube")
    return found[1]


def check_span(start: float | None, end: float | None) -> None:
    """Refuse a span that ends before it begins with an InputError."""
    if end is not None and end <= (start or 0.0):
        raise InputError("it ends before it begins")
