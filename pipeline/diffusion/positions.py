"""Positions of the joint sequence: any number of text tokens, rotary tables for the grid."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from diffusers.models.embeddings import get_3d_rotary_pos_embed
from diffusers.pipelines.cogvideo.pipeline_cogvideox import get_resize_crop_region_for_grid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor


@contextmanager
def joint_text(transformer: CogVideoXTransformer3DModel, text_length: int) -> Iterator[None]:
    """Lets a CogVideoX transformer take `text_length` text tokens inside the block.

    CogVideoXPatchEmbed adds one position table to text and video together and so allows a single
    text length. Text rows of that table are zeros; here their number is changed, the visual rows
    stay as they are, and both come back afterwards, whatever happens. Rotary models have no table
    and need nothing. Not for two threads sharing one transformer.
    """
    embed = transformer.patch_embed
    if not (embed.use_positional_embeddings or embed.use_learned_positional_embeddings):
        yield
        return
    old_length, old_table = embed.max_text_seq_length, embed.pos_embedding
    assert isinstance(old_table, torch.Tensor)
    zeros = old_table.new_zeros(1, text_length, old_table.shape[-1])
    embed.max_text_seq_length = text_length
    embed.pos_embedding = torch.cat([zeros, old_table[:, old_length:]], dim=1)
    try:
        yield
    finally:
        embed.max_text_seq_length, embed.pos_embedding = old_length, old_table


def token_grid(transformer: CogVideoXTransformer3DModel, latents: Tensor) -> tuple[int, int, int]:
    """Visual tokens as (latent frames, rows, columns) for latents (B, f, C, h, w).

    Raises:
        ValueError: the transformer patches time as well (CogVideoX 1.5), or h or w does not divide.
    """
    config, (height, width) = transformer.config, latents.shape[-2:]
    if config["patch_size_t"] is not None:
        raise ValueError("transformers that patch time (CogVideoX 1.5) are not supported")
    patch = config["patch_size"]
    if height % patch or width % patch:
        raise ValueError(f"latents of {height} x {width} do not divide by {patch}")
    return latents.shape[1], height // patch, width // patch


def rotary_positions(
    transformer: CogVideoXTransformer3DModel, latents: Tensor
) -> tuple[Tensor, Tensor] | None:
    """The rotary (cos, sin) tables, (V, head_dim) each, as CogVideoXPipeline makes them.

    None for models with a position table.
    """
    config = transformer.config
    if not config["use_rotary_positional_embeddings"]:
        return None
    frames, rows, columns = token_grid(transformer, latents)
    base_height = config["sample_height"] // config["patch_size"]
    base_width = config["sample_width"] // config["patch_size"]
    cos, sin = get_3d_rotary_pos_embed(
        embed_dim=config["attention_head_dim"],
        crops_coords=get_resize_crop_region_for_grid((rows, columns), base_width, base_height),
        grid_size=(rows, columns),
        temporal_size=frames,
        device=latents.device,
    )
    return cos, sin
