"""Training of the autoencoder: the decoder learns the analytic latents, then the encoder does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import (
    AutoencoderKLCogVideoX,
    CogVideoXResnetBlock3D,
    CogVideoXSpatialNorm3D,
)

from pipeline.diffusion.vae import speed_up
from pipeline.theatre.train.crops import CropPool
from pipeline.theatre.train.optim import MixedOptimizer
from pipeline.theatre.train.per_frame import forget_neighbours

if TYPE_CHECKING:
    import random

    from torch import Tensor, nn

    from pipeline.theatre.train.codec import BlockCodec
    from pipeline.theatre.train.crops import Crop
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
        "temporal_compression_ratio": plan.temporal_ratio,
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


def psnr(error: Tensor, weights: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio in dB of an error of pixels in [-1, 1], weighted where asked."""
    squared = error.detach().pow(2)
    weights = torch.ones_like(squared) if weights is None else weights.expand_as(squared)
    mean = (squared * weights).sum() / weights.sum()
    return -10 * torch.log10(mean.clamp(min=4e-10) / 4)


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
        workers: int = 1,
    ) -> None:
        self.plan, self.rng, self.device, self.dtype = plan, rng, device, dtype
        self.pool = CropPool(plan, codec, rng=rng, device=device, workers=workers)
        self.generator = torch.Generator(device).manual_seed(rng.getrandbits(48))
        self.vae = build_vae(plan)
        prepare_decoder(self.vae, codec)
        speed_up(self.vae)
        if plan.vae.per_frame:
            forget_neighbours(self.vae.decoder)
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
        if sizes.per_frame:
            frames, batch = 1, sizes.batch
        rows = columns = sizes.crop_cells
        if fraction >= sizes.whole_frames_from:
            rows, columns = self.plan.latent_height, self.plan.latent_width
            batch = max(1, batch // 3)
        return self.pool.crop(batch, frames=frames, rows=rows, columns=columns)

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        """L1, L2 and edge error of the decoded crop; figure pixels count more."""
        crop = self._next_crop(step, fraction)
        clean, random_numbers = crop.latents, {"generator": self.generator, "device": self.device}
        strength = torch.rand(len(clean), 1, 1, 1, 1, **random_numbers)
        noise = torch.randn(clean.shape, **random_numbers) * strength * self.plan.vae.latent_noise
        decoded = self.vae.decode((clean + noise).to(self.dtype), return_dict=False)[0]
        error = decoded.float() - crop.pixels
        weights = 1 + self.plan.vae.figure_weight * crop.figures
        weights = weights / weights.mean()
        total = (weights * (error.abs() + 2 * error.pow(2))).mean() + 0.5 * edge_error(error)
        values = {"psnr": psnr(error), "figure_psnr": psnr(error, crop.figures)}
        return total, values, len(clean)

    def close(self) -> None:
        """End the processes that draw."""
        self.pool.close()


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
        workers: int = 1,
    ) -> None:
        self.plan, self.device, self.dtype = plan, device, dtype
        self.pool = CropPool(plan, codec, rng=rng, device=device, workers=workers)
        self.vae = build_vae(plan)
        prepare_encoder(self.vae, plan.latent_channels)
        if plan.vae.per_frame:
            forget_neighbours(self.vae.encoder)
        self.optimizer = MixedOptimizer(
            {"encoder": self.vae.encoder},
            adamw_rate=plan.vae.encoder_rate,
            ema_limit=0.99,
            weight_decay=1e-4,
            dtype=dtype,
            device=device,
        )

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        """Mean squared error of the latents, whose variance is 1."""
        if step % STEPS_PER_NEW_CLIP == 0:
            self.pool.renew()
        sizes = self.plan.vae
        cells = sizes.crop_cells
        frames = 1 if sizes.per_frame else 2
        crop = self.pool.crop(sizes.encoder_batch, frames=frames, rows=cells, columns=cells)
        latents = self.vae.encode(crop.pixels.to(self.dtype), return_dict=False)[0].mean.float()
        error = (latents - crop.latents).pow(2).mean()
        return error, {"latent_mse": error.detach()}, sizes.encoder_batch

    def close(self) -> None:
        """End the processes that draw."""
        self.pool.close()
