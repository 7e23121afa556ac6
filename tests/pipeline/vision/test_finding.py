"""Finding what words name: the theatre's figures by kind and colour."""

from __future__ import annotations

import random

import numpy as np
import pytest

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.vision.colour import box_overlap
from pipeline.vision.finding import Found, JudgeFinder, distinct, is_solid


@pytest.fixture(scope="module")
def finder() -> JudgeFinder:
    return JudgeFinder.load()


def test_figures_are_found_by_kind_and_colour(finder: JudgeFinder) -> None:
    rng = random.Random(41)
    script = sample_script(rng, num_actors=1, kinds=["fox"], colours=["blue"], motions=["waves"])
    clip = draw_clip(script, num_frames=2)
    texts = ["a blue fox waves", "a fox", "a red fox", "a blue robot", "a blue fox waves"]
    for number, found in enumerate(finder.find(clip.frames, texts)):
        fox, any_fox, red, robot, again = found
        assert len(fox) == 1
        assert box_overlap(fox[0].box, clip.boxes[0, number]) > 0.6
        assert 0.3 <= fox[0].score <= 1
        for same in (any_fox, again):
            assert [one.box.tolist() for one in same] == [one.box.tolist() for one in fox]
        assert (red, robot) == ((), ())


@pytest.mark.parametrize(
    ("text", "known"),
    [("a blue fox walks left", True), ("The WITCH", True), ("a teapot", False), ("blue", False)],
)
def test_words_without_a_kind_cannot_be_looked_for(
    finder: JudgeFinder, text: str, known: bool
) -> None:
    assert (finder.knows(text) == "") == known
    assert known or "witch" in finder.knows(text)


def test_the_colour_is_the_one_before_the_kind(finder: JudgeFinder) -> None:
    rng = random.Random(43)
    script = sample_script(rng, num_actors=1, kinds=["robot"], colours=["green"])
    (found,) = finder.find(
        draw_clip(script, num_frames=1).frames,
        ["a green robot beside a red fox", "a red and green robot", "a robot, green", "red robot"],
    )
    assert [len(one) for one in found] == [1, 1, 1, 0]


def test_of_two_finds_in_one_place_the_surer_stays() -> None:
    boxes = [
        np.array(edges) for edges in ([0, 0, 0.4, 0.4], [0.02, 0, 0.42, 0.4], [0.5, 0, 0.9, 1])
    ]
    found = [Found(box, score) for box, score in zip(boxes, (0.3, 0.8, 0.5), strict=True)]
    assert [one.score for one in distinct(found, overlap=0.6)] == [0.8, 0.5]
    assert [one.score for one in distinct(found, overlap=0.95)] == [0.8, 0.5, 0.3]


def test_flat_boxes_are_not_solid() -> None:
    assert is_solid(np.array([0.2, 0.1, 0.3, 0.2]))
    assert not is_solid(np.array([0.2, 0.1, 0.2, 0.2]))
    assert not is_solid(np.array([0.2, 0.3, 0.3, 0.2]))
