"""The pack's CLIP and video-text model on drawn clips that no training saw."""

import random
from pathlib import Path

import numpy as np
import pytest

import pipeline.packs
from pipeline.theatre.script import Actor
from pipeline.theatre.sight.pairs import sample_pair
from pipeline.theatre.world import load_world
from pipeline.vision.clip import FrameClip
from pipeline.vision.encoders import VideoEncoder
from pipeline.vision.video_text import XClip

SIGHT = Path(pipeline.packs.__file__).parent / "theatre" / "sight"


@pytest.fixture(scope="module")
def clips() -> list[tuple[np.ndarray, Actor]]:
    rng = random.Random("shipped sight")
    return [sample_pair(rng)[:2] for _ in range(144)]


@pytest.fixture(scope="module", params=["clip", "video_text"])
def encoder(request: pytest.FixtureRequest) -> VideoEncoder:
    folder = SIGHT / request.param
    return FrameClip(folder) if request.param == "clip" else XClip(folder)


def _nearest(encoder: VideoEncoder, frames: np.ndarray, texts: list[str]) -> int:
    seen = encoder.encode_video(frames)
    return int(np.argmax([encoder.encode_text(text) @ seen for text in texts]))


def test_bare_verbs_name_most_motions(
    encoder: VideoEncoder, clips: list[tuple[np.ndarray, Actor]]
) -> None:
    names = list(load_world().motions)
    right = [names[_nearest(encoder, frames, names)] == one.motion for frames, one in clips]
    assert np.mean(right) > 0.5


def test_the_order_of_frames_tells_left_from_right(
    clips: list[tuple[np.ndarray, Actor]],
) -> None:
    encoder = XClip(SIGHT / "video_text")
    going = [one for one in clips if load_world().motions[one[1].motion].locomotion]
    sides = ["left", "right"]
    right = [
        sides[_nearest(encoder, frames, [f"{one.motion} {side}" for side in sides])] == one.facing
        for frames, one in going
    ]
    assert np.mean(right) > 0.8


def test_both_are_small() -> None:
    size = sum(file.stat().st_size for name in ("clip", "video_text")
               for file in (SIGHT / name).iterdir())  # fmt: skip
    assert size < 1_750_000
