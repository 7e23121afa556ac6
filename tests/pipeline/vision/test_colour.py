"""Finding figures by colour, checked on drawn clips."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.theatre.world import load_world
from pipeline.vision.colour import box_overlap, find_colour, fit_growth, grow

RED, BLUE = (218, 48, 52), (48, 104, 216)


def paint(*patches: tuple[tuple[int, int, int], int, int, int, int]) -> np.ndarray:
    frame = np.full((100, 200, 3), 90, np.uint8)
    for colour, left, top, right, bottom in patches:
        frame[top:bottom, left:right] = colour
    return frame


def test_largest_patch_of_the_colour_is_found() -> None:
    frame = paint((RED, 20, 10, 60, 50), (RED, 150, 60, 160, 75), (BLUE, 100, 0, 200, 50))
    found = find_colour(frame, RED)
    assert found is not None
    assert found.tolist() == [0.1, 0.1, 0.3, 0.5]


def test_near_parts_are_one_figure_and_the_darker_shade_counts() -> None:
    dark = (174, 38, 42)
    found = find_colour(paint((RED, 20, 10, 60, 30), (dark, 20, 40, 60, 60)), RED)
    assert found is not None
    assert found.tolist() == [0.1, 0.1, 0.3, 0.6]


@pytest.mark.parametrize(
    "frame", [paint(), paint((RED, 5, 5, 10, 10)), paint((BLUE, 0, 0, 50, 50))]
)
def test_absent_colour_is_not_found(frame: np.ndarray) -> None:
    assert find_colour(frame, RED) is None


def test_growth_leads_from_the_coloured_part_to_the_figure() -> None:
    coloured, figure = np.array([0.4, 0.4, 0.6, 0.6]), np.array([0.3, 0.2, 0.6, 0.8])
    growth = fit_growth([("fox", coloured, figure)])["fox"]
    assert grow(coloured, growth) == pytest.approx(figure)
    twice = np.array([0.2, 0.0, 0.6, 0.4])
    assert grow(twice, growth) == pytest.approx([0.0, 0.0, 0.6, 0.8])


sides = st.floats(0.01, 1)


@given(sides, sides, sides, sides)
def test_overlap_is_one_for_equal_boxes_and_symmetric(
    x: float, y: float, w: float, h: float
) -> None:
    one, other = np.array([x, y, x + w, y + h]), np.array([0.2, 0.1, 0.7, 0.5])
    assert box_overlap(one, one) == pytest.approx(1)
    assert box_overlap(one, other) == pytest.approx(box_overlap(other, one))
    assert 0 <= box_overlap(one, other) <= 1


def test_drawn_figures_are_found_and_nothing_else() -> None:
    rng, world = random.Random(11), load_world()
    right = wrong = total = absent = 0
    for script in (sample_script(rng, num_actors=2) for _ in range(12)):
        clip = draw_clip(script)
        frame, boxes = clip.frames[10], np.clip(clip.boxes[:, 10], 0, 1)
        for actor, box, mask in zip(script.actors, boxes, clip.masks[:, 10], strict=True):
            if mask.mean() >= 0.01:
                found = find_colour(frame, world.colours[actor.colour])
                total += 1
                right += found is not None and bool(_near(found, box))
        for name in set(world.playable_colours) - {actor.colour for actor in script.actors}:
            absent += 1
            wrong += find_colour(frame, world.colours[name]) is not None
    assert right >= 0.9 * total
    assert wrong <= 0.03 * absent


def _near(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.abs(one[:2] + one[2:] - other[:2] - other[2:]) / 2 < [0.12, 0.15]).all())
