"""Training a prior: latents and texts in, step by step, an adapter out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from pipeline.errors import TrainingError
from pipeline.priors.losses import Noising
from pipeline.priors.passes import Example, Passes
from pipeline.priors.preparing import is_large, ready
from pipeline.priors.state import TrainState
from pipeline.priors.watching import WINDOW, curve, recent_loss, runs_away, worsens
from pipeline.progress import Progress

if TYPE_CHECKING:
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.diffusion.sampling import Scheduler
    from pipeline.prior import LossPoint, PriorKind, TrainSettings
    from pipeline.priors.state import StateFile
    from pipeline.progress import Work

__all__ = ["Example", "Trained", "Wish", "train"]

Wish = Literal["none", "save_now", "sample_now"]
STAGE = "train"


@dataclass(frozen=True)
class Trained:
    """An adapter that was trained, or as far as it is by now.

    Attributes:
        tensors: its weights, float32 on the CPU, by peft's names (see `write_adapter`).
        rank: of every layer.
        alpha: the deltas are scaled by alpha / rank.
        blocks: the blocks it changes.
        steps: how many steps it was trained.
        losses: L_org (of a look: L_spatial) and L_ad over the steps.
        samples: preview pictures (WebP) by the step they were made at.
        seconds: how long it took, interrupted runs included.
        resumed_from: steps that an interrupted run had done already.
    """

    tensors: dict[str, Tensor]
    rank: int
    alpha: float
    blocks: tuple[int, ...]
    steps: int
    losses: tuple[LossPoint, ...]
    samples: dict[int, bytes]
    seconds: float
    resumed_from: int = 0


def train(
    settings: TrainSettings,
    kind: PriorKind,
    examples: Sequence[Example],
    *,
    transformer: CogVideoXTransformer3DModel,
    scheduler: Scheduler,
    state: StateFile | None = None,
    wishes: Callable[[], Wish] = lambda: "none",
    sample: Callable[[int], bytes] | None = None,
    keep: Callable[[Trained], object] | None = None,
) -> Work[Trained]:
    """Train an adapter on latents and text embeddings; the same seed gives the same weights.

    Yields a progress record per step; one on which a new sample was made carries it as its
    preview. Closing the generator saves the state and stops: called again with the same arguments
    it goes on, on the CPU to the same weights bit for bit. The transformer is as it was afterwards,
    whatever happens; text encoder and VAE are not needed.

    A motion is learned by L_org + debias * L_ad on all latent frames, a look by the loss on one
    latent frame, drawn at every step (DreamRunner, section 3.3).

    Args:
        settings: how; the sizes in it are those of the examples already.
        kind: tells the blocks and the loss.
        examples: one or more, of latents and embeddings of one shape.
        transformer: on its device, in the number type it is to be multiplied in.
        scheduler: the pack's: its noise schedule.
        state: where the state is kept while the steps go on, and gone on from; None = nowhere. The
            caller clears it when the prior is safe.
        wishes: asked once a step what the person wants: to save now, to see a sample now.
        sample: makes a preview (WebP) of the adapter after so many steps; it acts while this runs.
        keep: gets the adapter so far where the person wants it saved now.

    Raises:
        InputError: the pack predicts something else than velocities.
        TrainingError: a number is not finite or the losses run away. The last good state is kept.
        ValueError: no examples, or of different shapes.
    """
    noising = Noising.of(scheduler)
    shape = _shape_of(examples)
    checkpointing = settings.checkpointing
    if checkpointing is None:
        checkpointing = is_large(transformer, shape, batch_size=settings.batch_size)
    with ready(transformer, checkpointing=checkpointing):
        passes = Passes(settings, kind, examples, transformer, noising)
        return (yield from _steps(_Run(settings, passes, state), wishes, sample, keep))


def _shape_of(examples: Sequence[Example]) -> tuple[int, ...]:
    shapes = {(e.latents.shape, e.prompt_embeds.shape) for e in examples}
    if len(shapes) != 1:
        raise ValueError(f"examples must be there and of one shape, not {sorted(shapes)}")
    return tuple(examples[0].latents.shape)


def _steps(
    run: _Run,
    wishes: Callable[[], Wish],
    sample: Callable[[int], bytes] | None,
    keep: Callable[[Trained], object] | None,
) -> Work[Trained]:
    if run.is_done:
        yield run.progress()
    try:
        while not run.is_done:
            run.take_step()
            wish = wishes()
            picture = run.draw_sample(sample, asked=wish == "sample_now") if sample else None
            run.save(now=wish == "save_now" or run.is_done)
            if wish == "save_now" and keep:
                keep(run.trained())
            yield run.progress(picture)
    except GeneratorExit:
        run.save(now=True)
        raise
    return run.trained()


class _Run:
    """One run of a training: how far it is, what came of it, where it is kept."""

    def __init__(self, settings: TrainSettings, passes: Passes, file: StateFile | None) -> None:
        self.settings, self.passes, self.file = settings, passes, file
        self.history = torch.zeros(0, 2, dtype=torch.float64)
        self.samples: dict[int, bytes] = {}
        self.seconds_before = 0.0
        found = file.load() if file else None
        if found is not None:
            passes.load(found.tensors)
            self.history, self.samples = found.history, dict(found.samples)
            self.seconds_before = found.seconds
        self.resumed_from = self.step
        self.began = time.monotonic()
        self.durations: deque[float] = deque(maxlen=WINDOW)

    @property
    def step(self) -> int:
        """Steps that are done."""
        return len(self.history)

    @property
    def is_done(self) -> bool:
        """Whether no step is left."""
        return self.step >= self.settings.steps

    @property
    def seconds(self) -> float:
        """Seconds it took so far, interrupted runs included."""
        return self.seconds_before + time.monotonic() - self.began

    def take_step(self) -> None:
        """Take a step; if that cannot be, keep the last good state and raise TrainingError."""
        began, number = time.monotonic(), self.step + 1
        losses = self.passes.take(number)
        if losses is None:
            self.save(now=not worsens(self.history))
            raise self._failure(f"a number was not finite at step {number}")
        self.history = torch.cat([self.history, torch.tensor([losses], dtype=torch.float64)])
        self.durations.append(time.monotonic() - began)
        if runs_away(self.history):
            raise self._failure(f"the losses ran away by step {number}")

    def draw_sample(self, sample: Callable[[int], bytes], *, asked: bool) -> bytes | None:
        """Make a preview where one is due or asked for; None where not, or it is there already."""
        every = self.settings.sample_every
        due = asked or self.is_done or (every and self.step % every == 0)
        if not due or self.step in self.samples:
            return None
        with self.passes.sampling():
            self.samples[self.step] = sample(self.step)
        return self.samples[self.step]

    def save(self, *, now: bool) -> None:
        """Keep the state: now, or where it is time and the losses are not on their way up."""
        if self.file and (now or (self.file.due and not worsens(self.history))):
            self.file.save(
                TrainState(
                    tensors=self.passes.state(),
                    history=self.history,
                    samples=self.samples,
                    seconds=self.seconds,
                )
            )

    def trained(self) -> Trained:
        """What came of it so far."""
        adapter, settings = self.passes.fitting.adapter, self.settings
        return Trained(
            tensors=adapter.state(),
            rank=adapter.rank,
            alpha=adapter.alpha,
            blocks=adapter.blocks,
            steps=self.step,
            losses=curve(self.history, total=settings.steps, debiased=self.passes.debiased),
            samples=dict(self.samples),
            seconds=self.seconds,
            resumed_from=self.resumed_from,
        )

    def progress(self, picture: bytes | None = None) -> Progress:
        """How far it is, in words too."""
        total = self.settings.steps
        note = f"loss {recent_loss(self.history):.3f}, step {self.step} of {total}"
        if self.durations and not self.is_done:
            each = sum(self.durations) / len(self.durations)
            note += f", about {_in_words(each * (total - self.step))} left"
        return Progress(stage=STAGE, step=self.step, total=total, note=note, preview=picture)

    def _failure(self, what: str) -> TrainingError:
        kept = self.file.load() if self.file else None
        rate = f"Learn it again with a lower learning rate (it was {self.settings.learning_rate:g})"
        if kept is None:
            return TrainingError(f"{what}, and training stopped", hint=f"{rate}.")
        return TrainingError(
            f"{what}, and training stopped; what was learned by step {kept.step} is kept",
            hint=f"{rate}, or use what is kept.",
        )


def _in_words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
