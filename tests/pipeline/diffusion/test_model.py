"""Sizes of clips: which a model makes, which frames and keyframes a latent stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diffusion.model import ClipFormat, spread_keyframes
from pipeline.errors import InputError

BIG = ClipFormat(
    num_frames=49,
    fps=8,
    height_px=480,
    width_px=720,
    latent_frames=13,
    latent_channels=16,
    latent_height=60,
    latent_width=90,
    patch_size=2,
    keyframe_to_latent=spread_keyframes(13, 49),
    max_sequence_length=226,
)
DRAWN = BIG.model_copy(
    update={
        **{"num_frames": 24, "latent_frames": 12, "height_px": 96, "width_px": 144},
        **{"latent_height": 12, "latent_width": 18},
        "keyframe_to_latent": spread_keyframes(12, 24),
    }
)


def test_keyframes_take_the_latents_of_their_sixth() -> None:
    assert BIG.keyframe_to_latent == ((0, 1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12))
    assert DRAWN.keyframe_to_latent == ((0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11))
    assert spread_keyframes(6, 24) == ((0,), (1,), (2,), (3,), (4,), (5,))
    assert spread_keyframes(4, 16) == ((0,), (), (1,), (2,), (), (3,))


@pytest.mark.parametrize(
    ("clip", "num_frames", "latent_frames"),
    [(BIG, 48, 12), (BIG, 25, 7), (BIG, 8, 2), (BIG, 1, 1), (DRAWN, 8, 4), (DRAWN, 13, 7)],
)
def test_other_lengths_have_the_latents_the_autoencoder_decodes(
    clip: ClipFormat, num_frames: int, latent_frames: int
) -> None:
    sized = clip.sized(num_frames)
    assert (sized.num_frames, sized.latent_frames) == (num_frames, latent_frames)
    assert (sized.fps, sized.height_px) == (clip.fps, clip.height_px)


@given(st.sampled_from([BIG, DRAWN]), st.integers(1, 12), st.booleans())
def test_every_frame_has_one_latent(clip: ClipFormat, pairs: int, one_more: bool) -> None:
    sized = clip.sized(2 * pairs * clip.frames_per_latent + one_more)
    spans = [sized.frames_of(latent) for latent in range(sized.latent_frames)]
    assert [frame for span in spans for frame in span] == list(range(sized.num_frames))
    latents = [latent for latents in sized.keyframe_to_latent for latent in latents]
    assert latents == list(range(sized.latent_frames))


def test_other_sizes_have_their_grid() -> None:
    sized = BIG.sized(25, height_px=320, width_px=448)
    assert (sized.latent_height, sized.latent_width, sized.grid) == (40, 56, (20, 28))
    assert sized.latent_shape == (1, 7, 16, 40, 56)
    own = BIG.sized()
    assert own == BIG


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((47, None, None), "multiple of 8, or one more, such as 49"),
        ((0, None, None), "no clip of this model has 0 frames"),
        ((None, 472, None), "height of 472 pixels. Take a multiple of 16"),
        ((None, None, 8), "width of 8 pixels"),
    ],
)
def test_sizes_it_does_not_make_are_refused(
    size: tuple[int | None, int | None, int | None], words: str
) -> None:
    with pytest.raises(InputError) as refused:
        BIG.sized(*size)
    assert words in str(refused.value)
