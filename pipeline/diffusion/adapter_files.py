"""Files of LoRA adapters: every doubt is settled before a model gets to see one."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open

from pipeline.diffusion.adapter_config import (
    LAYER,
    METADATA_KEY,
    PREFIX,
    START_BYTES,
    Acting,
    AdapterConfig,
    is_pickle,
)
from pipeline.errors import InputError, ModelUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )
    from torch import Tensor

_KEY = re.compile(r"(.+)\.lora_([AB])\.weight")


@dataclass(frozen=True)
class AdapterFile:
    """A LoRA that fits a transformer.

    Attributes:
        tensors: float weights by peft's names, `transformer_blocks.1.attn1.to_q.lora_A.weight`,
            A as (rank, in), B as (out, rank).
        rank: of every layer.
        alpha: the deltas are scaled by alpha / rank (alpha / sqrt(rank) with `use_rslora`).
        use_rslora: rank-stabilised scaling.
    """

    tensors: dict[str, Tensor]
    rank: int
    alpha: float
    use_rslora: bool = False

    @property
    def layers(self) -> list[str]:
        """Names of the adapted layers, sorted."""
        return sorted({key.rpartition(".lora_")[0] for key in self.tensors})

    def lora_config(self) -> dict[str, object]:
        """Arguments of peft's LoraConfig, for inference: frozen, nothing dropped out."""
        return {
            "r": self.rank,
            "lora_alpha": self.alpha,
            "use_rslora": self.use_rslora,
            "target_modules": self.layers,
            "lora_dropout": 0.0,
            "inference_mode": True,
        }


def adapter_hash(file: Path) -> str:
    """The SHA-256 of an adapter's file, in hex.

    Raises:
        ModelUnavailableError: the file is missing or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailableError(
            f"the learned look or motion {file} cannot be read: {error.strerror}",
            hint="Learn it again, or render without it.",
        ) from error


def read_acting(file: Path) -> Acting:
    """When the adapter of a file that `read_adapter` takes acts.

    Raises:
        InputError: its header says something that cannot be.
    """
    with safe_open(file, framework="pt") as opened:
        said = opened.metadata() or {}
    try:
        return Acting.model_validate({k: said[k] for k in Acting.model_fields if k in said})
    except ValidationError as error:
        first = error.errors()[0]
        raise _unfit(file, f"{first['loc'][0]} in its metadata: {first['msg']}") from error


def read_adapter(file: Path, transformer: CogVideoXTransformer3DModel) -> AdapterFile:
    """Read a `.safetensors` LoRA as diffusers writes it and see that it fits the transformer.

    Without metadata, alpha is the rank, which is how diffusers reads such files.

    Raises:
        ModelUnavailableError: the file is missing or damaged.
        InputError: it is a pickle, no plain LoRA, or one of another model.
    """
    _refuse_pickle(file)
    try:
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {key.removeprefix(PREFIX): opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118  (no mapping)
    except (SafetensorError, OSError) as error:
        raise ModelUnavailableError(
            f"the adapter {file} is damaged: {error}",
            hint="Copy the file again, learn it again, or render without it.",
        ) from error
    config = _config(file, metadata)
    rank = _check_layers(file, tensors, transformer)
    if config is None:
        return AdapterFile(tensors=tensors, rank=rank, alpha=rank)
    if config.r != rank:
        raise _unfit(file, f"its metadata says rank {config.r}, its weights have rank {rank}")
    return AdapterFile(tensors, rank, config.lora_alpha, config.use_rslora)


def _refuse_pickle(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            start = stream.read(START_BYTES)
    except OSError as error:
        raise ModelUnavailableError(
            f"the adapter {file} cannot be read: {error.strerror}",
            hint="Learn it again, or render without it.",
        ) from error
    if is_pickle(start):
        raise InputError(
            f"the adapter {file} is a pickle, and reading one could run any code in it",
            hint="Only .safetensors files are read; convert it where you trust it.",
        )


def _config(file: Path, metadata: dict[str, str]) -> AdapterConfig | None:
    if METADATA_KEY not in metadata:
        return None
    try:
        fields = json.loads(metadata[METADATA_KEY])
        config = AdapterConfig.model_validate(
            {k.removeprefix(PREFIX): v for k, v in fields.items()}
        )
    except (ValueError, AttributeError, RecursionError) as error:  # no JSON, object, configuration
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise _unfit(file, f"its metadata cannot be understood ({first})") from error
    if reason := config.unfit():
        raise _unfit(file, reason)
    return config


def _check_layers(
    file: Path, tensors: dict[str, Tensor], transformer: CogVideoXTransformer3DModel
) -> int:
    """The one rank of all layers; InputError unless each is a layer of the transformer."""
    pairs: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        if (match := _KEY.fullmatch(key)) is None:
            raise _unfit(file, f"it holds {key!r}, which is no LoRA weight")
        pairs.setdefault(match[1], {})[match[2]] = tensor
    ranks = {_rank(file, layer, pair, transformer) for layer, pair in pairs.items()}
    if len(ranks) != 1:
        raise _unfit(file, "its layers have different ranks" if ranks else "it holds no weights")
    return ranks.pop()


def _rank(
    file: Path, layer: str, pair: dict[str, Tensor], transformer: CogVideoXTransformer3DModel
) -> int:
    num_blocks = len(transformer.transformer_blocks)
    match = LAYER.fullmatch(layer)
    if match is None:
        raise _unfit(file, f"it changes {layer!r}, which cannot be confined to a region")
    if int(match[1]) >= num_blocks:
        raise _unfit(file, f"it changes block {match[1]}, and the model has {num_blocks} blocks")
    if pair.keys() != {"A", "B"}:
        raise _unfit(file, f"{layer!r} has only one of its two weights")
    down, up = pair["A"], pair["B"]
    linear = transformer.get_submodule(layer)
    rank = down.shape[0] if down.ndim else 0
    wanted = ((rank, linear.in_features), (linear.out_features, rank))
    if rank < 1 or (tuple(down.shape), tuple(up.shape)) != wanted:
        shapes = f"{tuple(down.shape)} and {tuple(up.shape)}"
        raise _unfit(file, f"{layer!r} has weights {shapes}, the model needs {_words(linear)}")
    for weight in (down, up):
        if not weight.is_floating_point() or not bool(torch.isfinite(weight.float()).all()):
            raise _unfit(file, f"{layer!r} has weights that are not finite numbers")
    return rank


def _words(linear: torch.nn.Module) -> str:
    return f"(rank, {linear.in_features}) and ({linear.out_features}, rank)"


def _unfit(file: Path, reason: str) -> InputError:
    return InputError(
        f"the adapter {file} does not fit this model: {reason}",
        hint="Choose one that was learned with this pack, or render without it.",
    )
