from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from pipeline.diffusion.regions import RegionLayout
from pipeline.theatre.train.batches import (
    BatchMaker,
    additive_mask,
    draw_by_hand,
    draw_timesteps,
)
from pipeline.theatre.train.data import ClipPool
from pipeline.theatre.train.plans import TINY, BatchPlan
from pipeline.theatre.train.text import build_tokenizer

ROWS, COLUMNS = TINY.grid


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def maker(folder: Path, **changes: float) -> BatchMaker:
    pool = ClipPool(folder / "data")
    pool.rescan()
    plan = TINY.model_copy(update={"batches": TINY.batches.model_copy(update=changes)})
    return BatchMaker(plan, build_tokenizer(TINY), pool, rng=random.Random(3))


def test_mask_is_the_dense_mask_of_rendering() -> None:
    regions = torch.rand(2, 10, generator=generator()) < 0.4
    membership = torch.cat([regions, ~regions.any(0, keepdim=True)])
    layout = RegionLayout.from_membership(membership, text_length=5)
    mask = additive_mask(membership.unsqueeze(0), 5, torch.float32)
    assert mask.shape == (1, 25, 25)
    assert torch.equal(mask[0] == 0, layout.dense_mask())
    assert mask.unique().tolist() == [-1e4, 0]


def test_region_batches_give_each_actor_a_text_and_the_background_one(trained_folder: Path) -> None:
    batch = maker(trained_folder, region_share=1.0).make(5, TINY.latent_frames)
    size, texts, length = batch.token_ids.shape
    assert (size, length) == (5, 24)
    assert batch.latents.shape == (5, 6, 8, 4, 6)
    assert batch.coverage.shape == (5, 6, 1, 4, 6)
    assert batch.membership is not None
    assert batch.membership.shape == (5, texts, 6 * ROWS * COLUMNS)
    background = batch.membership[:, -1]
    assert torch.equal(background, ~batch.membership[:, :-1].any(1))


def test_whole_captions_come_without_a_mask(trained_folder: Path) -> None:
    batch = maker(trained_folder, region_share=0.0).make(4, 1)
    assert batch.token_ids.shape == (4, 1, 24)
    assert batch.attention_mask(torch.float32) is None
    assert batch.latents.shape[:2] == (4, 1)


def test_single_frames_are_taken_from_everywhere_in_the_clip(trained_folder: Path) -> None:
    batches = maker(trained_folder)
    firsts = torch.cat([batches.make(8, 1).first_frames for _ in range(8)])
    assert set(firsts.tolist()) == set(range(6))


def test_dropped_texts_are_empty_in_every_region(trained_folder: Path) -> None:
    ids = maker(trained_folder, region_share=1.0, drop_text=1.0).make(3, 1).token_ids
    assert (ids[..., 0] == 1).all()
    assert (ids[..., 1:] == 0).all()


def test_forgotten_words_become_unknown_but_ends_and_padding_stay(trained_folder: Path) -> None:
    ids = maker(trained_folder, unknown_word=1.0, drop_text=0.0).make(3, 1).token_ids
    assert set(ids.unique().tolist()) == {0, 1, 2}


def boxes(*rows: tuple[float, float, float, float]) -> torch.Tensor:
    return torch.tensor(rows).view(1, 1, -1, 4)


MOVING = boxes((0.1, 0.2, 0.3, 0.6), (0.2, 0.2, 0.4, 0.6), (0.3, 0.3, 0.5, 0.7))


@pytest.mark.parametrize(("jitter", "enlarge"), [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
def test_hand_drawn_boxes_stay_near_the_figure(jitter: float, enlarge: float) -> None:
    plan = BatchPlan(jitter_share=jitter, enlarge_share=enlarge)
    drawn = draw_by_hand(MOVING, plan, generator(2))
    held = jitter + enlarge == 0
    if held:
        expected = torch.tensor([0.1, 0.2, 0.5, 0.7]).expand(3, 4)
        assert torch.allclose(drawn[0, 0], expected)
    else:
        assert not torch.equal(drawn, MOVING)
        assert (drawn - MOVING).abs().max() < 0.1


def test_enlarged_boxes_contain_the_figure() -> None:
    drawn = draw_by_hand(MOVING, BatchPlan(jitter_share=0.0, enlarge_share=1.0), generator(5))
    assert (drawn[..., :2] <= MOVING[..., :2]).all()
    assert (drawn[..., 2:] >= MOVING[..., 2:]).all()


def test_wide_ways_are_not_held_and_absent_frames_stay_absent() -> None:
    gone = (1.2, 0.2, 1.5, 0.6)
    wide = boxes((0.0, 0.0, 0.3, 0.9), (0.7, 0.0, 1.0, 0.9), gone)
    drawn = draw_by_hand(wide, BatchPlan(jitter_share=0.0, enlarge_share=0.0), generator())
    assert (drawn[0, 0, 0, 2] - drawn[0, 0, 0, 0]) < 0.5
    assert drawn[0, 0, 2].isnan().all()


def test_timesteps_cover_the_range_and_favour_the_middle() -> None:
    steps = draw_timesteps(4000, generator())
    assert steps.min() >= 0
    assert steps.max() <= 999
    middle = ((steps > 300) & (steps < 700)).float().mean()
    assert 0.45 < middle < 0.6
    assert (steps < 100).any()
    assert (steps > 950).any()
