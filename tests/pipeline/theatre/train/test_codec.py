from __future__ import annotations

from pathlib import Path

import numpy as np

from pipeline.theatre.train.codec import (
    BlockCodec,
    fit_codec,
    join_blocks,
    split_blocks,
    to_frames,
    to_pixels,
)


def smooth_frames(seed: int) -> np.ndarray:
    """Frames (8, 32, 48, 3) whose blocks differ only in a few ways."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (2, 4, 6, 3)).astype(np.uint8)
    return coarse.repeat(4, 0).repeat(8, 1).repeat(8, 2)


def fitted(num_components: int = 3) -> BlockCodec:
    blocks = split_blocks(to_pixels(np.concatenate([smooth_frames(s) for s in range(9)])), 4)
    return fit_codec(blocks.reshape(-1, 768), num_components=num_components)


def test_blocks_are_joined_as_they_were_split() -> None:
    pixels = np.random.default_rng(1).normal(size=(8, 24, 32, 3))
    assert split_blocks(pixels, 4).shape == (2, 3, 4, 768)
    assert split_blocks(pixels, 2).shape == (4, 3, 4, 384)
    for temporal in (1, 2, 4, 8):
        np.testing.assert_array_equal(join_blocks(split_blocks(pixels, temporal)), pixels)


def test_pixels_and_frames_convert_both_ways() -> None:
    frames = np.arange(256, dtype=np.uint8)
    assert to_pixels(frames)[[0, -1]].tolist() == [-1, 1]
    np.testing.assert_array_equal(to_frames(to_pixels(frames)), frames)


def test_clips_that_the_components_span_come_back_unchanged() -> None:
    frames = smooth_frames(77)
    codec = fitted()
    assert codec.temporal == 4
    latents = codec.encode(frames)
    assert latents.shape == (2, 3, 4, 6)
    assert np.abs(codec.decode(latents).astype(int) - frames).max() <= 1


def test_latents_have_deviation_one_over_the_fitted_clips() -> None:
    codec = fitted()
    latents = np.concatenate([codec.encode(smooth_frames(seed)) for seed in range(9)])
    assert abs(latents.std() - 1) < 0.02
    assert np.abs(latents.mean(axis=(0, 2, 3))).max() < 0.02


def test_mean_colours_are_read_off_the_latents() -> None:
    frames = smooth_frames(5)
    codec = fitted()
    matrix, offset = codec.mean_colours()
    colours = codec.encode(frames).transpose(0, 2, 3, 1) @ matrix + offset
    np.testing.assert_allclose(colours, to_pixels(frames)[::4, ::8, ::8], atol=0.01)


def test_saved_codec_is_read_back(tmp_path: Path) -> None:
    codec = fitted()
    codec.save(tmp_path / "codec.safetensors")
    again = BlockCodec.load(tmp_path / "codec.safetensors")
    np.testing.assert_array_equal(again.encode(smooth_frames(3)), codec.encode(smooth_frames(3)))
