"""The passes of a training step: examples through the transformer, losses, gradients."""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.priors.adapter import activate, add_adapter
from pipeline.priors.draws import choose, draw_step, generator_of
from pipeline.priors.fitting import Fitting, rate_factor
from pipeline.priors.in_regions import placed
from pipeline.priors.losses import Noising, debiased_loss, frame_loss, plain_loss
from pipeline.priors.preparing import mixed
from pipeline.priors.state import WEIGHTS, below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.diffusion.regions import RegionLayout
    from pipeline.prior import PriorKind, TrainSettings
    from pipeline.priors.draws import Draw

_SKIPS = 0.2
"""How often a clip's appearance adapter sits a step out (MotionDirector's code)."""
_PRIOR = WEIGHTS.partition("/")[0]


@dataclass(frozen=True)
class Example:
    """What is learned from: a window of a clip, or a picture.

    Attributes:
        latents: float32 (f, C, h, w), on the CPU.
        prompt_embeds: (L, D), the text it is shown with; (N * L, D), those of the layout's
            segments one after the other.
        name: the clip or picture it is of: the windows of one clip share it.
        regions: where each text belongs, as scenes are rendered: the adapter then acts on the
            first segment alone. None = one text for the whole picture.
    """

    latents: Tensor
    prompt_embeds: Tensor
    name: str
    regions: RegionLayout | None = None


class Passes:
    """The adapter in training, what it learns from, and what a step does.

    With `settings.appearance` every clip has a spatial adapter of its own beside the motion's:
    the looks of the clip go there, and it is thrown away in the end (MotionDirector). A step then
    takes its examples from one clip, trains that clip's adapter alone and, with it acting but
    frozen, the motion's; each loss has its backward before any adapter is switched.

    Args:
        settings: how.
        kind: tells the blocks and the loss.
        examples: what is learned from.
        transformer: ready (see `preparing.ready`).
        noising: of the pack.

    Attributes:
        fitting: the adapter in training with its optimiser.
    """

    def __init__(
        self,
        settings: TrainSettings,
        kind: PriorKind,
        examples: Sequence[Example],
        transformer: CogVideoXTransformer3DModel,
        noising: Noising,
    ) -> None:
        self._settings, self._kind, self._noising = settings, kind, noising
        self._transformer, self._device = transformer, transformer.device
        self._latents = torch.stack([example.latents for example in examples])
        embeds = torch.stack([example.prompt_embeds for example in examples])
        self._embeds = embeds.to(self._device, transformer.dtype)
        self._regions = [e.regions and e.regions.to(self._device) for e in examples]
        inputs = self._latents[:1].to(self._device)
        self._table = video_positions(transformer, inputs)
        self._rotary = rotary_positions(transformer, inputs)
        self.fitting = self._fit(kind, _PRIOR)
        self._clips: dict[str, list[int]] = {}
        if settings.appearance and kind == "motion":
            for number, example in enumerate(examples):
                self._clips.setdefault(example.name, []).append(number)
        self._looks = [self._fit("character", f"look{n}") for n in range(len(self._clips))]
        for fitting in (self.fitting, *self._looks):  # peft froze all but the last
            fitting.freeze(fitting is not self.fitting)

    @property
    def debiased(self) -> bool:
        """Whether L_ad is part of the loss."""
        return self._kind == "motion" and self._settings.debias > 0

    def take(self, step: int) -> tuple[float, float] | None:
        """Take a step, counted from 1.

        Returns:
            L_org (of a look: L_spatial) and L_ad; None if a number was not finite: then the
            motion's or look's weights are as they were.
        """
        chosen, look = self._choose(step)
        if look is not None and not self._train_look(step, chosen, look):
            return None
        activate(self._transformer, [f.adapter for f in (self.fitting, look) if f is not None])
        told = self._fit_to(self.fitting, self._draw(step, chosen, "step"), step, self._losses)
        if told is None:
            return None
        return told[1], told[2] if self.debiased else 0.0

    def _losses(self, prediction: Tensor, target: Tensor, frame: int) -> Tensor:
        """What is minimised, L_org (of a look: L_spatial) and L_ad: (3,)."""
        if self._kind == "character":
            plain = frame_loss(prediction, target, frame)
            return torch.stack([plain, plain, torch.zeros_like(plain)])
        plain = plain_loss(prediction, target)
        debiased = debiased_loss(prediction, target, frame)
        return torch.stack([plain + self._settings.debias * debiased, plain, debiased])

    def sampling(self) -> ExitStack:
        """A block in which the adapter acts alone, with nothing dropped out: for previews."""
        stack = ExitStack()
        activate(self._transformer, [self.fitting.adapter])
        self._transformer.eval()
        stack.callback(self._transformer.train)
        stack.enter_context(torch.no_grad())
        stack.enter_context(mixed(self._transformer))
        return stack

    def state(self) -> dict[str, Tensor]:
        """A copy of all that changes from step to step."""
        return {
            f"{fitting.adapter.name}/{name}": tensor
            for fitting in (self.fitting, *self._looks)
            for name, tensor in fitting.state().items()
        }

    def load(self, told: Mapping[str, Tensor]) -> None:
        """Take over what `state` gave."""
        for fitting in (self.fitting, *self._looks):
            fitting.load(below(told, f"{fitting.adapter.name}/"))

    def _fit(self, kind: PriorKind, name: str) -> Fitting:
        generator = generator_of(self._settings.seed, "weights", name)
        adapter = add_adapter(self._transformer, kind, self._settings, generator, name)
        halves = self._transformer.dtype == torch.float16
        return Fitting(adapter, self._settings, scaled=halves)

    def _choose(self, step: int) -> tuple[list[int], Fitting | None]:
        """The examples of a step, and the appearance adapter of their clip if it takes part."""
        seed, count = self._settings.seed, self._settings.batch_size
        if not self._clips:
            return choose(seed, step, num_examples=len(self._latents), batch_size=count), None
        (clip,) = choose(seed, step, num_examples=len(self._clips), batch_size=1)
        windows = list(self._clips.values())[clip]
        generator = generator_of(seed, "windows", step)
        places = torch.randint(len(windows), (count,), generator=generator).tolist()
        skips = torch.rand((), generator=generator).item() < _SKIPS
        return [windows[place] for place in places], None if skips else self._looks[clip]

    def _draw(self, step: int, chosen: Sequence[int], purpose: str) -> Draw:
        return draw_step(
            self._settings.seed,
            step,
            chosen=chosen,
            shape=self._latents.shape[1:],
            num_timesteps=len(self._noising),
            min_timestep=self._settings.min_timestep,
            purpose=purpose,
        )

    def _train_look(self, step: int, chosen: Sequence[int], look: Fitting) -> bool:
        """Train a clip's appearance adapter, the motion's being off; freeze it for what follows."""
        activate(self._transformer, [look.adapter])
        look.freeze(False)
        draw = self._draw(step, chosen, "look")
        told = self._fit_to(look, draw, step, lambda *seen: frame_loss(*seen).unsqueeze(0))
        look.freeze(True)
        return told is not None

    def _predict(self, draw: Draw, part: slice) -> tuple[Tensor, Tensor]:
        """Predicted velocities and those to predict, float32 (B, f, C, h, w), of a part of it."""
        transformer, chosen = self._transformer, list(draw.chosen[part])
        latents, noise = self._latents[chosen].to(self._device), draw.noise[part].to(self._device)
        timesteps, regions = draw.timesteps[part], self._regions[chosen[0]]
        noised = self._noising.noised(latents, noise, timesteps)
        cards = [self._device] if self._device.type == "cuda" else []
        with ExitStack() as changed:
            changed.enter_context(torch.random.fork_rng(cards))
            torch.manual_seed(draw.dropout_seed)
            changed.enter_context(joint_text(transformer, self._table))
            changed.enter_context(mixed(transformer))
            prediction = transformer(
                hidden_states=noised.to(transformer.dtype),
                encoder_hidden_states=self._embeds[chosen],
                timestep=timesteps.to(self._device),
                image_rotary_emb=self._rotary,
                attention_kwargs=regions and {"regions": regions},
                return_dict=False,
            )[0].float()
        return prediction, self._noising.velocity(latents, noise, timesteps)

    def _parts(self, chosen: Sequence[int]) -> list[slice]:
        """The parts of a batch that go through the model at once: each layout by itself."""
        if self._regions[0] is None:
            return [slice(len(chosen))]
        return [slice(at, at + 1) for at in range(len(chosen))]

    def _fit_to(
        self, fitting: Fitting, draw: Draw, step: int, losses: Callable[..., Tensor]
    ) -> list[float] | None:
        """Take a step against the first of the losses; gives them all.

        None, and no step taken, where numbers are not finite.
        """
        told = torch.zeros(())
        for part in self._parts(draw.chosen):
            with placed(self._transformer, self._regions[draw.chosen[part][0]]):
                found = losses(*self._predict(draw, part), draw.frame)
                found = found * (len(draw.chosen[part]) / len(draw.chosen))
                fitting.backward(found[0])
            told = told + found.detach().cpu()
        norm = fitting.norm()
        *values, known_norm = torch.cat([told, norm.detach().cpu().reshape(1).to(told)]).tolist()
        if not math.isfinite(values[0]) or not fitting.accepts(known_norm):
            fitting.drop()
            return None
        fitting.step(norm, rate_factor(self._settings, step))
        return values
