"""Adapters of random numbers, written by diffusers as training writes them."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers.models.transformers.cogvideox_transformer_3d import CogVideoXTransformer3DModel
from peft import LoraConfig

from pipeline.diffusion.adapter_config import TARGETS


def write_adapter(
    transformer: CogVideoXTransformer3DModel,
    file: Path,
    *,
    blocks: Sequence[int],
    seed: int,
    rank: int = 3,
    alpha: float = 6.0,
    **options: object,
) -> Path:
    """An adapter of the blocks' six layers with large deltas; the transformer is left alone."""
    model = copy.deepcopy(transformer)
    fields = {
        "r": rank,
        "lora_alpha": alpha,
        "target_modules": list(TARGETS),
        "layers_to_transform": list(blocks),
        "layers_pattern": "transformer_blocks",
        "lora_dropout": 0.1,
    }
    model.add_adapter(LoraConfig(**{**fields, **options}))  # pyright: ignore[reportArgumentType]
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data = torch.randn(parameter.shape, generator=generator).to(parameter) * 0.3
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        model.save_lora_adapter(folder, weight_name="adapter.safetensors")
        return Path(folder, "adapter.safetensors").rename(file)
