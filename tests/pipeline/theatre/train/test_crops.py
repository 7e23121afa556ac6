"""Crops for the autoencoder: pixels, latents and figures of the same place."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.theatre.train.autoencoder import psnr
from pipeline.theatre.train.codec import BlockCodec
from pipeline.theatre.train.crops import Crop, CropPool
from pipeline.theatre.train.plans import TINY

CHANGES = {"swap_colours": 0.0}
PLAN = TINY.model_copy(update={"codec": TINY.codec.model_copy(update=CHANGES)})


def make_pool(folder: Path, *, workers: int = 1) -> CropPool:
    codec = BlockCodec.load(folder / "codec.safetensors")
    return CropPool(PLAN, codec, rng=random.Random(4), workers=workers)


def check_latents(crop: Crop, codec: BlockCodec) -> None:
    """The crop's latents are those of its own pixels: blocks are coded one by one."""
    frames = ((crop.pixels + 1) * 127.5).round().byte().permute(0, 2, 3, 4, 1).numpy()
    for latents, clip in zip(crop.latents, frames, strict=True):
        np.testing.assert_allclose(
            latents.permute(1, 0, 2, 3).numpy(), codec.encode(clip), atol=1e-3
        )


def test_latents_and_pixels_of_a_crop_belong_together(trained_folder: Path) -> None:
    pool = make_pool(trained_folder)
    crop = pool.crop(5, frames=2, rows=3, columns=2)
    assert crop.pixels.shape == (5, 3, 8, 24, 16)
    assert crop.latents.shape == (5, 8, 2, 3, 2)
    assert crop.figures.shape == (5, 1, 8, 24, 16)
    assert set(crop.figures.unique().tolist()) <= {0.0, 1.0}
    check_latents(crop, BlockCodec.load(trained_folder / "codec.safetensors"))


def test_a_single_latent_comes_with_a_single_frame(trained_folder: Path) -> None:
    crop = make_pool(trained_folder).crop(3, frames=1, rows=2, columns=2)
    assert crop.pixels.shape == (3, 3, 1, 16, 16)
    assert crop.latents.shape == (3, 8, 1, 2, 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_pool_renews_itself(trained_folder: Path, workers: int) -> None:
    pool = make_pool(trained_folder, workers=workers)
    before = pool.frames.clone()
    if pool.processes:
        pool.coming[0].result(timeout=120)
    pool.renew()
    changed = [not torch.equal(a, b) for a, b in zip(before, pool.frames, strict=True)]
    assert sum(changed) == 1
    check_latents(
        pool.crop(8, frames=2, rows=4, columns=6),
        BlockCodec.load(trained_folder / "codec.safetensors"),
    )
    pool.close()


def test_signal_to_noise_counts_only_what_is_weighed() -> None:
    error = torch.tensor([0.2, 0.2, 1.0, 1.0]).view(1, 1, 1, 1, 4).expand(1, 3, 1, 1, 4)
    figures = torch.tensor([1.0, 1.0, 0.0, 0.0]).view(1, 1, 1, 1, 4)
    assert float(psnr(error, figures)) == pytest.approx(20.0, abs=1e-4)
    assert float(psnr(error)) == pytest.approx(8.8606, abs=1e-3)
    assert psnr(error, 0 * figures).isnan()
