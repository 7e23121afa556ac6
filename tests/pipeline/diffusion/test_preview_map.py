"""Latents drawn without an autoencoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

from pipeline.diffusion.preview_map import PreviewMap, fit_preview, fit_to_latents, load_preview


def made_clips(block: int, noise: float) -> tuple[list[torch.Tensor], list[np.ndarray]]:
    """Clips of 5 frames, 2 latents of 3 x 4 cells, each block of 8 pixels linear in its latent."""
    rng = np.random.default_rng(5)
    matrix, bias = rng.uniform(-0.2, 0.2, (4, block, block, 3)), np.array([0.1, -0.05, 0.2])
    latents = rng.uniform(-1, 1, (8, 2, 3, 4, 4))
    blocks = np.einsum("nfhwc,cyxr->nfhywxr", latents, matrix) + bias
    pictures = blocks.reshape(8, 2, 3 * block, 4 * block, 3)
    pictures = pictures.repeat(8 // block, axis=2).repeat(8 // block, axis=3)
    frames = (pictures[:, [0, 1, 1, 1, 1]] + 1) * 127.5 + rng.normal(0, noise, (8, 5, 24, 32, 3))
    clips = list(np.rint(frames.clip(0, 255)).astype(np.uint8))
    return [torch.tensor(x, dtype=torch.float32).permute(0, 3, 1, 2) for x in latents], clips


@pytest.mark.parametrize("block", [8, 1])
def test_the_map_the_clips_were_made_by_is_found(block: int) -> None:
    latents, clips = made_clips(block, noise=0)
    found = fit_to_latents(latents, clips)
    assert found.block == 8
    assert found.psnr_db > 45
    drawn = found.draw(latents[7]).astype(int)
    assert drawn.shape == (2, 24, 32, 3)
    assert np.abs(drawn - clips[7][[0, 3]]).max() <= 2


def test_pictures_that_are_not_good_enough_become_cells() -> None:
    latents, clips = made_clips(1, noise=60)
    found = fit_to_latents(latents, clips)
    assert found.block == 1
    assert found.psnr_db < 24
    drawn = found.draw(latents[7])
    assert drawn.shape == (2, 3, 4, 3)
    clean = made_clips(1, noise=0)[1][7][[0, 3], ::8, ::8]
    assert np.abs(drawn.astype(int) - clean).mean() < 10


def test_a_file_gives_the_map_again(tmp_path: Path) -> None:
    latents, clips = made_clips(8, noise=0)
    found, path = fit_to_latents(latents, clips), tmp_path / "preview.safetensors"
    path.write_bytes(found.save())
    again = load_preview(path)
    assert np.array_equal(again.draw(latents[0]), found.draw(latents[0]))
    assert (again.block, again.psnr_db) == (8, round(found.psnr_db, 2))
    path.write_bytes(PreviewMap(found.matrix, found.bias, 4, 30.0).save())
    with pytest.raises(ValueError, match="blocks of 4 pixels"):
        load_preview(path)


@pytest.mark.parametrize("num_frames", [8, 9])
def test_a_real_autoencoder_is_drawn(vae: AutoencoderKLCogVideoX, num_frames: int) -> None:
    clips = list(
        np.random.default_rng(4).integers(0, 256, (4, num_frames, 16, 24, 3), dtype=np.uint8)
    )
    found = fit_preview(vae, clips)
    assert (found.block, tuple(found.matrix.shape)) == (1, (3, 3))
    assert 0 < found.psnr_db < 24
