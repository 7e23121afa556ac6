"""The pictures that the detector learns from, and their labels."""

from __future__ import annotations

import json
import random
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.theatre.sight.detector import (
    Example,
    cut_square,
    draw_set,
    sample_crossing,
    sample_examples,
)
from pipeline.theatre.world import load_world


def test_figures_lie_inside_the_square() -> None:
    rng = random.Random(3)
    seen = 0
    for _ in range(12):
        for example in sample_examples(rng):
            assert example.picture.shape == (192, 192, 3)
            assert example.kinds.shape == (len(example.boxes),)
            assert (example.boxes >= 0).all()
            assert (example.boxes <= 192).all()
            assert (example.boxes[:, 2:] - example.boxes[:, :2] > 2).all()
            seen += len(example.kinds)
    assert seen > 20


def test_what_is_hardly_seen_is_not_asked_for() -> None:
    boxes = np.array([[0.3, 0.2, 0.5, 0.7], [0.0, 0.2, 0.2, 0.7], [0.5, 0.1, 0.6, 0.4]])
    whole = Example(np.zeros((200, 300, 3), np.uint8), np.array([4, 5, 6]), boxes)
    square = cut_square(whole, np.array([1.0, 1.0, 0.2]), 50)
    assert square.picture.shape == (200, 200, 3)
    assert square.kinds.tolist() == [4]  # the second lies outside, the third is hidden
    assert square.boxes[0] == pytest.approx([40, 40, 100, 140])


@pytest.mark.parametrize("same_kind", [True, False])
def test_crossing_actors_change_sides(same_kind: bool) -> None:
    for seed in range(20):
        first, second = sample_crossing(random.Random(seed), same_kind=same_kind).actors
        before = first.marks[0].x - second.marks[0].x
        after = first.marks[-1].x - second.marks[-1].x
        assert before * after < 0
        assert (first.kind == second.kind) == same_kind
        assert first.colour != second.colour


def test_the_set_is_as_yolo_reads_it(tmp_path: Path) -> None:
    data = json.loads(draw_set(tmp_path, 6, seed=5).read_text(encoding="utf-8"))
    assert list(data["names"].values()) == list(load_world().kinds)
    pictures = sorted((tmp_path / data["train"]).glob("*.jpg"))
    assert len(pictures) == 6
    for path in pictures:
        picture = cv2.imread(str(path))
        assert picture is not None
        assert picture.shape == (192, 192, 3)
        label = tmp_path / "labels" / "train" / f"{path.stem}.txt"
        for line in label.read_text(encoding="utf-8").splitlines():
            kind, *box = (float(value) for value in line.split())
            assert 0 <= kind < 11
            assert all(0 <= value <= 1 for value in box)
