"""Starts the video-text model from the CLIP, as X-CLIP itself was started from CLIP.

The same layers have other names: open_clip's on the left, transformers' on the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_TOWERS = {
    "visual.transformer.resblocks": "vision_model.encoder.layers",
    "transformer.resblocks": "text_model.encoder.layers",
}
_SINGLE = {
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.ln_pre": "vision_model.pre_layernorm",
    "visual.ln_post": "vision_model.post_layernorm",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final": "text_model.final_layer_norm",
    "logit_scale": "logit_scale",
}
_TURNED = {"visual.proj": "visual_projection.weight", "text_projection": "text_projection.weight"}
_PARTS = {
    "attn.out_proj": "self_attn.out_proj", "ln_1": "layer_norm1", "ln_2": "layer_norm2",
    "mlp.c_fc": "mlp.fc1", "mlp.c_proj": "mlp.fc2",
}  # fmt: skip


def from_clip(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Give an open_clip CLIP's weights with the names they have in an X-CLIP, float32.

    X-CLIP's own parts, messages between frames and attention over time, are not among them.
    """
    found: dict[str, Tensor] = {}
    for name, one in weights.items():
        found.update(_renamed(name, one.float()))
    return found


def _renamed(name: str, one: Tensor) -> dict[str, Tensor]:
    if name in _TURNED:
        return {_TURNED[name]: one.T.contiguous()}
    for theirs, ours in _TOWERS.items():
        if name.startswith(f"{theirs}."):
            layer, part = name.removeprefix(f"{theirs}.").split(".", 1)
            return {f"{ours}.{layer}.{key}": part for key, part in _layer_parts(part, one)}
    for theirs, ours in _SINGLE.items():
        if name == theirs or name.startswith(f"{theirs}."):
            return {ours + name.removeprefix(theirs): one}
    raise KeyError(name)


def _layer_parts(part: str, one: Tensor) -> list[tuple[str, Tensor]]:
    """Give a layer's weight by its new name; open_clip keeps three of attention's in one."""
    if part.startswith("attn.in_proj_"):
        ending = part.removeprefix("attn.in_proj_")
        thirds = zip(("q_proj", "k_proj", "v_proj"), one.chunk(3), strict=True)
        return [(f"self_attn.{name}.{ending}", third.contiguous()) for name, third in thirds]
    before, ending = part.rsplit(".", 1)
    return [(f"{_PARTS[before]}.{ending}", one)]
