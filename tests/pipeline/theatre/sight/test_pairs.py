import random
from pathlib import Path

import numpy as np

from pipeline.theatre.script import Actor, Mark
from pipeline.theatre.sight.pairs import (
    Pairs,
    draw_pairs,
    follow,
    load_pairs,
    sample_pair,
    tell_meanings,
)


def _actor(kind: str, colour: str, motion: str, facing: str = "left") -> Actor:
    marks = tuple(Mark(0.5, 0.9, 0.5) for _ in range(6))
    return Actor(kind, colour, motion, "left" if facing == "left" else "right", None, marks, 0.0)


def test_drawn_clips_are_kept_and_drawn_once(tmp_path: Path) -> None:
    drawn = draw_pairs(tmp_path / "clips", 3, seed=4)
    assert drawn.frames.shape == (3, 8, 64, 64, 3)
    assert len(drawn) == 3
    again = draw_pairs(tmp_path / "clips", 3, seed=5)
    assert again.actors == drawn.actors == load_pairs(tmp_path / "clips").actors
    np.testing.assert_array_equal(again.frames, drawn.frames)
    frames, actor, backdrop = sample_pair(random.Random(4))
    np.testing.assert_array_equal(drawn.frames[0], frames)
    assert (drawn.actors[0], drawn.backdrops[0]) == (actor, backdrop)


def test_a_text_holds_for_every_clip_that_shows_what_it_names() -> None:
    actors = (
        _actor("fox", "red", "walks"),
        _actor("fox", "blue", "walks", "right"),
        _actor("robot", "red", "walks"),
        _actor("fox", "red", "jumps"),
    )
    pairs = Pairs(np.zeros((4, 0)), actors, ("forest", "beach", "forest", "forest"))
    texts = ["a vixen strolls", "walks right", "a red robot paces", "in the forest a fox hops"]
    assert tell_meanings(texts, pairs, range(4)).astype(int).tolist() == [
        [1, 1, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
    ]
    texts = ["walks", "a picture of somebody who walks on the beach", "strolls left", "leaps"]
    assert tell_meanings(texts, pairs, range(4)).astype(int).tolist() == [
        [1, 1, 1, 0],
        [0, 1, 0, 0],
        [1, 0, 1, 0],
        [0, 0, 0, 1],
    ]


def test_the_window_follows_and_keeps_its_size() -> None:
    frames = np.zeros((4, 96, 144, 3), np.uint8)
    lefts = np.array([0.1, 0.3, 0.5, 0.7])
    for frame, left in zip(frames, lefts, strict=True):
        frame[38:58, round(left * 144) : round(left * 144) + 14] = 255
    boxes = np.stack([lefts, lefts * 0 + 0.4, lefts + 0.1, lefts * 0 + 0.6], axis=1)
    cut = follow(frames, np.arange(4), boxes, random.Random(3))
    assert cut.shape == (4, 64, 64, 3)
    white = (cut[..., 0] > 128).mean((1, 2))
    still = (frames[..., 0] > 128).mean((1, 2))
    assert (white > 2 * still).all()
    assert white.max() < 1.3 * white.min()
