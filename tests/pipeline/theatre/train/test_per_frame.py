"""The autoencoder that sees one frame at a time is the stock one with empty taps."""

from __future__ import annotations

import copy
import random

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

from pipeline.theatre.train.autoencoder import build_vae
from pipeline.theatre.train.data import draw_random
from pipeline.theatre.train.per_frame import forget_neighbours
from pipeline.theatre.train.plans import TINY

ON_TWOS = TINY.model_copy(
    update={
        "temporal_ratio": 2,
        "data": TINY.data.model_copy(update={"frames_per_pose": 2}),
        "vae": TINY.vae.model_copy(update={"per_frame": True}),
    }
)


@pytest.fixture(scope="module")
def pair() -> tuple[AutoencoderKLCogVideoX, AutoencoderKLCogVideoX]:
    """A patched autoencoder, and a stock one with its weights."""
    torch.manual_seed(3)
    patched = build_vae(ON_TWOS)
    forget_neighbours(patched)
    stock = build_vae(ON_TWOS)
    stock.load_state_dict(copy.deepcopy(patched.state_dict()))
    return patched.eval(), stock.eval()


def held_pixels() -> torch.Tensor:
    """Pixels (1, 3, 24, 32, 48) of a clip on twos."""
    _, clip = draw_random(random.Random(8), ON_TWOS, num_actors=2)
    pixels = torch.from_numpy(clip.frames).float() / 127.5 - 1
    return pixels.permute(3, 0, 1, 2).unsqueeze(0)


@torch.no_grad()
def test_stock_autoencoder_gives_the_same_latents_and_frames(
    pair: tuple[AutoencoderKLCogVideoX, AutoencoderKLCogVideoX],
) -> None:
    latents, frames = [], []
    for vae in pair:
        means = vae.encode(held_pixels(), return_dict=False)[0].mean
        latents.append(means)
        frames.append(vae.decode(means, return_dict=False)[0])
    assert latents[0].shape == (1, 8, 12, 4, 6)
    assert frames[0].shape == (1, 3, 24, 32, 48)
    assert frames[0].std() > 0.01
    torch.testing.assert_close(latents[0], latents[1], atol=1e-4, rtol=0)
    torch.testing.assert_close(frames[0], frames[1], atol=1e-4, rtol=0)


@torch.no_grad()
def test_frames_of_a_pose_stay_equal(
    pair: tuple[AutoencoderKLCogVideoX, AutoencoderKLCogVideoX],
) -> None:
    latents = torch.randn(1, 8, 12, 4, 6, generator=torch.Generator().manual_seed(2))
    frames = pair[1].decode(latents, return_dict=False)[0]
    torch.testing.assert_close(frames[:, :, ::2], frames[:, :, 1::2], atol=1e-4, rtol=0)
    assert (frames[:, :, 1:-1:2] - frames[:, :, 2::2]).abs().max() > 0.01


def test_taps_that_see_neighbours_stay_empty_in_training(
    pair: tuple[AutoencoderKLCogVideoX, AutoencoderKLCogVideoX],
) -> None:
    patched = pair[0]
    patched.decode(torch.randn(1, 8, 1, 4, 6), return_dict=False)[0].square().mean().backward()
    weight = patched.decoder.conv_in.conv.weight
    assert weight.grad is not None
    assert weight.grad[:, :, :-1].abs().max() == 0
    assert weight.grad[:, :, -1].abs().max() > 0
