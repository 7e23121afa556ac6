"""Frames to latents and back: the one place that knows axis order, scaling and pixel range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from torch import Tensor


@torch.no_grad()
def encode(vae: AutoencoderKLCogVideoX, frames: np.ndarray) -> Tensor:
    """Latents (f, C, h, w), float32, of one clip's uint8 RGB frames (F, H, W, 3).

    The mean of the VAE's posterior, times its scaling factor. With a 4-fold CogVideoX VAE use a
    multiple of 8 frames (an even number of latents): odd counts take the VAE's path on which the
    first latent is a single frame, and decode to another number of frames than went in unless
    F = 4 f - 3.

    Raises:
        ValueError: the frames are not uint8 (F, H, W, 3).
    """
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[-1] != 3:
        raise ValueError(f"frames must be uint8 (F, H, W, 3), not {frames.dtype} {frames.shape}")
    pixels = torch.from_numpy(frames).to(vae.device, vae.dtype) / 127.5 - 1
    assert -1 <= pixels.min() <= pixels.max() <= 1  # the reference code feeds [0, 1] here
    video = pixels.permute(3, 0, 1, 2).unsqueeze(0)
    latents = vae.encode(video, return_dict=False)[0].mode() * vae.config["scaling_factor"]
    return latents[0].transpose(0, 1).float()


@torch.no_grad()
def decode(vae: AutoencoderKLCogVideoX, latents: Tensor) -> np.ndarray:
    """The uint8 RGB frames (F, H, W, 3) of one clip's latents (f, C, h, w).

    An even number of latents gives 4 f frames with a 4-fold CogVideoX VAE, an odd one 4 f - 3.
    """
    video = latents.transpose(0, 1).unsqueeze(0).to(vae.device, vae.dtype)
    pixels = vae.decode(video / vae.config["scaling_factor"], return_dict=False)[0][0]
    return pixels_to_uint8(pixels.permute(1, 2, 3, 0))


def pixels_to_uint8(pixels: Tensor) -> np.ndarray:
    """Pixels from [-1, 1], clipped, to 0-255."""
    return ((pixels.float().clamp(-1, 1) + 1) * 127.5).round().byte().cpu().numpy()
