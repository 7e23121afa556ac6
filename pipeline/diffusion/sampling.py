"""Noise to latents, step by step, with or without regions."""

from __future__ import annotations

import copy
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import torch
from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler

from pipeline.diffusion.attention import RegionAttnProcessor, region_attention
from pipeline.diffusion.feed_forward import feed_forward_in_parts
from pipeline.diffusion.guided import weigh
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from contextlib import AbstractContextManager

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.artifacts import AttentionMethod
    from pipeline.diffusion.adapter_config import Acting
    from pipeline.diffusion.guided import Guided
    from pipeline.diffusion.regions import RegionLayout

Scheduler = CogVideoXDDIMScheduler | CogVideoXDPMScheduler
_SCHEDULERS = {"ddim": CogVideoXDDIMScheduler, "dpm": CogVideoXDPMScheduler}
_PLAIN = "plain: one text for the whole picture"


class Adapters(Protocol):
    """LoRA adapters that act in regions, see `RegionalAdapters`."""

    def guided(
        self, layout: RegionLayout, segments: Sequence[int] | None = None, /, *, timestep: int
    ) -> Sequence[Guided]:
        """Those that act with the text alone at a timestep, grouped by how they do."""
        ...

    def active(
        self,
        layout: RegionLayout,
        segments: Sequence[int] | None = None,
        /,
        *,
        timestep: int,
        guided: Sequence[Acting] | None = None,
    ) -> AbstractContextManager[None]:
        """Let them act in the forwards inside the block; of the guided ones only those given."""
        ...


@dataclass(frozen=True)
class DenoiseStep:
    """One finished step, and all (but the generator's state) that the next ones start from.

    Attributes:
        step: its number, 1 to `total`.
        total: number of steps.
        latents: float32 (B, f, C, h, w), as noisy as the step leaves them.
        predicted: the clean latents the model predicts by now, likewise.
        attention: how attention was computed, and why so.
    """

    step: int
    total: int
    latents: Tensor
    predicted: Tensor
    attention: str = ""


def build_scheduler(scheduler: Scheduler, kind: Literal["ddim", "dpm"] | None) -> Scheduler:
    """A scheduler of a kind with a pack's noise schedule; None copies the pack's own."""
    if kind is None:
        return copy.deepcopy(scheduler)
    return _SCHEDULERS[kind].from_config(scheduler.config)


def initial_noise(
    shape: tuple[int, ...], *, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Tensor:
    """Standard normal float32 noise (B, f, C, h, w), drawn on the CPU: same seed, same take."""
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(device)


def denoise(
    transformer: CogVideoXTransformer3DModel,
    scheduler: Scheduler,
    *,
    noise: Tensor,
    prompt_embeds: Tensor,
    negative_prompt_embeds: Tensor,
    regions: RegionLayout | None = None,
    segments: Sequence[int] | None = None,
    adapters: Adapters | None = None,
    attention: AttentionMethod = "auto",
    guidance_scale: float,
    num_inference_steps: int,
    generator: torch.Generator | None = None,
    after: DenoiseStep | None = None,
) -> Generator[DenoiseStep, None, Tensor]:
    """Yields one record per step and returns the latents, float32 (B, f, C, h, w).

    With regions, the negative half runs under the same regions, every segment with the negative
    text. Scheduler and transformer are left as they were, also between steps and when the caller
    stops early.

    Args:
        transformer: already on its device.
        scheduler: copied, never changed.
        noise: the start, from `initial_noise`; B takes share texts and regions.
        prompt_embeds: (N, L, D), one text per segment, in the layout's order.
        negative_prompt_embeds: (L, D), the text to steer away from, usually the empty one.
        regions: who sees whom; None = plain CogVideoX (all N texts seen by all tokens).
        segments: the scene's numbers of the layout's segments, where some were dropped.
        adapters: at work in their regions; none without `regions`.
        attention: how region attention is computed, see `region_attention`.
        guidance_scale: 1 or less runs without the negative text.
        num_inference_steps: at least 1.
        generator: of the noise that DPM adds; on the CPU it is the same on every device.
        after: goes on after this step of an earlier run, with `generator` as it was then, to the
            latents of a run without a break.

    Raises:
        ValueError: the layout does not fit the texts or the latents (at the first step).
    """
    model = _Model(
        transformer=transformer,
        prompt_embeds=_join_texts(
            prompt_embeds, negative_prompt_embeds if guidance_scale > 1 else None, noise.shape[0]
        ).to(noise.device, transformer.dtype),
        regions=None if regions is None else regions.to(noise.device),
        segments=segments,
        adapters=None if regions is None else adapters,
        processor=RegionAttnProcessor(attention),
        guidance_scale=guidance_scale,
        table=video_positions(transformer, noise),  # 7. the positions
        rotary=rotary_positions(transformer, noise),
    )
    scheduler = copy.deepcopy(scheduler)
    scheduler.set_timesteps(num_inference_steps, device=noise.device)  # 4. the timesteps
    return (yield from _loop(model, scheduler, noise, generator, after))


def _loop(
    model: _Model,
    scheduler: Scheduler,
    noise: Tensor,
    generator: torch.Generator | None,
    after: DenoiseStep | None,
) -> Generator[DenoiseStep, None, Tensor]:
    # With 61, 103, 121 and 122 steps rounding makes diffusers count one on, to timestep -1.
    timesteps = scheduler.timesteps.tolist()[: scheduler.num_inference_steps]
    latents, predicted, done = noise * scheduler.init_noise_sigma, None, 0  # 5. the latents
    if after is not None:
        latents, predicted = after.latents.to(noise.device), after.predicted.to(noise.device)
        done = after.step
    for number, timestep in list(enumerate(timesteps, start=1))[done:]:  # 8. the loop
        prediction = model.predict(scheduler.scale_model_input(latents, timestep), timestep)
        before = timesteps[number - 2] if number > 1 else None
        latents, predicted = _step(  # 6. what a step takes besides is the scheduler's affair
            scheduler, prediction, timestep, latents, predicted, before, generator
        )
        yield DenoiseStep(number, len(timesteps), latents, predicted, model.attention)
    return latents


@dataclass(frozen=True)
class _Model:
    """The transformer with all that stays the same over the steps of one take."""

    transformer: CogVideoXTransformer3DModel
    prompt_embeds: Tensor
    regions: RegionLayout | None
    segments: Sequence[int] | None
    adapters: Adapters | None
    processor: RegionAttnProcessor
    guidance_scale: float
    table: Tensor | None
    rotary: tuple[Tensor, Tensor] | None

    @property
    def attention(self) -> str:
        """How attention was computed at the last step, and why so."""
        return _PLAIN if self.regions is None else str(self.processor.chosen)

    @torch.no_grad()
    def predict(self, latents: Tensor, timestep: int) -> Tensor:
        """The guided prediction in float32, shaped as the latents."""
        halves = self.prompt_embeds.shape[0] // latents.shape[0]
        plain = self._run(torch.cat([latents] * halves), self.prompt_embeds, timestep, ())
        *empty, prompted = plain.chunk(halves)
        prompted = self._guide(prompted, latents, timestep)
        return empty[0] + self.guidance_scale * (prompted - empty[0]) if empty else prompted

    def _guide(self, prompted: Tensor, latents: Tensor, timestep: int) -> Tensor:
        """The prediction with text and what adapters add that act with the text alone.

        One pass for all that act in the same manner, beside those that had theirs before.
        """
        if self.adapters is None or self.regions is None:
            return prompted
        told, acting, embeds = prompted, [], self.prompt_embeds[-latents.shape[0] :]
        patch_size = self.transformer.config["patch_size"]
        for one in self.adapters.guided(self.regions, self.segments, timestep=timestep):
            acting.append(one.acting)
            before, told = told, self._run(latents, embeds, timestep, acting)
            prompted = prompted + weigh(told - before, one, patch_size)
        return prompted

    def _run(
        self, latents: Tensor, embeds: Tensor, timestep: int, guided: Sequence[Acting]
    ) -> Tensor:
        """The prediction for latents (B, ...) with the texts of each, float32."""
        kwargs = None if self.regions is None else {"regions": self.regions}
        with ExitStack() as changed:  # per step, so that the transformer is whole between steps
            changed.enter_context(joint_text(self.transformer, self.table))
            if self.regions is not None:
                changed.enter_context(region_attention(self.transformer, self.processor))
                changed.enter_context(feed_forward_in_parts(self.transformer, self.regions))
                if self.adapters is not None:
                    acting = self.adapters.active(
                        self.regions, self.segments, timestep=timestep, guided=guided
                    )
                    changed.enter_context(acting)
            return self.transformer(
                hidden_states=latents.to(embeds.dtype),
                encoder_hidden_states=embeds,
                timestep=torch.full((len(latents),), timestep, device=latents.device),
                image_rotary_emb=self.rotary,
                attention_kwargs=kwargs,
                return_dict=False,
            )[0].float()


def _step(
    scheduler: Scheduler,
    prediction: Tensor,
    timestep: int,
    latents: Tensor,
    predicted: Tensor | None,
    before: int | None,
    generator: torch.Generator | None,
) -> tuple[Tensor, Tensor]:
    """The latents after a step, and the clean ones that it predicts."""
    if isinstance(scheduler, CogVideoXDPMScheduler):
        following, clean = scheduler.step(
            prediction,
            predicted,  # pyright: ignore[reportArgumentType]  (None at the first step)
            timestep,
            before,  # pyright: ignore[reportArgumentType]  (None at the first step)
            latents,
            generator=generator,
        )
    else:
        following, clean = scheduler.step(prediction, timestep, latents, return_dict=False)
    return following, clean


def _join_texts(prompts: Tensor, negative: Tensor | None, num_takes: int) -> Tensor:
    """Each half's (N, L, D) as one joint text per take: (halves * takes, N * L, D)."""
    halves = [prompts] if negative is None else [negative.expand_as(prompts), prompts]
    return torch.cat([half.flatten(0, 1).expand(num_takes, -1, -1) for half in halves])
