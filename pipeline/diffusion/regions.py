"""Regions on the token grid: boxes become cells, cells become who-sees-whom (SR3AI)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class RegionLayout:
    """Which text segment belongs to which visual tokens, for one clip.

    Segments are the regions in order, then the background last. The joint sequence is
    `[text_1 | ... | text_N | visual]`, every text `text_length` tokens long, the visual tokens
    frame by frame, row by row, column by column. Build it with `make_layout` or `from_membership`.

    Attributes:
        text_length: tokens of each text.
        membership: bool (N, V); row i marks the visual tokens of segment i. No column is empty.
        classes: for each distinct set of segments some visual token belongs to, the segment
            numbers and the long (n,) indices of its visual tokens; together they cover V once.
        text_idx: for each segment the long (n_i,) visual indices it covers; may be empty.
        restore: long (V,) permutation that brings the classes' tokens, laid end to end, back
            into visual order.
    """

    text_length: int
    membership: Tensor
    classes: tuple[tuple[tuple[int, ...], Tensor], ...]
    text_idx: tuple[Tensor, ...]
    restore: Tensor

    @classmethod
    def from_membership(cls, membership: Tensor, *, text_length: int) -> RegionLayout:
        """The layout of a bool (N, V) membership, background last, every column covered."""
        if not bool(membership.any(dim=0).all()):
            raise ValueError(
                "every visual token needs a segment: some columns of membership are empty"
            )
        sets, class_of = torch.unique(membership.T, dim=0, return_inverse=True)
        classes = tuple(
            (tuple(row.nonzero().flatten().tolist()), (class_of == number).nonzero().flatten())
            for number, row in enumerate(sets)
        )
        return cls(
            text_length=text_length,
            membership=membership,
            classes=classes,
            text_idx=tuple(row.nonzero().flatten() for row in membership),
            restore=torch.argsort(torch.cat([idx for _, idx in classes])),
        )

    @property
    def num_segments(self) -> int:
        """Number of texts, background included."""
        return self.membership.shape[0]

    @property
    def num_visual_tokens(self) -> int:
        """Number of visual tokens, V."""
        return self.membership.shape[1]

    @property
    def joint_text_length(self) -> int:
        """Tokens of all texts together, N * text_length."""
        return self.num_segments * self.text_length

    def to(self, device: torch.device | str) -> RegionLayout:
        """The same layout with every tensor on `device`."""
        return RegionLayout(
            text_length=self.text_length,
            membership=self.membership.to(device),
            classes=tuple((segments, idx.to(device)) for segments, idx in self.classes),
            text_idx=tuple(idx.to(device) for idx in self.text_idx),
            restore=self.restore.to(device),
        )

    def dense_mask(self) -> Tensor:
        """The whole rule as a bool (S, S) mask, True = may attend, S = N * text_length + V.

        A text sees itself and its own visual tokens, a visual token sees the texts of its segments
        and all visual tokens. Memory grows with S squared: meant for checks, not for rendering.
        """
        device = self.membership.device
        same_text = torch.eye(self.num_segments, dtype=torch.bool, device=device)
        same_text = same_text.repeat_interleave(self.text_length, 0)
        same_text = same_text.repeat_interleave(self.text_length, 1)
        text_visual = self.membership.repeat_interleave(self.text_length, 0)
        visual = torch.ones(2 * (self.num_visual_tokens,), dtype=torch.bool, device=device)
        top = torch.cat([same_text, text_visual], dim=1)
        return torch.cat([top, torch.cat([text_visual.T, visual], dim=1)])


def rasterise(boxes: Tensor, *, grid_height: int, grid_width: int) -> Tensor:
    """The grid cells each box covers: (..., 4) -> bool (..., grid_height, grid_width).

    Edges are frame fractions. They are clipped to the frame, then rounded to the nearest grid line
    (ties to the even line), so boxes that touch neither gap nor overlap. Where a box lies inside
    the frame but is so thin that both edges of an axis round to one line, that axis gets the one
    cell holding its clipped centre. A box wholly outside the frame, inverted, flat, or with a NaN
    edge (absent) covers nothing.
    """
    left, top, right, bottom = boxes.double().unbind(-1)
    rows = _cells_between(top, bottom, grid_height)
    columns = _cells_between(left, right, grid_width)
    return rows.unsqueeze(-1) & columns.unsqueeze(-2)


def _cells_between(low: Tensor, high: Tensor, num_cells: int) -> Tensor:
    """Cells of one axis between two edges given as fractions: (...) -> bool (..., num_cells)."""
    low, high = low.clamp(0, 1) * num_cells, high.clamp(0, 1) * num_cells
    start, stop = torch.round(low), torch.round(high)
    centre = ((low + high) / 2).floor().clamp(max=num_cells - 1)
    thin = start == stop
    start, stop = torch.where(thin, centre, start), torch.where(thin, centre + 1, stop)
    cells = torch.arange(num_cells, device=low.device)
    inside = (cells >= start.unsqueeze(-1)) & (cells < stop.unsqueeze(-1))
    return inside & (low < high).unsqueeze(-1)


def make_layout(
    boxes: Tensor, *, grid_height: int, grid_width: int, text_length: int
) -> RegionLayout:
    """The layout of R regions' boxes (R, f, 4), one box per latent frame; the background is added.

    The grid is the transformer's token grid per latent frame. Cells without a region belong to the
    background alone; cells in several regions belong to all of them. R may be 0.
    """
    regions = rasterise(boxes, grid_height=grid_height, grid_width=grid_width).flatten(1)
    background = ~regions.any(dim=0, keepdim=True)
    return RegionLayout.from_membership(torch.cat([regions, background]), text_length=text_length)
