"""The networks of ViCLIP (Wang et al., 2023, InternVid), with the names of its published weights.

A CLIP (Radford et al., 2021) whose picture encoder lets the patches of all frames look at each
other, and knows from a temporal embedding which frame each belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

_HEAD_WIDTH = 64


class Sizes(NamedTuple):
    """How large a ViCLIP is; all can be read from the shapes of its weights."""

    width: int
    layers: int
    patch_px: int
    image_px: int
    num_frames: int
    text_width: int
    text_layers: int
    context: int
    vocabulary: int
    dim: int


def read_sizes(weights: Mapping[str, Tensor]) -> Sizes:
    """Read the sizes off the weights.

    Raises:
        KeyError: a weight that every ViCLIP has is missing.
    """
    patches = weights["vision_encoder.conv1.weight"]
    places = weights["vision_encoder.positional_embedding"]
    words = weights["text_encoder.token_embedding.weight"]
    return Sizes(
        width=patches.shape[0],
        layers=_count_layers(weights, "vision_encoder"),
        patch_px=patches.shape[-1],
        image_px=round((places.shape[0] - 1) ** 0.5) * patches.shape[-1],
        num_frames=weights["vision_encoder.temporal_positional_embedding"].shape[1],
        text_width=words.shape[1],
        text_layers=_count_layers(weights, "text_encoder"),
        context=weights["text_encoder.positional_embedding"].shape[0],
        vocabulary=words.shape[0],
        dim=weights["text_encoder.text_projection"].shape[1],
    )


def _count_layers(weights: Mapping[str, Tensor], tower: str) -> int:
    start = f"{tower}.transformer.resblocks."
    return len(
        {name.removeprefix(start).split(".")[0] for name in weights if name.startswith(start)}
    )


class _QuickGelu(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class _Block(nn.Module):
    """A residual layer: attention, then two linear maps."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, max(1, width // _HEAD_WIDTH), batch_first=True)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", _QuickGelu())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        normal = self.ln_1(x)
        x = x + self.attn(normal, normal, normal, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class _Layers(nn.Module):
    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(_Block(width) for _ in range(count))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        for block in self.resblocks:
            x = block(x, mask)
        return x


class VideoTower(nn.Module):
    """Encodes videos float32 (B, F, 3, S, S) as (B, dim)."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        patch = (1, sizes.patch_px, sizes.patch_px)
        num_patches = (sizes.image_px // sizes.patch_px) ** 2
        self.conv1 = nn.Conv3d(3, sizes.width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(sizes.width))
        self.positional_embedding = nn.Parameter(torch.zeros(num_patches + 1, sizes.width))
        self.temporal_positional_embedding = nn.Parameter(
            torch.zeros(1, sizes.num_frames, sizes.width)
        )
        self.ln_pre, self.ln_post = nn.LayerNorm(sizes.width), nn.LayerNorm(sizes.width)
        self.transformer = _Layers(sizes.width, sizes.layers)
        self.proj = nn.Parameter(torch.zeros(sizes.width, sizes.dim))

    def forward(self, videos: Tensor) -> Tensor:
        """Encode videos; the class token, one for the whole video, sums it up."""
        patches = self.conv1(videos.transpose(1, 2)).flatten(3)
        patches = patches.permute(0, 3, 2, 1) + self.positional_embedding[1:, None]
        patches = (patches + self.temporal_positional_embedding).flatten(1, 2)
        first = (self.class_embedding + self.positional_embedding[0]).expand(len(videos), 1, -1)
        x = self.transformer(self.ln_pre(torch.cat([first, patches], dim=1)))
        return self.ln_post(x[:, 0]) @ self.proj


class TextTower(nn.Module):
    """Encodes token ids int64 (B, L) as (B, dim); each token looks at those before it."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.token_embedding = nn.Embedding(sizes.vocabulary, sizes.text_width)
        self.positional_embedding = nn.Parameter(torch.zeros(sizes.context, sizes.text_width))
        self.transformer = _Layers(sizes.text_width, sizes.text_layers)
        self.ln_final = nn.LayerNorm(sizes.text_width)
        self.text_projection = nn.Parameter(torch.zeros(sizes.text_width, sizes.dim))

    def forward(self, ids: Tensor) -> Tensor:
        """Encode words; their features stand at the end token, which has the highest id."""
        length = ids.shape[1]
        ahead = torch.full((length, length), float("-inf")).triu(1)
        x = self.token_embedding(ids) + self.positional_embedding[:length]
        x = self.ln_final(self.transformer(x, ahead))
        return x[torch.arange(len(ids)), ids.argmax(1)] @ self.text_projection


class ViClipNet(nn.Module):
    """Both towers, in eval mode after `load`."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.vision_encoder = VideoTower(sizes)
        self.text_encoder = TextTower(sizes)

    @classmethod
    def load(cls, weights: Mapping[str, Tensor]) -> ViClipNet:
        """Build the networks that weights belong to.

        Raises:
            KeyError: a weight is missing.
            RuntimeError: weights do not fit each other.
        """
        net = cls(read_sizes(weights))
        known = {name: weights[name].float() for name in net.state_dict()}
        net.load_state_dict(known)
        return net.eval().requires_grad_(False)

    def encode_videos(self, videos: Tensor) -> Tensor:
        """Encode videos float32 (B, F, 3, S, S) as unit vectors (B, dim)."""
        return functional.normalize(self.vision_encoder(videos), dim=-1)

    def encode_words(self, ids: Tensor) -> Tensor:
        """Encode token ids int64 (B, L) as unit vectors (B, dim)."""
        return functional.normalize(self.text_encoder(ids), dim=-1)
