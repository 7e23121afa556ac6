"""A piece of work as a row of the queue: what it is, how far it is, and what goes before what."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from pipeline.story import Record

State = Literal["queued", "running", "done", "failed", "cancelled", "stopped"]
"""A stopped job can go on where it was; a cancelled one is not wanted any more."""
Control = Literal["none", "stop", "cancel", "save_now", "sample_now"]

ASIDE = ("fetch",)
"""Kinds of jobs that go on beside all others: they only watch a download, for hours."""
QUICK, FINAL, LEARNING = range(3)
"""Grades of jobs: of two that wait, whoever asked for them, the one of the lower grade is first."""


class Job(Record):
    """A row of the queue as it was when read. Times are seconds since 1970."""

    id: int
    user: str
    project: str
    kind: str
    arguments: dict[str, Any]
    key: str
    state: State
    stage: str = ""
    scene_id: str | None = None
    step: int = Field(ge=0)
    total: int = Field(ge=0)
    note: str = ""
    preview: bytes | None = None
    checkpoint: str | None = None
    control: Control = "none"
    created: float
    started: float | None = None
    """When the first step of this run began."""
    finished: float | None = None
    error: str | None = None
    hint: str | None = None
    result: Any = None
    heartbeat: float | None = None
    worker: str | None = None
    interruptions: int = 0
    grade: int = FINAL
    band: int = FINAL
    """The grade that its user gives it by moving it among their own."""
    place: float = 0.0
    """Within the band of its user: lower ones are first."""
    begun: bool = False
    """Whether it was put back by a worker that had begun it."""
    first_step: int | None = None
    """The steps that were done when this run began; None before its first report."""
    device: str | None = None
    """Whose worker has it, or had it last."""
    spent: float = 0.0
    """Seconds that it was worked on, in all its runs, without the loading of models."""

    @property
    def is_active(self) -> bool:
        """Say whether the job waits or runs."""
        return self.state in ("queued", "running")

    @property
    def seconds_per_step(self) -> float | None:
        """Give how long a step of this run takes; None before the first one is over."""
        steps = self.step - (self.first_step or 0)
        if not self.started or not self.heartbeat or steps <= 0:
            return None
        return max(0.0, self.heartbeat - self.started) / steps

    @property
    def eta_seconds(self) -> float | None:
        """Give the seconds still needed if the steps go on as they went; None if not known."""
        pace = self.seconds_per_step
        if self.state != "running" or pace is None or self.heartbeat is None:
            return None
        return max(0.0, pace * (self.total - self.step) - (time.time() - self.heartbeat))

    @property
    def sort(self) -> str:
        """Give what tells jobs of a kind apart whose steps take another time: 'draft', 'motion'."""
        return sort_of(self.kind, self.arguments)


def grade_of(kind: str, arguments: Mapping[str, Any]) -> int:
    """Give the grade of a job: drafts and what is quick, then finals and films, then learning."""
    if kind == "train":
        return LEARNING
    drafts = arguments.get("quality") == "draft" or arguments.get("whole") == "drafts"
    return QUICK if drafts or kind not in ("render", "render_all", "film", "make") else FINAL


def sort_of(kind: str, arguments: Mapping[str, Any]) -> str:
    """Give what tells jobs of a kind apart whose steps take another time; empty where nothing."""
    if kind == "train":
        return "motion" if arguments.get("motion_id") else "character"
    return str(arguments.get("quality", "final")) if kind in ("render", "render_all") else ""
