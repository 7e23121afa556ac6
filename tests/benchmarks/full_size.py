"""The parts of the theatre, of CogVideoX-2B and of -5B without weights, and regions as plans have.

On the meta device nothing is stored; elsewhere the weights are random.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from pipeline.devices import has_cpu_bfloat16
from pipeline.diffusion.regions import RegionLayout, make_layout
from pipeline.packs.record import find_pack

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
    from transformers import T5EncoderModel

MEAN_AREA = 0.107
"""Share of the clip that a region covers on average in the 600 plans of T2V-CompBench."""
_FULL = {"sample_width": 90, "sample_height": 60, "sample_frames": 49}
_T5_XXL = {
    "d_model": 4096,
    "d_kv": 64,
    "d_ff": 10240,
    "num_layers": 24,
    "num_heads": 64,
    "vocab_size": 32128,
    "feed_forward_proj": "gated-gelu",
}
_VAE_BLOCKS = {
    "down_block_types": ("CogVideoXDownBlock3D",) * 4,
    "up_block_types": ("CogVideoXUpBlock3D",) * 4,
    "block_out_channels": (128, 256, 256, 512),
    "latent_channels": 16,
    "layers_per_block": 3,
}


@dataclass(frozen=True)
class Size:
    """A model by its configs: what its parts are built from, and the clips it makes."""

    name: str
    transformer: dict[str, Any]
    vae: dict[str, Any]
    text_encoder: dict[str, Any]
    latent_frames: int
    dtype: torch.dtype

    @property
    def text_length(self) -> int:
        """Tokens of one text."""
        return self.transformer["max_text_seq_length"]

    @property
    def latent_shape(self) -> tuple[int, int, int, int, int]:
        """Shape (1, f, C, h, w) of one clip."""
        height, width = self.transformer["sample_height"], self.transformer["sample_width"]
        return 1, self.latent_frames, 16, height, width

    def build_transformer(self, device: str) -> CogVideoXTransformer3DModel:
        """The transformer, for inference."""
        from diffusers.models.transformers.cogvideox_transformer_3d import (
            CogVideoXTransformer3DModel,
        )

        return _build(lambda: CogVideoXTransformer3DModel(**self.transformer), device, self.dtype)

    def build_vae(self, device: str) -> AutoencoderKLCogVideoX:
        """The autoencoder, made as fast as the packs make theirs."""
        from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

        from pipeline.diffusion.vae import speed_up

        vae = _build(lambda: AutoencoderKLCogVideoX(**self.vae), device, self.dtype)
        speed_up(vae)
        return vae

    def build_text_encoder(self, device: str) -> T5EncoderModel:
        """The text encoder."""
        from transformers import T5Config, T5EncoderModel

        return _build(lambda: T5EncoderModel(T5Config(**self.text_encoder)), device, self.dtype)

    def embeds(self, num_texts: int, device: str) -> torch.Tensor:
        """Embeddings (n, L, D) of so many texts, random."""
        shape = num_texts, self.text_length, self.transformer["text_embed_dim"]
        return torch.randn(shape, device=device, dtype=self.dtype)

    def layout(self, num_regions: int) -> RegionLayout:
        """So many regions of `MEAN_AREA` at random places, and the background: n + 1 texts."""
        patch = self.transformer["patch_size"]
        return make_layout(
            mean_boxes(num_regions).unsqueeze(1).expand(-1, self.latent_frames, -1),
            grid_height=self.transformer["sample_height"] // patch,
            grid_width=self.transformer["sample_width"] // patch,
            text_length=self.text_length,
        )


def mean_boxes(num_regions: int) -> torch.Tensor:
    """Boxes (n, 4) of `MEAN_AREA` inside the frame at places drawn once; some overlap."""
    side, rng = MEAN_AREA**0.5, random.Random("regions of mean area")
    corners = torch.tensor([[rng.uniform(0, 1 - side) for _ in "xy"] for _ in range(num_regions)])
    return torch.cat([corners, corners + side], dim=1)


def _build(make: Any, device: str, dtype: torch.dtype) -> Any:  # noqa: ANN401
    kept = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            module = make()
    finally:
        torch.set_default_dtype(kept)
    return module.eval().requires_grad_(False)


def _theatre() -> Size:
    configs = {part: _config(part) for part in ("transformer", "vae", "text_encoder")}
    dtype = torch.bfloat16 if has_cpu_bfloat16() else torch.float32
    return Size("theatre", **configs, latent_frames=12, dtype=dtype)


def _config(part: str) -> dict[str, Any]:
    """A part's config as its class takes it."""
    found = json.loads((find_pack("theatre") / part / "config.json").read_text(encoding="utf-8"))
    return {name: value for name, value in found.items() if not name.startswith("_")}


def sizes() -> dict[str, Size]:
    """The sizes by name: `theatre`, `2b` and `5b`."""
    common = {**_FULL, "text_embed_dim": 4096, "max_text_seq_length": 226, "patch_size": 2}
    small = {**common, "num_attention_heads": 30, "num_layers": 30}
    large = {**common, "num_attention_heads": 48, "num_layers": 42}
    rotary = {"use_rotary_positional_embeddings": True}
    vae = {**_VAE_BLOCKS, "sample_height": 480, "sample_width": 720}
    found = (
        _theatre(),
        Size("2b", small, {**vae, "scaling_factor": 1.15258426}, _T5_XXL, 13, torch.float16),
        Size("5b", large | rotary, {**vae, "scaling_factor": 0.7}, _T5_XXL, 13, torch.bfloat16),
    )
    return {size.name: size for size in found}
