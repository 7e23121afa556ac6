"""Adapters that act with the text alone: what they change, weighed and kept to its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.diffusion.adapter_config import Acting


@dataclass(frozen=True)
class Guided:
    """Adapters that act with the text alone, and all in the same manner.

    Attributes:
        acting: when they act, and how their changes are weighed.
        tokens: bool (V,), the visual tokens that any of them acts on.
    """

    acting: Acting
    tokens: Tensor


def weigh(change: Tensor, guided: Guided, patch_size: int) -> Tensor:
    """What counts of a change that adapters made to a prediction, shaped as that is.

    Outside of their tokens nothing does. Inside, the change is taken apart as the loss L_ad takes
    errors apart (DreamRunner, section 3.3): its mean over the frames, which is the same in all of
    them, counts `still` times, and what is left, which makes the difference between frames,
    `moving` times. A cell that tokens cover in some frames alone has its mean over these.

    Args:
        change: (B, f, C, h, w).
        guided: whose change it is.
        patch_size: cells of a token in each direction.
    """
    cells = _cells(guided.tokens, change.shape, patch_size)
    inside = torch.where(cells, change, 0)
    mean = inside.sum(1, keepdim=True) / cells.sum(0).clamp(min=1)
    still = torch.where(cells, mean, 0)
    return guided.acting.still * still + guided.acting.moving * (inside - still)


def _cells(tokens: Tensor, shape: torch.Size, patch_size: int) -> Tensor:
    """Tokens, frame by frame and row by row, as a mask (f, 1, h, w) of latents."""
    rows, columns = shape[3] // patch_size, shape[4] // patch_size
    grid = tokens.view(shape[1], 1, rows, columns)
    return grid.repeat_interleave(patch_size, 2).repeat_interleave(patch_size, 3)
