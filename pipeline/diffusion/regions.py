"""Regions on the token grid: the cells of boxes become who-sees-whom (SR3AI)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import torch

from pipeline.diffusion.boxes import rasterise, reference_rasterise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor


@dataclass(frozen=True, eq=False)
class RegionLayout:
    """Which text segment belongs to which visual tokens, for one clip.

    Segments are the regions in order, then the overlaps, then the background. The joint sequence
    is `[text_1 | ... | text_N | visual]`, every text `text_length` tokens long, the visual tokens
    frame by frame, row by row, column by column. Build it with `make_layout` or `from_membership`.

    Attributes:
        text_length: tokens of each text.
        tokens_per_frame: visual tokens of each latent frame.
        membership: bool (N, V); row i marks the visual tokens of segment i. No column is empty.
        classes: for each distinct set of segments some visual token belongs to, the segment
            numbers and the long (n,) indices of its visual tokens; together they cover V once.
        text_idx: for each segment the long (n_i,) visual indices it covers; may be empty.
    """

    text_length: int
    tokens_per_frame: int
    membership: Tensor
    classes: tuple[tuple[tuple[int, ...], Tensor], ...]
    text_idx: tuple[Tensor, ...]

    @classmethod
    def from_membership(
        cls, membership: Tensor, *, text_length: int, tokens_per_frame: int | None = None
    ) -> RegionLayout:
        """The layout of a bool (N, V) membership in which every column is covered.

        Without `tokens_per_frame` all visual tokens are one frame.
        """
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
            tokens_per_frame=tokens_per_frame or membership.shape[1],
            membership=membership,
            classes=classes,
            text_idx=tuple(row.nonzero().flatten() for row in membership),
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

    @cached_property
    def class_tokens(self) -> tuple[Tensor, ...]:
        """For each class the places of its tokens in the joint sequence, long (n,)."""
        return tuple(idx + self.joint_text_length for _, idx in self.classes)

    @cached_property
    def seen_by_text(self) -> tuple[Tensor, ...]:
        """For each text the places of all it sees in the joint sequence, itself first."""
        length, device = self.text_length, self.membership.device
        return tuple(
            torch.cat(
                [
                    torch.arange(i * length, (i + 1) * length, device=device),
                    idx + self.joint_text_length,
                ]
            )
            for i, idx in enumerate(self.text_idx)
        )

    @cached_property
    def joint_order(self) -> Tensor:
        """Long (S,): brings texts and then classes, laid end to end, into the joint order."""
        texts = torch.arange(self.joint_text_length, device=self.membership.device)
        return torch.argsort(torch.cat([texts, *self.class_tokens]))

    def to(self, device: torch.device | str) -> RegionLayout:
        """The same layout with every tensor on `device`."""
        return RegionLayout(
            text_length=self.text_length,
            tokens_per_frame=self.tokens_per_frame,
            membership=self.membership.to(device),
            classes=tuple((segments, idx.to(device)) for segments, idx in self.classes),
            text_idx=tuple(idx.to(device) for idx in self.text_idx),
        )

    def without_empty(self) -> tuple[RegionLayout, tuple[int, ...]]:
        """The layout without the segments that cover nothing, and the numbers of those that stay.

        What a segment without visual tokens says reaches no visual token, so the video stays the
        same. That holds for the background too: where regions cover everything it goes, and a
        single region over the whole clip is left as plain attention over one text.
        """
        kept = tuple(number for number, idx in enumerate(self.text_idx) if len(idx))
        if len(kept) == self.num_segments:
            return self, kept
        layout = RegionLayout.from_membership(
            self.membership[list(kept)],
            text_length=self.text_length,
            tokens_per_frame=self.tokens_per_frame,
        )
        return layout, kept

    def adapter_mask(self, segments: Iterable[int], frames: range | None = None) -> Tensor:
        """Where an adapter bound to these segments works: bool (N * text_length + V,).

        The segments' text tokens and those visual tokens that any of them covers in the latent
        frames given; all frames without `frames`, nothing at all (no text either) for an empty
        range. A token in several segments counts once.
        """
        texts = torch.zeros(self.num_segments, dtype=torch.bool, device=self.membership.device)
        texts[list(segments)] = True
        visual = self.membership[texts].any(dim=0).unflatten(0, (-1, self.tokens_per_frame))
        if frames is not None:
            here = torch.tensor([frame in frames for frame in range(len(visual))])
            visual = visual & here.to(visual.device).unsqueeze(1)
            texts = texts & bool(frames)
        return torch.cat([texts.repeat_interleave(self.text_length), visual.flatten()])

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


def make_layout(
    boxes: Tensor,
    *,
    grid_height: int,
    grid_width: int,
    text_length: int,
    overlaps: Sequence[Sequence[int]] = (),
    reference: bool = False,
) -> RegionLayout:
    """The layout of R regions' boxes (R, f, 4), one box per latent frame; the background is added.

    The grid is the transformer's token grid per latent frame. Cells without a region belong to the
    background alone; cells in several regions belong to all of them, unless an overlap has words
    for them. R may be 0.

    Args:
        boxes: frame fractions, NaN = absent; parts outside the frame are clipped.
        grid_height: rows of tokens.
        grid_width: columns of tokens.
        text_length: tokens of each text.
        overlaps: for each overlap the numbers of its regions, two or more. The cells where all
            of them are belong to the overlap's text instead of theirs; an overlap of more
            regions goes before one of some of them.
        reference: rasterise as the paper's code does (`reference_rasterise`).

    Raises:
        ValueError: an overlap of fewer than two regions, or of one that is not there.
    """
    rasterised = (reference_rasterise if reference else rasterise)(
        boxes, grid_height=grid_height, grid_width=grid_width
    )
    regions = rasterised.flatten(1)
    background = ~regions.any(dim=0, keepdim=True)
    rows = [*_give_to_overlaps(regions, [frozenset(numbers) for numbers in overlaps]), background]
    return RegionLayout.from_membership(
        torch.cat(rows), text_length=text_length, tokens_per_frame=grid_height * grid_width
    )


def _give_to_overlaps(regions: Tensor, overlaps: list[frozenset[int]]) -> tuple[Tensor, Tensor]:
    """Membership of regions (R, V) and overlaps (O, V) once the overlaps have taken theirs."""
    left, taken = regions.clone(), regions.new_zeros(len(overlaps), regions.shape[1])
    for row, members in zip(taken, overlaps, strict=True):
        if len(members) < 2 or not members <= set(range(len(regions))):
            raise ValueError(
                f"an overlap needs two or more of the {len(regions)} regions, got {sorted(members)}"
            )
        row |= regions[sorted(members)].all(dim=0)
        left[sorted(members)] &= ~row
    shared = taken.clone()
    for row, members in zip(taken, overlaps, strict=True):
        for larger, others in zip(shared, overlaps, strict=True):
            if members < others:
                row &= ~larger
    return left, taken
