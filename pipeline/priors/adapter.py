"""The LoRA adapter in training: its layers on a transformer, its weights, its file."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from peft import LoraConfig
from peft.tuners.lora.layer import LoraLayer
from safetensors.torch import save

from pipeline.diffusion.adapter_config import METADATA_KEY, PREFIX, TARGETS
from pipeline.diffusion.adapters import RegionalAdapters
from pipeline.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor
    from torch.nn import Parameter

    from pipeline.prior import PriorKind, TrainSettings

_BLOCKS = "transformer_blocks"
_RENDERS = "prior-"  # how `RegionalAdapters` names what it puts on a transformer


def blocks_of(
    kind: PriorKind, num_blocks: int, layout: Literal["interleaved", "halves"] = "interleaved"
) -> tuple[int, ...]:
    """The blocks that a prior of a kind is learned in.

    Interleaved, motions take blocks 0, 2, ... and looks 1, 3, ... (DreamRunner, section 3.3); by
    halves, motions take the front half and looks the back half (its Table 6).

    Raises:
        ValueError: the model has fewer than two blocks.
    """
    if num_blocks < 2:
        raise ValueError(f"two kinds of priors do not fit in {num_blocks} blocks")
    first = kind == "motion"
    if layout == "interleaved":
        return tuple(range(0 if first else 1, num_blocks, 2))
    middle = num_blocks // 2
    return tuple(range(middle) if first else range(middle, num_blocks))


@dataclass(frozen=True, eq=False)
class TrainedAdapter:
    """An adapter on a transformer, its weights in float32 and trainable.

    Attributes:
        name: what the transformer knows it by; without dots.
        blocks: the blocks it changes.
        rank: of every layer.
        alpha: the deltas are scaled by alpha / rank.
        weights: the parameters by peft's names, `transformer_blocks.0.attn1.to_q.lora_A.weight`.
    """

    name: str
    blocks: tuple[int, ...]
    rank: int
    alpha: float
    weights: dict[str, Parameter]
    _transformer: CogVideoXTransformer3DModel

    def parameters(self) -> list[Parameter]:
        """The weights, always in the same order."""
        return list(self.weights.values())

    def state(self) -> dict[str, Tensor]:
        """A copy of the weights on the CPU, float32, by peft's names."""
        return {name: weight.detach().cpu().clone() for name, weight in self.weights.items()}

    @torch.no_grad()
    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Take over the weights that `state` gave.

        Raises:
            ValueError: they are those of another adapter.
        """
        shapes = {name: tensor.shape for name, tensor in tensors.items()}
        if shapes != {name: weight.shape for name, weight in self.weights.items()}:
            raise ValueError("these weights are not those of such an adapter")
        for name, weight in self.weights.items():
            weight.copy_(tensors[name])

    def remove(self) -> None:
        """Take the adapter off; once the last is gone, the layers are the plain ones again."""
        self._transformer.delete_adapters(self.name)
        if not getattr(self._transformer, "peft_config", None):
            self._transformer.unload_lora()


def add_adapter(
    transformer: CogVideoXTransformer3DModel,
    kind: PriorKind,
    settings: TrainSettings,
    generator: torch.Generator,
    name: str = "prior",
) -> TrainedAdapter:
    """Put a fresh adapter on a transformer, and let it act on every token.

    A starts as normal numbers of deviation 1 / rank, B as zeros, so that it changes nothing yet.
    Adapters that earlier renders left on the transformer go; they are loaded again when they are
    needed. All but the adapters' weights is frozen.

    Args:
        transformer: on its device, its weights as wide as they are to be multiplied with.
        kind: tells the blocks.
        settings: rank, alpha, dropout and the layout of the blocks.
        generator: of the first weights, on the CPU: the same on every device.
        name: without dots; not in use on the transformer.
    """
    if any(present.startswith(_RENDERS) for present in getattr(transformer, "peft_config", ())):
        RegionalAdapters(transformer, ())
    transformer.requires_grad_(False)
    blocks = blocks_of(kind, len(transformer.transformer_blocks), settings.blocks)
    with warnings.catch_warnings(), torch.random.fork_rng([]):  # peft draws weights of its own
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")  # we mean it
        transformer.add_adapter(_config(settings, blocks), name)
    weights = _weights_of(transformer, name)
    for weight in weights.values():
        weight.requires_grad_(True)
    _begin(weights, settings.rank, generator)
    adapter = TrainedAdapter(name, blocks, settings.rank, settings.alpha, weights, transformer)
    activate(transformer, [adapter])
    return adapter


def activate(transformer: CogVideoXTransformer3DModel, adapters: Sequence[TrainedAdapter]) -> None:
    """Let these adapters act and no others; without any it is the base model bit for bit.

    Not between a forward and its backward: with gradient checkpointing that one runs forwards
    again.
    """
    names = [adapter.name for adapter in adapters]
    for layer in _lora_layers(transformer).values():
        layer._active_adapter, layer._disable_adapters = names, not names


def write_adapter(
    path: Path,
    tensors: Mapping[str, Tensor],
    *,
    rank: int,
    alpha: float,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write an adapter as diffusers' pipelines do, whole or not at all.

    `CogVideoXPipeline.load_lora_weights` reads it, and `read_adapter`; its alpha is kept.

    Args:
        path: a `.safetensors` file; its folder is made.
        tensors: the weights by peft's names, as `TrainedAdapter.state` gives them.
        rank: of every layer.
        alpha: the deltas are scaled by alpha / rank.
        metadata: what else the header is to say.

    Raises:
        WorkspaceError: the file cannot be written; one that was there is as it was.
    """
    layers = sorted({name.rpartition(".lora_")[0] for name in tensors})
    config = {"r": rank, "lora_alpha": alpha, "target_modules": layers, "lora_dropout": 0.0}
    told = json.dumps({PREFIX + field: value for field, value in config.items()}, sort_keys=True)
    content = save(
        {PREFIX + name: tensor.cpu().contiguous() for name, tensor in tensors.items()},
        metadata={**(metadata or {}), "format": "pt", METADATA_KEY: told},
    )
    write_bytes(path, content)


def _config(settings: TrainSettings, blocks: tuple[int, ...]) -> LoraConfig:
    return LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,  # pyright: ignore[reportArgumentType]  (any number will do)
        lora_dropout=settings.dropout,
        init_lora_weights="gaussian",
        target_modules=list(TARGETS),
        layers_to_transform=list(blocks),
        layers_pattern=_BLOCKS,  # without it peft takes the 0 of `net.0` for a block's number
    )


def _lora_layers(transformer: CogVideoXTransformer3DModel) -> dict[str, LoraLayer]:
    modules = transformer.named_modules()
    return {name: module for name, module in modules if isinstance(module, LoraLayer)}


def _weights_of(transformer: CogVideoXTransformer3DModel, adapter: str) -> dict[str, Parameter]:
    """The weights of an adapter, made float32: sums of many small steps need the digits."""
    weights = {}
    for name, layer in _lora_layers(transformer).items():
        for part, modules in (("lora_A", layer.lora_A), ("lora_B", layer.lora_B)):
            if adapter in modules:
                weights[f"{name}.{part}.weight"] = modules[adapter].float().weight
    return weights


@torch.no_grad()
def _begin(weights: Mapping[str, Parameter], rank: int, generator: torch.Generator) -> None:
    """First weights as peft's `gaussian`, from a generator of our own."""
    for name, weight in weights.items():
        if ".lora_A." in name:
            weight.copy_(torch.randn(weight.shape, generator=generator) / rank)
        else:
            weight.zero_()
