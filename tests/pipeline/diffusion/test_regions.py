from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diffusion.regions import RegionLayout, make_layout

edges = st.floats(-0.5, 1.5)
sizes = st.integers(1, 9)
LEFT, RIGHT, LOW = [0.0, 0.0, 0.6, 1.0], [0.4, 0.0, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0]


def still(*boxes: list[float], **options: object) -> RegionLayout:
    """Boxes that do not move, on 2 latent frames of 4 rows and 5 columns, texts of 3."""
    return make_layout(
        torch.tensor(boxes, dtype=torch.float64).view(-1, 1, 4).expand(-1, 2, 4),
        grid_height=4,
        grid_width=5,
        text_length=3,
        **options,  # pyright: ignore[reportArgumentType]  (checked by running)
    )


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
    for row, idx in zip(layout.membership, layout.text_idx, strict=True):
        assert torch.equal(row.nonzero().flatten(), idx)


def test_places_in_the_joint_sequence(layout: RegionLayout) -> None:
    mask, num_text = layout.dense_mask(), layout.joint_text_length
    for number, seen in enumerate(layout.seen_by_text):
        row = mask[number * layout.text_length]
        assert torch.equal(seen.sort().values, row.nonzero().flatten())
    texts = torch.arange(num_text)
    laid_out = torch.cat([texts, *layout.class_tokens])
    assert torch.equal(laid_out[layout.joint_order], torch.arange(len(mask)))
    for (segments, _), tokens in zip(layout.classes, layout.class_tokens, strict=True):
        seen_texts = {
            place // layout.text_length for place in texts[mask[tokens[0], :num_text]].tolist()
        }
        assert seen_texts == set(segments)


def test_an_overlap_takes_the_cells_all_its_regions_share() -> None:
    layout = still(LEFT, RIGHT, overlaps=[(0, 1)])
    columns = layout.membership.view(4, 2, 4, 5)[:, 1, 2]
    assert columns.int().tolist() == [
        [1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert [segments for segments, _ in layout.classes] == [(2,), (1,), (0,)]


def test_a_wider_overlap_goes_before_a_narrower_one() -> None:
    layout = still(LEFT, RIGHT, LOW, overlaps=[(1, 0), (0, 1, 2)])
    middle = layout.membership.view(6, 2, 4, 5)[:, 0, :, 2]
    assert middle.int().tolist() == [[0] * 4, [0] * 4, [0] * 4, [1, 1, 0, 0], [0, 0, 1, 1], [0] * 4]
    low_left = layout.membership.view(6, 2, 4, 5)[:, 0, 3, 0]
    assert low_left.tolist() == [True, False, True, False, False, False]


def test_overlaps_that_share_a_region_both_hold() -> None:
    layout = still(LEFT, RIGHT, LOW, overlaps=[(0, 2), (1, 2)])
    assert layout.membership.view(6, 2, 4, 5)[:, 0, 3].int().tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize("overlap", [(), (0,), (1, 1), (0, 2), (-1, 0)])
def test_an_overlap_needs_two_regions_that_are_there(overlap: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="two or more of the 2 regions"):
        still(LEFT, RIGHT, overlaps=[overlap])


@given(
    boxes=st.lists(st.lists(edges, min_size=4, max_size=4), min_size=2, max_size=4),
    pairs=st.lists(st.sets(st.integers(0, 3), min_size=2), max_size=3),
)
def test_overlaps_cell_by_cell(boxes: list[list[float]], pairs: list[set[int]]) -> None:
    overlaps = [pair for pair in pairs if max(pair) < len(boxes)]
    plain = still(*boxes).membership[:-1]
    layout = still(*boxes, overlaps=[sorted(pair) for pair in overlaps])
    for token in range(layout.num_visual_tokens):
        inside = {number for number in range(len(boxes)) if plain[number, token]}
        whole = [pair for pair in overlaps if pair <= inside]
        alone = inside - set().union(*whole)
        widest = [pair for pair in whole if not any(pair < other for other in whole)]
        assert layout.membership[:, token].tolist() == [
            *(number in alone for number in range(len(boxes))),
            *(pair in widest for pair in overlaps),
            not inside,
        ]


def test_segments_without_tokens_go_and_the_others_keep_their_order() -> None:
    layout = still(LEFT, [1.1, 0.0, 1.4, 1.0], LOW, overlaps=[(0, 1)])
    less, kept = layout.without_empty()
    assert kept == (0, 2, 4)
    assert torch.equal(less.membership, layout.membership[[0, 2, 4]])
    assert (less.text_length, less.tokens_per_frame) == (3, 20)


def test_the_background_goes_where_regions_cover_everything() -> None:
    less, kept = still(LEFT, RIGHT).without_empty()
    assert kept == (0, 1)
    assert less.num_segments == 2


def test_nothing_is_made_anew_where_all_segments_have_tokens(overlap: RegionLayout) -> None:
    assert overlap.without_empty() == (overlap, (0, 1, 2))


def test_an_adapter_works_in_its_segments_and_frames_only() -> None:
    layout = still(LEFT, RIGHT, LOW)
    mask = layout.adapter_mask([0, 2], frames=range(1, 2))
    assert mask.dtype == torch.bool
    assert mask[:12].tolist() == 3 * [True] + 3 * [False] + 3 * [True] + 3 * [False]
    first, second = mask[12:].view(2, 4, 5).int().tolist()
    assert first == 4 * [5 * [0]]
    assert second == 2 * [[1, 1, 1, 0, 0]] + 2 * [5 * [1]]


def test_an_adapter_without_frames_given_works_in_all_of_them() -> None:
    layout = still(LEFT, RIGHT)
    everywhere = torch.cat(
        [torch.tensor(3 * [False] + 3 * [True] + 3 * [False]), layout.membership[1]]
    )
    assert torch.equal(layout.adapter_mask([1]), everywhere)
    assert torch.equal(layout.adapter_mask([1, 1], frames=range(-3, 9)), everywhere)


@pytest.mark.parametrize(
    ("segments", "frames"), [([0, 1], range(1, 1)), ([], None), ([], range(2))]
)
def test_an_adapter_of_nothing_works_nowhere(segments: list[int], frames: range | None) -> None:
    assert not still(LEFT, RIGHT).adapter_mask(segments, frames).any()


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
    tensors = [moved.membership, *moved.text_idx, *(idx for _, idx in moved.classes)]
    tensors += [moved.joint_order, *moved.class_tokens, *moved.seen_by_text]
    assert {tensor.device.type for tensor in tensors} == {"meta"}
    assert moved.text_length == overlap.text_length
    assert moved.tokens_per_frame == overlap.tokens_per_frame == 24
