"""What a page asks to be made: takes, the film, the animatic; put into the queue with its seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from pipeline.artifacts import FilmSettings
from pipeline.errors import InputError
from pipeline.packs.weights import played_revision
from pipeline.queue import Job, Queue
from pipeline.rendering import render_settings
from pipeline.story import MAX_SCENES, Scene
from studio.cards import Shown, View
from studio.projects import find_scene
from studio.takes import is_draft
from studio.views import waiting_scenes

MAX_WAITING = 2 * MAX_SCENES
"""Pieces of work of one user that wait or run."""
Quality = Literal["draft", "final"]
Seed = Literal["same", "new"] | Annotated[int, Field(strict=True, ge=0, lt=2**53)]
"""same: the chosen take's; new: one above every seed of the scene so far; or the seed itself."""
Without = Literal["boxes", "priors"]
"""boxes: rendered from the scene's words alone; priors: without the looks and motions learned."""
_IN_ARGUMENTS = {"seed", "num_inference_steps", "guidance_scale", "use_regions", "use_priors"}
"""Settings of a take that a job names beside `render`, which holds all others."""


def render(
    shown: Shown,
    queue: Queue,
    scene_ids: Sequence[str] | None,
    *,
    quality: Quality,
    seed: Seed,
    unwanted: str = "",
    without: Without | None = None,
) -> None:
    """Queue a take of each scene; None = of those without one, or whose take is outdated.

    `unwanted` says what a take should not show. With `without`, the chosen take is rendered again
    as it was made, with the words it had, but for what is left out.

    Raises:
        InputError: too much waits already, or there is no take yet to compare with.
        NotThereError: there is no such scene; then nothing is queued.
    """
    project, user = shown.project, shown.settings.user
    scenes = waiting_scenes(shown)
    if scene_ids is not None:
        scenes = [find_scene(project.story, scene_id) for scene_id in dict.fromkeys(scene_ids)]
    check_queue(queue, user, len(scenes))
    waiting = queue.jobs(project.path, active=True)
    asked = [
        _without(shown, scene, without)
        if without
        else _arguments(shown, scene, quality, _seed(shown, scene, seed, waiting), unwanted)
        for scene in scenes
    ]
    for arguments in asked:
        queue.submit("render", project.path, arguments, user=user)


def make_film(shown: Shown, queue: Queue, *, anyway: bool, film: FilmSettings) -> View | None:
    """Queue the film of the scenes that have takes, as `film` says.

    Where takes are outdated it is not made unless asked for `anyway`: then this gives a notice
    that names their scenes.

    Raises:
        InputError: no scene is rendered, or too much waits already.
    """
    project, scenes = shown.project, shown.project.story.scenes
    states = [shown.state(scene) for scene in scenes]
    rendered = [state in ("done", "stale") for state in states]
    if not any(rendered):
        raise InputError("No scene is rendered yet", hint="Render at least one scene first.")
    stale = [scene for scene, state in zip(scenes, states, strict=True) if state == "stale"]
    if stale and not anyway:
        return _outdated(stale)
    check_queue(queue, shown.settings.user, 1)
    left_out = {} if all(rendered) else {"only_rendered": True}
    wanted = film.model_dump(exclude_defaults=True)
    arguments = {**left_out, **({"film": wanted} if wanted else {})}
    queue.submit("film", project.path, arguments, user=shown.settings.user)
    return None


def make_animatic(shown: Shown, queue: Queue) -> None:
    """Queue the film of the boxes; InputError where too much waits already."""
    check_queue(queue, shown.settings.user, 1)
    queue.submit("animatic", shown.project.path, {}, user=shown.settings.user)


def check_queue(queue: Queue, user: str, more: int) -> None:
    """Refuse (InputError) what makes more than `MAX_WAITING` pieces of work of a user wait."""
    if more + sum(job.user == user for job in queue.jobs(active=True)) > MAX_WAITING:
        raise InputError(
            f"More than {MAX_WAITING} takes and films would wait to be made",
            hint="Wait for some of them, or cancel some.",
        )


def _arguments(
    shown: Shown, scene: Scene, quality: Quality, seed: int, unwanted: str
) -> dict[str, object]:
    record = shown.staging.pack.record
    steps = record.draft_steps if quality == "draft" else record.num_inference_steps
    chosen = render_settings(record, seed=seed, num_inference_steps=steps)
    negative = record.normalise(unwanted)[0].strip(" ,")
    return {
        "scene_id": scene.id,
        "seed": chosen.seed,
        "steps": chosen.num_inference_steps,
        "guidance": chosen.guidance_scale,
        "quality": quality,
        **({"render": {"negative_prompt": negative}} if negative else {}),
    }


def _without(shown: Shown, scene: Scene, what: Without) -> dict[str, object]:
    """The arguments of the chosen take, but for what is left out."""
    chosen = shown.takes.chosen(scene.id)
    if chosen is None or chosen.is_comparison:
        hint = "Render the scene first, then without its boxes."
        raise InputError("There is no take yet to compare with", hint=hint)
    pack, home = shown.staging.pack, shown.settings.home
    revision = played_revision(pack.name, pack.record, home=home)
    if revision not in ("", chosen.pack_revision):
        hint = "Render the scene again first."
        raise InputError("This take was made by another version of the model", hint=hint)
    how, draft = chosen.settings, is_draft(chosen, shown.staging.pack.record)
    return {
        "scene_id": scene.id,
        "seed": how.seed,
        "steps": how.num_inference_steps,
        "guidance": how.guidance_scale,
        "quality": "draft" if draft else "final",
        "render": how.model_dump(exclude=_IN_ARGUMENTS, exclude_defaults=True),
        "use_priors" if what == "priors" else "use_regions": False,
    }


def _seed(shown: Shown, scene: Scene, seed: Seed, waiting: Sequence[Job]) -> int:
    if seed == "same":
        chosen = shown.takes.chosen(scene.id)
        return chosen.settings.seed if chosen else 0
    if seed == "new":
        used = [take.settings.seed for take in shown.takes.of(scene.id)]
        mine = (job.arguments for job in waiting if job.arguments.get("scene_id") == scene.id)
        return max([*used, *(one["seed"] for one in mine if "seed" in one)], default=-1) + 1
    return seed


def _outdated(scenes: Sequence[Scene]) -> View:
    title = "These scenes have changed since their takes were rendered"
    return {"title": title, "lines": [scene.title or scene.id for scene in scenes]}
