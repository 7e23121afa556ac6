"""Analytic latents: a principal component analysis of blocks of 8x8 pixels over a few frames.

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

SPATIAL = 8


def split_blocks(pixels: np.ndarray, temporal: int) -> np.ndarray:
    """Blocks (F/t, H/8, W/8, t * 192) of pixels (F, H, W, 3), `temporal` frames t in each."""
    frames, height, width, _ = pixels.shape
    parts = pixels.reshape(
        frames // temporal, temporal, height // SPATIAL, SPATIAL, width // SPATIAL, SPATIAL, 3
    )
    grid = frames // temporal, height // SPATIAL, width // SPATIAL
    return parts.transpose(0, 2, 4, 1, 3, 5, 6).reshape(*grid, -1)


def join_blocks(blocks: np.ndarray) -> np.ndarray:
    """Pixels (F, H, W, 3) of blocks (F/t, H/8, W/8, t * 192); the inverse of `split_blocks`."""
    frames, rows, columns, _ = blocks.shape
    parts = blocks.reshape(frames, rows, columns, -1, SPATIAL, SPATIAL, 3)
    temporal = parts.shape[3]
    return parts.transpose(0, 3, 1, 4, 2, 5, 6).reshape(
        frames * temporal, rows * SPATIAL, columns * SPATIAL, 3
    )


def to_pixels(frames: np.ndarray) -> np.ndarray:
    """Frames uint8 as float32 in [-1, 1]."""
    return frames.astype(np.float32) / 127.5 - 1


def to_frames(pixels: np.ndarray) -> np.ndarray:
    """Pixels in [-1, 1] as uint8, clipped and rounded."""
    return ((pixels.clip(-1, 1) + 1) * 127.5).round().astype(np.uint8)


@dataclass(frozen=True)
class BlockCodec:
    """A fitted codec: `mean` (N), orthonormal `basis` (N, C), `scale` (C), all float32.

    N is the number of values in a block, 192 for each of its frames.
    """

    mean: np.ndarray
    basis: np.ndarray
    scale: np.ndarray

    @property
    def temporal(self) -> int:
        """Frames in a block, t."""
        return len(self.mean) // (SPATIAL * SPATIAL * 3)

    def encode(self, frames: np.ndarray) -> np.ndarray:
        """Latents float32 (F/t, C, H/8, W/8) of frames uint8 (F, H, W, 3)."""
        centred = split_blocks(to_pixels(frames), self.temporal) - self.mean
        return ((centred @ self.basis) * self.scale).transpose(0, 3, 1, 2)

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Frames uint8 (t F, 8H, 8W, 3) of latents (F, C, H, W): the linear reconstruction."""
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
    """The codec of blocks (M, N)."""
    mean = blocks.mean(axis=0, dtype=np.float64)
    variances, vectors = np.linalg.eigh(np.cov((blocks - mean).T))
    deviations = np.sqrt(variances[::-1][:num_components])
    whitening = deviations**-0.5
    scale = whitening / np.sqrt((deviations**2 * whitening**2).mean())
    basis = vectors[:, ::-1][:, :num_components]
    return BlockCodec(mean.astype(np.float32), basis.astype(np.float32), scale.astype(np.float32))
