from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diffusion.regions import RegionLayout, make_layout, rasterise

edges = st.floats(-0.5, 1.5)
sizes = st.integers(1, 9)


def cells(box: list[float], grid_height: int = 6, grid_width: int = 9) -> torch.Tensor:
    return rasterise(torch.tensor(box), grid_height=grid_height, grid_width=grid_width)


def block(top: int, bottom: int, left: int, right: int) -> torch.Tensor:
    expected = torch.zeros(6, 9, dtype=torch.bool)
    expected[top:bottom, left:right] = True
    return expected


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ([0.0, 0.0, 1.0, 1.0], block(0, 6, 0, 9)),
        ([0.2, 0.3, 0.7, 0.8], block(2, 5, 2, 6)),
        ([0.5, 0.25, 1.0, 0.75], block(2, 4, 4, 9)),  # 4.5, 1.5 and 4.5 go to the even line
        ([-0.4, -0.2, 0.3, 1.5], block(0, 6, 0, 3)),
        ([0.40, 0.0, 0.41, 0.5], block(0, 3, 3, 4)),  # thin: the column of its centre
        ([0.71, 0.71, 0.72, 0.72], block(4, 5, 6, 7)),
        ([0.99, 0.99, 1.5, 1.5], block(5, 6, 8, 9)),
        ([1.1, 0.0, 1.4, 1.0], block(0, 0, 0, 0)),
        ([-0.4, 0.0, 0.0, 1.0], block(0, 0, 0, 0)),
        ([0.7, 0.0, 0.2, 1.0], block(0, 0, 0, 0)),
        ([0.2, 0.4, 0.8, 0.4], block(0, 0, 0, 0)),
        ([0.2, math.nan, 0.8, 0.9], block(0, 0, 0, 0)),
        ([math.nan] * 4, block(0, 0, 0, 0)),
        ([-math.inf, 0.0, math.inf, 1.0], block(0, 6, 0, 9)),
    ],
)
def test_rasterise_covers_the_named_cells(box: list[float], expected: torch.Tensor) -> None:
    assert torch.equal(cells(box), expected)


def test_rasterise_keeps_leading_shape_and_each_box_to_itself() -> None:
    boxes = torch.rand(2, 3, 5, 4, generator=torch.Generator().manual_seed(1))
    together = rasterise(boxes, grid_height=4, grid_width=7)
    assert together.shape == (2, 3, 5, 4, 7)
    alone = rasterise(boxes[1, 2, 3], grid_height=4, grid_width=7)
    assert torch.equal(together[1, 2, 3], alone)


@given(left=edges, top=edges, right=edges, bottom=edges, grid_height=sizes, grid_width=sizes)
def test_box_is_empty_only_without_area_in_the_frame(
    left: float, top: float, right: float, bottom: float, grid_height: int, grid_width: int
) -> None:
    covered = cells([left, top, right, bottom], grid_height, grid_width)
    box = torch.tensor([left, top, right, bottom]).clamp(0, 1)
    assert bool(covered.any()) == bool(box[0] < box[2] and box[1] < box[3])


@given(
    row=st.integers(0, 5),
    column=st.integers(0, 8),
    margins=st.tuples(*[st.floats(0.51, 3.0)] * 4),
)
def test_box_reaching_past_the_centre_holds_the_cell(
    row: int, column: int, margins: tuple[float, float, float, float]
) -> None:
    x, y = column + 0.5, row + 0.5
    left, top, right, bottom = margins
    box = [(x - left) / 9, (y - top) / 6, (x + right) / 9, (y + bottom) / 6]
    assert cells(box)[row, column]


@given(cuts=st.lists(st.floats(0, 1, width=32), max_size=4), top=edges, bottom=edges)
def test_touching_boxes_neither_gap_nor_overlap(
    cuts: list[float], top: float, bottom: float
) -> None:
    lines = [0.0, *sorted(cuts), 1.0]
    wide = [pair for pair in itertools.pairwise(lines) if round(pair[0] * 9) < round(pair[1] * 9)]
    parts = [cells([left, top, right, bottom]) for left, right in wide]
    whole = cells([0.0, top, 1.0, bottom])
    assert torch.equal(torch.stack(parts).sum(0), whole.long())


@given(
    boxes=st.lists(st.lists(edges, min_size=8, max_size=8), max_size=4),
    grid_height=sizes,
    grid_width=sizes,
)
def test_layout_covers_every_token_and_background_takes_the_rest(
    boxes: list[list[float]], grid_height: int, grid_width: int
) -> None:
    layout = make_layout(
        torch.tensor(boxes).view(-1, 2, 4),
        grid_height=grid_height,
        grid_width=grid_width,
        text_length=3,
    )
    assert layout.num_segments == len(boxes) + 1
    assert layout.num_visual_tokens == 2 * grid_height * grid_width
    assert torch.equal(layout.membership[-1], ~layout.membership[:-1].any(dim=0))
    rebuilt = torch.zeros_like(layout.membership)
    for segments, idx in layout.classes:
        rebuilt[torch.tensor(segments)[:, None], idx] = True
    assert torch.equal(rebuilt, layout.membership)
    in_order = torch.cat([idx for _, idx in layout.classes])[layout.restore]
    assert torch.equal(in_order, torch.arange(layout.num_visual_tokens))
    for row, idx in zip(layout.membership, layout.text_idx, strict=True):
        assert torch.equal(row.nonzero().flatten(), idx)


def test_tokens_run_by_frame_row_and_column() -> None:
    boxes = torch.tensor([[[0.0, 0.0, 0.01, 0.01], [0.4, 0.5, 0.8, 1.0]]])
    layout = make_layout(boxes, grid_height=2, grid_width=5, text_length=3)
    assert layout.text_idx[0].tolist() == [0, 10 + 5 + 2, 10 + 5 + 3]


def test_classes_are_few_and_distinct(overlap: RegionLayout) -> None:
    assert sorted(segments for segments, _ in overlap.classes) == [(0,), (0, 1), (1,), (2,)]


def test_dense_mask_follows_the_rule_token_by_token(layout: RegionLayout) -> None:
    """Against the rule of SR3AI written out for single pairs of tokens."""
    length, num_text = layout.text_length, layout.joint_text_length

    def may_attend(query: int, key: int) -> bool:
        if query >= num_text and key >= num_text:
            return True
        if query < num_text and key < num_text:
            return query // length == key // length
        text, visual = min(query, key), max(query, key)
        return bool(layout.membership[text // length, visual - num_text])

    size = num_text + layout.num_visual_tokens
    expected = torch.tensor([[may_attend(q, k) for k in range(size)] for q in range(size)])
    assert torch.equal(layout.dense_mask(), expected)


def test_uncovered_tokens_are_refused() -> None:
    with pytest.raises(ValueError, match="every visual token needs a segment"):
        RegionLayout.from_membership(torch.tensor([[True, False]]), text_length=3)


def test_to_moves_every_tensor(overlap: RegionLayout) -> None:
    moved = overlap.to("meta")
    tensors = [moved.membership, moved.restore, *moved.text_idx, *(i for _, i in moved.classes)]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert moved.text_length == overlap.text_length
