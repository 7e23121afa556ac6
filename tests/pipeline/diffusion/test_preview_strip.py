"""The strip of keyframes that shows a take on its way."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from pipeline.diffusion.model import ClipFormat
from pipeline.diffusion.preview_map import PreviewMap
from pipeline.diffusion.preview_strip import MAX_WIDTH_PX, keyframe_latents, preview_strip
from tests.pipeline.diffusion.test_model import BIG, DRAWN


def strip_of(clip: ClipFormat, block: int) -> tuple[np.ndarray, int]:
    """A strip of latents that are dark, but for the last keyframe's; and its file's size."""
    latents = torch.full((clip.latent_frames, 1, clip.latent_height, clip.latent_width), -0.75)
    latents[keyframe_latents(clip)[5]] = 0.5
    drawn_by = PreviewMap(
        torch.ones(1, 3 * block * block), torch.zeros(3 * block * block), block, 30
    )
    content = preview_strip(latents, clip, drawn_by)
    assert content[8:12] == b"WEBP"
    return np.asarray(Image.open(io.BytesIO(content))), len(content)


def test_each_keyframe_is_shown_at_its_middle() -> None:
    assert keyframe_latents(DRAWN) == [1, 3, 5, 7, 9, 11]
    assert keyframe_latents(BIG) == [1, 3, 5, 7, 9, 11]
    assert keyframe_latents(BIG.sized(1)) == [0] * 6


def test_small_pictures_keep_their_size() -> None:
    picture, size = strip_of(DRAWN, 8)
    assert picture.shape == (96, 6 * 144, 3)
    assert np.abs(picture[:, : 5 * 144 - 8].astype(int) - 32).max() <= 6
    assert np.abs(picture[:, 5 * 144 + 8 :].astype(int) - 191).max() <= 6
    assert size < 15_000


def test_large_pictures_are_shrunk() -> None:
    picture, _ = strip_of(BIG, 8)
    assert picture.shape == (160, 6 * MAX_WIDTH_PX, 3)
    assert picture[80, 3 * MAX_WIDTH_PX].max() < 60 < picture[80, -60].min()
    assert strip_of(BIG, 1)[0].shape == (60, 6 * 90, 3)
