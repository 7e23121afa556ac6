"""Region-based attention (SR3AI) for CogVideoX, exact and without a mask."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import torch
from diffusers.models.attention_dispatch import (
    AttentionBackendName,
    _AttentionBackendRegistry,
    dispatch_attention_fn,
)
from diffusers.models.embeddings import apply_rotary_emb

from pipeline.diffusion.attention_method import Chosen, choose_method
from pipeline.diffusion.lse import merge_texts
from pipeline.diffusion.products import attend_by_products, prefers_products

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from diffusers.models.attention_processor import Attention
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

    from pipeline.artifacts import AttentionMethod
    from pipeline.diffusion.regions import RegionLayout

logger = logging.getLogger(__name__)


class RegionAttnProcessor:
    """Attention processor that takes `attention_kwargs={"regions": layout}`; stock without it.

    Every call goes through diffusers' attention dispatch, so `set_attention_backend` and
    `attention_backend` work, for plain attention too. No mask is built. The layout holds for
    every sample of the batch. One processor serves all blocks of a transformer.

    Attributes:
        method: "classes", "lse", or "auto" for what `choose_method` says.
        chosen: what the last layout was computed with; None before the first.
    """

    _attention_backend: AttentionBackendName | None = None  # diffusers sets these by their names
    _parallel_config: Any = None

    def __init__(self, method: AttentionMethod = "auto") -> None:
        self.method: AttentionMethod = method
        self.chosen: Chosen | None = None
        self._situation: tuple[object, ...] = ()

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
            InputError: the method asked for cannot be had here.
        """
        text_length = encoder_hidden_states.shape[1]
        joint = torch.cat([encoder_hidden_states, hidden_states], dim=1)
        if regions is not None:
            _check_fit(regions, text_length, hidden_states.shape[1], attention_mask)
        query, key, value = _project(attn, joint, text_length, image_rotary_emb)
        attend = partial(
            _attend, backend=self._attention_backend, parallel_config=self._parallel_config
        )
        if regions is None:
            attended = attend(
                query, key, value, attn_mask=_spread_mask(attn, attention_mask, joint)
            )
        else:
            method = self._choose(regions, query, needs_grad=_need_grad(query, key, value)).method
            attended = attend_regions(query, key, value, regions, method=method, attend=attend)
        attended = attended.flatten(2)
        for layer in attn.to_out or ():
            attended = layer(attended)
        return attended[:, text_length:], attended[:, :text_length]

    def _choose(self, regions: RegionLayout, query: Tensor, *, needs_grad: bool) -> Chosen:
        """Choose at the first call for a layout, and say so in the log."""
        backend = self._attention_backend or _AttentionBackendRegistry.get_active_backend()[0]
        situation = (regions, query.device, query.dtype, needs_grad, backend)
        if self.chosen is None or situation != self._situation:
            self.chosen = choose_method(
                regions,
                device=query.device,
                dtype=query.dtype,
                needs_grad=needs_grad,
                backend=backend,
                method=self.method,
            )
            self._situation = situation
            logger.info("region attention %s", self.chosen)
        return self.chosen


def _need_grad(*tensors: Tensor) -> bool:
    return torch.is_grad_enabled() and any(x.requires_grad for x in tensors)


def _check_fit(
    regions: RegionLayout, text_length: int, num_visual_tokens: int, mask: Tensor | None
) -> None:
    if mask is not None:
        raise ValueError("pass either regions or attention_mask, not both")
    expected = (regions.joint_text_length, regions.num_visual_tokens)
    if (text_length, num_visual_tokens) != expected:
        raise ValueError(
            f"the region layout is for {expected[0]} text and {expected[1]} visual tokens,"
            f" the model got {text_length} and {num_visual_tokens}"
        )


def _spread_mask(attn: Attention, mask: Tensor | None, joint: Tensor) -> Tensor | None:
    """A mask given as the stock processor takes it, for each head: (B, H, S or 1, S)."""
    if mask is None:
        return None
    batch_size, length = joint.shape[:2]
    spread = attn.prepare_attention_mask(mask, length, batch_size)
    return spread.view(batch_size, attn.heads, -1, length)


def _project(
    attn: Attention, joint: Tensor, text_length: int, rotary: tuple[Tensor, Tensor] | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Query, key and value (B, S, H, D), normed; rotated on the visual part only."""
    query, key, value = (
        project(joint).unflatten(2, (attn.heads, -1))
        for project in (attn.to_q, attn.to_k, attn.to_v)
        if project is not None  # only by declaration
    )
    query = query if attn.norm_q is None else attn.norm_q(query)
    key = key if attn.norm_k is None else attn.norm_k(key)
    if rotary is not None:
        _rotate(query[:, text_length:], rotary)
        _rotate(key[:, text_length:], rotary)
    return query, key, value


def _rotate(visual: Tensor, rotary: tuple[Tensor, Tensor]) -> None:
    """Rotate tokens (B, V, H, D) in place, as the stock processor does."""
    visual.copy_(
        apply_rotary_emb(  # pyright: ignore[reportArgumentType]  (declared to give two tensors)
            visual,
            rotary,  # pyright: ignore[reportArgumentType]  (diffusers declares a 1-tuple)
            sequence_dim=1,
        )
    )


def _attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    *,
    attn_mask: Tensor | None = None,
    backend: AttentionBackendName | None = None,
    parallel_config: object = None,
) -> Tensor:
    """One plain call, (B, S, H, D): diffusers' own, or by products where that is faster."""
    if attn_mask is None and backend is None and prefers_products(query, key):
        return attend_by_products(query, key, value)
    return dispatch_attention_fn(
        query,
        key,
        value,
        attn_mask=attn_mask,
        backend=backend,
        parallel_config=parallel_config,  # pyright: ignore[reportArgumentType]
    )


def attend_regions(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    regions: RegionLayout,
    *,
    method: Literal["classes", "lse"] = "classes",
    attend: Callable[..., Tensor] = dispatch_attention_fn,
) -> Tensor:
    """Attention under `regions.dense_mask()` without that mask, (B, S, H, D) each.

    Equal to masked attention up to rounding. Cost is that of the visual tokens seeing each other
    plus a few text tokens. By "classes", visual tokens that belong to the same segments share
    their keys, so each such class is one plain call, with one more copy of keys and values
    altogether; any kernel will do, and gradients flow. By "lse", see `merge_texts`. Each text is
    one more call either way. A single segment is one plain call over the whole sequence.
    """
    if regions.num_segments == 1:
        return attend(query, key, value)
    length = regions.text_length
    parts = [
        attend(
            query[:, i * length : (i + 1) * length],
            *(x.index_select(1, seen) for x in (key, value)),
        )
        for i, seen in enumerate(regions.seen_by_text)
    ]
    if method == "lse":
        return torch.cat([*parts, merge_texts(query, key, value, regions)], dim=1)
    keeps = _need_grad(query, key, value)
    seen_keys, seen_values = (_Seen(x, regions, keeps=keeps) for x in (key, value))
    for (segments, _), tokens in zip(regions.classes, regions.class_tokens, strict=True):
        seen = (x.with_texts(segments) for x in (seen_keys, seen_values))
        parts.append(attend(query.index_select(1, tokens), *seen))
    return torch.cat(parts, dim=1).index_select(1, regions.joint_order)


class _Seen:
    """What a class of visual tokens sees: all visual tokens, then the texts of its segments.

    `keeps`: each class gets tensors of its own, as gradients need what was seen to stay.
    """

    def __init__(self, joint: Tensor, regions: RegionLayout, *, keeps: bool) -> None:
        texts, self._visual = joint.tensor_split([regions.joint_text_length], dim=1)
        self._texts = texts.split(regions.text_length, dim=1)
        self._buffer = None
        if not keeps:
            most = max(len(segments) for segments, _ in regions.classes)
            self._buffer = torch.cat([self._visual, *self._texts[:most]], dim=1)

    def with_texts(self, segments: tuple[int, ...]) -> Tensor:
        """(B, V + n * L, H, D); valid until the next call, unless it `keeps`."""
        chosen = [self._texts[i] for i in segments]
        if self._buffer is None:
            return torch.cat([self._visual, *chosen], dim=1)
        start = stop = self._visual.shape[1]
        for text in chosen:
            start, stop = stop, stop + text.shape[1]
            self._buffer[:, start:stop] = text
        return self._buffer[:, :stop]


@contextmanager
def region_attention(
    transformer: CogVideoXTransformer3DModel,
    method: AttentionMethod | RegionAttnProcessor = "auto",
) -> Iterator[RegionAttnProcessor]:
    """Lets a CogVideoX transformer take `regions` inside the block; puts its processors back.

    Gives the processor, whose `chosen` says how the last layout was computed. A processor given
    in place of a method is used again, so that it chooses once for all steps of a scene.
    """
    given = isinstance(method, RegionAttnProcessor)
    processor = method if given else RegionAttnProcessor(method)
    processors = transformer.attn_processors
    transformer.set_attn_processor(
        processor  # pyright: ignore[reportArgumentType]  (a closed union of stock classes)
    )
    try:
        yield processor
    finally:
        transformer.set_attn_processor(processors)
