"""The world is frozen: its names, and what they look like."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.theatre import world as world_module
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import Actor, Facing, Mark, Script
from pipeline.theatre.world import load_world

FILE = Path(world_module.__file__).with_name("world.json")
SHA256 = "c5fbe9d23743b412acda252dadd11db4e84d4ff8fd06d3a383891552194ddf12"
WHY = (
    "world.json is frozen. Packs, judges, learned motions and looks and published scores stand on "
    "it: one name more, less or elsewhere, and seeds sample other scripts and old weights and "
    "scores cannot be compared with new ones. Choose from it in a pack's troupe instead."
)
PICTURE = Path(__file__).with_name("world.png")
"""Every kind (rows) in every motion (columns), backdrops, colours and hats taking turns."""
WIDTH_PX, HEIGHT_PX = 54, 40


def draw_row(kind: str) -> NDArray[np.uint8]:
    """One frame of each motion, side by side."""
    world = load_world()
    row = world.kinds.index(kind)
    cells: list[NDArray[np.uint8]] = []
    for column, motion in enumerate(world.motions):
        turn = 5 * row + column
        colour, hat = list(world.colours)[turn % 8], [None, None, *world.hats][turn % 5]
        marks = tuple(Mark(0.47 + 0.013 * k, 0.91, 0.62 + 0.003 * k) for k in range(6))
        facing: Facing = "left" if turn % 3 else "right"
        actor = Actor(kind, colour, motion, facing, hat, marks, 0.37 * turn)
        script = Script(list(world.backdrops)[turn % 7], (actor,), turn)
        cells.append(draw_clip(script, width_px=WIDTH_PX, height_px=HEIGHT_PX).frames[9])
    return np.hstack(cells)


def test_the_world_file_is_as_it_was_frozen() -> None:
    words = json.dumps(json.loads(FILE.read_text(encoding="utf-8")), separators=(",", ":"))
    assert hashlib.sha256(words.encode()).hexdigest() == SHA256, WHY


@pytest.mark.parametrize("kind", load_world().kinds)
def test_figures_poses_and_backdrops_are_drawn_as_they_were_frozen(kind: str) -> None:
    top = HEIGHT_PX * load_world().kinds.index(kind)
    picture = cv2.imread(str(PICTURE))
    assert picture is not None
    frozen = picture[top : top + HEIGHT_PX, :, ::-1].astype(int)
    # a blended shadow may round to the next level on another processor
    assert np.abs(draw_row(kind) - frozen).max() <= 1, WHY
