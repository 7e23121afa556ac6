"""A small picture of a take while it comes out of the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from pipeline.diffusion.model import ClipFormat

PREVIEW_WIDTH_PX = 480
_NUM_PICTURES = 3
_QUALITY = 70


def preview(predicted: Tensor, clip: ClipFormat) -> bytes:
    """Give a WebP strip of the first, middle and last latent frame, `PREVIEW_WIDTH_PX` wide.

    `predicted` are clean latents (f, C, h, w) as the model sees them by now; the pack's linear
    map turns each cell into a colour, so no decoding is needed. A few kilobytes.
    """
    import torch

    from pipeline.diffusion.latents import latents_to_rgb

    chosen = torch.linspace(0, len(predicted) - 1, _NUM_PICTURES).round().long()
    pictures = latents_to_rgb(
        predicted[chosen.to(predicted.device)],
        matrix=torch.tensor(clip.preview_matrix),
        bias=torch.tensor(clip.preview_bias),
    )
    return encode_webp(_strip(pictures))


def encode_webp(picture: np.ndarray) -> bytes:
    """Give the WebP file of an RGB picture, uint8 (H, W, 3)."""
    _, data = cv2.imencode(
        ".webp", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, _QUALITY]
    )
    return data.tobytes()


def _strip(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w, 3) side by side, enlarged to the preview's width."""
    count, height, width, _ = pictures.shape
    size = PREVIEW_WIDTH_PX // count, round(PREVIEW_WIDTH_PX / count * height / width)
    return np.hstack([cv2.resize(p, size, interpolation=cv2.INTER_CUBIC) for p in pictures])
