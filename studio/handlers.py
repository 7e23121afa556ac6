"""What happens on the page: event -> pipeline call -> what the page shows. Its error boundary."""

from __future__ import annotations

import functools
import html
import itertools
import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import gradio as gr

from pipeline import planning, runner
from pipeline.artifacts import RenderSettings
from pipeline.errors import InputError, PipelineError
from pipeline.packs.record import load_record
from pipeline.progress import Work, finish
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import Scene
from pipeline.workspace import Project
from studio import arrivals, edits, planners, projects, views
from studio.jobs import JobDesk
from studio.operations import carry_out

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
Steps = Generator[tuple[Any, ...], None, None]
"""Updates of the page and of the bar that shows a planning, while it goes on."""

DRAFT, FULL = "Draft (quick)", "Full"
MAX_IDEA_CHARACTERS = 20_000
MAX_NOTE_CHARACTERS = 2_000
FAILED = "That did not work"
NEUTRAL = "Something went wrong inside. Try again; the log says more."
UNCHANGED = (gr.skip(),) * 9
"""For each of `StoryPage.updates`."""
_STAMP = itertools.count(1)


def guarded(handler: Callable[P, T]) -> Callable[P, T]:
    """Turn what goes wrong into a message on the page; what nobody foresaw is logged."""

    @functools.wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except PipelineError as error:
            raise shown(error) from error
        except Exception as error:  # the page's boundary: nothing but words may leave it
            logger.exception("an event of the page failed")
            raise gr.Error(NEUTRAL, title=FAILED, print_exception=False) from error

    return run


def guarded_steps(handler: Callable[P, Steps]) -> Callable[P, Steps]:
    """Do as `guarded` for a handler that goes on for a while; a failed one ends as an idle page."""

    @functools.wraps(handler)
    def run(*args: P.args, **kwargs: P.kwargs) -> Steps:
        try:
            yield from handler(*args, **kwargs)
        except PipelineError as error:
            gr.Warning(_told(error), duration=12, title=FAILED)
            yield (*UNCHANGED, *idle())
        except Exception:  # the page's boundary, as in `guarded`
            logger.exception("a planning failed")
            gr.Warning(NEUTRAL, duration=12, title=FAILED)
            yield (*UNCHANGED, *idle())

    return run


def idle() -> tuple[Any, ...]:
    """Give the bar of a planning and the button that begins one, while nothing is planned."""
    bar = {"active": False, "stamp": next(_STAMP)}  # a new one, so the browser hears of it
    return bar, gr.update(interactive=True)


def shown(error: PipelineError) -> gr.Error:
    """Give the error as a message on the page: what happened, and what to do next."""
    return gr.Error(_told(error), duration=12, title=FAILED, print_exception=False)


@dataclass(frozen=True)
class StoryPage:
    """Everything the page shows; `updates` gives it in the order of `page.OUTPUTS`."""

    project_id: str
    board: dict[str, Any]
    film: dict[str, Any]
    shelf: dict[str, Any]
    render_all: str
    make_film: str
    all_rendered: bool

    def updates(self) -> tuple[Any, ...]:
        """Give one update per output: state, the two views, board, jobs, film, shelf, buttons."""
        opened = bool(self.project_id)
        return (
            self.project_id,
            gr.update(visible=not opened),
            gr.update(visible=opened),
            self.board,
            {"project": self.project_id, "stamp": self.board.get("stamp", 0)},
            self.film,
            self.shelf,
            gr.update(
                value=self.render_all,
                interactive=not self.all_rendered,
                variant="secondary" if self.all_rendered else "primary",
            ),
            gr.update(
                value=self.make_film, variant="primary" if self.all_rendered else "secondary"
            ),
        )


class Handlers:
    """The events of the page. Every value from the browser is checked before it is used."""

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._settings = settings
        self._queue = queue
        self._desk = JobDesk(settings, queue)

    @guarded
    def open_page(self, request: gr.Request) -> tuple[Any, ...]:
        """Show the story named in the address (`?p=`), or the invitation; say what failed since."""
        wanted = request.query_params.get("p")
        if not wanted:
            return self._invitation().updates()
        try:
            project = projects.open_by_id(self._settings, wanted)
            updates = self._page(project).updates()
        except PipelineError as error:
            gr.Warning(html.escape(str(error)), title="Please note")
            return self._invitation().updates()
        for words in self._desk.missed(project):
            gr.Warning(html.escape(words), duration=20, title=FAILED)
        return updates

    @guarded_steps
    def make_story(self, idea: str, seed: float | None, planner: str) -> Steps:
        """Plan the idea into a new project and show its storyboard; a model's steps are shown."""
        words = (idea or "").strip()
        if not words:
            raise InputError("There is no idea yet", hint="Write a sentence, or take an example.")
        if len(words) > MAX_IDEA_CHARACTERS:
            raise InputError(
                f"This idea has {len(words):,} characters",
                hint=f"Tell it in at most {MAX_IDEA_CHARACTERS:,}.",
            )
        named = planners.checked_planner(planner)
        work = planning.plan(words, settings=self._settings, seed=_seed(seed), planner=named)
        project = yield from _watched(work, named)
        yield (*self._page(project).updates(), *idle())

    @guarded_steps
    def replan(self, quality: str, event: gr.EventData) -> Steps:
        """Plan one scene anew with a note; by the model where that planned the story."""
        told = event._data if isinstance(event._data, dict) else {}
        project = projects.open_by_id(self._settings, told.get("project"))
        scene = projects.find_scene(project.story, told.get("scene"))
        note = told.get("note")
        if not isinstance(note, str) or not note.strip():
            raise InputError("There is no note yet", hint="Say what shall be different.")
        if len(note) > MAX_NOTE_CHARACTERS:
            raise InputError(
                f"This note has {len(note):,} characters",
                hint=f"Say it in at most {MAX_NOTE_CHARACTERS:,}.",
            )
        named = planners.planner_of(projects.plan_record(project))
        work = planning.replan(project, scene.id, note, settings=self._settings, planner=named)
        yield from _watched(work, named)
        page = self._page(project, quality=quality, replanned=scene.id)
        yield (*page.updates(), *idle())

    def cancelled(self) -> tuple[Any, ...]:
        """Show that nothing is planned any more; Gradio has closed the work by then."""
        return idle()

    @guarded
    def open_plan(self, event: gr.EventData) -> tuple[Any, ...]:
        """Make stories of the plans in a file that the storyteller chose; show the first."""
        told = event._data if isinstance(event._data, dict) else {}
        opened = arrivals.open_text(told.get("name"), told.get("text"), self._settings)
        return self._page(opened.project, notice=opened.notice).updates()

    @guarded
    def change(self, quality: str, seed: float | None, event: gr.EventData) -> tuple[Any, ...]:
        """Do what the storyteller did on the storyboard; if it fails, show what is kept."""
        op = event._data if isinstance(event._data, dict) else {}
        try:
            return self.do(op, quality=quality, seed=seed).updates()
        except PipelineError as error:
            kept = projects.open_by_id(self._settings, op.get("project"))
            gr.Warning(_told(error), duration=12, title=FAILED)
            return self._page(kept, quality=quality).updates()

    def do(self, op: dict[str, Any], *, quality: str, seed: float | None) -> StoryPage:
        """Carry out one operation of the storyboard and give the page that follows."""
        project = projects.open_by_id(self._settings, op.get("project"))
        notice = None
        if op.get("op") == "render":
            scene = projects.find_scene(project.story, op.get("scene"))
            self._submit(project, scene, quality=quality, seed=seed)
        elif op.get("op") == "mend":
            notice = arrivals.mended_notice(edits.mend_all(project, self._settings))
        else:
            carry_out(project, op, self._settings)
        kept = projects.open_by_id(self._settings, project.path.name)
        return self._page(kept, quality=quality, notice=notice)

    @guarded
    def render_all(self, project_id: str, quality: str, seed: float | None) -> tuple[Any, ...]:
        """Queue every scene that has no take yet."""
        project = projects.open_by_id(self._settings, project_id)
        for scene in views.missing_scenes(project):
            self._submit(project, scene, quality=quality, seed=seed)
        return self._page(project, quality=quality).updates()

    @guarded
    def make_film(self, project_id: str, quality: str) -> tuple[Any, ...]:
        """Queue the film of the scenes that have takes."""
        project = projects.open_by_id(self._settings, project_id)
        missing = views.missing_scenes(project)
        if len(missing) == len(project.story.scenes):
            raise InputError("No scene is rendered yet", hint="Render at least one scene first.")
        arguments = {"only_rendered": True} if missing else {}
        self._queue.submit("film", str(project.path), arguments, user=self._settings.user)
        return self._page(project, quality=quality).updates()

    @guarded
    def finished(self, quality: str, event: gr.EventData) -> tuple[Any, ...]:
        """Show what ended work has left; say what went wrong in it."""
        told = event._data if isinstance(event._data, dict) else {}
        project = projects.open_by_id(self._settings, told.get("project"))
        for words in self._desk.failures(told):
            gr.Warning(html.escape(words), duration=20, title=FAILED)
        return self._page(project, quality=quality, fresh=True).updates()

    @guarded
    def reprice(self, project_id: str, quality: str) -> tuple[Any, ...]:
        """Show the costs of another quality."""
        if not project_id:
            return self._invitation().updates()
        project = projects.open_by_id(self._settings, project_id)
        return self._page(project, quality=quality).updates()

    def _submit(self, project: Project, scene: Scene, *, quality: str, seed: float | None) -> None:
        render = self._render_settings(quality, seed)
        arguments = {
            "scene_id": scene.id,
            "seed": render.seed + len(project.takes(scene.id)),  # another take is another one
            "steps": render.num_inference_steps,
            "guidance": render.guidance_scale,
        }
        self._queue.submit("render", str(project.path), arguments, user=self._settings.user)

    def _render_settings(self, quality: str, seed: float | None) -> RenderSettings:
        record = load_record(self._settings.pack)
        steps = record.draft_steps if quality == DRAFT else record.num_inference_steps
        return runner.render_settings(record, seed=_seed(seed), num_inference_steps=steps)

    def _page(
        self,
        project: Project,
        *,
        quality: str = FULL,
        fresh: bool = False,
        notice: dict[str, Any] | None = None,
        replanned: str = "",
    ) -> StoryPage:
        scenes, missing = project.story.scenes, views.missing_scenes(project)
        takes = [take for scene in scenes for take in project.takes(scene.id)]
        step_seconds = views.measured_step_seconds(takes)
        num_steps = self._render_settings(quality, 0).num_inference_steps
        cost = views.cost_words(step_seconds, num_steps)
        cost_of_all = views.cost_words(step_seconds, num_steps * len(missing))
        staging = projects.stage(project, self._settings)
        board = views.board_view(project, staging, cost=cost, notice=notice, replanned=replanned)
        return StoryPage(
            project_id=project.path.name,
            board=board,
            film=views.film_view(project, fresh=fresh),
            shelf={},
            render_all=_render_all_words(len(missing), len(scenes), cost_of_all),
            make_film=_film_words(len(scenes) - len(missing), len(missing)),
            all_rendered=not missing,
        )

    def _invitation(self) -> StoryPage:
        shelf = views.shelf_view(self._settings)
        return StoryPage("", {}, {}, shelf, "", "", all_rendered=True)


def _watched(work: Work[T], planner: str) -> Generator[tuple[Any, ...], None, T]:
    """The steps of a planning, and what it gives; the studio itself is too quick to be watched.

    Closing it closes the work, which ends what a model still does.
    """
    if planner == "builtin":
        return finish(work)
    try:
        while True:
            try:
                progress = next(work)
            except StopIteration as done:
                return done.value
            busy = gr.update(interactive=False)
            yield (*UNCHANGED, planners.thinking_view(progress), busy)
    finally:
        work.close()


def _told(error: PipelineError) -> str:
    words = str(error)
    return html.escape(words[:1].upper() + words[1:])


def _seed(value: object) -> int:
    if isinstance(value, (int, float)) and 0 <= value < 2**53:
        return int(value)
    raise InputError("The seed is no number from 0 on", hint="Leave it at 0 if unsure.")


def _render_all_words(num_missing: int, num_scenes: int, cost: str) -> str:
    if num_missing == 0:
        return "Every scene is rendered"
    words = "Render all scenes"
    if num_missing < num_scenes:
        words = "Render the last scene" if num_missing == 1 else f"Render {num_missing} more scenes"
    return f"{words}, {cost}" if cost else words


def _film_words(num_rendered: int, num_missing: int) -> str:
    if num_missing == 0 or num_rendered == 0:
        return "Make the film"
    scenes = "scene" if num_rendered == 1 else "scenes"
    return f"Make the film of {num_rendered} rendered {scenes}"
