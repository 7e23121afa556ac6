"""The window that follows the actor: where it lies, how it moves, what it shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clips import Track
from pipeline.retrieve.crop import plan_crop
from pipeline.vision.cropping import boxes_at, cut_crop

FOX_FRAMES = 30


@st.composite
def walks(draw: st.DrawFn) -> tuple[Track, int, tuple[int, int], float]:
    """A figure that wanders with a jitter, missing at times, in a clip of any shape."""
    num_frames = draw(st.integers(8, 90))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    share = draw(st.floats(0.4, 1))
    seen = np.flatnonzero(rng.random(num_frames) < share)
    seen = seen if len(seen) else np.array([num_frames // 2])
    times = seen / num_frames
    start, end = rng.uniform(-0.1, 1.1, 2), rng.uniform(-0.1, 1.1, 2)
    middles = start + (end - start) * times[:, None] + rng.normal(0, 0.01, (len(seen), 2))
    halves = rng.uniform(0.02, 0.3, 2) * (1 + 0.15 * np.sin(9 * times))[:, None]
    boxes = np.concatenate([middles - halves, middles + halves], axis=1).clip(0, 1)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], np.minimum(boxes[:, :2] + 0.01, 1))
    track = Track(
        label="fox",
        frames=tuple(seen.tolist()),
        boxes=tuple(tuple(row) for row in boxes.tolist()),
        scores=(0.5,) * len(seen),
    )
    size = draw(st.tuples(st.integers(48, 1920), st.integers(48, 1080)))
    return track, num_frames, size, draw(st.sampled_from([0.75, 1.0, 1.5, 16 / 9]))


@given(walks())
@settings(max_examples=150, deadline=None)
def test_window(case: tuple[Track, int, tuple[int, int], float]) -> None:
    track, num_frames, size, aspect = case
    crop = plan_crop(track, num_frames, size, aspect)
    windows = np.array(crop.windows)
    assert 0 <= crop.start_frame <= track.frames[0]
    assert track.frames[-1] < crop.end_frame <= num_frames
    assert len(windows) == crop.end_frame - crop.start_frame
    assert windows.min() >= 0
    assert windows.max() <= 1
    sides = (windows[:, 2:] - windows[:, :2]) * size
    assert np.ptp(sides, axis=0) == pytest.approx(0, abs=1e-6)
    assert sides[:, 0] / sides[:, 1] == pytest.approx(aspect)
    assert crop.width_px % 2 == crop.height_px % 2 == 0
    assert max(crop.width_px, crop.height_px) <= 512
    _check_inside(track, windows, crop.start_frame, np.array(size), sides[0])
    _check_smooth(windows, num_frames)


def _check_inside(
    track: Track, windows: np.ndarray, start: int, size: np.ndarray, sides: np.ndarray
) -> None:
    """The actor is in the window, unless the largest window of that shape is too small."""
    if (sides >= size - 1e-6).any():
        return
    of_track = windows[np.array(track.frames) - start]
    boxes, slack = np.array(track.boxes), 1.01 / size
    inside = (boxes[:, :2] >= of_track[:, :2] - slack) & (boxes[:, 2:] <= of_track[:, 2:] + slack)
    assert inside.all(1).mean() >= 0.95


def _check_smooth(windows: np.ndarray, num_frames: int) -> None:
    """The second differences are those of a path smoothed by a Gaussian, at most."""
    if len(windows) < 3:
        return
    sigma = max(2.0, num_frames / 12)
    bends = np.abs(np.diff(windows[:, :2], 2, axis=0)).max(0)
    assert (bends <= 1.05 / sigma**2).all()


def _still(box: tuple[float, float, float, float], frames: range) -> Track:
    count = len(frames)
    return Track(label="fox", frames=tuple(frames), boxes=(box,) * count, scores=(0.9,) * count)


def test_a_still_actor_gets_a_still_window_around_it() -> None:
    crop = plan_crop(_still((0.4, 0.3, 0.5, 0.6), range(FOX_FRAMES)), FOX_FRAMES, (300, 200), 1.5)
    assert len(set(crop.windows)) == 1
    x0, y0, x1, y1 = crop.windows[0]
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((0.45, 0.45))
    assert (y1 - y0) == pytest.approx(0.3 * 1.24)
    assert (crop.width_px, crop.height_px) == (112, 74)


def test_jitter_does_not_shake_the_window() -> None:
    shaken = [0.02 * (-1) ** number for number in range(48)]
    boxes = tuple((0.4 + x, 0.3 - x, 0.5 + x, 0.6 - x) for x in shaken)
    track = Track(label="fox", frames=tuple(range(48)), boxes=boxes, scores=(0.9,) * 48)
    windows = np.array(plan_crop(track, 48, (300, 200), 1.5).windows)
    assert np.ptp(windows, axis=0).max() < 0.01


def test_it_begins_and_ends_with_the_actor() -> None:
    box = (0.4, 0.3, 0.5, 0.6)
    whole = plan_crop(_still(box, range(1, 28)), FOX_FRAMES, (300, 200), 1.5)
    assert (whole.start_frame, whole.end_frame) == (0, 30)
    late = plan_crop(_still(box, range(5, 19)), FOX_FRAMES, (300, 200), 1.5)
    assert (late.start_frame, late.end_frame) == (5, 19)


def test_missing_frames_are_interpolated() -> None:
    track = Track(
        label="fox",
        frames=(4, 8),
        boxes=((0.1, 0.2, 0.3, 0.4), (0.5, 0.3, 0.7, 0.8)),
        scores=(0.6, 0.7),
    )
    boxes = boxes_at(track, np.array([2, 5, 8, 11]))
    assert boxes[0] == pytest.approx(track.boxes[0])
    assert boxes[1] == pytest.approx((0.2, 0.225, 0.4, 0.5))
    assert boxes[3] == pytest.approx(track.boxes[1])


def test_the_pictures_show_the_window() -> None:
    frames = np.zeros((12, 100, 150, 3), np.uint8)
    boxes = []
    for number, frame in enumerate(frames):
        x = 20 + 5 * number
        frame[30:70, x : x + 24] = (10, 200, 90)
        boxes.append((x / 150, 0.3, (x + 24) / 150, 0.7))
    track = Track(label="fox", frames=tuple(range(12)), boxes=tuple(boxes), scores=(0.9,) * 12)
    crop = plan_crop(track, 12, (150, 100), 1.0)
    cut = cut_crop(frames, crop)
    assert cut.shape == (12, crop.height_px, crop.width_px, 3)
    assert cut.dtype == np.uint8
    shown = (cut[..., 1] > 100).mean((1, 2)) * crop.width_px * crop.height_px
    assert (shown[1:-1] > 0.9 * 24 * 40).all()


def test_large_windows_are_made_smaller() -> None:
    track = _still((0.1, 0.1, 0.8, 0.9), range(4))
    crop = plan_crop(track, 4, (1920, 1080), 1.5, most_px=240)
    assert (crop.width_px, crop.height_px) == (240, 160)
    cut = cut_crop(np.full((4, 1080, 1920, 3), 77, np.uint8), crop)
    assert cut.shape == (4, 160, 240, 3)
    assert (cut == 77).all()
