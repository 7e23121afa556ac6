from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts import Card, FilmSettings, Take
from pipeline.assemble.timeline import (
    READING_SPEED,
    cut_frames,
    duration_frames,
    duration_seconds,
    part_frames,
    placed_cuts,
    readable,
    shared_frames,
    timeline,
)
from pipeline.film_edit import FilmEdit
from pipeline.story import Scene, Story


def make_story(*narrations: str) -> Story:
    scenes = [Scene(id=f"s{n}", narration=words) for n, words in enumerate(narrations)]
    return Story(id="tale", title="A Tale", scenes=tuple(scenes))


def as_rendered(**settings: object) -> FilmEdit:
    """A film at the takes' own rate."""
    return FilmEdit(settings=FilmSettings.model_validate({"rate": "takes", **settings}))


def test_short_narration_leaves_the_take_as_it_is(make_take: Callable[..., Take]) -> None:
    film = timeline(make_story("A fox."), {"s0": make_take("s0", num_frames=24)}, as_rendered())
    assert (film.cuts[0].num_frames, film.cuts[0].hold_frames) == (24, 0)
    assert (film.fps, film.title, film.cuts[0].take_id) == (8, "A Tale", "take-01")


def test_long_narration_holds_the_last_frame(make_take: Callable[..., Take]) -> None:
    film = timeline(make_story("x" * 60), {"s0": make_take("s0", num_frames=24)}, as_rendered())
    assert duration_seconds(film) == 60 / READING_SPEED == 4.0
    assert film.cuts[0].hold_frames == 8


def test_take_of_another_rate_keeps_its_seconds(make_take: Callable[..., Take]) -> None:
    takes = {
        "s0": make_take("s0", num_frames=24),
        "s1": make_take("s1", num_frames=49, fps=16),
    }
    film = timeline(make_story("", ""), takes, as_rendered())
    assert [cut.num_frames for cut in film.cuts] == [24, 24]


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
    film = timeline(story, takes, as_rendered())
    for cut, length in zip(film.cuts, lengths, strict=True):
        seconds = cut_frames(cut) / fps
        assert seconds * READING_SPEED >= length - 1e-9
        assert cut.hold_frames == 0 or (seconds - 1 / fps) * READING_SPEED < length
    *_, (start_frame, end_frame, last) = placed_cuts(film)
    assert duration_frames(film) == start_frame + cut_frames(last) == end_frame
    assert duration_frames(film) == pytest.approx(duration_seconds(film) * fps)


@given(
    lengths=st.lists(st.integers(0, 300), min_size=1, max_size=6),
    num_frames=st.integers(1, 90),
    fps=st.integers(1, 30),
    seconds=st.floats(0.01, 3),
    cards=st.tuples(st.booleans(), st.booleans()),
)
def test_fades_leave_the_time_to_read(
    make_take: Callable[..., Take],
    lengths: list[int],
    num_frames: int,
    fps: int,
    seconds: float,
    cards: tuple[bool, bool],
) -> None:
    story = make_story(*("y" * length for length in lengths))
    takes = {s.id: make_take(s.id, num_frames=num_frames, fps=fps) for s in story.scenes}
    settings = as_rendered(
        transition="crossfade",
        transition_seconds=seconds,
        title_card=cards[0],
        end_card=cards[1],
    )
    film = timeline(story, takes, settings)
    spans = list(placed_cuts(film))
    assert [cut for _, _, cut in spans] == list(film.cuts)
    assert all(one[1] == other[0] for one, other in pairwise(spans)), "no gap, no overlap"
    assert (spans[0][0] == 0) is not cards[0]
    assert (spans[-1][1] == duration_frames(film)) is not cards[1]
    for (first, end, _), length in zip(spans, lengths, strict=True):
        assert (end - first) / fps * READING_SPEED >= length - 1e-9
    for fade, (one, other) in zip(shared_frames(film), pairwise(part_frames(film)), strict=True):
        assert 2 * fade <= min(one, other)
        assert fade <= film.transition_frames == max(1, round(seconds * fps))


def test_cards_say_the_title_the_end_and_whom_to_thank(make_take: Callable[..., Take]) -> None:
    settings = as_rendered(title_card=True, end_card=True)
    takes = {"s0": make_take("s0", num_frames=24)}
    credits = "Movement after Ann (CC0); Movement after <Bo> (CC-BY); " + "z" * 90
    film = timeline(make_story("A fox."), takes, settings, credits=credits)
    assert film.title_card == Card(title="A Tale", num_frames=20)
    assert film.end_card is not None
    assert film.end_card.title == "The end"
    assert film.end_card.lines[:2] == (
        "Movement after Ann (CC0)",
        "Movement after \u2039Bo\u203a (CC-BY)",
    )
    assert film.end_card.num_frames == -(-151 * 8 // READING_SPEED)
    assert (film.transition_frames, film.cuts[0].hold_frames) == (0, 0)
    endless = timeline(make_story(""), takes, settings, credits="; ".join(["z" * 90] * 9)).end_card
    assert endless is not None
    assert endless.num_frames == 12 * 8
    german = make_story("Ein Fuchs.").model_copy(update={"language": "de"})
    ending = timeline(german, takes, settings).end_card
    assert ending is not None
    assert ending.title == "A Tale", "no English word in a story of another language"


@given(st.text(max_size=200))
def test_readable_has_no_markup_nor_line_breaks(text: str) -> None:
    shown = readable(text)
    assert shown == " ".join(shown.split())
    assert not set(shown) & set("{}\\<>\n\r\t\0")
    assert readable(shown) == shown
