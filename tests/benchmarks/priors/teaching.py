"""Trains a lesson's adapter and keeps it; a training that was stopped goes on."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from pipeline.artifacts import PriorBinding
from pipeline.diffusion.text import scene_embeds
from pipeline.priors.adapter import write_adapter
from pipeline.priors.header import acting_of
from pipeline.priors.in_regions import figure_layout
from pipeline.priors.latents import encode_windows
from pipeline.priors.state import StateFile
from pipeline.priors.trainer import Example, Trained, train
from pipeline.progress import finish
from tests.benchmarks.priors.rows import Ledger, Row

if TYPE_CHECKING:
    from pipeline.packs.load import Pack
    from pipeline.prior import PriorKind
    from tests.benchmarks.priors.lessons import Lesson

_SAID_EVERY = 50
"""Steps between two lines of progress."""


@dataclass(frozen=True)
class Taught:
    """A trained adapter in a file, and what its training was like."""

    name: str
    kind: PriorKind
    trigger: str
    file: Path
    row: Row

    def bound_to(self, *regions: str) -> PriorBinding:
        """The prior at work in these regions."""
        return PriorBinding(prior=self.file.stem, kind=self.kind, region_ids=regions)

    @property
    def told(self) -> str:
        """Its training in words."""
        numbers = self.row.numbers
        return (
            f"{numbers['steps']:.0f} steps in {self.row.seconds:.0f} s,"
            f" {numbers['windows']:.0f} windows, last loss {numbers['loss']:.3f}"
        )


def teach(lesson: Lesson, pack: Pack, folder: Path, ledger: Ledger) -> Taught:
    """The lesson's adapter in the folder's `adapters`: from its file, or trained now."""
    key = f"{lesson.key}-{pack.record.revision[:8]}"
    file = folder / "adapters" / f"{key}.safetensors"
    blank = Row(
        benchmark="training",
        condition=lesson.settings.recipe,
        subject=lesson.name,
        scene=0,
        seed=lesson.settings.seed,
        made=key,
        numbers={},
    )
    if not file.is_file():  # a row without its adapter is of no use
        ledger.forget(blank)

    def measure() -> Row:
        state = StateFile(folder / "states" / f"{key}.safetensors", key)
        trained = _train(lesson, pack, state)
        said = acting_of(lesson.settings).entries()
        write_adapter(file, trained.tensors, rank=trained.rank, alpha=trained.alpha, metadata=said)
        state.clear()
        windows, loss = len(lesson.windows), trained.losses[-1].loss
        numbers = {"steps": trained.steps, "windows": windows, "loss": loss}
        seconds = round(trained.seconds, 1)
        return blank.model_copy(update={"numbers": numbers, "seconds": seconds})

    return Taught(lesson.name, lesson.kind, lesson.trigger, file, ledger.get(blank, measure))


def _train(lesson: Lesson, pack: Pack, state: StateFile) -> Trained:
    examples = examples_of(lesson, pack)
    with pack.using("transformer") as transformer:
        work = train(
            lesson.settings,
            lesson.kind,
            examples,
            transformer=transformer,
            scheduler=pack.scheduler,
            state=state,
        )
        start = time.perf_counter()
        while True:
            try:
                progress = next(work)
            except StopIteration as end:
                return end.value
            if progress.step % _SAID_EVERY == 0:
                spent = time.perf_counter() - start
                print(f"{lesson.name}: {progress.note} ({spent:.0f} s so far)", flush=True)


def examples_of(lesson: Lesson, pack: Pack) -> list[Example]:
    """The lesson's windows as latents, with their texts embedded."""
    length = pack.record.max_sequence_length
    texts = [*lesson.texts, *lesson.around]
    embeds = scene_embeds(texts, model=pack, max_sequence_length=length).float().cpu()
    latents = finish(encode_windows(pack, [one.frames for one in lesson.windows]))
    count = len(latents)
    plain = [Example(*one) for one in zip(latents, embeds, lesson.sources, strict=False)]
    if lesson.kind == "character" or lesson.settings.form == "caption":
        return plain
    train = lesson.settings
    clip = pack.record.sized(train.num_frames, train.height_px, train.width_px)
    return [
        replace(
            one,
            prompt_embeds=torch.cat([one.prompt_embeds, around]),
            regions=figure_layout(window.box, clip, length),
        )
        for one, around, window in zip(plain, embeds[count:], lesson.windows, strict=True)
    ]
