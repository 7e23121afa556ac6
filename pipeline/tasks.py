"""How a job of each kind becomes work: what the worker does with a row of the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import Field, ValidationError

from pipeline.artifacts import RenderSettings, Take
from pipeline.clips import ClipFilter, Retrieval, Words
from pipeline.errors import InputError
from pipeline.files import invalid_record
from pipeline.packs.record import load_record
from pipeline.progress import Work
from pipeline.queue import Queue, open_queue
from pipeline.rendering import kept_seed, render_settings
from pipeline.retrieving import (
    add_folder,
    add_list,
    find_motion,
    keep_brought,
    retrieve,
    scan_again,
)
from pipeline.runner import Runner
from pipeline.story import Id, Record
from pipeline.workspace import open_project

if TYPE_CHECKING:
    from pipeline.queue import Job
    from pipeline.settings import Settings

A = TypeVar("A", bound=Record)


def _read(kind: type[A], job: Job) -> A:
    try:
        return kind.model_validate(job.arguments)
    except ValidationError as error:
        raise invalid_record(f"a job of the kind {job.kind!r} cannot be run", error) from error


class _Asked(Record):
    """The arguments of a job that renders or joins; what is left out is the pack's own."""

    scene_id: Id | None = None
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    quality: Literal["draft", "final"] = "final"
    use_regions: bool = True
    use_priors: bool = True
    render: dict[str, Any] = Field(default_factory=dict)
    """Other render settings by their names, each checked with the pack's own."""
    only_missing: bool = True
    only_rendered: bool = False
    whole: Literal["drafts", "finals"] | None = None
    """Of a film that several takes were asked for with: which of them it is made of."""
    edited: int = 0
    """Which edit of the film it is made by: another edit makes another film."""
    after: int = 0
    """The last of the takes that the film waits for, by its job: later takes make another film."""
    idea: str = ""
    out: Path = Path("film.mp4")

    def settings(self, runner: Runner) -> RenderSettings:
        given = {
            "seed": self.seed,
            "num_inference_steps": self.steps,
            "guidance_scale": self.guidance,
            "use_regions": self.use_regions,
            "use_priors": self.use_priors,
        }
        told = {name: value for name, value in given.items() if value is not None}
        record, draft = load_record(runner.settings.pack), self.quality == "draft"
        return render_settings(record, draft=draft, **(self.render | told))


class _Pack(Record):
    """The arguments of a job that fetches a pack's weights."""

    pack: str
    """A built-in name, or the folder of its record."""


class _Learned(Record):
    """The arguments of a job that learns a motion or a look; exactly one of the two is named."""

    motion_id: Id | None = None
    character_id: Id | None = None
    recipe: str = "own"
    steps: int | None = None
    background: Literal["keep", "remove"] | None = None


class _Sought(Record):
    """The arguments of a search for clips."""

    motion_id: Id
    words: Words = ""
    terms: tuple[Words, ...] | None = None
    suggest: bool = False
    fetch: bool = False
    """Whether clips that lie on YouTube are fetched."""
    filter: ClipFilter | None = None
    """What a clip needs; None = as the pack has it."""


class _Arrived(Record):
    """The arguments of a job that brings clips in; one of the first three is given."""

    library: Id | None = None
    path: Path | None = None
    """A folder of this machine, or a list of clips."""
    upload: Path | None = None
    name: Words = ""
    """What the uploaded file was called."""
    motion_id: Id | None = None
    """The motion that an uploaded video shows; None = it is a list of captions."""


def _run_render(runner: Runner, job: Job) -> Work[Take]:
    asked = _read(_Asked, job)
    if asked.scene_id is None:
        raise InputError("a job of the kind 'render' cannot be run: it names no scene")
    project, render = open_project(job.project), asked.settings(runner)
    if asked.seed is None:
        render = render.model_copy(update={"seed": kept_seed(project, asked.scene_id)})
    return runner.of_user(job.user).render(project, asked.scene_id, render)


def _run_render_all(runner: Runner, job: Job) -> Work[list[Take]]:
    asked = _read(_Asked, job)
    return runner.of_user(job.user).render_all(
        open_project(job.project),
        asked.settings(runner),
        only_missing=asked.only_missing,
        seed_of=kept_seed if asked.seed is None else None,
    )


def _run_film(runner: Runner, job: Job) -> Work[Path]:
    asked = _read(_Asked, job)
    project = open_project(job.project)
    return runner.film(project, only_rendered=asked.only_rendered)


def _run_animatic(runner: Runner, job: Job) -> Work[Path]:
    return runner.animatic(open_project(job.project))


def _run_make(runner: Runner, job: Job) -> Work[Path]:
    asked = _read(_Asked, job)
    render, path = asked.settings(runner), Path(job.project) if job.project else None
    return runner.make(asked.idea, asked.out, render, path=path, seed=render.seed)


def _run_retrieve(runner: Runner, job: Job) -> Work[Retrieval]:
    sought, project = _read(_Sought, job), open_project(job.project)
    return retrieve(
        project,
        find_motion(project, sought.motion_id),
        settings=_of_user(runner, job),
        load_sight=runner.load_sight,
        words=sought.words,
        terms=sought.terms,
        suggest=sought.suggest,
        fetch=sought.fetch,
        filter=sought.filter,
    )


def _run_scan(runner: Runner, job: Job) -> Work[object]:
    arrived, settings = _read(_Arrived, job), _of_user(runner, job)
    if arrived.upload is not None and arrived.motion_id is not None:
        project = open_project(job.project)
        motion, sight = find_motion(project, arrived.motion_id), runner.load_sight
        video, name = arrived.upload, arrived.name
        return keep_brought(project, motion, video, name, settings=settings, load_sight=sight)
    if arrived.upload is not None:
        return add_list(arrived.upload, arrived.name, settings=settings)
    if arrived.path is not None:
        return add_folder(arrived.path, settings=settings)
    if arrived.library is not None:
        return scan_again(arrived.library, settings=settings)
    raise InputError("a job of the kind 'scan' cannot be run: it names nothing to look through")


def _run_train(runner: Runner, job: Job) -> Work[str]:
    from pipeline.learning import learn_in

    asked, settings = _read(_Learned, job), _of_user(runner, job)
    train = {"steps": asked.steps, "background": asked.background}
    stored = yield from learn_in(
        runner.of_user(job.user),
        open_project(job.project),
        asked.motion_id,
        asked.character_id,
        recipe=asked.recipe,
        changes=train,
        wishes=partial(_wish, open_queue(settings), job.id),
    )
    return stored.key


def _wish(queue: Queue, job_id: int) -> Literal["none", "save_now", "sample_now"]:
    word = queue.take_wish(job_id)
    return word if word in ("save_now", "sample_now") else "none"


def _run_fetch(runner: Runner, job: Job) -> Work[Path]:
    from pipeline.packs.fetching import fetch_pack

    return fetch_pack(_read(_Pack, job).pack, runner.settings)


def _of_user(runner: Runner, job: Job) -> Settings:
    """The settings of whoever asked for the job: each has a library of their own."""
    return replace(runner.settings, user=job.user)


RUN: dict[str, Callable[[Runner, Job], Work[Any]]] = {
    "render": _run_render,
    "render_all": _run_render_all,
    "film": _run_film,
    "animatic": _run_animatic,
    "make": _run_make,
    "retrieve": _run_retrieve,
    "scan": _run_scan,
    "fetch": _run_fetch,
    "train": _run_train,
}
"""How a job of each kind becomes work."""
