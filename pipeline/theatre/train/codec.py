"""Analytic latents: a principal component analysis of 8x8x4 pixel blocks.

The autoencoder of the pack is taught to agree with these latents instead of inventing its own, so
encoding a training clip is one matrix product and the transformer can start in the first minute.
Components are scaled by the inverse root of their standard deviation (partial whitening) and by one
common factor, so that all latents together have standard deviation 1 and `scaling_factor` is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file, save_file

if TYPE_CHECKING:
    from pathlib import Path

SPATIAL, TEMPORAL = 8, 4


def split_blocks(pixels: np.ndarray) -> np.ndarray:
    """Blocks (F/4, H/8, W/8, 768) of pixels (F, H, W, 3)."""
    frames, height, width, _ = pixels.shape
    parts = pixels.reshape(
        frames // TEMPORAL, TEMPORAL, height // SPATIAL, SPATIAL, width // SPATIAL, SPATIAL, 3
    )
    grid = frames // TEMPORAL, height // SPATIAL, width // SPATIAL
    return parts.transpose(0, 2, 4, 1, 3, 5, 6).reshape(*grid, -1)


def join_blocks(blocks: np.ndarray) -> np.ndarray:
    """Pixels (F, H, W, 3) of blocks (F/4, H/8, W/8, 768); the inverse of `split_blocks`."""
    frames, rows, columns, _ = blocks.shape
    parts = blocks.reshape(frames, rows, columns, TEMPORAL, SPATIAL, SPATIAL, 3)
    return parts.transpose(0, 3, 1, 4, 2, 5, 6).reshape(
        frames * TEMPORAL, rows * SPATIAL, columns * SPATIAL, 3
    )


def to_pixels(frames: np.ndarray) -> np.ndarray:
    """Frames uint8 as float32 in [-1, 1]."""
    return frames.astype(np.float32) / 127.5 - 1


def to_frames(pixels: np.ndarray) -> np.ndarray:
    """Pixels in [-1, 1] as uint8, clipped and rounded."""
    return ((pixels.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8)


@dataclass(frozen=True)
class BlockCodec:
    """A fitted codec: `mean` (768), orthonormal `basis` (768, C), `scale` (C), all float32."""

    mean: np.ndarray
    basis: np.ndarray
    scale: np.ndarray

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """Latents float32 (F/4, C, H/8, W/8) of frames uint8 (F, H, W, 3)."""
        centred = split_blocks(to_pixels(frames)) - self.mean
        return ((centred @ self.basis) * self.scale).transpose(0, 3, 1, 2)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Frames uint8 (4F, 8H, 8W, 3) of latents (F, C, H, W): the linear reconstruction."""
        blocks = (latents.transpose(0, 2, 3, 1) / self.scale) @ self.basis.T + self.mean
        return to_frames(join_blocks(blocks))

    def mean_colours(self) -> tuple[np.ndarray, np.ndarray]:
        """Matrix (C, 3) and offset (3) that give a block's mean colour from its latent."""
        per_colour = self.basis.reshape(-1, 3, self.basis.shape[1]).mean(0)
        return (per_colour / self.scale).T, self.mean.reshape(-1, 3).mean(0)

    def save(self, path: Path) -> None:
        """Write the codec as safetensors."""
        arrays = {"mean": self.mean, "basis": self.basis, "scale": self.scale}
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path)

    @classmethod
    def load(cls, path: Path) -> BlockCodec:
        """Read what `save` wrote."""
        return cls(**load_file(path))


def fit_codec(blocks: np.ndarray, *, num_components: int) -> BlockCodec:
    """The codec of blocks (N, 768)."""
    mean = blocks.mean(axis=0, dtype=np.float64)
    variances, vectors = np.linalg.eigh(np.cov((blocks - mean).T))
    deviations = np.sqrt(variances[::-1][:num_components])
    whitening = deviations**-0.5
    scale = whitening / np.sqrt((deviations**2 * whitening**2).mean())
    basis = vectors[:, ::-1][:, :num_components]
    return BlockCodec(mean.astype(np.float32), basis.astype(np.float32), scale.astype(np.float32))
