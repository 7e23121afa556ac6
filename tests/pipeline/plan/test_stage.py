from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.plan import stage
from pipeline.plan.stage import LEAST_WAY, Player, block, facing_of, thin_keys, travels
from pipeline.story import Box, Region
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import Actor, Mark, Script
from pipeline.theatre.world import load_world

TABLE = Path(stage.__file__).with_name("stage.json")
PHASES = (0.0, 1.57, 3.14, 4.71)
HEIGHT = 0.5


def measure(kind: str, motion: str) -> list[list[float]]:
    """The drawn box about the feet per figure height: one row, or one for each keyframe."""
    phases = PHASES[:1] if motion == "jumps" else PHASES
    tracks = np.stack([drawn_boxes(kind, motion, phase) for phase in phases])
    by_key = tracks.reshape(len(phases), 6, 4, 4)
    union = np.concatenate([by_key[..., :2].min((0, 2)), by_key[..., 2:].max((0, 2))], axis=-1)
    rows = union if motion == "jumps" else union.mean(0, keepdims=True)
    return np.round(rows.astype(float), 2).tolist()


def drawn_boxes(kind: str, motion: str, phase: float) -> np.ndarray:
    marks = (Mark(0.5, 0.8, HEIGHT),) * 6
    actor = Actor(kind, "red", motion, "right", None, marks, phase)
    boxes = draw_clip(Script("forest", (actor,), 1)).boxes[0]
    return (boxes - np.array([0.5, 0.8, 0.5, 0.8])) / HEIGHT


@pytest.mark.parametrize(("kind", "motion"), [("fox", "sleeps"), ("robot", "jumps"),
                                              ("witch", "waves"), ("rabbit", "flies"),
                                              ("bear", "gives"), ("dragon", "chases"),
                                              ("mermaid", "hugs")])  # fmt: skip
def test_planned_boxes_have_the_shape_of_drawn_figures(kind: str, motion: str) -> None:
    boxes = block([Player(kind, motion)], height=0.5, rng=random.Random(0))[0]
    rows = measure(kind, motion)
    for k, box in enumerate(boxes):
        x0, y0, x1, y1 = rows[k % len(rows)]
        assert np.isclose(box.x1 - box.x0, (x1 - x0) * 0.5, atol=0.03)
        assert np.isclose(box.y1 - box.y0, (y1 - y0) * 0.5, atol=0.03)


def test_the_table_of_boxes_holds_the_whole_playable_world() -> None:
    world, table = load_world(), json.loads(TABLE.read_text(encoding="utf-8"))
    for kind in world.kinds:
        assert list(table["shapes"][kind]) == list(world.playable_motions)
    for motion in world.playable_motions:
        assert travels(motion) == world.motions[motion].locomotion
        assert (motion in table["airborne"]) == world.motions[motion].airborne
        assert table["shapes"]["king"][motion] == measure("king", motion)


def test_only_the_keys_a_path_needs_are_set() -> None:
    straight = [Box(x0=k / 10, y0=0.2, x1=k / 10 + 0.2, y1=0.9) for k in range(6)]
    assert [k is not None for k in thin_keys(straight)] == [True, *[False] * 4, True]
    hop = [Box(x0=0.1, y0=0.2 - k, x1=0.3, y1=0.9 - k) for k in (0, 0.1, 0.15, 0.15, 0.1, 0)]
    keys = thin_keys(hop)
    region = Region(id="r", keys=keys)
    assert 3 <= sum(k is not None for k in keys) <= 5
    for box, exact in zip(region.boxes(), hop, strict=True):
        assert box is not None
        assert abs(box.y1 - exact.y1) <= 1 / 24 + 1e-9


def test_a_figure_faces_the_way_its_box_goes() -> None:
    still = [Box(x0=0.4, y0=0.2, x1=0.6, y1=0.9)] * 6
    going = [Box(x0=0.8 - k / 20, y0=0.2, x1=0.9 - k / 20, y1=0.9) for k in range(6)]
    assert facing_of(going, [still]) == "left"
    assert facing_of(still, [going]) == "right"
    assert facing_of(still, []) == "right"


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("first", "then"), [("walks", "waves"), ("sleeps", "flies")])
def test_who_travels_for_half_a_scene_stays_inside_for_the_other(
    first: str, then: str, seed: int
) -> None:
    boxes = block([Player("fox", first, then)], height=0.5, rng=random.Random(seed))[0]
    middles = [(box.x0 + box.x1) / 2 for box in boxes]
    still, going = (middles[3:], middles[:3]) if first == "walks" else (middles[:3], middles[3:])
    assert max(still) - min(still) < 1e-9
    assert 0.1 <= still[0] <= 0.9
    assert abs(going[-1] - going[0]) > LEAST_WAY


def test_keys_of_half_a_scene_lie_in_that_half() -> None:
    boxes = [Box(x0=k / 10, y0=0.2, x1=k / 10 + 0.2, y1=0.9) for k in range(6)]
    assert [k is not None for k in thin_keys(boxes, 3, 5)] == [False] * 3 + [True, False, True]
    assert [k is not None for k in thin_keys(boxes, 0, 2)] == [True, False, True] + [False] * 3
