"""Whether the layers of a LoRA file fit a pack's transformer, told without loading either."""

from __future__ import annotations

import json
import math
from itertools import groupby
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError

from pipeline.diffusion.adapter_config import LAYER, METADATA_KEY, PREFIX, AdapterConfig
from pipeline.errors import InputError, ModelUnavailableError
from pipeline.files import short
from pipeline.priors.lora_header import layer_names
from pipeline.story import Record

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.priors.lora_header import LoraHeader

_WIDTHS = {"ff.net.0.proj": (1, 4), "ff.net.2": (4, 1)}
"""Numbers that a layer takes and gives, in widths of the transformer; (1, 1) for the others."""


class Fit(Record):
    """What an adapter must fit: a pack's transformer."""

    pack: str
    pack_revision: str
    num_blocks: int = Field(ge=1)
    width: int = Field(ge=1)
    """Numbers per token."""


def fit_of(weights: Path, pack: str, pack_revision: str) -> Fit:
    """Read from a pack's weights what an adapter must fit; the weights are not loaded.

    Args:
        weights: The folder that holds `transformer/config.json`.
        pack: Its name.
        pack_revision: That of the weights.

    Raises:
        ModelUnavailableError: they are not there.
    """
    path = weights / "transformer" / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        width = int(config["num_attention_heads"]) * int(config["attention_head_dim"])
        num_blocks = int(config["num_layers"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailableError(
            f"the model of the {pack} pack is not here or broken: {short(path)}",
            hint=f"Fetch it first: python -m pipeline packs fetch {pack}",
        ) from error
    return Fit(pack=pack, pack_revision=pack_revision, num_blocks=num_blocks, width=width)


def sides_of(target: str, width: int) -> tuple[int, int]:
    """Give how many numbers one of the `TARGETS` takes and gives in a transformer of that width."""
    into, out = _WIDTHS.get(target, (1, 1))
    return into * width, out * width


def shape_of(header: LoraHeader, fit: Fit) -> tuple[int, tuple[int, ...]]:
    """Give the one rank of all layers and the blocks they are in.

    Raises:
        InputError: they do not fit the transformer, or are not of one rank.
    """
    names = sorted((*place, name) for name, place in layer_names(header).items())
    ranks, blocks = set[int](), set[int]()
    for layer, pair in groupby(names, key=lambda one: one[0]):
        shapes = {side: header.tensors[name]["shape"] for _, side, name in pair}
        match = LAYER.fullmatch(layer)
        if match is None:
            raise InputError(f"it changes {layer[:80]!r}, which cannot be confined to a region")
        if int(match[1]) >= fit.num_blocks:
            raise InputError(
                f"it changes block {match[1]}, and the model has {fit.num_blocks} blocks"
            )
        ranks.add(_rank(layer, shapes, sides_of(match[2], fit.width)))
        blocks.add(int(match[1]))
    if len(ranks) != 1:
        raise InputError("its layers have different ranks" if ranks else "it holds no weights")
    return ranks.pop(), tuple(sorted(blocks))


def _rank(layer: str, shapes: dict[str, list[int]], sides: tuple[int, int]) -> int:
    if shapes.keys() != {"A", "B"}:
        raise InputError(f"{layer!r} has only one of its two weights")
    into, out = sides
    rank = shapes["A"][0] if shapes["A"] else 0
    if rank < 1 or (shapes["A"], shapes["B"]) != ([rank, into], [out, rank]):
        raise InputError(
            f"{layer!r} has weights {tuple(shapes['A'])} and {tuple(shapes['B'])}, "
            f"the model needs (rank, {into}) and ({out}, rank)"
        )
    return rank


def alpha_of(header: LoraHeader, rank: int) -> float:
    """Give the alpha that scales all deltas by alpha / rank; the rank where the file names none.

    Raises:
        InputError: the file's configuration cannot be understood, or asks for more than a LoRA.
    """
    if METADATA_KEY not in header.texts:
        return float(rank)
    try:
        fields: dict[str, Any] = json.loads(header.texts[METADATA_KEY])
        config = AdapterConfig.model_validate(
            {name.removeprefix(PREFIX): one for name, one in fields.items()}
        )
    except (ValueError, AttributeError, RecursionError) as error:  # ValidationError is a ValueError
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "no JSON"
        raise InputError(f"its metadata cannot be understood ({first})") from error
    if reason := config.unfit():
        raise InputError(reason)
    if config.r != rank:
        raise InputError(f"its metadata says rank {config.r}, its weights have rank {rank}")
    return config.lora_alpha * (math.sqrt(rank) if config.use_rslora else 1.0)
