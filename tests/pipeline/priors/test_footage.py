"""A clip as something is learned from it: where its actor is in each window."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.clips import Crop, Track
from pipeline.packs.record import load_record
from pipeline.priors.footage import WHOLE, footage_of, windows_of
from pipeline.theatre.library.drawing import draw_spec
from pipeline.theatre.library.specs import approvable, load_specs
from tests.painted import painted

CLIP = load_record("theatre")


def still(count: int, width: int = 128, height: int = 96) -> np.ndarray:
    return painted(range(count), width, height)


def going(count: int) -> Track:
    """Somebody who goes to the right by a hundredth of the picture with every frame."""
    boxes = [(0.1 + k / 100, 0.25, 0.3 + k / 100, 0.75) for k in range(count)]
    return Track(label="fox", frames=tuple(range(count)), boxes=tuple(boxes), scores=(1.0,) * count)


def test_the_actors_box_goes_with_the_frames() -> None:
    numbers = np.arange(48)
    footage = footage_of(still(48, 96, 64), 8.0, numbers, CLIP, track=going(48), crop=None)
    assert footage.frames.shape == (48, 96, 144, 3)
    assert footage.boxes[7] == pytest.approx([0.17, 0.25, 0.37, 0.75])
    ((first, second, third),) = windows_of([footage], 24)
    assert first.box == pytest.approx([0.1, 0.25, 0.53, 0.75])
    assert second.box == pytest.approx([0.22, 0.25, 0.65, 0.75])
    assert third.frames.shape == (24, 96, 144, 3)


def test_what_loses_its_edges_has_other_boxes() -> None:
    wide = footage_of(
        np.zeros((24, 60, 180, 3), np.uint8), 8.0, np.arange(24), CLIP, track=going(24), crop=None
    )
    assert wide.boxes[0] == pytest.approx([(0.1 - 0.25) * 2, 0.25, (0.3 - 0.25) * 2, 0.75])


def test_a_box_is_found_again_in_its_crop() -> None:
    windows = tuple((0.05 + k / 100, 0.1, 0.35 + k / 100, 0.9) for k in range(30))
    crop = Crop(start_frame=4, end_frame=34, windows=windows, width_px=36, height_px=24)
    footage = footage_of(still(30, 96, 64), 8.0, np.arange(4, 34), CLIP, track=going(40), crop=crop)
    assert footage.boxes[0] == pytest.approx([0.09 / 0.3, 0.15 / 0.8, 0.29 / 0.3, 0.65 / 0.8])
    assert footage.boxes[11] == pytest.approx(footage.boxes[0])


def test_who_was_not_followed_fills_the_picture() -> None:
    footage = footage_of(still(24), 8.0, np.arange(24), CLIP, track=None, crop=None)
    ((window,),) = windows_of([footage], 24)
    assert window.box.tolist() == WHOLE.tolist()


def test_aligned_windows_hold_their_actor() -> None:
    spec = next(one for one in load_specs() if one.motion == "dances" and approvable(one))
    drawn = draw_spec(spec)
    boxes = tuple(tuple(map(float, box)) for box in drawn.boxes[0])
    count = len(boxes)
    track = Track(label="x", frames=tuple(range(count)), boxes=boxes, scores=(1.0,) * count)  # pyright: ignore[reportArgumentType]
    footage = footage_of(drawn.frames, 8.0, np.arange(count), CLIP, track=track, crop=None)
    (windows,) = windows_of([footage], 24, aligned=True)
    for window in windows:
        at = next(k for k in range(count) if np.array_equal(footage.frames[k], window.frames[0]))
        part = footage.boxes[at : at + 24]
        assert (window.box[:2] <= part[:, :2]).all()
        assert (window.box[2:] >= part[:, 2:]).all()
