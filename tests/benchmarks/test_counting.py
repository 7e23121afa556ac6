"""What is counted is right where it is known, and steps that are compared compute the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from tests.benchmarks.counts import BARS, REGIONS, count_step
from tests.benchmarks.full_size import MEAN_AREA, Size, mean_boxes, sizes
from tests.benchmarks.metering import Meter
from tests.benchmarks.sr3ai import DENSE, MASKED, PLAIN, Steps, measure

NUM_LAYERS = 2


def shallow(name: str) -> Size:
    size = sizes()[name]
    return replace(size, transformer=size.transformer | {"num_layers": NUM_LAYERS})


def test_products_and_what_lives_at_a_time_are_counted() -> None:
    one = torch.empty(300, 500, device="meta")
    with Meter() as meter:
        other = one + 1
        product = other @ torch.empty(500, 700, device="meta")
        del other
        again = product * 2
        del product, again
    counted = meter.counted
    assert counted.flops == 2 * 300 * 500 * 700
    assert counted.largest == 4 * 500 * 700
    assert counted.peak == 4 * (300 * 500 + 500 * 700 + 300 * 700)


def test_plain_attention_keeps_no_scores_and_masked_attention_does() -> None:
    query = torch.empty(1, 2, 1000, 64, device="meta")
    with Meter() as plain:
        scaled_dot_product_attention(query, query, query)
    assert plain.counted.flops == 4 * 2 * 1000 * 1000 * 64
    assert plain.counted.largest == 4 * 2 * 1000 * 64
    with Meter() as masked:
        mask = torch.empty(1000, 1000, dtype=torch.bool, device="meta")
        scaled_dot_product_attention(query, query, query, attn_mask=mask)
    assert masked.counted.largest >= 4 * 2 * 1000 * 1000


@pytest.mark.parametrize("name", BARS)
def test_regions_at_full_width_stay_below_the_bar(name: str) -> None:
    size = shallow(name)
    transformer = size.build_transformer("meta")
    plain = count_step(size, transformer, None)
    width, tokens = 64 * size.transformer["num_attention_heads"], 13 * 30 * 45 + 226
    blocks = 2 * NUM_LAYERS * (24 * width**2 * tokens + 4 * tokens**2 * width)
    assert blocks < plain.flops < 1.03 * blocks
    for number in REGIONS:
        layout = size.layout(number)
        counted = count_step(size, transformer, layout)
        assert 1 < counted.flops / plain.flops <= BARS[name]
        assert counted.peak / plain.peak <= BARS[name]
        hidden = layout.num_visual_tokens * 4 * width * size.dtype.itemsize
        assert counted.largest == hidden, "a feed-forward's, nothing of the size of scores"


def test_regions_have_the_mean_area() -> None:
    layout = sizes()["2b"].layout(3)
    assert layout.num_segments == 4
    boxes = mean_boxes(3)
    assert bool(((boxes >= 0) & (boxes <= 1)).all())
    shares = layout.membership[:3].float().mean(dim=1)
    assert shares == pytest.approx(torch.full((3,), MEAN_AREA), rel=0.1)


def test_the_dense_mask_step_is_the_same_step() -> None:
    size = replace(shallow("theatre"), dtype=torch.float32)
    steps = Steps(size, "cpu")
    layout = size.layout(MASKED)
    torch.manual_seed(3)
    ours = steps.step(layout)()
    torch.manual_seed(3)
    dense = steps.step(layout, dense=True)()
    assert torch.allclose(ours, dense, atol=1e-5)
    assert not torch.allclose(ours, steps.step(None)(), atol=1e-5)


def test_table_has_a_line_for_every_step() -> None:
    lines = list(measure(shallow("theatre"), "cpu", regions=(1, MASKED), rounds=1))
    told = [line.split("  ")[0] for line in lines[2:-1]]
    assert told == [PLAIN, "ours, N = 1", f"ours, N = {MASKED}", DENSE]
    assert lines[-1].startswith(f"N = {MASKED}: ")
