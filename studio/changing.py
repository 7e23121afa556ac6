"""One edit from its arrival to its answer: is it still about what is there, and what changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from pipeline.errors import InputError, StaleStoryError, WorkspaceError
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.workspace import Project
from studio.cards import Shown
from studio.operations import Done, Operation
from studio.projects import editing
from studio.refusals import ConflictError
from studio.signing import Links
from studio.staging import Staging, stage
from studio.views import View, changed_scenes, changed_view, show, story_view

_KEPT_EDITS = 50
_KEPT_STORIES = 500


class Stamps:
    """The edits that were done lately, by the stamps of their pages: a lost answer is given again.

    Of each of `_KEPT_STORIES` projects the last `_KEPT_EDITS`; a studio that starts knows none.
    """

    def __init__(self) -> None:
        self._done: OrderedDict[Path, OrderedDict[str, Done]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, project: Project, stamp: str | None) -> Done | None:
        """Give what an edit of that stamp came to; None where none was done."""
        with self._lock:
            return self._done.get(project.path, {}).get(stamp or "")

    def keep(self, project: Project, stamp: str | None, done: Done) -> None:
        """Remember what an edit came to; one without a stamp is not remembered."""
        if not stamp:
            return
        with self._lock:
            edits = self._done.setdefault(project.path, OrderedDict())
            edits[stamp] = done
            self._done.move_to_end(project.path)
            for kept, most in ((edits, _KEPT_EDITS), (self._done, _KEPT_STORIES)):
                if len(kept) > most:
                    kept.popitem(last=False)


def change(operation: Operation, settings: Settings, links: Links, stamps: Stamps) -> View:
    """Carry out an edit and give what has changed by it, or since the page saw the story last.

    An edit of a stamp that was done already is not done again; its answer is the story as it is.

    Raises:
        ConflictError: what it is about was changed meanwhile; `theirs` is the story as it is.
        InputError: it cannot be done; nothing has changed.
        NotThereError: what it is about is not there, or belongs to somebody else.
    """
    with editing(settings, operation.project) as project:
        again = stamps.find(project, operation.stamp)
        if again is not None:
            return _whole(show(project, settings, links), again)
        before, saved = stage(project, settings), project.story.revision
        if not _fits(operation, project):
            raise _conflict(project, settings, links)
        done = _carried_out(operation, project, settings, links)
        stamps.keep(project, operation.stamp, done)
        shown = show(project, settings, links)
    if operation.base != saved:
        return _whole(shown, done)
    touched = [operation.touched] if operation.touched else []
    scenes = [*changed_scenes(before, shown.staging), *touched]
    return changed_view(shown, scenes, notice=done.notice, selected=done.selected)


def changed_since(before: Staging, shown: Shown) -> View:
    """Give what has changed of a story that was staged so before."""
    return changed_view(shown, changed_scenes(before, shown.staging))


def _whole(shown: Shown, done: Done) -> View:
    return {**story_view(shown, notice=done.notice), "selected": done.selected}


def _carried_out(operation: Operation, project: Project, settings: Settings, links: Links) -> Done:
    try:
        return operation.carry_out(project, settings)
    except StaleStoryError:
        project.reload()  # another program saved the story between its reading and its writing
        raise _conflict(project, settings, links) from None


def _fits(operation: Operation, project: Project) -> bool:
    """Whether what the edit is about is as the page saw it, at the revision it says.

    InputError: the story never had that revision.
    """
    base, now = operation.base, project.story
    if type(base) is not int or not 0 <= base <= now.revision:
        raise InputError("The page sent a revision that was never saved", hint="Reload the page.")
    if base == now.revision or operation.fits_any:
        return True
    seen = _version(project, base)
    return seen is not None and operation.about(seen) == operation.about(now)


def _version(project: Project, revision: int) -> Story | None:
    """An earlier story; None where it is not kept any more."""
    try:
        return project.version(revision)
    except (WorkspaceError, InputError):
        return None


def _conflict(project: Project, settings: Settings, links: Links) -> ConflictError:
    return ConflictError(
        "This was changed in another window meanwhile",
        hint="Look at what is there now, then choose whose change stays.",
        theirs=story_view(show(project, settings, links)),
    )
