"""Latents of the clips and pictures that something is learned from, encoded once, kept on disk."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from safetensors import SafetensorError
from safetensors.torch import load, save

from pipeline.diffusion.latents import encode
from pipeline.errors import WorkspaceError
from pipeline.files import write_bytes
from pipeline.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from pipeline.diffusion.model import VideoModel
    from pipeline.progress import Work

logger = logging.getLogger(__name__)
_LATENTS = "latents"


class LatentCache:
    """Latents of videos in a folder, one file each; a damaged file counts as missing.

    Args:
        folder: made at the first writing; each revision has its own below it.
        revision: names the autoencoder's weights and its number type, fit for a folder's name.
    """

    def __init__(self, folder: Path, revision: str) -> None:
        self.folder = folder / revision

    def read(self, frames: NDArray[np.uint8]) -> Tensor | None:
        """The latents (f, C, h, w), float32, of a video's frames (F, H, W, 3), or None."""
        with suppress(OSError, SafetensorError, KeyError):
            latents = load(self._path(frames).read_bytes())[_LATENTS]
            return latents if latents.ndim == 4 else None
        return None

    def write(self, frames: NDArray[np.uint8], latents: Tensor) -> None:
        """Keep the latents of a video's frames; a disk that refuses is only logged."""
        try:
            write_bytes(self._path(frames), save({_LATENTS: latents.contiguous()}))
        except WorkspaceError as error:
            logger.warning("encoded frames are not kept: %s", error)

    def _path(self, frames: NDArray[np.uint8]) -> Path:
        shape = "x".join(map(str, frames.shape))
        name = hashlib.sha256(f"{shape}\0".encode() + frames.tobytes()).hexdigest()
        return self.folder / f"{name}.safetensors"


def encode_windows(
    model: VideoModel,
    windows: Sequence[NDArray[np.uint8]],
    cache: LatentCache | None = None,
) -> Work[list[Tensor]]:
    """Encode videos, uint8 RGB (F, H, W, 3) each, or find them in the cache.

    The mean of the autoencoder's posterior is taken, so the same pixels always give the same
    latents. A picture for the single-latent route is a video of one frame: its one latent is that
    of a still video's first frame. The autoencoder is not touched where the cache has them all.

    Returns:
        For each the latents (f, C, h, w), float32, on the CPU.
    """
    kept = [cache.read(frames) if cache else None for frames in windows]
    missing = [at for at, latents in enumerate(kept) if latents is None]
    if missing:
        with model.using("vae") as vae:
            for count, at in enumerate(missing):
                yield Progress(stage="latents", step=count, total=len(missing))
                latents = encode(vae, windows[at]).cpu()
                kept[at] = latents
                if cache:
                    cache.write(windows[at], latents)
    return [latents for latents in kept if latents is not None]
