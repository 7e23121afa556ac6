"""What a window shows, and pictures in other sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clips import Crop
from pipeline.vision.cropping import cut_crop, fill_size, resize, window_sides


def _moving(num_frames: int) -> tuple[np.ndarray, Crop]:
    """A green block that walks right, and the window that goes with it."""
    frames = np.zeros((num_frames, 100, 150, 3), np.uint8)
    windows = []
    for number, frame in enumerate(frames):
        x = 20 + 5 * number
        frame[30:70, x : x + 24] = (10, 200, 90)
        windows.append(((x - 6) / 150, 0.25, (x + 30) / 150, 0.75))
    crop = Crop(
        start_frame=3, end_frame=3 + num_frames, windows=tuple(windows), width_px=72, height_px=100
    )
    return frames, crop


def test_the_pictures_show_the_window() -> None:
    frames, crop = _moving(12)
    cut = cut_crop(frames, crop)
    assert cut.shape == (12, 100, 72, 3)
    assert cut.dtype == np.uint8
    shown = (cut[..., 1] > 100).mean((1, 2))
    assert shown == pytest.approx(24 * 40 / (36 * 50), abs=0.03)
    assert window_sides(crop, (150, 100)).tolist() == [36, 50]


def test_every_window_needs_its_frame() -> None:
    frames, crop = _moving(12)
    with pytest.raises(ValueError, match="11 frames for 12 windows"):
        cut_crop(frames[1:], crop)


@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    wanted=st.tuples(st.integers(1, 70), st.integers(1, 70)),
)
@settings(deadline=None)
def test_a_filled_frame_is_all_picture(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    picture = np.full((*size, 3), (7, 133, 201), np.uint8)
    filled = fill_size(picture, *wanted)
    assert filled.shape == (*wanted, 3)
    assert (filled == (7, 133, 201)).all()


def test_filling_keeps_the_middle_and_its_proportions() -> None:
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, 100:200] = 240
    assert (fill_size(picture, 50, 50) == 240).all()
    assert (fill_size(picture, 50, 100)[:, 26:74] == 240).all()
    assert (fill_size(picture, 50, 100)[:, :24] == 0).all()


def test_a_picture_of_its_size_stays_as_it_is() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (12, 17, 3), np.uint8)
    assert resize(picture, 12, 17) is picture
