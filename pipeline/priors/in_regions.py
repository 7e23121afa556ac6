"""Learning in the form that scenes are rendered in: a figure's words and the adapter on its box."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from peft.tuners.lora.layer import LoraLayer

from pipeline.diffusion.adapters import by_length, confine, takes_part
from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.guided import Guided
from pipeline.diffusion.regions import make_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from numpy.typing import NDArray
    from torch import Tensor
    from torch.utils.hooks import RemovableHandle

    from pipeline.diffusion.adapter_config import Acting
    from pipeline.diffusion.model import ClipFormat
    from pipeline.diffusion.regions import RegionLayout

_MIDDLE = np.array((0.3, 0.2, 0.7, 0.95))
"""A box, as many figures have one."""


def figure_layout(box: NDArray[np.float64], clip: ClipFormat, text_length: int) -> RegionLayout:
    """The layout of a figure that stays in one box (4,), and of what is around it.

    Args:
        box: fractions of the frame; parts outside are clipped.
        clip: the size of the clips that are learned from.
        text_length: tokens of each of the two texts.
    """
    boxes = torch.from_numpy(box).expand(1, clip.latent_frames, 4)
    return make_layout(
        boxes,
        grid_height=clip.latent_height // clip.patch_size,
        grid_width=clip.latent_width // clip.patch_size,
        text_length=text_length,
    )


def in_the_middle(
    prompt_embeds: Tensor, nothing: Tensor, clip: ClipFormat
) -> tuple[RegionLayout, Tensor]:
    """The layout of a figure in the middle of the picture, and its words with none around it.

    Args:
        prompt_embeds: (L, D), the figure's words.
        nothing: (L, D), the empty text.
        clip: the size of the clips that are rendered.
    """
    layout = figure_layout(_MIDDLE, clip, len(prompt_embeds))
    return layout, torch.cat([prompt_embeds, nothing])


@dataclass(frozen=True)
class FigureAdapter:
    """The adapter in training as a render has it: `placed` says where it acts, `acting` when."""

    transformer: CogVideoXTransformer3DModel
    acting: Acting

    def guided(
        self, layout: RegionLayout, _segments: Sequence[int] | None = None, *, timestep: int
    ) -> tuple[Guided, ...]:
        """Itself, where it acts with the text alone at a timestep."""
        if not (self.acting.guided and self.acting.acts(timestep)):
            return ()
        tokens = layout.adapter_mask([0])[layout.joint_text_length :]
        return (Guided(self.acting, tokens),)

    @contextmanager
    def active(
        self,
        _layout: RegionLayout,
        _segments: Sequence[int] | None = None,
        *,
        timestep: int,
        guided: Sequence[Acting] | None = None,
    ) -> Iterator[None]:
        """Let it act in the forwards inside the block, if it does then."""
        if takes_part(self.acting, timestep, guided):
            yield
            return
        layers = [one for one in self.transformer.modules() if isinstance(one, LoraLayer)]
        before = [layer._disable_adapters for layer in layers]
        for layer in layers:
            layer._disable_adapters = True
        try:
            yield
        finally:
            for layer, disabled in zip(layers, before, strict=True):
                layer._disable_adapters = disabled


@contextmanager
def placed(
    transformer: CogVideoXTransformer3DModel, regions: RegionLayout | None
) -> Iterator[None]:
    """Let texts and adapters keep to their places in the forwards and backwards of the block.

    The adapters that are on act on the first segment alone, B(A(m x)), as `RegionalAdapters` lets
    them in a render. None changes nothing: one text, and adapters that act everywhere.
    """
    if regions is None:
        with region_attention(transformer, "classes"):
            yield
        return
    mask = regions.adapter_mask([0]).to(transformer.dtype).unsqueeze(1)
    parts = by_length(mask, regions)
    hooks: list[RemovableHandle] = [
        down.register_forward_hook(partial(confine, parts))
        for layer in transformer.modules()
        if isinstance(layer, LoraLayer)
        for down in layer.lora_A.values()
    ]
    try:
        with region_attention(transformer, "classes"):
            yield
    finally:
        for hook in hooks:
            hook.remove()
