"""A small picture of what an adapter has learned so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from pipeline.diffusion.preview_strip import preview_strip
from pipeline.diffusion.sampling import denoise, initial_noise

if TYPE_CHECKING:
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.diffusion.model import ClipFormat
    from pipeline.diffusion.preview_map import PreviewMap
    from pipeline.diffusion.regions import RegionLayout
    from pipeline.diffusion.sampling import Adapters, Scheduler

NUM_STEPS = 8


def sample_strip(
    transformer: CogVideoXTransformer3DModel,
    scheduler: Scheduler,
    *,
    clip: ClipFormat,
    prompt_embeds: Tensor,
    negative_prompt_embeds: Tensor,
    preview: PreviewMap,
    regions: RegionLayout | None = None,
    adapters: Adapters | None = None,
    guidance_scale: float,
    num_inference_steps: int = NUM_STEPS,
    seed: int = 0,
) -> bytes:
    """Sample a clip with whatever adapters act on the transformer; its keyframes side by side.

    Few steps and no autoencoder: twice as many forwards as steps. The same seed gives the same
    noise, so that strips of different steps of a training can be compared.

    Args:
        transformer: on its device.
        scheduler: the pack's own; copied.
        clip: the clip to make.
        prompt_embeds: (N, L, D), one text per segment of `regions`, or a single one.
        negative_prompt_embeds: (L, D).
        preview: draws latents.
        regions: who sees whom; None = one text for the whole picture.
        adapters: says when they act, with `regions`; None = always.
        guidance_scale: 1 or less runs without the negative text.
        num_inference_steps: at least 1.
        seed: of the noise.

    Returns:
        WebP, six pictures in a row.
    """
    generator = torch.Generator().manual_seed(seed)
    steps = denoise(
        transformer,
        scheduler,
        noise=initial_noise(clip.latent_shape, generator=generator, device=transformer.device),
        prompt_embeds=prompt_embeds,
        negative_prompt_embeds=negative_prompt_embeds,
        regions=regions,
        adapters=adapters,
        guidance_scale=guidance_scale,
        num_inference_steps=num_inference_steps,
        generator=generator,
    )
    *_, last = steps
    return preview_strip(last.predicted[0], clip, preview)
