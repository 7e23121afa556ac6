"""Latents to small pictures without the autoencoder: one linear map, fitted once per VAE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save

from pipeline.diffusion.latents import encode, pixels_to_uint8
from pipeline.diffusion.model import frames_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX
    from torch import Tensor

MIN_PSNR_DB = 24.0
"""A map to pixels is taken if it draws clips it was not fitted on this well; else one to cells."""
_RIDGE = 1e-3
"""Keeps directions that the clips hardly use out of the map, relative to the mean square."""


@dataclass(frozen=True)
class PreviewMap:
    """What a latent cell adds to the pixels of its block, and what is there without it.

    Attributes:
        matrix: float32 (C, p * p * 3), to rows, columns and colours of a block in [-1, 1].
        bias: float32 (p * p * 3,).
        block: p, the block's side: all of a cell's pixels, or 1 for its mean colour.
        psnr_db: how near its pictures come to the frames of clips that it was not fitted on.
    """

    matrix: Tensor
    bias: Tensor
    block: int
    psnr_db: float

    @torch.no_grad()
    def draw(self, latents: Tensor) -> np.ndarray:
        """Pictures uint8 RGB (f, p * h, p * w, 3) of latents (f, C, h, w), one for each frame."""
        cells = latents.float().cpu().permute(0, 2, 3, 1)
        return pixels_to_uint8(_join(cells @ self.matrix + self.bias, self.block))

    def save(self) -> bytes:
        """The map as a safetensors file."""
        told = {"block": str(self.block), "psnr_db": f"{self.psnr_db:.2f}"}
        return save({"matrix": self.matrix.contiguous(), "bias": self.bias}, metadata=told)


def load_preview(path: Path) -> PreviewMap:
    """Read what `PreviewMap.save` gives.

    Raises:
        OSError, SafetensorError, KeyError, ValueError: the file is missing, or something else.
    """
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        told = file.metadata() or {}
        block, psnr_db = int(told["block"]), float(told["psnr_db"])
        matrix, bias = file.get_tensor("matrix"), file.get_tensor("bias")
    if matrix.ndim != 2 or matrix.shape[1] != 3 * block * block or bias.shape != matrix.shape[1:]:
        raise ValueError(f"{path} holds no map to blocks of {block} pixels")
    return PreviewMap(matrix.float(), bias.float(), block, psnr_db)


def fit_preview(vae: AutoencoderKLCogVideoX, clips: Sequence[np.ndarray]) -> PreviewMap:
    """The map of a VAE: to whole pictures where that is good enough, else to mean colours.

    Least squares on the first three quarters of the clips, measured on the others.

    Args:
        vae: on any device.
        clips: four or more of one size, uint8 RGB (F, H, W, 3), of lengths and sizes that the VAE
            takes; small ones will do.
    """
    return fit_to_latents([encode(vae, clip).cpu() for clip in clips], clips)


def fit_to_latents(latents: Sequence[Tensor], clips: Sequence[np.ndarray]) -> PreviewMap:
    """The map from latents (f, C, h, w) to the clips (F, H, W, 3) they stand for."""
    pictures = [_mean_frames(clip, len(cells)) for clip, cells in zip(clips, latents, strict=True)]
    full = _fit(latents, pictures, block=pictures[0].shape[1] // latents[0].shape[2])
    return full if full.psnr_db >= MIN_PSNR_DB else _fit(latents, pictures, block=1)


def measure_preview(
    found: PreviewMap, latents: Sequence[Tensor], pictures: Sequence[Tensor]
) -> float:
    """PSNR in dB of a map's drawings of latents against pictures (f, H, W, 3) in [-1, 1]."""
    errors = []
    for cells, picture in zip(latents, pictures, strict=True):
        drawn = torch.from_numpy(found.draw(cells)).float() / 127.5 - 1
        factor = picture.shape[1] // drawn.shape[1]
        drawn = drawn.repeat_interleave(factor, 1).repeat_interleave(factor, 2)
        errors.append((drawn - picture).square().mean())
    return float(10 * torch.log10(4 / torch.stack(errors).mean().clamp(min=1e-10)))


def _fit(latents: Sequence[Tensor], pictures: Sequence[Tensor], block: int) -> PreviewMap:
    """The map to blocks of a size, measured on the last quarter of the clips."""
    fitted = max(1, len(latents) * 3 // 4)
    inputs = torch.cat([x.permute(0, 2, 3, 1).flatten(0, 2) for x in latents[:fitted]]).double()
    blocks = [_split(p, x.shape[2], block) for p, x in zip(pictures, latents, strict=True)]
    outputs = torch.cat([part.flatten(0, 2) for part in blocks[:fitted]]).double()
    means = inputs.mean(0), outputs.mean(0)
    inputs, outputs = inputs - means[0], outputs - means[1]
    square = inputs.T @ inputs
    ridge = _RIDGE * square.diagonal().mean() * torch.eye(len(square), dtype=torch.float64)
    matrix = torch.linalg.solve(square + ridge, inputs.T @ outputs)
    bias = means[1] - means[0] @ matrix
    found = PreviewMap(matrix.float(), bias.float(), block, 0.0)
    return replace(found, psnr_db=measure_preview(found, latents[fitted:], pictures[fitted:]))


def _mean_frames(clip: np.ndarray, latent_frames: int) -> Tensor:
    """The mean picture of each latent's frames, (f, H, W, 3) in [-1, 1]."""
    pixels = torch.from_numpy(clip).float() / 127.5 - 1
    spans = [frames_of(latent, latent_frames, len(clip)) for latent in range(latent_frames)]
    return torch.stack([pixels[span.start : span.stop].mean(0) for span in spans])


def _split(pictures: Tensor, rows: int, block: int) -> Tensor:
    """Blocks (f, h, w, p * p * 3) of pictures (f, H, W, 3), shrunk to p pixels a cell."""
    factor = pictures.shape[1] // (rows * block)
    frames, height, width, _ = pictures.shape
    small = pictures.reshape(frames, height // factor, factor, width // factor, factor, 3)
    parts = small.mean((2, 4)).unflatten(2, (-1, block)).unflatten(1, (-1, block))
    return parts.transpose(2, 3).flatten(3)


def _join(blocks: Tensor, block: int) -> Tensor:
    """Pictures (f, p * h, p * w, 3) of blocks (f, h, w, p * p * 3)."""
    parts = blocks.unflatten(3, (block, block, 3)).transpose(2, 3)
    return parts.flatten(3, 4).flatten(1, 2)
