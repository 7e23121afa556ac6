"""Noise to latents, step by step, with or without regions."""

from __future__ import annotations

import copy
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler

from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.positions import joint_text, rotary_positions

if TYPE_CHECKING:
    from collections.abc import Generator

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from diffusers.schedulers.scheduling_ddim_cogvideox import CogVideoXDDIMScheduler
    from torch import Tensor

    from pipeline.diffusion.regions import RegionLayout


@dataclass(frozen=True)
class DenoiseStep:
    """One finished step.

    Attributes:
        step: its number, 1 to `total`.
        total: number of steps.
        predicted: the clean latents the model predicts by now, float32 (B, f, C, h, w).
    """

    step: int
    total: int
    predicted: Tensor


@dataclass(frozen=True)
class _Model:
    """The transformer with all that stays the same over the steps of one take."""

    transformer: CogVideoXTransformer3DModel
    prompt_embeds: Tensor
    regions: RegionLayout | None
    rotary: tuple[Tensor, Tensor] | None
    guidance_scale: float

    @torch.no_grad()
    def predict(self, latents: Tensor, timestep: int) -> Tensor:
        """The guided prediction in float32, shaped as the latents."""
        copies = self.prompt_embeds.shape[0] // latents.shape[0]
        kwargs = None if self.regions is None else {"regions": self.regions}
        with ExitStack() as changed:  # per step, so that the transformer is whole between steps
            changed.enter_context(joint_text(self.transformer, self.prompt_embeds.shape[1]))
            if self.regions is not None:
                changed.enter_context(region_attention(self.transformer))
            prediction = self.transformer(
                hidden_states=torch.cat([latents] * copies).to(self.prompt_embeds.dtype),
                encoder_hidden_states=self.prompt_embeds,
                timestep=torch.full((copies * latents.shape[0],), timestep, device=latents.device),
                image_rotary_emb=self.rotary,
                attention_kwargs=kwargs,
                return_dict=False,
            )[0].float()
        if copies == 1:
            return prediction
        empty, prompted = prediction.chunk(2)
        return empty + self.guidance_scale * (prompted - empty)


def initial_noise(
    shape: tuple[int, ...], *, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Tensor:
    """Standard normal float32 noise (B, f, C, h, w), drawn on the CPU: same seed, same take."""
    return torch.randn(shape, generator=generator, dtype=torch.float32).to(device)


def denoise(
    transformer: CogVideoXTransformer3DModel,
    scheduler: CogVideoXDDIMScheduler | CogVideoXDPMScheduler,
    *,
    noise: Tensor,
    prompt_embeds: Tensor,
    negative_prompt_embeds: Tensor,
    regions: RegionLayout | None = None,
    guidance_scale: float,
    num_inference_steps: int,
    generator: torch.Generator | None = None,
) -> Generator[DenoiseStep, None, Tensor]:
    """Yields one record per step and returns the latents, float32 (B, f, C, h, w).

    With regions, the negative half runs under the same regions, every segment with the negative
    text. Scheduler and transformer are left as they were, also between steps and when the caller
    stops early.

    Args:
        transformer: a CogVideoXTransformer3DModel, already on its device.
        scheduler: a CogVideoX DDIM or DPM scheduler; copied, never changed.
        noise: the start, from `initial_noise`; B takes share texts and regions.
        prompt_embeds: (N, L, D), one text per segment, in the layout's order.
        negative_prompt_embeds: (L, D), the text to steer away from, usually the empty one.
        regions: who sees whom; None = plain CogVideoX (all N texts seen by all tokens).
        guidance_scale: 1 or less runs without the negative text.
        num_inference_steps: number of steps, at least 1.
        generator: noise inside the steps, for schedulers that add some (DPM).

    Raises:
        ValueError: the layout does not fit the texts or the latents (at the first step).
    """
    scheduler = copy.deepcopy(scheduler)
    scheduler.set_timesteps(num_inference_steps, device=noise.device)
    halves = [negative_prompt_embeds.expand_as(prompt_embeds)] if guidance_scale > 1 else []
    texts = _join_texts([*halves, prompt_embeds], num_takes=noise.shape[0])
    model = _Model(
        transformer=transformer,
        prompt_embeds=texts.to(noise.device, transformer.dtype),
        regions=None if regions is None else regions.to(noise.device),
        rotary=rotary_positions(transformer, noise),
        guidance_scale=guidance_scale,
    )
    latents, predicted, previous = noise * scheduler.init_noise_sigma, None, None
    for number, timestep in enumerate(scheduler.timesteps.tolist(), start=1):
        prediction = model.predict(scheduler.scale_model_input(latents, timestep), timestep)
        if isinstance(scheduler, CogVideoXDPMScheduler):
            latents, predicted = scheduler.step(
                prediction,
                predicted,  # pyright: ignore[reportArgumentType]  (None at the first step)
                timestep,
                previous,  # pyright: ignore[reportArgumentType]  (None at the first step)
                latents,
                generator=generator,
            )
        else:
            latents, predicted = scheduler.step(prediction, timestep, latents, return_dict=False)
        previous = timestep
        yield DenoiseStep(step=number, total=num_inference_steps, predicted=predicted)
    return latents


def _join_texts(halves: list[Tensor], *, num_takes: int) -> Tensor:
    """Each half's (N, L, D) as one joint text per take: (halves * takes, N * L, D)."""
    return torch.cat([half.flatten(0, 1).expand(num_takes, -1, -1) for half in halves])
