"""Training of the autoencoder: the decoder learns the analytic latents, then the encoder does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import (
    AutoencoderKLCogVideoX,
    CogVideoXResnetBlock3D,
    CogVideoXSpatialNorm3D,
)

from pipeline.diffusion.vae import speed_up
from pipeline.theatre.train.codec import SPATIAL, TEMPORAL, BlockCodec
from pipeline.theatre.train.data import draw_random, swap_colours
from pipeline.theatre.train.optim import MixedOptimizer

if TYPE_CHECKING:
    import random

    from torch import Tensor, nn

    from pipeline.theatre.train.plans import Plan

STEPS_PER_NEW_CLIP = 2


def build_vae(plan: Plan) -> AutoencoderKLCogVideoX:
    """An autoencoder of the plan's size with random weights; its latents need no scaling."""
    sizes = plan.vae
    count = len(sizes.block_out_channels)
    config = {
        "block_out_channels": sizes.block_out_channels,
        "layers_per_block": sizes.layers_per_block,
        "latent_channels": plan.latent_channels,
        "norm_num_groups": sizes.norm_num_groups,
        "down_block_types": ("CogVideoXDownBlock3D",) * count,
        "up_block_types": ("CogVideoXUpBlock3D",) * count,
        "sample_height": plan.height_px,
        "sample_width": plan.width_px,
        "scaling_factor": 1.0,
    }
    return AutoencoderKLCogVideoX(**config)


def _bias(convolution: nn.Conv3d) -> Tensor:
    assert convolution.bias is not None
    return convolution.bias


def _calm_residuals(part: nn.Module, factor: float) -> None:
    """Let every residual block begin close to the identity."""
    for module in part.modules():
        if isinstance(module, CogVideoXResnetBlock3D):
            module.conv2.conv.weight.mul_(factor)
            _bias(module.conv2.conv).zero_()


@torch.no_grad()
def prepare_decoder(vae: AutoencoderKLCogVideoX, codec: BlockCodec) -> None:
    """Set the decoder's start: calm residuals, open norms, block colours straight to the output."""
    _calm_residuals(vae.decoder, 0.1)
    for module in vae.decoder.modules():
        if isinstance(module, CogVideoXSpatialNorm3D):
            module.conv_y.conv.weight.mul_(0.1)
            _bias(module.conv_y.conv).fill_(1)
            module.conv_b.conv.weight.mul_(0.1)
            _bias(module.conv_b.conv).zero_()
    _pass_colours(vae, codec)


def _pass_colours(vae: AutoencoderKLCogVideoX, codec: BlockCodec) -> None:
    """Lead each block's mean colour through the last norm, which sees the latents themselves.

    It goes as a pair +x, -x through the activation: SiLU(x) - SiLU(-x) = x.
    """
    matrix, offset = (torch.from_numpy(np.ascontiguousarray(a)) for a in codec.mean_colours())
    scale, shift = vae.decoder.norm_out.conv_y.conv, vae.decoder.norm_out.conv_b.conv
    out = vae.decoder.conv_out.conv
    out.weight.mul_(0.1)
    _bias(out).zero_()
    for colour in range(3):
        for channel, sign in ((2 * colour, 1.0), (2 * colour + 1, -1.0)):
            shift.weight[channel, :, 0, 0, 0] = sign * matrix[:, colour]
            _bias(shift)[channel] = sign * offset[colour]
            scale.weight[channel] = 0
            _bias(scale)[channel] = 0.05
            out.weight[:, channel] = 0
            out.weight[colour, channel, -1, 1, 1] = sign


@torch.no_grad()
def prepare_encoder(vae: AutoencoderKLCogVideoX, latent_channels: int) -> None:
    """Set the encoder's start: calm residuals and hardly any noise on the latents."""
    _calm_residuals(vae.encoder, 0.2)
    out = vae.encoder.conv_out.conv
    out.weight[latent_channels:] = 0
    _bias(out)[latent_channels:] = -8


@dataclass(frozen=True)
class Crop:
    """Pixels (B, 3, F, H, W) in [-1, 1], latents (B, C, f, h, w), figures (B, 1, F, H, W)."""

    pixels: Tensor
    latents: Tensor
    figures: Tensor


class CropPool:
    """A pool of freshly drawn clips that slowly renews itself, and crops of it."""

    def __init__(self, plan: Plan, codec: BlockCodec, *, rng: random.Random) -> None:
        self.plan, self.codec, self.rng = plan, codec, rng
        self.clips = [self._draw() for _ in range(plan.vae.pool_clips)]

    def _draw(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        _, clip = draw_random(self.rng, self.plan)
        frames = swap_colours(clip.frames, self.rng, self.plan.codec.swap_colours)
        return frames, self.codec.encode(frames), np.logical_or.reduce(clip.masks)

    def renew(self, count: int = 1) -> None:
        """Replace `count` random clips by new ones."""
        for _ in range(count):
            self.clips[self.rng.randrange(len(self.clips))] = self._draw()

    def crop(self, batch: int, *, frames: int, rows: int, columns: int) -> Crop:
        """Random crops of so many latent frames, rows and columns."""
        parts = [self._cut(frames, rows, columns) for _ in range(batch)]
        pixels, latents, figures = (torch.from_numpy(np.stack(p)) for p in zip(*parts, strict=True))
        return Crop(
            pixels=pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1,
            latents=latents.permute(0, 2, 1, 3, 4),
            figures=figures.unsqueeze(1).float(),
        )

    def _cut(
        self, frames: int, rows: int, columns: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pixels, latents, figures = self.rng.choice(self.clips)
        # Crops begin at even latent frames, as the decoder's chunks of two do.
        t = 2 * self.rng.randint(0, (self.plan.latent_frames - frames) // 2)
        y = self.rng.randint(0, self.plan.latent_height - rows)
        x = self.rng.randint(0, self.plan.latent_width - columns)
        cells = slice(t, t + frames), slice(y, y + rows), slice(x, x + columns)
        times = slice(t * TEMPORAL, (t + frames) * TEMPORAL)
        height = slice(y * SPATIAL, (y + rows) * SPATIAL)
        width = slice(x * SPATIAL, (x + columns) * SPATIAL)
        taken = latents[cells[0], :, cells[1], cells[2]]
        return pixels[times, height, width], taken, figures[times, height, width]


def psnr(error: Tensor) -> float:
    """Peak signal-to-noise ratio in dB of an error of pixels in [-1, 1]."""
    return -10 * math.log10(max(float(error.detach().pow(2).mean()) / 4, 1e-10))


def edge_error(error: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring errors: punishes blurred edges."""
    return error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()


class DecoderTraining:
    """The decoder alone, on analytic latents with a little noise; see `loop.Training`."""

    def __init__(
        self,
        plan: Plan,
        codec: BlockCodec,
        *,
        rng: random.Random,
        device: str,
        dtype: torch.dtype = torch.bfloat16,
    ) -> None:
        self.plan, self.rng, self.device, self.dtype = plan, rng, device, dtype
        self.pool = CropPool(plan, codec, rng=rng)
        self.generator = torch.Generator().manual_seed(rng.getrandbits(48))
        self.vae = build_vae(plan)
        prepare_decoder(self.vae, codec)
        speed_up(self.vae)
        self.optimizer = MixedOptimizer(
            {"decoder": self.vae.decoder},
            adamw_rate=plan.vae.rate,
            ema_limit=0.995,
            weight_decay=1e-4,
            dtype=dtype,
            device=device,
        )

    def _next_crop(self, step: int, fraction: float) -> Crop:
        sizes = self.plan.vae
        if step % STEPS_PER_NEW_CLIP == 0:
            self.pool.renew()
        frames, batch = (4, max(1, sizes.batch // 2)) if step % 5 == 4 else (2, sizes.batch)
        rows = columns = sizes.crop_cells
        if fraction >= sizes.whole_frames_from:
            rows, columns = self.plan.latent_height, self.plan.latent_width
            batch = max(1, batch // 2)
        return self.pool.crop(batch, frames=frames, rows=rows, columns=columns)

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, float], int]:
        """L1, L2 and edge error of the decoded crop; figure pixels count more."""
        crop = self._next_crop(step, fraction)
        clean = crop.latents.shape
        strength = torch.rand(clean[0], 1, 1, 1, 1, generator=self.generator)
        noise = torch.randn(clean, generator=self.generator) * strength * self.plan.vae.latent_noise
        latents = (crop.latents + noise).to(self.device, self.dtype)
        error = self.vae.decode(latents, return_dict=False)[0].float() - crop.pixels.to(self.device)
        weights = 1 + self.plan.vae.figure_weight * crop.figures.to(self.device)
        weights = weights / weights.mean()
        total = (weights * (error.abs() + 2 * error.pow(2))).mean() + 0.5 * edge_error(error)
        figure = error.detach()[crop.figures.to(self.device).expand_as(error) > 0]
        values = {"psnr": psnr(error)}
        if figure.numel():
            values["figure_psnr"] = psnr(figure)
        return total, values, clean[0]


class EncoderTraining:
    """The encoder taught to give the analytic latents; see `loop.Training`."""

    def __init__(
        self,
        plan: Plan,
        codec: BlockCodec,
        *,
        rng: random.Random,
        device: str,
        dtype: torch.dtype = torch.bfloat16,
    ) -> None:
        self.plan, self.device, self.dtype = plan, device, dtype
        self.pool = CropPool(plan, codec, rng=rng)
        self.vae = build_vae(plan)
        prepare_encoder(self.vae, plan.latent_channels)
        self.optimizer = MixedOptimizer(
            {"encoder": self.vae.encoder},
            adamw_rate=plan.vae.encoder_rate,
            ema_limit=0.99,
            weight_decay=1e-4,
            dtype=dtype,
            device=device,
        )

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, float], int]:
        """Mean squared error of the latents, whose variance is 1."""
        if step % STEPS_PER_NEW_CLIP == 0:
            self.pool.renew()
        sizes = self.plan.vae
        cells = sizes.crop_cells
        crop = self.pool.crop(sizes.encoder_batch, frames=2, rows=cells, columns=cells)
        pixels = crop.pixels.to(self.device, self.dtype)
        latents = self.vae.encode(pixels, return_dict=False)[0].mean.float()
        error = (latents - crop.latents.to(self.device)).pow(2).mean()
        return error, {"latent_mse": float(error.detach())}, sizes.encoder_batch
