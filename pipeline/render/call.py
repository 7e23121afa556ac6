"""One render as it goes: its parameters, where it stands, and the seconds it takes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.artifacts import Timings
from pipeline.progress import Progress
from pipeline.render.checkpoint import State

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.artifacts import RenderSettings, ScenePrompt
    from pipeline.diffusion.model import ClipFormat, VideoModel
    from pipeline.diffusion.regions import RegionLayout
    from pipeline.diffusion.sampling import DenoiseStep
    from pipeline.render.checkpoint import Checkpoint

logger = logging.getLogger(__name__)


def count_steps(settings: RenderSettings) -> int:
    """Steps of progress that rendering one scene reports: the model's, and one of decoding."""
    return settings.num_inference_steps + 1


class RenderCall:
    """The parameters of a render, and its last finished step, of an earlier run to begin with.

    Attributes:
        layout: who sees whom; None = one text for all.
        segments: the scene's numbers of the layout's segments.
        texts: one per segment, then the negative one.
        generator: of all the render's noise, on the CPU; in the state it had after `step`.
        noise: float32 (1, f, C, h, w), where the model runs.
        step: the last finished one; None before the first.
        resumed_from: steps that an earlier run had done.
        seconds: by part, as in `Timings`; those of an earlier run count.
    """

    def __init__(
        self,
        prompt: ScenePrompt,
        model: VideoModel,
        clip: ClipFormat,
        settings: RenderSettings,
        checkpoint: Checkpoint | None,
    ) -> None:
        import torch

        from pipeline.diffusion.sampling import initial_noise

        self.prompt, self.model, self.clip, self.settings = prompt, model, clip, settings
        self.layout, self.segments, self.texts = _share_out(prompt, clip, settings)
        self.generator = torch.Generator().manual_seed(settings.seed)
        self.noise = initial_noise(clip.latent_shape, generator=self.generator, device=model.device)
        self.step: DenoiseStep | None = None
        self.resumed_from, self.seconds = 0, Timings().model_dump()
        self._checkpoint = checkpoint
        if checkpoint and (state := checkpoint.load()):
            self._go_on(state)

    def _go_on(self, state: State) -> None:
        from pipeline.diffusion.sampling import DenoiseStep

        total = self.settings.num_inference_steps
        shapes = {tuple(state.latents.shape), tuple(state.predicted.shape)}
        if shapes != {self.clip.latent_shape} or not 1 <= state.step <= total:
            logger.warning("the state kept of the render does not fit it: it starts anew")
            return
        logger.info("the render goes on after step %d of %d", state.step, total)
        self.generator.set_state(state.generator)
        self.step = DenoiseStep(state.step, total, state.latents, state.predicted)
        self.resumed_from, self.seconds = state.step, state.timings.model_dump()

    @property
    def steps_done(self) -> int:
        """How many of the steps are done."""
        return self.step.step if self.step else 0

    def latents(self) -> Tensor:
        """The latents (f, C, h, w) after the last finished step."""
        assert self.step is not None
        return self.step.latents[0]

    def finish(self, step: DenoiseStep) -> None:
        """Take note of a finished step; the last one is kept for sure, as decoding may be long."""
        self.step = step
        if self._checkpoint:
            timings = Timings.model_validate(self.seconds)
            noise_state = self.generator.get_state()
            state = State(step.step, step.latents, step.predicted, noise_state, timings)
            self._checkpoint.save(state, now=step.step == step.total)

    @contextmanager
    def clock(self, part: str) -> Iterator[None]:
        """Count the time that the block takes."""
        start = time.perf_counter()
        yield
        self.seconds[part] += time.perf_counter() - start

    def progress(self, note: str, *, decoded: int = 0, picture: bytes | None = None) -> Progress:
        """Say how far the render is."""
        return Progress(
            stage="render",
            step=self.steps_done + decoded,
            total=count_steps(self.settings),
            note=note,
            scene_id=self.prompt.scene_id,
            preview=picture,
        )


def _share_out(
    prompt: ScenePrompt, clip: ClipFormat, settings: RenderSettings
) -> tuple[RegionLayout | None, tuple[int, ...], list[str]]:
    """The layout without what covers nothing, its segments' numbers, and all texts."""
    from pipeline.diffusion.boxes import latent_boxes
    from pipeline.diffusion.regions import make_layout

    if not settings.use_regions:
        return None, (0,), [prompt.caption, settings.negative_prompt]
    timing = settings.box_timing or "hold"
    numbers = {region.region_id: number for number, region in enumerate(prompt.regions)}
    rows, columns = clip.grid
    whole = make_layout(
        latent_boxes(prompt.regions, clip, timing),
        grid_height=rows,
        grid_width=columns,
        text_length=clip.max_sequence_length,
        overlaps=[[numbers[name] for name in overlap.region_ids] for overlap in prompt.overlaps],
        reference=timing == "reference",
    )
    layout, segments = whole.without_empty()
    parts = (*prompt.regions, *prompt.overlaps)
    texts = [*(part.text for part in parts), prompt.background]
    return layout, segments, [*(texts[number] for number in segments), settings.negative_prompt]
