"""Reads a Chromium trace: how long scripts ran in each frame, and the longest task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_SCRIPTING = {"FunctionCall", "EvaluateScript", "FireAnimationFrame", "EventDispatch", "TimerFire"}
_FRAME = "FireAnimationFrame"
_TASKS = {"RunTask", "ThreadControllerImpl::RunTask"}

Span = tuple[float, float]
"""Start and end in ms."""


@dataclass(frozen=True)
class Trace:
    """What happened on the page's main thread."""

    frames: tuple[float, ...]
    """When each frame's scripts began, in ms."""
    scripting: tuple[Span, ...]
    """When scripts ran; no two spans overlap."""
    longest_task_ms: float

    def scripting_ms_per_frame(self, quantile: float) -> float:
        """Give that quantile (0..1) of the time that scripts took in a frame."""
        spent = [
            sum(_shared(span, (start, end)) for span in self.scripting)
            for start, end in zip(self.frames, self.frames[1:], strict=False)
        ]
        return sorted(spent)[min(len(spent) - 1, int(quantile * len(spent)))]


def read_trace(record: dict[str, Any]) -> Trace:
    """Read a trace of Chromium, with the categories `devtools.timeline` and `toplevel`."""
    events = record["traceEvents"]
    thread = _busiest(event for event in events if event["name"] == _FRAME)
    mine = [one for one in events if (one["pid"], one["tid"]) == thread and one["ph"] == "X"]
    scripts = sorted(_span(one) for one in mine if one["name"] in _SCRIPTING)
    tasks = [one["dur"] / 1000 for one in mine if one["name"] in _TASKS]
    frames = sorted({one["ts"] / 1000 for one in mine if one["name"] == _FRAME})
    return Trace(tuple(_apart(frames)), tuple(_merged(scripts)), max(tasks, default=0))


def _busiest(events: Iterable[dict[str, Any]]) -> tuple[int, int]:
    counts: dict[tuple[int, int], int] = {}
    for event in events:
        thread = event["pid"], event["tid"]
        counts[thread] = counts.get(thread, 0) + 1
    return max(counts, key=lambda thread: counts[thread])


def _apart(starts: Iterable[float]) -> Iterable[float]:
    """Those of the frames: several callbacks of one frame begin within a few ms."""
    last = float("-inf")
    for start in starts:
        if start - last > 4:
            last = start
            yield start


def _span(event: dict[str, Any]) -> Span:
    return event["ts"] / 1000, (event["ts"] + event["dur"]) / 1000


def _merged(spans: Iterable[Span]) -> Iterable[Span]:
    current: Span | None = None
    for start, end in spans:
        if current and start <= current[1]:
            current = current[0], max(current[1], end)
            continue
        if current:
            yield current
        current = start, end
    if current:
        yield current


def _shared(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
