"""Region-based attention (SR3AI) for CogVideoX, exact and without a mask."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from diffusers.models.attention_processor import CogVideoXAttnProcessor2_0
from diffusers.models.embeddings import apply_rotary_emb
from torch.nn.functional import scaled_dot_product_attention

if TYPE_CHECKING:
    from collections.abc import Iterator

    from diffusers.models.attention_processor import Attention
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.diffusion.regions import RegionLayout


class RegionAttnProcessor:
    """Attention processor that takes `attention_kwargs={"regions": layout}`; stock without it.

    Visual tokens that belong to the same segments share their keys, so each such class is one
    plain attention call, and each text is one more. No mask is built, gradients flow, any device
    and any attention kernel will do. The layout holds for every sample of the batch.
    """

    def __init__(self) -> None:
        self._stock = CogVideoXAttnProcessor2_0()

    def __call__(  # the names matter: diffusers passes only the arguments it finds here
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor,
        attention_mask: Tensor | None = None,
        image_rotary_emb: tuple[Tensor, Tensor] | None = None,
        regions: RegionLayout | None = None,
    ) -> tuple[Tensor, Tensor]:
        """The attended (video, text): shapes (B, V, D) and (B, N * text_length, D), as given.

        Raises:
            ValueError: the layout does not fit the sequence, or comes with an attention mask.
        """
        if regions is None:
            return self._stock(  # pyright: ignore[reportReturnType]  (diffusers declares one tensor)
                attn,
                hidden_states,
                encoder_hidden_states,
                attention_mask,
                image_rotary_emb,  # pyright: ignore[reportArgumentType]  (declared as one tensor)
            )
        if attention_mask is not None:
            raise ValueError("pass either regions or attention_mask, not both")
        text_length = encoder_hidden_states.shape[1]
        _check_fit(regions, text_length, hidden_states.shape[1])
        joint = torch.cat([encoder_hidden_states, hidden_states], dim=1)
        query, key, value = _project(attn, joint, text_length, image_rotary_emb)
        attended = attend_regions(query, key, value, regions).transpose(1, 2).flatten(2)
        for layer in attn.to_out or ():
            attended = layer(attended)
        return attended[:, text_length:], attended[:, :text_length]


def _check_fit(regions: RegionLayout, text_length: int, num_visual_tokens: int) -> None:
    expected = (regions.joint_text_length, regions.num_visual_tokens)
    if (text_length, num_visual_tokens) != expected:
        raise ValueError(
            f"the region layout is for {expected[0]} text and {expected[1]} visual tokens,"
            f" the model got {text_length} and {num_visual_tokens}"
        )


def _project(
    attn: Attention, joint: Tensor, text_length: int, rotary: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value (B, heads, S, head_dim), normed; rotated on the visual part only."""
    query, key, value = (
        project(joint).unflatten(2, (attn.heads, -1)).transpose(1, 2)
        for project in (attn.to_q, attn.to_k, attn.to_v)
        if project is not None  # only by declaration
    )
    query = query if attn.norm_q is None else attn.norm_q(query)
    key = key if attn.norm_k is None else attn.norm_k(key)
    if rotary is not None:
        query, key = (_rotate_visual(x, text_length, rotary) for x in (query, key))
    return query, key, value


def _rotate_visual(x: Tensor, text_length: int, rotary: tuple[Tensor, Tensor]) -> Tensor:
    visual = apply_rotary_emb(
        x[:, :, text_length:],
        rotary,  # pyright: ignore[reportArgumentType]  (diffusers declares a 1-tuple)
    )
    assert isinstance(visual, torch.Tensor)
    return torch.cat([x[:, :, :text_length], visual], dim=2)


def attend_regions(query: Tensor, key: Tensor, value: Tensor, regions: RegionLayout) -> Tensor:
    """Attention under `regions.dense_mask()` without that mask, (B, heads, S, head_dim) each.

    Equal to masked attention up to rounding; cost is that of the visual tokens seeing each other
    plus a few text tokens, memory that of one more copy of keys and values per class.
    """
    sizes = [regions.text_length] * regions.num_segments + [regions.num_visual_tokens]
    queries, keys, values = (x.split(sizes, dim=2) for x in (query, key, value))

    def seen(parts: tuple[Tensor, ...], segments: tuple[int, ...]) -> Tensor:
        return torch.cat([*(parts[i] for i in segments), parts[-1]], dim=2)

    visual = [
        scaled_dot_product_attention(
            queries[-1][:, :, idx], seen(keys, segments), seen(values, segments)
        )
        for segments, idx in regions.classes
    ]
    texts = [
        scaled_dot_product_attention(
            queries[i],
            torch.cat([keys[i], keys[-1][:, :, idx]], dim=2),
            torch.cat([values[i], values[-1][:, :, idx]], dim=2),
        )
        for i, idx in enumerate(regions.text_idx)
    ]
    return torch.cat([*texts, torch.cat(visual, dim=2)[:, :, regions.restore]], dim=2)


@contextmanager
def region_attention(transformer: CogVideoXTransformer3DModel) -> Iterator[None]:
    """Lets a CogVideoX transformer take `regions` inside the block; puts its processors back."""
    processors = transformer.attn_processors
    transformer.set_attn_processor(
        RegionAttnProcessor()  # pyright: ignore[reportArgumentType]  (a closed union of stock classes)
    )
    try:
        yield
    finally:
        transformer.set_attn_processor(processors)
