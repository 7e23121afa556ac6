"""Poses: slow enough for a latent of half a second, and each its own."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.poses import pose_motion
from pipeline.theatre.script import Actor, Mark, Script
from pipeline.theatre.world import load_world

SECONDS = 3


@pytest.mark.parametrize("motion", load_world().playable_motions)
def test_legs_swing_at_half_a_hertz_at_most(motion: str) -> None:
    for phase in (0.0, 0.9, 2.3, 4.1):
        for leg in ("near_leg", "far_leg"):
            angles = pose_motion(motion, 240, phase).angles.get(leg, np.zeros(240))
            middle = (angles.min() + angles.max()) / 2
            assert np.count_nonzero(np.diff(angles > middle)) <= 2 * 0.5 * SECONDS


def test_interactions_reach_forward() -> None:
    for motion, arms in (("gives", 1), ("hugs", 2), ("chases", 2)):
        pose = pose_motion(motion, 24, 0.4)
        forward = [
            joint for joint in ("near_arm", "far_arm") if (np.sin(pose.angles[joint]) < -0.55).all()
        ]
        assert len(forward) == arms
        assert pose.lean.mean() > 0.05
        assert pose.parcel == (motion == "gives")


@pytest.mark.parametrize("kind", load_world().kinds)
def test_no_two_motions_look_alike(kind: str) -> None:
    marks = (Mark(0.5, 0.9, 0.6),) * 6
    masks = {
        motion: draw_clip(
            Script("room", (Actor(kind, "red", motion, "right", None, marks, 0.6),), 1)
        ).masks[0]
        for motion in load_world().motions
    }
    for one, other in combinations(masks, 2):
        union = (masks[one] | masks[other]).sum()
        assert (masks[one] & masks[other]).sum() < 0.96 * union, (one, other)
