"""The frames of a scene under each condition of the benchmark."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from pipeline.artifacts import RenderSettings, ScenePrompt
from pipeline.diffusion.latents import decode, encode
from pipeline.diffusion.sampling import denoise, initial_noise
from pipeline.diffusion.text import encode_texts
from pipeline.packs.load import Pack
from pipeline.progress import finish
from pipeline.render.renderer import render_scene
from tests.benchmarks.theatre_pack.scenes import Asked
from tests.benchmarks.theatre_pack.words import caption_prompt, unseen_prompt, usual_prompt

NOISELESS = ("drawn", "coded")
"""Conditions without noise: one seed is all there is."""
CONDITIONS = (*NOISELESS, "caption", "concatenated", "regions", "unseen")


def make_frames(condition: str, asked: Asked, pack: Pack, settings: RenderSettings) -> np.ndarray:
    """The scene's frames, uint8 (F, H, W, 3), under a condition."""
    if condition == "drawn":
        return asked.clip.frames
    if condition == "coded":
        return decode(pack.vae, encode(pack.vae, asked.clip.frames))
    usual = usual_prompt(asked, pack.record)
    if condition == "caption":
        plain = settings.model_copy(update={"use_regions": False})
        return render(caption_prompt(asked, pack.record), pack, plain)
    if condition == "concatenated":
        return _render_plain([*(r.text for r in usual.regions), usual.background], pack, settings)
    prompt = usual if condition == "regions" else unseen_prompt(asked, pack.record)
    return render(prompt, pack, settings)


def render(prompt: ScenePrompt, pack: Pack, settings: RenderSettings) -> np.ndarray:
    """The scene's frames as the product renders them."""
    return finish(render_scene(prompt, model=pack, clip=pack.record, settings=settings)).frames


def _render_plain(texts: Sequence[str], pack: Pack, settings: RenderSettings) -> np.ndarray:
    """Every token sees all texts; same noise, steps and guidance as the product's rendering."""
    embeds = encode_texts(
        [*texts, ""],
        tokenizer=pack.tokenizer,
        text_encoder=pack.text_encoder,
        max_sequence_length=pack.record.max_sequence_length,
    )
    generator = torch.Generator().manual_seed(settings.seed)
    steps = denoise(
        pack.transformer,
        pack.scheduler,
        noise=initial_noise(pack.record.latent_shape, generator=generator, device=pack.device),
        prompt_embeds=embeds[:-1],
        negative_prompt_embeds=embeds[-1],
        guidance_scale=settings.guidance_scale,
        num_inference_steps=settings.num_inference_steps,
        generator=generator,
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return decode(pack.vae, end.value[0])
