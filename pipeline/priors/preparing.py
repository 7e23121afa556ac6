"""A transformer made ready for training, and as it was afterwards."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

import torch
from diffusers.hooks.group_offloading import _is_group_offload_enabled

from pipeline.devices import GIB, probe
from pipeline.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )

_KEPT_PER_BLOCK = 20
"""Tensors of one hidden state's size that a block keeps for its backward: CogVideoX-2B of rank 64
takes 44 GiB at 49 frames of 480x720 (cogvideox-factory, README)."""
_SHARE = 0.7
"""Of the free memory that may be taken by them."""


@contextmanager
def ready(transformer: CogVideoXTransformer3DModel, *, checkpointing: bool) -> Iterator[None]:
    """Let a transformer be trained inside the block; without any adapters afterwards.

    Raises:
        TrainingError: its weights are not all on the device as they are to be multiplied.
    """
    _refuse_streaming(transformer)
    was_training, had = transformer.training, transformer.is_gradient_checkpointing
    transformer.train()
    if checkpointing and not had:
        transformer.enable_gradient_checkpointing()
    try:
        yield
    finally:
        if getattr(transformer, "peft_config", None):
            transformer.unload_lora()
        if checkpointing and not had:
            transformer.disable_gradient_checkpointing()
        transformer.train(was_training)


def mixed(transformer: CogVideoXTransformer3DModel) -> AbstractContextManager[object]:
    """Where float32 adapters meet a transformer in halves: products in halves, sums as they are."""
    if transformer.dtype not in (torch.bfloat16, torch.float16):
        return nullcontext()
    return torch.autocast(transformer.device.type, dtype=transformer.dtype)


def is_large(
    transformer: CogVideoXTransformer3DModel, shape: tuple[int, ...], *, batch_size: int
) -> bool:
    """Whether what the backward needs of the forward is too much for the device's free memory.

    Args:
        transformer: on its device.
        shape: of one example's latents, (f, C, h, w).
        batch_size: examples of a step.
    """
    config = transformer.config
    tokens = shape[0] * shape[2] * shape[3] // config["patch_size"] ** 2
    width = config["num_attention_heads"] * config["attention_head_dim"]
    kept = _KEPT_PER_BLOCK * len(transformer.transformer_blocks) * transformer.dtype.itemsize
    gib = batch_size * tokens * width * kept / GIB
    return gib > _SHARE * probe(transformer.device).free_gib


def _refuse_streaming(transformer: CogVideoXTransformer3DModel) -> None:
    streams = _is_group_offload_enabled(transformer)
    if streams or any(weight.dtype.itemsize == 1 for weight in transformer.parameters()):
        how = "streams through the card" if streams else "is kept in 8 bits"
        raise TrainingError(
            f"the model {how}, and gradients need all of its weights as they are",
            hint="Learn with the placement 'model_offload' or 'resident', on a larger card or with"
            " a smaller pack.",
        )
