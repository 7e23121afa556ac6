"""The feed-forward of a block in parts, so that many texts take no more memory than one."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor, nn

    from pipeline.diffusion.regions import RegionLayout


def part_lengths(layout: RegionLayout) -> tuple[int, ...]:
    """Tokens of each part: all texts, the video; with one text the joint sequence is one part.

    So it is where both are equally long, so that a length always tells which part it is.
    """
    texts, video = layout.joint_text_length, layout.num_visual_tokens
    whole = layout.num_segments == 1 or texts == video
    return (texts + video,) if whole else (texts, video)


@contextmanager
def feed_forward_in_parts(
    transformer: CogVideoXTransformer3DModel, layout: RegionLayout
) -> Iterator[None]:
    """Lets each block's feed-forward run on the texts, then on the video, sample by sample.

    Its hidden states are the largest tensors of a step, and it takes each token by itself: the
    output stays the same up to rounding. Whatever is hooked to `ff` sees the whole sequence once,
    what is hooked to its layers each part of `part_lengths`. A single part leaves all untouched.
    With gradient checkpointing the backward belongs inside too: it runs forwards again.

    Args:
        transformer: its blocks' `ff` are as they were afterwards, whatever happens.
        layout: of the forwards inside the block.
    """
    lengths = part_lengths(layout)
    with ExitStack() as replaced:
        if len(lengths) > 1:
            for block in transformer.transformer_blocks:
                replaced.enter_context(_in_parts(block.get_submodule("ff"), lengths))
        yield


@contextmanager
def _in_parts(layer: nn.Module, lengths: tuple[int, ...]) -> Iterator[None]:
    own = vars(layer).get("forward")  # where something else has wrapped it before
    layer.forward = partial(_run_parts, layer.forward, lengths)
    try:
        yield
    finally:
        del layer.forward
        if own is not None:
            layer.forward = own


def _run_parts(
    forward: Callable[[Tensor], Tensor], lengths: tuple[int, ...], tokens: Tensor
) -> Tensor:
    """The layer's output (B, S, D); a part of one sample is contiguous, so nothing is copied."""
    samples = tokens.split(1)
    parts = [forward(part) for sample in samples for part in sample.split(lengths, dim=1)]
    return torch.cat(parts, dim=1).view_as(tokens)
