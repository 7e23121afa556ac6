"""One scene to frames: boxes to regions, texts to embeddings, noise to latents to frames."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import RenderError
from pipeline.progress import Progress, Work
from pipeline.render.preview import preview

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from pipeline.artifacts import RegionPrompt, RenderSettings, ScenePrompt
    from pipeline.diffusion.model import ClipFormat, VideoModel


@dataclass(frozen=True)
class RenderedClip:
    """The frames of a take, uint8 RGB (F, H, W, 3), and how long they took."""

    frames: np.ndarray
    seconds: float


def count_steps(settings: RenderSettings) -> int:
    """Steps of progress that rendering one scene reports: the model's, and one of decoding."""
    return settings.num_inference_steps + 1


def render_scene(
    prompt: ScenePrompt, *, model: VideoModel, clip: ClipFormat, settings: RenderSettings
) -> Work[RenderedClip]:
    """Render a scene by region-based attention (SR3AI); the same seed gives the same frames.

    Yields one progress record per step, with a preview, and a last one for the decoding.
    Closing the generator between steps cancels; nothing is left behind.

    Raises:
        RenderError: the model's numbers run out of range, or it makes frames of another shape.
    """
    start = time.perf_counter()
    total = count_steps(settings)
    latents = yield from _denoise(prompt, model=model, clip=clip, settings=settings)
    frames = _decode(latents, model=model, clip=clip, scene_id=prompt.scene_id)
    yield Progress(
        stage="render", step=total, total=total, note="frames drawn", scene_id=prompt.scene_id
    )
    return RenderedClip(frames, time.perf_counter() - start)


def _denoise(
    prompt: ScenePrompt, *, model: VideoModel, clip: ClipFormat, settings: RenderSettings
) -> Work[Tensor]:
    import torch

    from pipeline.diffusion.regions import make_layout
    from pipeline.diffusion.sampling import denoise, initial_noise

    embeds = _encode_texts(prompt, model=model, clip=clip)
    rows, columns = clip.grid
    layout = make_layout(
        latent_boxes(prompt.regions, clip),
        grid_height=rows,
        grid_width=columns,
        text_length=clip.max_sequence_length,
    )
    generator = torch.Generator().manual_seed(settings.seed)
    steps = denoise(
        model.transformer,
        model.scheduler,
        noise=initial_noise(clip.latent_shape, generator=generator, device=model.device),
        prompt_embeds=embeds[:-1],
        negative_prompt_embeds=embeds[-1],
        regions=layout,
        guidance_scale=settings.guidance_scale,
        num_inference_steps=settings.num_inference_steps,
        generator=generator,
    )
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value[0]
        yield Progress(
            stage="render",
            step=step.step,
            total=count_steps(settings),
            note=f"step {step.step} of {step.total}",
            scene_id=prompt.scene_id,
            preview=preview(step.predicted[0], clip),
        )


def _encode_texts(prompt: ScenePrompt, *, model: VideoModel, clip: ClipFormat) -> Tensor:
    """Embeddings (R + 2, L, D) of the regions' texts, the background's and the empty one."""
    from pipeline.diffusion.text import encode_texts

    return encode_texts(
        [*(region.text for region in prompt.regions), prompt.background, ""],
        tokenizer=model.tokenizer,
        text_encoder=model.text_encoder,
        max_sequence_length=clip.max_sequence_length,
    )


def latent_boxes(regions: Sequence[RegionPrompt], clip: ClipFormat) -> Tensor:
    """Boxes (R, f, 4) of the regions at each latent frame; NaN where a region is absent."""
    import torch

    boxes = torch.full((len(regions), clip.latent_frames, 4), torch.nan)
    for row, region in zip(boxes, regions, strict=True):
        for box, latents in zip(region.boxes, clip.keyframe_to_latent, strict=True):
            if box is not None:
                row[list(latents)] = torch.tensor(box.as_list())
    return boxes


def _decode(latents: Tensor, *, model: VideoModel, clip: ClipFormat, scene_id: str) -> np.ndarray:
    from pipeline.diffusion.latents import decode

    if not bool(latents.isfinite().all()):
        raise RenderError(
            f"the picture of scene {scene_id!r} fell apart: numbers out of range",
            hint="Try a lower guidance or another seed.",
        )
    frames = decode(model.vae, latents)
    expected = clip.num_frames, clip.height_px, clip.width_px, 3
    if frames.shape != expected:
        raise RenderError(
            f"the pack makes frames of shape {frames.shape}, its record promises {expected}",
            hint="Seal the pack anew, or use another one.",
        )
    return frames
