"""How a pack's latents are drawn while it renders: shipped with it, or fitted once and kept."""

from __future__ import annotations

import logging
import random
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import WorkspaceError
from pipeline.files import short, write_bytes

if TYPE_CHECKING:
    import numpy as np
    from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

    from pipeline.diffusion.model import ClipFormat, VideoModel
    from pipeline.diffusion.preview_map import PreviewMap

logger = logging.getLogger(__name__)

PREVIEW_FILE = "preview.safetensors"
"""In a pack's folder; a record of its own: takes do not depend on it, nor does the revision."""
_NUM_CLIPS = 8
_NUM_FRAMES = 8
"""And one more where the pack's clips have a first frame of its own."""
_HEIGHT_PX, _WIDTH_PX = 96, 144
"""Clips small enough for the largest autoencoder on a CPU; its map holds for every size."""


def find_preview(model: VideoModel, clip: ClipFormat, *, shipped: Path, kept: Path) -> PreviewMap:
    """Give the map of a pack: from its folder, from the studio's cache, or fitted now and kept.

    Args:
        model: the pack, loaded; its VAE is only touched where there is no map yet.
        clip: the pack's own clips.
        shipped: the pack's folder, which may hold a `PREVIEW_FILE`.
        kept: where a fitted map is kept, such as `cache/previews/<revision>.safetensors`.
    """
    for path in (shipped / PREVIEW_FILE, kept):
        if found := _load(path, clip.latent_channels):
            return found
    with model.using("vae") as vae:
        found = fit_on_drawings(vae, clip)
    logger.info("previews are drawn by blocks of %d, %.1f dB", found.block, found.psnr_db)
    try:
        write_bytes(kept, found.save())
    except WorkspaceError as error:
        logger.warning("how latents are drawn is not kept: %s", error)
    return found


def _load(path: Path, num_channels: int) -> PreviewMap | None:
    from safetensors import SafetensorError

    from pipeline.diffusion.preview_map import load_preview

    if not path.is_file():
        return None
    try:
        found = load_preview(path)
        if len(found.matrix) != num_channels:
            raise ValueError(f"it draws latents of {len(found.matrix)} channels")
        return found
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        logger.warning("%s cannot be used: %s", short(path), error)
        return None


def fit_on_drawings(vae: AutoencoderKLCogVideoX, clip: ClipFormat) -> PreviewMap:
    """Fit a map on small clips of the paper theatre: seconds for any autoencoder on a CPU."""
    from pipeline.diffusion.preview_map import fit_preview

    return fit_preview(vae, _draw_clips(clip))


def _draw_clips(clip: ClipFormat) -> list[np.ndarray]:
    from pipeline.theatre.draw import draw_clip
    from pipeline.theatre.script import sample_script

    rng = random.Random(0)
    scripts = [sample_script(rng) for _ in range(_NUM_CLIPS)]
    return [
        draw_clip(
            script,
            num_frames=_NUM_FRAMES + clip.num_frames % 2,
            width_px=min(_WIDTH_PX, clip.width_px),
            height_px=min(_HEIGHT_PX, clip.height_px),
        ).frames
        for script in scripts
    ]
