"""The attribute filter: what a clip needs, as SQL, and why one was dropped, in words."""

from __future__ import annotations

import sqlite3

from pipeline.clips import ClipFilter, DropStage
from pipeline.retrieve.rows import BAD

_TIME_STEP_SECONDS = 0.001
"""Times in lists have three places: 00:00:04.100 to 00:00:06.100 are two seconds."""

PASSES = f"""
  clips.state != {BAD}
  AND (duration_seconds IS NULL OR duration_seconds >= :seconds)
  AND (num_frames IS NULL OR num_frames >= :frames)
  AND (width IS NULL OR height IS NULL OR width >= :aspect * height)
"""
"""True of the clips that a filter lets through: what is not known passes, bad ones never."""


def filter_values(where: ClipFilter) -> dict[str, float]:
    """Give the values of `PASSES`."""
    return {
        "seconds": where.min_seconds - _TIME_STEP_SECONDS / 2,
        "frames": where.min_frames,
        "aspect": where.min_aspect,
    }


def why_dropped(row: sqlite3.Row, where: ClipFilter) -> tuple[DropStage, str] | None:
    """Give the first step that drops a clip, and the reason for a person; None if it is kept."""
    asked = filter_values(where)
    seconds, frames = row["duration_seconds"], row["num_frames"]
    width, height = row["width"], row["height"]
    if row["state"] == BAD:
        return "unreadable", row["reason"] or "the file cannot be read"
    if seconds is not None and seconds < asked["seconds"]:
        return "duration", f"it lasts {seconds:.2g} s; {where.min_seconds:g} s are needed"
    if frames is not None and frames < where.min_frames:
        return "frames", f"it has {frames} frames; {where.min_frames} are needed"
    if width and height and width < asked["aspect"] * height:
        return "aspect", _too_narrow(width, height, where)
    return None


def _too_narrow(width: int, height: int, where: ClipFilter) -> str:
    aspect = width / height
    return f"it is {aspect:.2g} times as wide as high; {where.min_aspect:g} times is needed"
