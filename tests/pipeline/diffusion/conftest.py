"""Tiny random models with the real classes, and layouts worth asking about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline

from pipeline.diffusion.regions import RegionLayout, make_layout

TEXT_LENGTH = 5
LATENT_FRAMES, LATENT_HEIGHT, LATENT_WIDTH = 3, 8, 12
GRID_HEIGHT, GRID_WIDTH = 4, 6

LAYOUT_BOXES = {
    "background only": [],
    "one": [[0.1, 0.2, 0.6, 0.9]],
    "full cover": [[-0.3, -0.1, 1.2, 1.4]],
    "overlap": [[0.0, 0.0, 0.7, 0.8], [0.4, 0.3, 1.0, 1.0]],
    "one outside": [[0.2, 0.1, 0.8, 0.6], [1.1, 0.0, 1.4, 1.0]],
    "three, halves and all": [[0.0, 0.0, 0.5, 1.0], [0.5, 0.0, 1.0, 1.0], [0.3, 0.4, 0.7, 0.9]],
}


@pytest.fixture(params=LAYOUT_BOXES)
def layout(request: pytest.FixtureRequest) -> RegionLayout:
    return build_layout(LAYOUT_BOXES[request.param])


@pytest.fixture
def overlap() -> RegionLayout:
    return build_layout(LAYOUT_BOXES["overlap"])


@pytest.fixture
def full_cover() -> RegionLayout:
    return build_layout(LAYOUT_BOXES["full cover"])


def build_layout(boxes: list[list[float]]) -> RegionLayout:
    """The boxes drift to the right over the latent frames."""
    drift = torch.tensor([0.0, 0.06, 0.13]).view(1, LATENT_FRAMES, 1) * torch.tensor([1, 0, 1, 0])
    return make_layout(
        torch.tensor(boxes).view(-1, 1, 4) + drift,
        grid_height=GRID_HEIGHT,
        grid_width=GRID_WIDTH,
        text_length=TEXT_LENGTH,
    )


@pytest.fixture(scope="session", params=["sincos", "rotary"])
def transformer(request: pytest.FixtureRequest) -> CogVideoXTransformer3DModel:
    return build_transformer(rotary=request.param == "rotary")


def build_transformer(*, rotary: bool) -> CogVideoXTransformer3DModel:
    torch.manual_seed(7)
    model = CogVideoXTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=16,
        in_channels=3,
        out_channels=3,
        time_embed_dim=8,
        text_embed_dim=12,
        num_layers=2,
        sample_width=LATENT_WIDTH,
        sample_height=LATENT_HEIGHT,
        sample_frames=4 * LATENT_FRAMES - 3,
        max_text_seq_length=TEXT_LENGTH,
        use_rotary_positional_embeddings=rotary,
        spatial_interpolation_scale=1.875,  # as CogVideoX-2B has it
    )
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="session")
def vae() -> AutoencoderKLCogVideoX:
    torch.manual_seed(8)
    options: dict[str, Any] = {  # diffusers declares its tuples as 1-tuples
        "down_block_types": ("CogVideoXDownBlock3D",) * 4,
        "up_block_types": ("CogVideoXUpBlock3D",) * 4,
        "block_out_channels": (4, 4, 4, 4),
        "latent_channels": 3,
        "layers_per_block": 1,
        "norm_num_groups": 2,
        "scaling_factor": 0.7,
        "sample_height": 64,
        "sample_width": 96,
    }
    return AutoencoderKLCogVideoX(**options).eval().requires_grad_(False)


@pytest.fixture
def build_stock() -> Callable[..., CogVideoXPipeline]:
    """The stock pipeline of the parts given by name; the others are None."""

    def build(**given: object) -> CogVideoXPipeline:
        names = ("tokenizer", "text_encoder", "vae", "transformer", "scheduler")
        parts: dict[str, Any] = {name: given.get(name) for name in names}
        pipe = CogVideoXPipeline(**parts)
        pipe.set_progress_bar_config(disable=True)
        return pipe

    return build


@pytest.fixture
def draw() -> Callable[..., torch.Tensor]:
    """Normal numbers of any shape, the same in every run, fresh at every call."""
    generator = torch.Generator().manual_seed(11)

    def draw_numbers(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.randn(shape, generator=generator, dtype=dtype)

    return draw_numbers
