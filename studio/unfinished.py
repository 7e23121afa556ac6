"""Learning that was stopped or broke off: whether it can go on, and how far it came."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import PipelineError
from pipeline.learning import state_path
from pipeline.lessons import lesson_of
from pipeline.queue import Job
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.cards import View

_HOW = ("recipe", "steps", "background")
"""Arguments of a job that say how something is learned."""
_TOO_EARLY = ("stopped", "cancelled", "failed")


def stopped_job(project: Project, settings: Settings, jobs: Sequence[Job]) -> Job | None:
    """Give the last learning of something if it ended too early and can go on.

    It cannot once its clips or pictures are others: then its state is that of another learning.

    Args:
        project: Whose.
        settings: Of whoever asks.
        jobs: All learning of that motion or look, oldest first.
    """
    last = jobs[-1] if jobs else None
    if last is None or last.state not in _TOO_EARLY or last.stage != "train":
        return None
    told = last.arguments
    how = {name: told[name] for name in _HOW if name in told}
    try:
        motion, character = told.get("motion_id"), told.get("character_id")
        key = lesson_of(project, settings, motion, character, **how).key
        return last if state_path(settings, key).is_file() else None
    except PipelineError:  # there is nothing to learn from any more
        return None


def stopped_view(job: Job | None) -> View | None:
    """Say how far it came."""
    if job is None:
        return None
    words = f"stopped at step {job.step} of {job.total}"
    return {"step": job.step, "total": job.total, "words": words}
