from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts import Take
from pipeline.assemble.timeline import (
    READING_SPEED,
    cut_frames,
    duration_frames,
    duration_seconds,
    placed_cuts,
    readable,
    timeline,
)
from pipeline.errors import InputError
from pipeline.story import Scene, Story


def make_story(*narrations: str) -> Story:
    scenes = [Scene(id=f"s{n}", narration=words) for n, words in enumerate(narrations)]
    return Story(id="tale", title="A Tale", scenes=tuple(scenes))


def test_short_narration_leaves_the_take_as_it_is(make_take: Callable[..., Take]) -> None:
    film = timeline(make_story("A fox."), {"s0": make_take("s0", num_frames=24)})
    assert (film.cuts[0].num_frames, film.cuts[0].hold_frames) == (24, 0)
    assert (film.fps, film.title, film.cuts[0].take_id) == (8, "A Tale", "take-01")


def test_long_narration_holds_the_last_frame(make_take: Callable[..., Take]) -> None:
    film = timeline(make_story("x" * 60), {"s0": make_take("s0", num_frames=24)})
    assert duration_seconds(film) == 60 / READING_SPEED == 4.0
    assert film.cuts[0].hold_frames == 8


def test_take_of_another_rate_keeps_its_seconds(make_take: Callable[..., Take]) -> None:
    takes = {
        "s0": make_take("s0", num_frames=24),
        "s1": make_take("s1", num_frames=49, fps=16),
    }
    film = timeline(make_story("", ""), takes)
    assert [cut.num_frames for cut in film.cuts] == [24, 24]


def test_missing_takes_are_named(make_take: Callable[..., Take]) -> None:
    with pytest.raises(InputError, match="s1, s2"):
        timeline(make_story("", "", ""), {"s0": make_take("s0", num_frames=24)})


@given(
    lengths=st.lists(st.integers(0, 700), min_size=1, max_size=8),
    num_frames=st.integers(1, 90),
    fps=st.integers(1, 60),
)
def test_every_cut_is_as_long_as_reading_takes(
    make_take: Callable[..., Take], lengths: list[int], num_frames: int, fps: int
) -> None:
    story = make_story(*("y" * length for length in lengths))
    takes = {s.id: make_take(s.id, num_frames=num_frames, fps=fps) for s in story.scenes}
    film = timeline(story, takes)
    for cut, length in zip(film.cuts, lengths, strict=True):
        seconds = cut_frames(cut) / fps
        assert seconds * READING_SPEED >= length - 1e-9
        assert cut.hold_frames == 0 or (seconds - 1 / fps) * READING_SPEED < length
    *_, (start_frame, last) = placed_cuts(film)
    assert duration_frames(film) == start_frame + cut_frames(last)
    assert duration_frames(film) == pytest.approx(duration_seconds(film) * fps)


@given(st.text(max_size=200))
def test_readable_has_no_markup_nor_line_breaks(text: str) -> None:
    shown = readable(text)
    assert shown == " ".join(shown.split())
    assert not set(shown) & set("{}\\<>\n\r\t\0")
    assert readable(shown) == shown
