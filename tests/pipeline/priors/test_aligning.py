"""Windows of clips that begin at the same moment of a movement."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.priors.aligning import aligned_starts, movement
from pipeline.theatre.library.drawing import draw_spec
from pipeline.theatre.library.specs import CYCLE_FRAMES, ClipSpec, approvable, load_specs

LENGTH = 24


def specs_of(motion: str, facing: str, count: int) -> list[ClipSpec]:
    found = [
        spec
        for spec in load_specs()
        if spec.motion == motion
        and approvable(spec)
        and spec.figures[0].facing == facing
        and (spec.width_px, spec.height_px) == (288, 192)
    ]
    assert len(found) >= count
    return found[:count]


def sways(spec: ClipSpec, start: int) -> float:
    """Where in its sway a dancer is at a frame, in radians."""
    return 2 * math.pi * 1.5 * start / CYCLE_FRAMES + spec.figures[0].phase


def watched(spec: ClipSpec) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A clip's frames, and where its first figure is in each."""
    drawn = draw_spec(spec)
    return drawn.frames, drawn.boxes[0]


def test_dancers_who_began_at_other_moments_and_places_are_in_step() -> None:
    specs = [*specs_of("dances", "right", 4), *specs_of("dances", "left", 5)]
    assert max(spec.figures[0].phase for spec in specs) > 3
    places = [watched(spec)[1][:, 0].mean() for spec in specs]
    assert max(places) - min(places) > 0.3
    starts = aligned_starts([watched(spec) for spec in specs], LENGTH)
    turned = [math.pi * (spec.figures[0].facing == "left") for spec in specs]
    angles = [
        sways(spec, at) + half
        for spec, some, half in zip(specs, starts, turned, strict=True)
        for at in some
    ]
    assert abs(np.mean(np.exp(1j * np.array(angles)))) > 0.97


def test_who_bows_to_the_other_side_begins_at_the_same_moment() -> None:
    specs = [*specs_of("bows", "right", 2), *specs_of("bows", "left", 1)]
    starts = aligned_starts([watched(spec) for spec in specs], LENGTH)
    assert all(at % CYCLE_FRAMES in (0, 1, 23) for some in starts for at in some)


def test_windows_of_one_clip_lie_half_a_window_apart() -> None:
    (spec,) = specs_of("dances", "right", 1)
    (some,) = aligned_starts([watched(spec)], LENGTH)
    assert some[0] == 0
    assert all(abs(a - b) >= LENGTH // 2 for a in some for b in some if a != b)


@pytest.mark.parametrize("frames", [LENGTH, LENGTH + 1])
def test_a_clip_as_long_as_a_window_or_hardly_longer_gives_one(frames: int) -> None:
    (spec,) = specs_of("spins", "left", 1)
    shown, boxes = watched(spec)
    (some,) = aligned_starts([(shown[:frames], boxes[:frames])], LENGTH)
    assert some == [0]


def test_nothing_moves_in_a_still_clip() -> None:
    still = np.full((30, 96, 144, 3), 77, np.uint8)
    assert movement(still).shape == (29, 4, 2)
    assert np.abs(movement(still)).max() < 1e-6
    clip = still, np.full((30, 4), 1.5)  # nobody is in the picture
    assert aligned_starts([clip, clip], LENGTH)[1][0] in range(7)
