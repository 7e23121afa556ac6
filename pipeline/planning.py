"""Plans, replans, imports and exports stories: what command line and page call for it.

Each planning function is a work function (see `pipeline.progress`). No model is loaded here.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.artifacts import PlanRecord
from pipeline.errors import InputError
from pipeline.packs.record import TroupeNames, load_record
from pipeline.progress import Progress, Work
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project


def plan(
    idea: str, *, settings: Settings, path: Path | None = None, seed: int = 0
) -> Work[Project]:
    """Turn an idea into a new project: a story with boxes, cast for the pack that plays.

    Raises:
        PlanningError: no story could be made of the idea.
        WorkspaceError: the project cannot be written.
    """
    from pipeline.plan.planner import plan_story

    yield Progress(stage="plan", step=0, total=1, note="planning the story")
    story, casting = plan_story(
        idea, troupe=load_troupe(settings.pack), seed=seed, pack=settings.pack
    )
    planning = PlanRecord(planner="builtin", idea=idea, seed=seed)
    project = create_project(story, casting, planning=planning, settings=settings, path=path)
    note = f"{len(story.scenes)} scenes planned"
    yield Progress(stage="plan", step=1, total=1, note=note)
    return project


def load_troupe(pack: str) -> TroupeNames:
    """Give the closed cast of a pack. Loads no model.

    Raises:
        InputError: the pack has no closed cast.
        ModelUnavailableError: there is no such pack.
    """
    troupe = load_record(pack).troupe
    if troupe is None:
        raise InputError(f"the pack {pack!r} has no closed cast", hint="Choose the theatre pack.")
    return troupe
