"""A whole film at one press: drafts of all scenes and their film, then finals and the film anew.

Every take and film is a piece of work of its own, so that others get their turns between them.
Nothing is learned unasked: at the end it is said what could be.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pipeline.prior import PriorKind
from pipeline.queue import Queue
from pipeline.story import Motion
from studio.cards import Shown, View, duration_words
from studio.learning import train_settings
from studio.priors import Library
from studio.rendering import check_queue, render
from studio.takes import is_draft
from studio.training_pace import pace_of

Of = Literal["drafts", "finals"]
"""What a film of the two is made of; that of the drafts goes before all finals."""
_TAKES = {"drafts": "draft", "finals": "final"}
_FEW = ("No", "One", "Two", "Three", "Four", "Five", "Six")
_LEARNS: PriorKind = "motion"


class Needed(NamedTuple):
    """The scenes that need a draft, and those that need a final take, by their ids."""

    drafts: list[str]
    finals: list[str]


def needed(shown: Shown) -> Needed:
    """Give what a whole film still needs.

    A take that shows the scene as it is now is good enough for the film of drafts; a final take,
    or one that the storyteller chose, is not made again.
    """
    drafts, finals = [], []
    decided, record = shown.project.decisions().takes, shown.staging.pack.record
    for scene in shown.project.story.scenes:
        take = shown.takes.chosen(scene.id)
        current = take is not None and not shown.is_stale(take)
        if take is None or not current:
            drafts.append(scene.id)
        if take is None or not current or (is_draft(take, record) and scene.id not in decided):
            finals.append(scene.id)
    return Needed(drafts, finals)


def make_whole_film(shown: Shown, queue: Queue) -> View:
    """Queue all of it and give `{last, words}`: the id of the last piece of work, what happens.

    The films are made as the storyteller's own edit of the film has them.

    Raises:
        InputError: too much waits already; then nothing is queued.
    """
    drafts, finals = needed(shown)
    check_queue(queue, shown.settings.user, len(drafts) + len(finals) + 2)
    if drafts:
        render(shown, queue, drafts, quality="draft", seed="same")
        _film(shown, queue, "drafts")
    if finals:
        render(shown, queue, finals, quality="final", seed="same")
    last = _film(shown, queue, "finals")
    return {"last": last, "words": _begun(len(drafts), len(finals))}


def could_be_learned(shown: Shown) -> View:
    """Say which motions of the story others stand in for, and how long learning each takes."""
    motions = _to_learn(shown)
    if not motions:
        return {"words": "", "motions": []}
    library = Library(shown.settings, shown.links)
    steps = train_settings(library.pack.record, _LEARNS).steps
    time = duration_words(pace_of(library, _LEARNS).seconds_per_step * steps)
    number = _FEW[len(motions)] if len(motions) < len(_FEW) else str(len(motions))
    what = "motion" if len(motions) == 1 else "motions"
    each = "" if len(motions) == 1 else " each"
    names = ", ".join(f"“{one.words}”" for one in motions)
    return {
        "words": f"{number} {what} could be learned, about {time}{each}: {names}.",
        "motions": [{"id": one.id, "words": one.words} for one in motions],
    }


def _to_learn(shown: Shown) -> list[Motion]:
    story, casting = shown.project.story, shown.staging.casting
    waiting = {part.motion_id for part in casting.motions if part.state == "to_learn"}
    used = {region.motion_id for scene in story.scenes for region in scene.regions}
    return [motion for motion in story.motions if motion.id in waiting & used]


def _film(shown: Shown, queue: Queue, of: Of) -> int:
    """Queue the film behind the takes that it is of; one that waits before some of them goes."""
    project = shown.project.path
    going = queue.jobs(project, active=True)
    takes = (job.id for job in going if job.arguments.get("quality") == _TAKES[of])
    newest = max(takes, default=0)
    for job in going:
        if job.state == "queued" and job.arguments.get("whole") == of:
            if job.id > newest:
                return job.id
            queue.control(job.id, "cancel")
    # `after` tells it from one that is made right now, of earlier takes
    arguments = {"only_rendered": True, "whole": of, "after": newest}
    return queue.submit("film", project, arguments, user=shown.settings.user)


def _begun(drafts: int, finals: int) -> str:
    if drafts:
        return "Drafts first, then a film of them; finals take their places one by one."
    return "Final takes first, then the film." if finals else "Every take is there: the film."
