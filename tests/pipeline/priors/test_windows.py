"""Clips as a motion is learned from them: which frames, in which windows, cut how."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clips import Crop
from pipeline.diffusion.model import ClipFormat
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.packs.record import load_record
from pipeline.priors.footage import footage_of, windows_of
from pipeline.priors.windows import frames_at, read_source, window_starts
from pipeline.vision.encode import encode_frames
from tests.painted import painted, painted_number

THEATRE: ClipFormat = load_record("theatre")
COGVIDEOX: ClipFormat = load_record("cogvideox-2b")


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """48 numbered frames at 24 a second."""
    path = tmp_path_factory.mktemp("films") / "numbers.mp4"
    encode_frames(painted(range(48)), path, fps=24)
    return path


def _numbered(count: int) -> np.ndarray:
    """Frames (count, 6, 9, 3), each of its own number's grey."""
    greys = np.arange(count, dtype=np.uint8)[:, None, None, None]
    return np.broadcast_to(greys, (count, 6, 9, 3)).copy()


def _windows(
    frames: np.ndarray, fps: float, clip: ClipFormat, name: str = "the clip"
) -> list[np.ndarray]:
    numbers = np.arange(len(frames))
    footage = footage_of(frames, fps, numbers, clip, track=None, crop=None, name=name)
    (windows,) = windows_of([footage], clip.num_frames)
    return [window.frames for window in windows]


def _greys(window: np.ndarray) -> list[int]:
    return window[:, 0, 0, 0].tolist()


def test_a_clip_of_the_library_gives_three_windows() -> None:
    windows = _windows(_numbered(48), 8.0, THEATRE)
    assert [_greys(window) for window in windows] == [
        list(range(start, start + 24)) for start in (0, 12, 24)
    ]
    assert all(window.shape == (24, 96, 144, 3) for window in windows)
    assert all(window.dtype == np.uint8 for window in windows)


def test_a_faster_clip_is_played_at_the_packs_pace() -> None:
    (window,) = _windows(_numbered(90), 30.0, THEATRE)
    assert _greys(window) == [round(k * 30 / 8) for k in range(24)]


def test_a_slower_clip_shows_frames_longer() -> None:
    (window,) = _windows(_numbered(12), 4.0, THEATRE)
    seen = _greys(window)
    assert seen == sorted(seen)
    assert set(seen) == set(range(12))


def test_the_last_frame_of_a_short_clip_is_held() -> None:
    (window,) = _windows(_numbered(16), 8.0, COGVIDEOX.sized(height_px=32, width_px=48))
    assert _greys(window) == [*range(16), *[15] * 33]


@pytest.mark.parametrize(("count", "fps"), [(15, 8.0), (47, 25.0)])
def test_a_clip_of_less_than_a_third_is_refused(count: int, fps: float) -> None:
    with pytest.raises(InputError, match=r"walks\.mp4 is too short: 1\.9 s.*needs 2\.0 s"):
        _windows(_numbered(count), fps, COGVIDEOX, name="walks.mp4")


def test_one_frame_is_refused() -> None:
    with pytest.raises(InputError, match=r"walks\.mp4 has one frame only"):
        _windows(_numbered(1), 8.0, THEATRE, name="walks.mp4")


def test_wide_frames_lose_their_edges() -> None:
    frames = np.zeros((24, 96, 400, 3), np.uint8)
    frames[:, :, 128:272] = (11, 140, 70)
    (window,) = _windows(frames, 8.0, THEATRE)
    assert (window == (11, 140, 70)).all()


@given(num_frames=st.integers(2, 300), length=st.integers(2, 60))
@settings(deadline=None)
def test_windows_lie_inside_and_overlap(num_frames: int, length: int) -> None:
    if num_frames < length:
        return
    starts = window_starts(num_frames, length)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] + length <= num_frames
    assert num_frames - (starts[-1] + length) <= length / 4
    assert all(after - before <= 0.75 * length + 1 for before, after in pairwise(starts))


@given(rate=st.floats(1, 30), num_frames=st.integers(1, 500), fps=st.floats(1, 120))
@settings(deadline=None)
def test_frames_keep_their_time(rate: float, num_frames: int, fps: float) -> None:
    frames = frames_at(rate, num_frames, fps)
    assert len(frames) == max(1, round(num_frames * rate / fps))
    assert frames.min() >= 0
    assert frames.max() < num_frames
    inside = frames[frames < num_frames - 1]
    assert np.abs(inside / fps - np.arange(len(inside)) / rate).max(initial=0) <= 0.5 / fps + 1e-9


def test_a_source_is_read_at_the_rate_asked_for(film: Path) -> None:
    frames, fps, _ = read_source(film, fps=8)
    assert fps == 8
    assert [painted_number(frame) for frame in frames] == list(range(0, 48, 3))
    every, fps, _ = read_source(film, fps=60)
    assert (len(every), fps) == (48, 24)


def test_a_part_of_a_film_is_read(film: Path) -> None:
    frames, fps, _ = read_source(film, span=range(13, 33))
    assert fps == 24
    assert [painted_number(frame) for frame in frames] == list(range(13, 33))


def test_a_crop_is_cut_at_the_films_own_sharpness(film: Path) -> None:
    windows = ((0.0, 0.0, 0.75, 0.5),) * 10 + ((0.25, 1 / 3, 1.0, 5 / 6),) * 10
    crop = Crop(start_frame=4, end_frame=24, windows=windows, width_px=12, height_px=6)
    frames, _, numbers = read_source(film, span=range(13, 40), crop=crop)
    whole, *_ = read_source(film, span=range(17, 37))
    assert frames.shape == (20, 48, 96, 3)
    assert numbers.tolist() == list(range(4, 24))
    assert np.array_equal(frames[:10], whole[:10, :48, :96])
    assert np.array_equal(frames[10:], whole[10:, 32:80, 32:])


def test_a_crop_of_another_file_is_refused(film: Path) -> None:
    windows = ((0.0, 0.0, 0.5, 0.5),) * 60
    crop = Crop(start_frame=0, end_frame=60, windows=windows, width_px=12, height_px=6)
    with pytest.raises(UnreadableVideoError, match="fewer frames than the crop"):
        read_source(film, crop=crop)


def test_a_corrupt_clip_says_so(film: Path, tmp_path: Path) -> None:
    content = bytearray(film.read_bytes())
    content[len(content) // 3 : 2 * len(content) // 3] = bytes(len(content) // 3)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    with pytest.raises(UnreadableVideoError, match=r"broken\.mp4 cannot be read"):
        read_source(broken)
    broken.write_bytes(b"")
    with pytest.raises(UnreadableVideoError, match=r"broken\.mp4 cannot be read"):
        read_source(broken, fps=8)


def test_a_film_of_one_frame_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "still.mp4"
    encode_frames(painted([5]), path, fps=8)
    frames, fps, _ = read_source(path)
    with pytest.raises(InputError, match="one frame only"):
        _windows(frames, fps, THEATRE)
