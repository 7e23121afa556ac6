"""The six boxes of a region from the track of an actor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clips import Track
from pipeline.retrieve.moves import keys_of


def _walk(frames: range | list[int]) -> Track:
    boxes = tuple((0.01 * n, 0.3, 0.01 * n + 0.2, 0.8) for n in frames)
    return Track(label="fox", frames=tuple(frames), boxes=boxes, scores=(0.9,) * len(boxes))


def test_each_key_is_the_box_in_the_middle_of_its_sixth() -> None:
    keys = keys_of(_walk(range(48)), 48)
    assert [key.box.x0 for key in keys if key] == pytest.approx(
        [0.035, 0.115, 0.195, 0.275, 0.355, 0.435]
    )
    assert all(key and key.visible and key.ease == "linear" for key in keys)


def test_who_enters_late_and_leaves_early_is_absent() -> None:
    keys = keys_of(_walk(range(17, 33)), 48)
    assert [key is not None for key in keys] == [False, False, True, True, True, False]


def test_gaps_are_interpolated_or_left_open() -> None:
    short = keys_of(_walk([*range(10), *range(14, 48)]), 48)
    assert short[1] is not None
    assert short[1].box.x0 == pytest.approx(0.115)
    long = keys_of(_walk([*range(10), *range(26, 48)]), 48)
    assert [key is None for key in long] == [False, False, True, False, False, False]


def test_boxes_of_a_tall_clip_are_narrower_in_a_wide_frame() -> None:
    boxes = ((0.4, 0.25, 0.7, 0.8),) * 24
    track = Track(label="fox", frames=tuple(range(24)), boxes=boxes, scores=(0.9,) * 24)
    for aspect, width in ((0.75, 0.15), (1.5, 0.3), (2.25, 0.45)):
        (key, *_) = keys_of(track, 24, clip_aspect=aspect, frame_aspect=1.5)
        assert key is not None
        assert key.box.as_list() == pytest.approx([0.55 - width / 2, 0.25, 0.55 + width / 2, 0.8])


@given(st.lists(st.integers(0, 59), min_size=1, unique=True), st.floats(0, 1), st.floats(0, 0.3))
def test_there_is_always_a_key(frames: list[int], x0: float, wide: float) -> None:
    box = (x0, 0.4, min(1.0, x0 + wide), 0.4)
    count = len(frames)
    track = Track(
        label="fox", frames=tuple(sorted(frames)), boxes=(box,) * count, scores=(0.4,) * count
    )
    for clip_aspect in (0.45, 1.5, 3.2):
        keys = keys_of(track, 60, clip_aspect=clip_aspect, frame_aspect=1.5)
        assert len(keys) == 6
        assert any(keys)
