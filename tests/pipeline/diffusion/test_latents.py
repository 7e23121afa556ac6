from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
from diffusers.pipelines.cogvideo.pipeline_cogvideox import CogVideoXPipeline

from pipeline.diffusion.latents import decode, encode


def test_decode_equals_the_stock_pipeline(
    vae: AutoencoderKLCogVideoX, build_stock: Callable[..., CogVideoXPipeline]
) -> None:
    latents = torch.randn(2, 3, 4, 6, generator=torch.Generator().manual_seed(5))
    pipe = build_stock(vae=vae)
    video = pipe.video_processor.postprocess_video(pipe.decode_latents(latents[None]))[0]
    frames = decode(vae, latents)
    assert frames.shape == (8, 32, 48, 3)
    assert frames.dtype == np.uint8
    assert frames.std() > 1
    assert np.array_equal(frames, (np.asarray(video) * 255).round().astype(np.uint8))


def test_decode_clips_what_leaves_the_range(vae: AutoencoderKLCogVideoX) -> None:
    loud = 1e4 * torch.randn(2, 3, 2, 2, generator=torch.Generator().manual_seed(6))
    strong = copy.deepcopy(vae)
    strong.decoder.conv_out.conv.weight.data *= 1e3
    assert set(np.unique(decode(strong, loud))) >= {0, 255}


def test_encode_scales_the_posterior_mean(vae: AutoencoderKLCogVideoX) -> None:
    frames = np.random.default_rng(4).integers(0, 256, (8, 32, 48, 3), dtype=np.uint8)
    latents = encode(vae, frames)
    assert latents.shape == (2, 3, 4, 6)
    video = torch.from_numpy(frames).permute(3, 0, 1, 2)[None] / 127.5 - 1
    assert (video.min(), video.max()) == (-1, 1)
    expected = 0.7 * vae.encode(video, return_dict=False)[0].mean[0].permute(1, 0, 2, 3)
    torch.testing.assert_close(latents, expected)


@pytest.mark.parametrize(
    "frames", [np.zeros((8, 32, 48, 3), np.float32), np.zeros((8, 3, 32, 48), np.uint8)]
)
def test_encode_refuses_other_pixels(vae: AutoencoderKLCogVideoX, frames: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        encode(vae, frames)
