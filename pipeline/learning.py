"""Learns a motion or a look: its clips or pictures become a LoRA in the user's store.

What was learned once is found again by its key: the same pack, sources and settings, in any story.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline import __version__
from pipeline.errors import InputError
from pipeline.files import SCRATCH, checked_id, workspace_errors
from pipeline.lesson_examples import examples_of
from pipeline.lessons import Lesson, lesson_of
from pipeline.prior import Prior, TrainSettings
from pipeline.priors.header import acting_of, metadata_of
from pipeline.priors.store import PriorStore, Stored
from pipeline.progress import Progress, Work
from pipeline.workspace import Project

if TYPE_CHECKING:
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.diffusion.preview_map import PreviewMap
    from pipeline.packs.load import Pack
    from pipeline.priors.trainer import Example, Trained
    from pipeline.runner import Runner
    from pipeline.settings import Settings

Wishes = Callable[[], Literal["none", "save_now", "sample_now"]]


def nothing_wished() -> Literal["none"]:
    """Wish for nothing beside the steps."""
    return "none"


def learn(
    runner: Runner,
    lesson: Lesson,
    *,
    title: str = "",
    wishes: Wishes = nothing_wished,
) -> Work[Stored]:
    """Learn what a lesson asks for, or find it in the store where that was done before.

    One that was stopped, killed or ran out of bounds goes on from the state it left behind.

    Args:
        runner: has the pack, and says whose store it is.
        lesson: what is learned, and from what.
        title: of the story it is learned in.
        wishes: what the storyteller asks for between two steps.

    Raises:
        InputError: a source cannot be learned from; the message names it.
        UnreadableVideoError: a clip is damaged.
        TrainingError: the numbers ran out of range; what was good is kept.
        WorkspaceError: the store cannot be written.
    """
    from pipeline.devices import use_free_cores
    from pipeline.packs.placement import memory_errors
    from pipeline.priors.state import StateFile
    from pipeline.priors.trainer import train

    store, plan = PriorStore(runner.settings), lesson.plan
    known = store.find(lesson.key)
    if known is not None and known.whole:
        steps = plan.settings.steps
        yield Progress(stage="train", step=steps, total=steps, note="learned before")
        return known
    pack = yield from runner.loaded()
    if pack.record.revision != plan.pack_revision:
        raise InputError(
            "the model has changed since this was planned", hint="Ask for the learning again."
        )
    keep = partial(_keep, store, lesson, pack, title)
    state = StateFile(state_path(runner.settings, lesson.key), lesson.key)
    home, texts = runner.settings.home, runner.texts(pack)
    examples, nothing = yield from examples_of(pack, lesson, home, texts)
    sample = partial(_sample, pack, runner.preview(pack), plan.settings, examples[0], nothing)
    use_free_cores()
    with memory_errors(pack.placement), pack.using("transformer") as transformer:
        trained = yield from train(
            plan.settings,
            plan.kind,
            examples,
            transformer=transformer,
            scheduler=pack.scheduler,
            state=state,
            wishes=wishes,
            sample=partial(sample, transformer),
            keep=keep,
        )
    stored = keep(trained)
    state.clear()
    return stored


def learn_in(
    runner: Runner,
    project: Project,
    motion: str | None,
    character: str | None,
    *,
    recipe: str = "own",
    changes: Mapping[str, object] | None = None,
    wishes: Wishes = nothing_wished,
) -> Work[Stored]:
    """Learn a motion or a character's look of a project, and let its story use what came of it.

    Args:
        runner: has the pack, and says whose store it is.
        project: whose approved clips or pictures.
        motion: the motion's id or words; or None.
        character: the character's id or name; exactly one of the two.
        recipe: see `priors.recipes`.
        changes: other training settings by their names; None stands for the recipe's own.
        wishes: see `learn`.

    Raises:
        InputError: the story has no such motion or character, or there is nothing to learn from.
        PipelineError: as `learn`.
    """
    from pipeline.blocking import cast_project
    from pipeline.playing import learned_heads

    settings, told = runner.settings, dict(changes or {})
    lesson = lesson_of(project, settings, motion, character, recipe=recipe, **told)
    title = project.story.title
    stored = yield from learn(runner, lesson, title=title, wishes=wishes)
    if project.has_casting and project.casting.pack == settings.pack:
        heads = learned_heads(settings)
        project.reload()
        project.save_casting(cast_project(project, settings.pack, heads))
    return stored


def state_path(settings: Settings, key: str) -> Path:
    """Give where the state of a learning lies that was stopped."""
    folder = settings.home / "users" / checked_id(settings.user) / "training"
    return folder / f"{checked_id(key)}.safetensors"


def _keep(store: PriorStore, lesson: Lesson, pack: Pack, title: str, trained: Trained) -> Stored:
    """Put what was learned so far into the store."""
    from pipeline.priors.adapter import write_adapter

    plan = lesson.plan
    prior = Prior(
        key=lesson.key,
        kind=plan.kind,
        words=plan.words,
        figure=plan.figure,
        trigger=plan.trigger,
        pack=plan.pack,
        pack_revision=plan.pack_revision,
        rank=trained.rank,
        alpha=trained.alpha,
        blocks=trained.blocks,
        sha256="0" * 64,
        plan=plan,
        steps=trained.steps,
        losses=trained.losses,
        seconds_taken=round(trained.seconds, 1),
        device=f"{pack.device}, {str(pack.transformer.dtype).removeprefix('torch.')}",
        code_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        title=title,
    )
    with (
        workspace_errors("write what was learned"),
        tempfile.TemporaryDirectory(prefix=SCRATCH) as folder,
    ):
        file = Path(folder) / "adapter.safetensors"
        metadata = metadata_of(prior)
        write_adapter(
            file, trained.tensors, rank=trained.rank, alpha=trained.alpha, metadata=metadata
        )
        return store.save(prior, file, trained.samples)


def _sample(
    pack: Pack,
    preview: PreviewMap,
    settings: TrainSettings,
    shown: Example,
    nothing: Tensor,
    transformer: CogVideoXTransformer3DModel,
    _step: int,
) -> bytes:
    """What the model makes of the first source's words by now; the same noise every time."""
    from pipeline.priors.in_regions import FigureAdapter, in_the_middle, placed
    from pipeline.priors.sampling import sample_strip

    regions, texts = shown.regions, shown.prompt_embeds
    if settings.guided and regions is None:  # a look acts as it does in a scene
        regions, texts = in_the_middle(texts, nothing, pack.record)
    regions = regions and regions.to(pack.device)
    texts = texts.unflatten(0, (regions.num_segments if regions else 1, -1))
    with placed(transformer, regions):
        return sample_strip(
            transformer,
            pack.scheduler,
            clip=pack.record,
            prompt_embeds=texts.to(pack.device),
            negative_prompt_embeds=nothing.to(pack.device),
            preview=preview,
            regions=regions,
            adapters=FigureAdapter(transformer, acting_of(settings)),
            guidance_scale=pack.record.guidance_scale,
        )
