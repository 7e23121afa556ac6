"""One edit from its arrival to its answer: is it still about what is there, and what changed."""

from __future__ import annotations

from pipeline.errors import InputError, WorkspaceError
from pipeline.settings import Settings
from pipeline.story import Story
from pipeline.workspace import Project
from studio.operations import Done, Operation
from studio.projects import editing
from studio.refusals import ConflictError
from studio.signing import Links
from studio.staging import stage
from studio.views import View, changed_scenes, changed_view, show, story_view


def change(operation: Operation, settings: Settings, links: Links) -> View:
    """Carry out an edit and give what has changed by it, or since the page saw the story last.

    Raises:
        ConflictError: what it is about was changed meanwhile; `theirs` is the story as it is.
        InputError: it cannot be done; nothing has changed.
        NotThereError: what it is about is not there, or belongs to somebody else.
    """
    with editing(settings, operation.project) as project:
        before, saved = stage(project, settings), project.story.revision
        if not _fits(operation, project):
            raise _conflict(project, settings, links)
        done = _carried_out(operation, project, settings, links)
        shown = show(project, settings, links)
    if operation.base != saved:
        view = story_view(shown, notice=done.notice)
        return {**view, "selected": done.selected}
    touched = [operation.touched] if operation.touched else []
    scenes = [*changed_scenes(before, shown.staging), *touched]
    return changed_view(shown, scenes, notice=done.notice, selected=done.selected)


def _carried_out(operation: Operation, project: Project, settings: Settings, links: Links) -> Done:
    saved = project.story.revision
    try:
        return operation.carry_out(project, settings)
    except WorkspaceError:
        if project.reload().revision == saved:
            raise
        # another program saved the story between its reading and its writing
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
