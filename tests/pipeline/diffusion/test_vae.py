from __future__ import annotations

import copy

import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

from pipeline.diffusion.vae import speed_up


@pytest.fixture(scope="module")
def stock_vae() -> AutoencoderKLCogVideoX:
    torch.manual_seed(4)
    config = {
        "block_out_channels": (8, 16, 16, 8),
        "layers_per_block": 1,
        "latent_channels": 6,
        "norm_num_groups": 4,
        "down_block_types": ("CogVideoXDownBlock3D",) * 4,
        "up_block_types": ("CogVideoXUpBlock3D",) * 4,
    }
    return AutoencoderKLCogVideoX(**config).eval()


@pytest.fixture(scope="module")
def fast_vae(stock_vae: AutoencoderKLCogVideoX) -> AutoencoderKLCogVideoX:
    vae = copy.deepcopy(stock_vae)
    speed_up(vae)
    return vae


@pytest.mark.parametrize("latent_frames", [1, 2, 3, 4])
def test_decodes_as_the_stock_autoencoder_does(
    stock_vae: AutoencoderKLCogVideoX, fast_vae: AutoencoderKLCogVideoX, latent_frames: int
) -> None:
    latents = torch.randn(1, 6, latent_frames, 2, 3, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected, got = (
            stock_vae.decode(latents, return_dict=False)[0],
            fast_vae.decode(latents, return_dict=False)[0],
        )
    assert expected.std() > 0.01
    assert (expected - got).abs().max() < 1e-4


def test_encodes_as_the_stock_autoencoder_does(
    stock_vae: AutoencoderKLCogVideoX, fast_vae: AutoencoderKLCogVideoX
) -> None:
    pixels = torch.randn(2, 3, 8, 16, 24, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected, got = (v.encode(pixels, return_dict=False)[0].mean for v in (stock_vae, fast_vae))
    assert (expected - got).abs().max() < 1e-4


def test_changes_only_the_given_instance(
    stock_vae: AutoencoderKLCogVideoX, fast_vae: AutoencoderKLCogVideoX
) -> None:
    assert not any("forward" in vars(module) for module in stock_vae.modules())
    assert any("forward" in vars(module) for module in fast_vae.modules())


def test_the_faster_decoder_can_be_trained(
    stock_vae: AutoencoderKLCogVideoX, fast_vae: AutoencoderKLCogVideoX
) -> None:
    latents = torch.randn(1, 6, 2, 2, 2, generator=torch.Generator().manual_seed(3))
    gradients = []
    for vae in (stock_vae, fast_vae):
        weight = vae.decoder.conv_in.conv.weight
        (gradient,) = torch.autograd.grad(
            vae.decode(latents, return_dict=False)[0].square().mean(), weight
        )
        gradients.append(gradient)
    assert gradients[0].abs().max() > 0
    assert torch.allclose(gradients[0], gradients[1], rtol=1e-3, atol=1e-6)
