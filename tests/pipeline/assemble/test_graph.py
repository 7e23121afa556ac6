"""Cross-fades, cards and odd takes: every frame of the film is the one it should be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import Card
from pipeline.assemble.cards import PAPER
from pipeline.assemble.join import join
from pipeline.assemble.timeline import duration_frames, shared_frames
from pipeline.progress import finish
from pipeline.vision.ffmpeg import probe
from tests.pipeline.assemble.films import greys_of, make_film, write_greys
from tests.pipeline.decoded import all_frames

RISING = [20 + 6 * k for k in range(9)]
FALLING = [200 - 5 * k for k in range(12)]
TWO = [90, 240]
NEAR = 3.0
"""Grey levels that encoding and mixing may be off."""


def faded(parts: Sequence[Sequence[float]], shared: Sequence[int]) -> list[float]:
    """The greys of parts that fade into each other, worked out frame by frame."""
    film = list(parts[0])
    for part, count in zip(parts[1:], shared, strict=True):
        for k in range(count):
            weight = (k + 1) / (count + 1)
            film[len(film) - count + k] += weight * (part[k] - film[len(film) - count + k])
        film += part[count:]
    return film


@pytest.mark.parametrize("fps", [8, 24, 30])
def test_scenes_fade_into_each_other(tmp_path: Path, fps: int) -> None:
    greys = {"wood": RISING, "lake": FALLING, "hill": TWO}
    videos = {n: write_greys(tmp_path / f"{n}.mp4", g, fps=fps) for n, g in greys.items()}
    film = make_film({"wood": (9, 2), "lake": (12, 0), "hill": (2, 3)}, fps=fps, fade=4)
    seen = greys_of(finish(join(film, videos, tmp_path / "film.mp4")))
    held = [[*RISING, 68, 68], FALLING, [*TWO, 240, 240, 240]]
    assert shared_frames(film) == [4, 2], "a fade is no longer than half of a short scene"
    assert len(seen) == duration_frames(film) == 22
    assert seen == pytest.approx(faded(held, [4, 2]), abs=NEAR)


def test_single_frames_are_cut_hard_between_fades(tmp_path: Path) -> None:
    greys = {"a": RISING, "b": [233], "c": FALLING, "d": [50, 120, 190]}
    videos = {name: write_greys(tmp_path / f"{name}.mp4", g) for name, g in greys.items()}
    film = make_film({"a": (9, 0), "b": (1, 0), "c": (12, 0), "d": (3, 0)}, fade=3)
    seen = greys_of(finish(join(film, videos, tmp_path / "film.mp4")))
    assert shared_frames(film) == [0, 0, 1]
    assert seen == pytest.approx(faded(list(greys.values()), [0, 0, 1]), abs=NEAR)


@pytest.mark.parametrize("fade", [0, 2])
def test_takes_of_other_rates_sizes_and_lengths_keep_their_place(tmp_path: Path, fade: int) -> None:
    videos = {
        "a": write_greys(tmp_path / "a.mp4", [40, 60, 80, 100]),
        "fast": write_greys(tmp_path / "fast.mp4", [50, 51, 120, 121, 190, 191], fps=16),
        "flash": write_greys(tmp_path / "flash.mp4", [222], fps=30, size=(64, 64)),
        "slow": write_greys(tmp_path / "slow.mp4", [70, 140], fps=4, size=(120, 40)),
    }
    parts = {"a": (4, 0), "fast": (3, 1), "flash": (1, 3), "slow": (4, 0)}
    film = make_film(parts, fade=fade)
    out = finish(join(film, videos, tmp_path / "film.mp4"))
    greys = [[40, 60, 80, 100], [50, 120, 190, 190], [222] * 4, [70, 70, 140, 140]]
    assert greys_of(out) == pytest.approx(faded(greys, [fade] * 3), abs=NEAR)
    assert probe(out)[:4] == (16 - 3 * fade, 8.0, 96, 64)


@pytest.mark.parametrize("fade", [0, 3])
def test_cards_stand_before_and_after(tmp_path: Path, fade: int) -> None:
    video = write_greys(tmp_path / "a.mp4", FALLING)
    cards = {
        "title_card": Card(title="The Shy Fox", num_frames=7),
        "end_card": Card(title="The end", lines=("after Ann (CC0)",), num_frames=6),
    }
    film = make_film({"a": (12, 0)}, fade=fade).model_copy(update=cards)
    frames = all_frames(finish(join(film, {"a": video}, tmp_path / "film.mp4"))).astype(int)
    assert len(frames) == 7 + 12 + 6 - 2 * fade
    edges = frames[:, :2].mean(axis=(1, 2))
    expected = faded([[0.0] * 7, [1.0] * 12, [0.0] * 6], [fade] * 2)
    greys = faded([[0.0] * 7, FALLING, [0.0] * 6], [fade] * 2)
    for edge, share, grey in zip(edges, expected, greys, strict=True):
        assert edge == pytest.approx(np.array(PAPER) * (1 - share) + grey, abs=NEAR + 2)
    assert frames[0].min() < 90, "words stand on the card"
    assert np.abs(frames[0] - frames[7 - fade - 1]).max() < 8
    assert np.abs(frames[0] - frames[-1]).max() > 90, "other words on the other card"
