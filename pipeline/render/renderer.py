"""One scene to frames, in the steps of a diffusers pipeline, with regions instead of one prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.artifacts import Timings
from pipeline.diffusion.preview_strip import preview_strip
from pipeline.errors import InputError, RenderError
from pipeline.progress import Work
from pipeline.render.call import RenderCall, count_steps
from pipeline.story import NUM_KEYFRAMES

if TYPE_CHECKING:
    import numpy as np
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.artifacts import RenderSettings, ScenePrompt
    from pipeline.diffusion.adapters import RegionalAdapters
    from pipeline.diffusion.model import ClipFormat, VideoModel
    from pipeline.diffusion.preview_map import PreviewMap
    from pipeline.diffusion.sampling import DenoiseStep
    from pipeline.diffusion.text import TextCache
    from pipeline.render.checkpoint import Checkpoint

__all__ = ["RenderedClip", "count_steps", "render_scene"]


@dataclass(frozen=True)
class RenderedClip:
    """What a render leaves.

    Attributes:
        frames: uint8 RGB (F, H, W, 3).
        timings: seconds by part, those of an interrupted run included.
        attention: how attention was computed, and why so; empty where no step was left to do.
        resumed_from: steps that an interrupted run had done already.
    """

    frames: np.ndarray
    timings: Timings
    attention: str = ""
    resumed_from: int = 0

    @property
    def seconds(self) -> float:
        """Seconds that text, steps and decoding took together."""
        return self.timings.text + self.timings.denoise + self.timings.decode


def render_scene(
    prompt: ScenePrompt,
    *,
    model: VideoModel,
    clip: ClipFormat,
    settings: RenderSettings,
    adapters: RegionalAdapters | None = None,
    texts: TextCache | None = None,
    preview: PreviewMap | None = None,
    checkpoint: Checkpoint | None = None,
) -> Work[RenderedClip]:
    """Render a scene by region-based attention (SR3AI); the same seed gives the same frames.

    Yields a progress record before the words are encoded, one per step, one before decoding and a
    last one. Closing the generator between steps cancels; model and scheduler are as they were.

    Args:
        prompt: the scene in the pack's words.
        model: the pack's parts; each is taken by `using` only while it works.
        clip: the clip to make, the pack's own or `sized`.
        settings: what is None falls back on the pack's scheduler and the clip's keyframe map.
        adapters: learned looks and motions, at work in their regions; none without regions.
        texts: texts encoded before.
        preview: draws each step's prediction; None = records carry no picture.
        checkpoint: where the state is kept while the steps go on, and gone on from. The caller
            clears it when the take is safe; a render that was cancelled can go on too.

    Raises:
        InputError: prompt, clip and settings do not fit each other.
        RenderError: the model's numbers run out of range, or it makes frames of another shape.
    """
    _check_inputs(prompt, clip=clip, settings=settings)  # 1
    call = RenderCall(prompt, model, clip, settings, checkpoint)  # 2
    if call.steps_done < settings.num_inference_steps:
        yield call.progress("encoding words")
        with call.clock("text"):
            embeds = _encode_texts(call, texts)  # 3
        yield from _denoise(call, embeds, adapters, preview)  # 4 to 8
    yield call.progress("decoding")
    with call.clock("decode"):
        frames = _decode(call)
    yield call.progress("frames drawn", decoded=1)
    attention = call.step.attention if call.step else ""
    return RenderedClip(frames, Timings(**call.seconds), attention, call.resumed_from)


def _check_inputs(prompt: ScenePrompt, *, clip: ClipFormat, settings: RenderSettings) -> None:
    if not settings.use_regions and not prompt.caption:
        raise InputError(
            f"scene {prompt.scene_id!r} has no words for the whole of it, without its boxes",
            hint="Render it with its boxes, or say what its background is.",
        )
    if any(len(region.boxes) != NUM_KEYFRAMES for region in prompt.regions):
        raise InputError(f"every region of scene {prompt.scene_id!r} needs six boxes")
    _check_regions_named(prompt)
    if settings.box_timing == "reference" and clip.latent_frames < 2 * NUM_KEYFRAMES:
        raise InputError(
            f"the paper's timing needs {2 * NUM_KEYFRAMES} latent frames, "
            f"this clip has {clip.latent_frames}",
            hint="Hold boxes or let them go on their way instead.",
        )


def _check_regions_named(prompt: ScenePrompt) -> None:
    known = {region.region_id for region in prompt.regions}
    if not {name for overlap in prompt.overlaps for name in overlap.region_ids} <= known:
        raise InputError(f"an overlap of scene {prompt.scene_id!r} names a region it does not have")
    if any(len(set(overlap.region_ids)) < 2 for overlap in prompt.overlaps):
        raise InputError(f"an overlap of scene {prompt.scene_id!r} needs two regions or more")
    for binding in prompt.priors:
        if not {*binding.region_ids} <= known:
            raise InputError(
                f"{binding.prior!r} is bound to a region that scene {prompt.scene_id!r} does not"
                " have",
                hint="Bind it to one of the scene's regions, or render without what was learned.",
            )


def _encode_texts(call: RenderCall, texts: TextCache | None) -> Tensor:
    """Embeddings (N + 1, L, D) of the segments' texts and the negative one."""
    from pipeline.diffusion.text import scene_embeds

    length = call.clip.max_sequence_length
    return scene_embeds(call.texts, model=call.model, max_sequence_length=length, cache=texts)


def _denoise(
    call: RenderCall, embeds: Tensor, adapters: RegionalAdapters | None, preview: PreviewMap | None
) -> Work[None]:
    with call.model.using("transformer") as transformer:
        steps = _steps(call, transformer, embeds, adapters)
        while True:
            with call.clock("denoise"):
                step = next(steps, None)
            if step is None:
                return
            call.finish(step)
            picture = preview and preview_strip(step.predicted[0], call.clip, preview)
            yield call.progress(f"step {step.step} of {step.total}", picture=picture)


def _steps(
    call: RenderCall,
    transformer: CogVideoXTransformer3DModel,
    embeds: Tensor,
    adapters: RegionalAdapters | None,
) -> Iterator[DenoiseStep]:
    from pipeline.diffusion.sampling import build_scheduler, denoise

    settings = call.settings
    return denoise(
        transformer,
        build_scheduler(call.model.scheduler, settings.scheduler),
        noise=call.noise,
        prompt_embeds=embeds[:-1],
        negative_prompt_embeds=embeds[-1],
        regions=call.layout,
        segments=call.segments,
        adapters=adapters,
        attention=settings.attention,
        guidance_scale=settings.guidance_scale,
        num_inference_steps=settings.num_inference_steps,
        generator=call.generator,
        after=call.step,
    )


def _decode(call: RenderCall) -> np.ndarray:
    from pipeline.diffusion.latents import decode

    clip, scene_id, latents = call.clip, call.prompt.scene_id, call.latents()
    if not bool(latents.isfinite().all()):
        raise RenderError(
            f"the picture of scene {scene_id!r} fell apart: numbers out of range",
            hint="Try a lower guidance or another seed.",
        )
    with call.model.using("vae") as vae:
        frames = decode(vae, latents)
    expected = clip.num_frames, clip.height_px, clip.width_px, 3
    if frames.shape != expected:
        raise RenderError(
            f"the pack makes frames of shape {frames.shape}, its record promises {expected}",
            hint="Seal the pack anew, or use another one.",
        )
    return frames
