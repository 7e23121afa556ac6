"""What a page asks to be made: takes and the animatic, put into the queue with their seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from pipeline.artifacts import RenderSettings, Take
from pipeline.errors import InputError
from pipeline.packs.weights import played_revision
from pipeline.queue import Job, Queue
from pipeline.rendering import render_settings
from pipeline.story import MAX_SCENES, Scene
from studio.cards import Shown
from studio.projects import find_scene
from studio.views import waiting_scenes

MAX_WAITING = 2 * MAX_SCENES + 2
"""Pieces of work of one user that wait or run: a whole film of the longest story."""
MOST_AT_ONCE = 6
"""Takes of one scene that are asked for together: as many as are seen side by side."""
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
    count: int = 1,
) -> None:
    """Queue takes of each scene; None = of those without one, or whose take is outdated.

    `unwanted` says what a take should not show. With `without`, the chosen take is rendered again
    as it was made, with the words it had, but for what is left out. Of `count` takes of a scene
    the first has that seed, the others have new ones.

    Raises:
        InputError: too much waits already, or there is no take yet to compare with.
        NotThereError: there is no such scene; then nothing is queued.
    """
    project, user = shown.project, shown.settings.user
    scenes = waiting_scenes(shown)
    if scene_ids is not None:
        scenes = [find_scene(project.story, scene_id) for scene_id in dict.fromkeys(scene_ids)]
    check_queue(queue, user, len(scenes) * count)
    waiting = queue.jobs(project.path, active=True)
    if without:
        asked = [_without(shown, _chosen(shown, scene), without) for scene in scenes]
    else:
        asked = [
            _arguments(shown, scene, quality, one, unwanted)
            for scene in scenes
            for one in _seeds(shown, scene, seed, waiting, count)
        ]
    for arguments in asked:
        queue.submit("render", project.path, arguments, user=user)


def render_again(
    shown: Shown,
    queue: Queue,
    take: Take,
    *,
    seed: Seed | None = None,
    steps: int | None = None,
    guidance: float | None = None,
    unwanted: str | None = None,
    without: Without | None = None,
) -> None:
    """Queue a take by the recipe of another, of the scene as it is now.

    What is not None is changed in the recipe. With `without`, all else is as it is in the take.

    Raises:
        InputError: too much waits already, or the take was made by another model.
    """
    project, user = shown.project, shown.settings.user
    check_queue(queue, user, 1)
    if without:
        arguments = _without(shown, take, without)
    else:
        changes = {
            "num_inference_steps": steps,
            "guidance_scale": guidance,
            "negative_prompt": None if unwanted is None else _unwanted(shown, unwanted),
        }
        if seed is not None:
            waiting = queue.jobs(project.path, active=True)
            changes["seed"] = _seed(shown, find_scene(project.story, take.scene_id), seed, waiting)
        told = {name: value for name, value in changes.items() if value is not None}
        arguments = _recipe(shown, take, take.settings.model_copy(update=told))
    queue.submit("render", project.path, arguments, user=user)


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
    negative = _unwanted(shown, unwanted)
    return {
        "scene_id": scene.id,
        "seed": chosen.seed,
        "steps": chosen.num_inference_steps,
        "guidance": chosen.guidance_scale,
        "quality": quality,
        **({"render": {"negative_prompt": negative}} if negative else {}),
    }


def _unwanted(shown: Shown, words: str) -> str:
    """What takes should not show, in the pack's words."""
    return shown.staging.pack.record.normalise(words)[0].strip(" ,")


def _chosen(shown: Shown, scene: Scene) -> Take:
    chosen = shown.takes.chosen(scene.id)
    if chosen is None:
        hint = "Render the scene first, then without its boxes."
        raise InputError("There is no take yet to compare with", hint=hint)
    return chosen


def _without(shown: Shown, take: Take, what: Without) -> dict[str, object]:
    """The arguments of a take, but for what is left out."""
    if take.is_comparison:
        hint = "Render the scene first, then without its boxes."
        raise InputError("There is no take yet to compare with", hint=hint)
    left_out = {"use_priors" if what == "priors" else "use_regions": False}
    return _recipe(shown, take, take.settings) | left_out


def _recipe(shown: Shown, take: Take, how: RenderSettings) -> dict[str, object]:
    """The arguments of a take like this one, by these settings of it.

    How many frames it has, and of what size, is the model's own matter, so that must be the same.
    """
    pack, home = shown.staging.pack, shown.settings.home
    revision = played_revision(pack.name, pack.record, home=home)
    if revision not in ("", take.pack_revision):
        hint = "Render the scene again first."
        raise InputError("This take was made by another version of the model", hint=hint)
    draft = how.num_inference_steps <= pack.record.draft_steps
    return {
        "scene_id": take.scene_id,
        "seed": how.seed,
        "steps": how.num_inference_steps,
        "guidance": how.guidance_scale,
        "quality": "draft" if draft else "final",
        "render": how.model_dump(exclude=_IN_ARGUMENTS, exclude_defaults=True),
    }


def _seeds(
    shown: Shown, scene: Scene, seed: Seed, waiting: Sequence[Job], count: int
) -> Iterator[int]:
    """The seeds of several takes of a scene: the one that is asked for, then new ones."""
    first, fresh = (_seed(shown, scene, one, waiting) for one in (seed, "new"))
    others = fresh if first < fresh else first + 1
    yield from (first, *range(others, others + count - 1))


def _seed(shown: Shown, scene: Scene, seed: Seed, waiting: Sequence[Job]) -> int:
    if seed == "same":
        chosen = shown.takes.chosen(scene.id)
        return chosen.settings.seed if chosen else 0
    if seed == "new":
        made = (*shown.takes.of(scene.id), *shown.takes.binned(scene.id))
        used = [take.settings.seed for take in made]
        mine = (job.arguments for job in waiting if job.arguments.get("scene_id") == scene.id)
        return max([*used, *(one["seed"] for one in mine if "seed" in one)], default=-1) + 1
    return seed
