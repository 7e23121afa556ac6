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


def video_positions(transformer: CogVideoXTransformer3DModel, latents: Tensor) -> Tensor | None:
    """The rows (V, D) of the position table for latents (B, f, C, h, w), where they are.

    Made once per take, in the model's number type: the stock patch embedding makes the table of any
    size but its own anew in float64 at every forward. None for rotary models.
    """
    embed = transformer.patch_embed
    if not (embed.use_positional_embeddings or embed.use_learned_positional_embeddings):
        return None
    frames, (height, width) = latents.shape[1], latents.shape[-2:]
    before_time = (frames - 1) * embed.temporal_compression_ratio + 1
    own = embed.sample_height, embed.sample_width, embed.sample_frames
    if (height, width, before_time) == own:
        table = embed.pos_embedding
    elif embed.use_learned_positional_embeddings:
        raise ValueError("a learned position table fits clips of its own size only")
    else:
        table = embed._get_positional_embeddings(height, width, before_time, device=latents.device)
    assert isinstance(table, torch.Tensor)
    return table[0, embed.max_text_seq_length :].to(latents.device, transformer.dtype)


@contextmanager
def joint_text(
    transformer: CogVideoXTransformer3DModel, video_table: Tensor | None
) -> Iterator[None]:
    """Lets a CogVideoX transformer take any number of text tokens inside the block.

    CogVideoXPatchEmbed adds one position table to text and video together and so allows a single
    text length. Its text rows are zeros; here the visual rows, `video_positions` of the latents,
    are added to the video alone, and the patch embedding is as it was afterwards, whatever happens.
    Rotary models have no table (None) and need nothing. Not for two threads sharing a transformer.
    """
    if video_table is None:
        yield
        return
    embed = transformer.patch_embed
    own = embed.use_positional_embeddings, embed.use_learned_positional_embeddings

    def add(_module: object, _inputs: object, tokens: Tensor) -> Tensor:
        tokens[:, -len(video_table) :] += video_table
        return tokens

    hook = embed.register_forward_hook(add)
    embed.use_positional_embeddings = embed.use_learned_positional_embeddings = False
    try:
        yield
    finally:
        hook.remove()
        embed.use_positional_embeddings, embed.use_learned_positional_embeddings = own


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
