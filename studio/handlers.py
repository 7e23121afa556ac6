"""What happens on the page: planning and opening files. All else goes through `studio.api`."""

from __future__ import annotations

import functools
import html
import itertools
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from pipeline import planning
from pipeline.errors import InputError, PipelineError
from pipeline.progress import Work, finish
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio import arrivals, planners, projects
from studio.refusals import FAILED, boundary
from studio.visitors import Visitors

P = ParamSpec("P")
T = TypeVar("T")
View = dict[str, Any]
Steps = Generator[tuple[Any, ...], None, None]
"""Updates of the story, of the bar that shows a planning, and of the button that begins one."""

MAX_IDEA_CHARACTERS = 20_000
MAX_NOTE_CHARACTERS = 2_000
_STAMP = itertools.count(1)


def guarded(handler: Callable[P, T]) -> Callable[P, T]:
    """Turn what goes wrong into a message on the page."""

    @functools.wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with boundary():
                return handler(*args, **kwargs)
        except PipelineError as error:
            raise shown(error) from error

    return run


def guarded_steps(handler: Callable[P, Steps]) -> Callable[P, Steps]:
    """Do as `guarded` for a handler that goes on for a while; a failed one ends as an idle page."""

    @functools.wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> Steps:
        try:
            with boundary():
                yield from handler(*args, **kwargs)
        except PipelineError as error:
            gr.Warning(_told(error), duration=12, title=FAILED)
            yield (gr.skip(), *idle())

    return run


def idle() -> tuple[Any, ...]:
    """Give the bar of a planning and the button that begins one, while nothing is planned."""
    bar = {"active": False, "stamp": next(_STAMP)}  # a new one, so the browser hears of it
    return bar, gr.update(interactive=True)


def shown(error: PipelineError) -> gr.Error:
    """Give the error as a message on the page: what happened, and what to do next."""
    return gr.Error(_told(error), duration=12, title=FAILED, print_exception=False)


class Handlers:
    """The events of the page. Every value from the browser is checked before it is used."""

    def __init__(self, settings: Settings) -> None:
        self._visitors = Visitors(settings)

    @guarded_steps
    def make_story(self, idea: str, planner: str, token: str) -> Steps:
        """Plan the idea into a new project and open it; a model's steps are shown."""
        settings = self._visitors.settings_of(token)
        words = _checked(idea, "idea", MAX_IDEA_CHARACTERS, "Write a sentence, or take an example.")
        named = planners.checked_planner(planner)
        projects.check_room(settings)
        work = planning.plan(words, settings=settings, planner=named)
        project = yield from _watched(work, named)
        yield (opened(project), *idle())

    @guarded_steps
    def replan(self, event: gr.EventData) -> Steps:
        """Plan one scene anew with a note; by the model where that planned the story."""
        told = _read(event)
        settings = self._visitors.settings_of(told.get("token"))
        project = projects.open_by_id(settings, told.get("project"))
        scene = projects.find_scene(project.story, told.get("scene"))
        hint = "Say what shall be different."
        note = _checked(told.get("note"), "note", MAX_NOTE_CHARACTERS, hint)
        named = planners.planner_of(projects.plan_record(project), settings)
        work = planning.replan(project, scene.id, note, settings=settings, planner=named)
        yield from _watched(work, named)
        yield (opened(project, selected=scene.id), *idle())

    def cancelled(self) -> tuple[Any, ...]:
        """Show that nothing is planned any more; Gradio has closed the work by then."""
        return idle()

    @guarded
    def open_plan(self, event: gr.EventData) -> View:
        """Make stories of the plans in a file that the storyteller chose; open the first."""
        told = _read(event)
        settings = self._visitors.settings_of(told.get("token"))
        arrived = arrivals.open_text(told.get("name"), told.get("text"), settings)
        return opened(arrived.project, notice=arrived.notice)


def opened(project: Project, *, notice: View | None = None, selected: str | None = None) -> View:
    """Give what makes the page open a story: its id, what to tell, and the scene to show."""
    told = {"notice": notice, "selected": selected}
    return {"project": project.path.name, "stamp": next(_STAMP), **told}


def _watched(work: Work[T], planner: str) -> Generator[tuple[Any, ...], None, T]:
    """The steps of a planning, and what it gives; the studio itself is too quick to be watched.

    Closing it closes the work, which ends what a model still does.
    """
    if planner == "builtin":
        return finish(work)
    with closing(work):
        while True:
            try:
                progress = next(work)
            except StopIteration as done:
                return done.value
            busy = gr.update(interactive=False)
            yield (gr.skip(), planners.thinking_view(progress), busy)


def _read(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}


def _checked(value: object, what: str, longest: int, hint: str) -> str:
    """The words that somebody wrote, if there are any and not too many."""
    words = value.strip() if isinstance(value, str) else ""
    if not words:
        raise InputError(f"There is no {what} yet", hint=hint)
    if len(words) > longest:
        told = f"This {what} has {len(words):,} characters"
        raise InputError(told, hint=f"Tell it in at most {longest:,}.")
    return words


def _told(error: PipelineError) -> str:
    words = str(error)
    return html.escape(words[:1].upper() + words[1:])
