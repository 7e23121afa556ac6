"""Which figure of a clip is the actor, and when none will do."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pipeline.clips import Edges, Track
from pipeline.retrieve.actor import choose_actor, cut_share, join_pieces

NUM_FRAMES = 40


def _track(
    label: str,
    frames: Iterable[int] = range(NUM_FRAMES),
    *,
    box: Edges = (0.35, 0.2, 0.62, 0.9),
    step: float = 0.0,
    score: float = 0.8,
) -> Track:
    """A figure that moves by `step` of the frame's width a frame."""
    numbers = tuple(frames)
    x0, y0, x1, y1 = box
    boxes = tuple(
        (min(1.0, max(0.0, x0 + step * n)), y0, min(1.0, max(0.0, x1 + step * n)), y1)
        for n in numbers
    )
    return Track(label=label, frames=numbers, boxes=boxes, scores=(score,) * len(numbers))


def test_the_asked_one_is_chosen_even_if_it_is_smaller() -> None:
    fox = _track("fox", box=(0.7, 0.5, 0.85, 0.9), score=0.5)
    bear = _track("bear", score=0.95)
    assert choose_actor([bear, fox], "fox", NUM_FRAMES) == (fox, "")
    assert choose_actor([bear, fox], None, NUM_FRAMES) == (bear, "")


@pytest.mark.parametrize(
    ("tracks", "reason"),
    [
        ([], "nobody is seen"),
        ([_track("bear")], "no fox is seen"),
        ([_track("fox", range(5, 24))], "the fox is seen in less than half of the clip"),
        (
            [_track("fox", box=(0.0, 0.3, 0.2, 0.9))],
            "the fox is cut off by the edge of the picture",
        ),
        (
            [_track("fox", box=(0.1, 0.3, 0.4, 0.9)), _track("fox", box=(0.6, 0.3, 0.88, 0.9))],
            "two figures cannot be told apart",
        ),
    ],
)
def test_refusals(tracks: list[Track], reason: str) -> None:
    assert choose_actor(tracks, "fox", NUM_FRAMES) == (None, reason)


def test_who_only_enters_is_not_cut_off() -> None:
    fox = _track("fox", box=(-0.25, 0.3, -0.02, 0.9), step=0.02, frames=range(8, NUM_FRAMES))
    assert 0.1 < cut_share(fox) < 0.4
    assert choose_actor([fox], "fox", NUM_FRAMES) == (fox, "")


def test_only_people_may_be_without_their_feet() -> None:
    person, fox = (_track(label, box=(0.3, 0.2, 0.6, 1.0)) for label in ("person", "fox"))
    assert choose_actor([person], "person", NUM_FRAMES) == (person, "")
    assert choose_actor([fox], "fox", NUM_FRAMES)[1].endswith("cut off by the edge of the picture")


def test_a_small_second_fox_does_no_harm() -> None:
    fox, cub = _track("fox"), _track("fox", range(12, 33), box=(0.8, 0.7, 0.88, 0.9), score=0.4)
    assert choose_actor([cub, fox], "fox", NUM_FRAMES) == (fox, "")


def test_one_figure_under_two_names_is_the_surer_one() -> None:
    bear = _track("bear", score=0.8)
    misnamed = _track("fox", box=(0.36, 0.22, 0.62, 0.9), score=0.4)
    fox = _track("fox", range(8, 40), box=(0.65, 0.2, 0.86, 0.9), score=0.6)
    assert choose_actor([misnamed, bear, fox], "fox", NUM_FRAMES) == (fox, "")
    assert choose_actor([misnamed, bear], "fox", NUM_FRAMES) == (None, "no fox is seen")


def test_pieces_of_one_figure_are_joined() -> None:
    first = _track("fox", range(14), step=0.004)
    then = _track("fox", range(18, 29), step=0.004)
    last = _track("fox", range(31, NUM_FRAMES), step=0.004)
    actor, reason = choose_actor([last, first, then], "fox", NUM_FRAMES)
    assert reason == ""
    assert actor is not None
    assert actor.frames == first.frames + then.frames + last.frames
    assert len(actor.boxes) == len(actor.scores) == 34


@pytest.mark.parametrize(
    "other",
    [
        _track("bear", range(22, 40)),
        _track("fox", range(31, 40)),  # too late
        _track("fox", range(22, 40), box=(0.8, 0.2, 0.99, 0.9)),  # elsewhere
        _track("fox", range(22, 40), box=(0.4, 0.4, 0.5, 0.7)),  # too small
        _track("fox", range(15, 40)),  # at the same time
    ],
)
def test_others_are_not_joined(other: Track) -> None:
    first = _track("fox", range(20))
    assert join_pieces([other, first], NUM_FRAMES) == [first, other]
