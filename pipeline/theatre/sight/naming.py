"""Names outright what a vector says: a help for training that is thrown away after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from pipeline.theatre.world import load_world

if TYPE_CHECKING:
    from torch import Tensor

_SCALE = 10.0
"""Vectors are of length 1, which is little to name things by."""


class Names(nn.Module):
    """What a vector of either tower says outright: motion, kind, colour, direction, backdrop.

    Only training has it: left to words alone, the towers take long to find out what matters.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        world = load_world()
        self.sets = {
            "motion": list(world.motions), "kind": list(world.kinds),
            "colour": list(world.colours), "facing": ["left", "right"],
            "backdrop": list(world.backdrops),
        }  # fmt: skip
        self.heads = nn.ModuleDict(
            {name: nn.Linear(dim, len(of)) for name, of in self.sets.items()}
        )

    def forward(self, vectors: Tensor, which: str, truth: Sequence[str]) -> Tensor:
        """The loss of naming one thing from unit vectors (B, D)."""
        logits = self.heads[which](vectors * _SCALE)
        return functional.cross_entropy(logits, torch.tensor([*map(self.sets[which].index, truth)]))
