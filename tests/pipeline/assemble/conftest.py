"""Three small clips of one known colour each, their last frames of another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import RenderSettings, ScenePrompt, Take
from pipeline.vision.encode import encode_frames

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (50, 70, 200), (240, 220, 40)
CLIP_COLOURS = {"wood": RED, "lake": GREEN, "hill": BLUE}
CLIP_FRAMES = {"wood": 5, "lake": 9, "hill": 7}
FPS = 8


@pytest.fixture(scope="session")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("takes")
    for name, colour in CLIP_COLOURS.items():
        frames = np.empty((CLIP_FRAMES[name], 32, 48, 3), np.uint8)
        frames[:], frames[-1] = colour, YELLOW
        encode_frames(frames, folder / f"{name}.mp4", fps=FPS, size=(144, 96))
    return {name: folder / f"{name}.mp4" for name in CLIP_COLOURS}


@pytest.fixture(scope="session")
def make_take() -> Callable[..., Take]:
    def make(scene_id: str, *, num_frames: int, fps: int = FPS) -> Take:
        return Take(
            id="take-01",
            scene_id=scene_id,
            pack="theatre",
            pack_revision="0",
            settings=RenderSettings(),
            prompt=ScenePrompt(scene_id=scene_id, regions=(), background=""),
            num_frames=num_frames,
            fps=fps,
            width=144,
            height=96,
            seconds_taken=0,
            story_revision=0,
            created="2026-01-02T03:04:05+00:00",
        )

    return make
