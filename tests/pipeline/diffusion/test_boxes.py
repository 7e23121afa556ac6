from __future__ import annotations

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from pipeline.artifacts import BoxTiming, RegionPrompt
from pipeline.diffusion.boxes import box_at, keyframe_time, latent_boxes, rasterise
from pipeline.diffusion.model import ClipFormat
from pipeline.diffusion.regions import make_layout
from pipeline.story import Box

edges = st.floats(-0.5, 1.5)
sizes = st.integers(1, 9)


def clip(num_frames: int, latent_frames: int) -> ClipFormat:
    shares = torch.tensor_split(torch.arange(latent_frames), 6)
    return ClipFormat.model_construct(
        num_frames=num_frames,
        latent_frames=latent_frames,
        keyframe_to_latent=tuple(tuple(share.tolist()) for share in shares),
    )


def region(*lefts: float | None, held: tuple[int, ...] = ()) -> RegionPrompt:
    """A region of width 0.25 whose left edge is told at each keyframe; None = absent."""
    boxes = [None if x is None else Box(x0=x, y0=0.1, x1=x + 0.25, y1=0.7) for x in lefts]
    return RegionPrompt(region_id="fox", text="a fox", boxes=tuple(boxes), held=held)


def lefts(boxes: Tensor) -> list[float | None]:
    return [None if math.isnan(x) else round(x, 6) for x in boxes[:, 0].tolist()]


STAYS_AWAY = region(0.0, 0.125, None, 0.5, None, 0.75)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ("hold", [0, 0, 0, 0.125, 0.125, None, None, 0.5, 0.5, None, None, 0.75, 0.75]),
        ("reference", [0, 0, 0.125, 0.125, None, None, 0.5, 0.5, None, None, 0.75, 0.75, None]),
    ],
)
def test_boxes_held_over_latents(timing: BoxTiming, expected: list[float | None]) -> None:
    thirteen = clip(49, 13).model_copy(
        update={"keyframe_to_latent": ((0, 1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12))}
    )
    boxes = latent_boxes([region(*6 * [0.3]), STAYS_AWAY], thirteen, timing)
    assert boxes.shape == (2, 13, 4)
    assert boxes.dtype == (torch.float64 if timing == "reference" else torch.float32)
    assert lefts(boxes[1]) == expected
    assert boxes[1, 2].tolist() == pytest.approx([expected[2], 0.1, (expected[2] or 0) + 0.25, 0.7])


def test_reference_leaves_out_what_a_short_clip_has_no_latents_for() -> None:
    assert lefts(latent_boxes([STAYS_AWAY], clip(12, 3), "reference")[0]) == [0, 0, 0.125]


def test_boxes_on_their_way() -> None:
    """24 frames in 12 latents: the latents lie a quarter before and after each keyframe."""
    boxes = latent_boxes([STAYS_AWAY], clip(24, 12), "interpolate")
    assert lefts(boxes[0]) == [
        *(0, 0.03125, 0.09375, 0.125),
        *(None, None),
        *(0.5, 0.5),
        *(None, None),
        *(0.75, 0.75),
    ]


def test_a_held_keyframe_stays_until_the_next() -> None:
    boxes = latent_boxes(
        [region(0.0, 0.5, 0.25, 0.75, None, None, held=(1, 3))], clip(24, 12), "interpolate"
    )
    assert lefts(boxes[0]) == [
        *(0, 0.125, 0.375, 0.5),
        *(0.5, 0.375, 0.625, 0.75),
        *(None, None, None, None),
    ]


def test_latents_know_when_they_are() -> None:
    """49 frames: the first latent is frame 0, the others four frames each."""
    times = [keyframe_time(latent, clip(49, 13)) for latent in range(13)]
    middles = [0.5, *(4 * latent - 1 for latent in range(1, 13))]
    assert times == pytest.approx([middle * 6 / 49 - 0.5 for middle in middles])
    assert keyframe_time(11, clip(48, 12)) == pytest.approx(46 / 8 - 0.5)
    assert keyframe_time(0, clip(1, 1)) == pytest.approx(2.5)


@given(latents=st.integers(1, 20), each=st.integers(1, 8).map(lambda n: 2 * n), first=st.booleans())
def test_latents_run_in_order_within_the_clip(latents: int, each: int, first: bool) -> None:
    frames = latents * each if not first else (latents - 1) * each + 1
    times = [keyframe_time(latent, clip(frames, latents)) for latent in range(latents)]
    assert times == sorted(set(times))
    assert times[0] > -0.5
    assert times[-1] < 5.5


@given(
    places=st.lists(st.none() | st.floats(-0.5, 1.2), min_size=6, max_size=6),
    held=st.sets(st.integers(0, 5)),
    time=st.floats(-0.5, 5.5, exclude_max=True, width=32),
)
def test_a_box_is_there_half_a_keyframe_around_each_of_its_own(
    places: list[float | None], held: set[int], time: float
) -> None:
    box = box_at(region(*places, held=tuple(held)), time)
    nearest = min(5, math.floor(time + 0.5))
    before, after = math.floor(time), math.floor(time) + 1
    around = [places[k] if 0 <= k < 6 else None for k in (before, after)]
    assert math.isnan(box[0]) == (None in around and places[nearest] is None)
    known = [place for place in around if place is not None]
    if not math.isnan(box[0]):
        assert min(known) - 1e-9 <= box[0] <= max(known) + 1e-9
    if time == nearest and places[nearest] is not None:
        assert box[0] == pytest.approx(places[nearest])


def test_no_regions_no_boxes() -> None:
    assert latent_boxes([], clip(49, 13), "interpolate").shape == (0, 13, 4)


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
    boxes=st.lists(st.lists(st.floats(-1.5, 2.5), min_size=8, max_size=8), min_size=1, max_size=3),
    rows=sizes,
    columns=sizes,
)
def test_reference_layout_equals_the_rule_written_out(
    boxes: list[list[float]], rows: int, columns: int
) -> None:
    """Section by section as the paper's code says it, for one token after the other."""
    told = torch.tensor(boxes, dtype=torch.float64).view(-1, 2, 4)
    layout = make_layout(told, grid_height=rows, grid_width=columns, text_length=2, reference=True)

    def from_start(edge: float, cells: int) -> int:
        """A bound counted from the first cell; a negative one is told from behind."""
        line = round(edge * cells)
        return max(line + cells, 0) if line < 0 else line

    def covers(box: list[float], row: int, column: int) -> bool:
        left, top, right, bottom = box
        in_rows = from_start(top, rows) <= row < from_start(bottom, rows)
        return in_rows and from_start(left, columns) <= column < from_start(right, columns)

    for token in range(2 * rows * columns):
        frame, row, column = token // (rows * columns), token // columns % rows, token % columns
        inside = [covers(box, row, column) for box in told[:, frame].tolist()]
        assert layout.membership[:, token].tolist() == [*inside, not any(inside)]


def test_reference_reads_negative_edges_from_the_other_side() -> None:
    """A left edge 4.5 columns outside leaves the last 4 of 45: ties go to the even line."""
    told = torch.tensor(
        [[-0.1, 0.0, 1.0, 1.0], [0.1, 0.0, 0.5, 0.5], [math.nan] * 4], dtype=torch.float64
    )
    layout = make_layout(
        told.view(3, 1, 4), grid_height=3, grid_width=45, text_length=2, reference=True
    )
    assert layout.text_idx[0].tolist() == [45 * row + x for row in range(3) for x in range(41, 45)]
    assert layout.text_idx[1].tolist() == [45 * row + x for row in range(2) for x in range(4, 22)]
    assert layout.text_idx[2].tolist() == []
