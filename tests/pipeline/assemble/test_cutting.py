"""Trims, joins of single scenes, rates and recordings: what the timeline makes of an edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts import FilmSettings, Take, Timeline
from pipeline.assemble.join import join
from pipeline.assemble.subtitles import film_cues
from pipeline.assemble.timeline import (
    cut_frames,
    duration_frames,
    placed_cuts,
    shared_frames,
    timeline,
)
from pipeline.film_edit import FilmEdit, SceneEdit, Voice
from pipeline.progress import finish
from pipeline.story import Scene, Story
from pipeline.vision.ffmpeg import probe
from tests.pipeline.assemble.films import greys_of, make_film, write_greys

VOICE = "voice-a"


def make_story(*narrations: str) -> Story:
    scenes = [Scene(id=f"s{n}", narration=words) for n, words in enumerate(narrations)]
    return Story(id="tale", title="A Tale", scenes=tuple(scenes))


def cut_of(
    make_take: Callable[..., Take],
    words: str,
    *,
    num_frames: int = 24,
    fps: int = 8,
    **place: object,
) -> tuple[Timeline, FilmEdit]:
    edit = FilmEdit(
        scenes={"s0": SceneEdit.model_validate(place)},
        voices={VOICE: Voice(seconds=4.2)},
    )
    take = make_take("s0", num_frames=num_frames, fps=fps)
    return timeline(make_story(words), {"s0": take}, edit), edit


def test_frames_are_held_at_24_a_second(make_take: Callable[..., Take]) -> None:
    film, _ = cut_of(make_take, "")
    assert (film.fps, film.cuts[0].num_frames, film.interpolated) == (24, 72, False)
    faster, _ = cut_of(make_take, "", fps=30)
    assert (faster.fps, faster.cuts[0].num_frames) == (30, 24), "no frame is lost"


def test_a_trimmed_take_is_as_long_as_what_is_shown(make_take: Callable[..., Take]) -> None:
    film, _ = cut_of(make_take, "", from_frame=5, to_frame=17)
    cut = film.cuts[0]
    assert (cut.from_frame, cut.to_frame, cut.num_frames) == (5, 17, 36)
    whole, _ = cut_of(make_take, "", from_frame=0, to_frame=24)
    assert whole.cuts[0].to_frame is None, "to its end"


def test_a_trim_outlives_a_shorter_take(make_take: Callable[..., Take]) -> None:
    film, _ = cut_of(make_take, "", num_frames=6, from_frame=9, to_frame=20)
    assert (film.cuts[0].from_frame, film.cuts[0].num_frames) == (5, 3)


def test_a_recording_sets_the_hold_instead_of_the_words(make_take: Callable[..., Take]) -> None:
    film, _ = cut_of(make_take, "x" * 300, voice=VOICE)
    cut = film.cuts[0]
    assert (cut.voice, cut.spoken_frames) == (VOICE, 101)
    assert cut_frames(cut) == 101 + 2 * 7, "with a breath before it and after it"
    silent, _ = cut_of(make_take, "x" * 300)
    assert cut_frames(silent.cuts[0]) == 300 * 24 // 15


def test_subtitles_come_as_the_words_are_spoken(make_take: Callable[..., Take]) -> None:
    words = "The fox waits by the old oak until the moon is up. " * 3
    edit = FilmEdit(scenes={"s0": SceneEdit(voice=VOICE)}, voices={VOICE: Voice(seconds=2.0)})
    film = timeline(make_story(words), {"s0": make_take("s0", num_frames=49)}, edit)
    cues = [*film_cues(film)]
    assert cues[0][0] == 7
    assert cues[-1][0] < 7 + 48 < cues[-1][1] == duration_frames(film) == 147


def test_without_subtitles_nothing_waits_to_be_read(make_take: Callable[..., Take]) -> None:
    edit = FilmEdit(settings=FilmSettings(subtitles="off"))
    film = timeline(make_story("x" * 300), {"s0": make_take("s0", num_frames=24)}, edit)
    assert (film.cuts[0].narration, film.cuts[0].hold_frames) == ("", 0)
    burnt = FilmEdit(settings=FilmSettings(subtitles="burnt"))
    assert timeline(make_story("x"), {"s0": make_take("s0", num_frames=24)}, burnt).burn_subtitles


def test_a_scene_that_is_left_out_needs_no_take(make_take: Callable[..., Take]) -> None:
    story, takes = make_story("", "", ""), {"s1": make_take("s1", num_frames=24)}
    out = SceneEdit(left_out=True)
    film = timeline(story, takes, FilmEdit(scenes={"s0": out, "s2": out}))
    assert [cut.scene_id for cut in film.cuts] == ["s1"]


@given(
    joins=st.lists(st.sampled_from([None, "cut", "crossfade"]), min_size=1, max_size=6),
    usual=st.sampled_from(["cut", "crossfade"]),
    cards=st.tuples(st.booleans(), st.booleans()),
    reading=st.integers(0, 90),
)
def test_each_scene_gives_way_as_it_says(
    make_take: Callable[..., Take],
    joins: list[str | None],
    usual: str,
    cards: tuple[bool, bool],
    reading: int,
) -> None:
    story = make_story(*("y" * reading for _ in joins))
    takes = {scene.id: make_take(scene.id, num_frames=24) for scene in story.scenes}
    settings = FilmSettings.model_validate(
        {"transition": usual, "title_card": cards[0], "end_card": cards[1]}
    )
    scenes = {f"s{n}": SceneEdit.model_validate({"join": one}) for n, one in enumerate(joins)}
    film = timeline(story, takes, FilmEdit(settings=settings, scenes=scenes))
    wanted = [one or usual for one in joins][: None if cards[1] else -1]
    expected = [12 * (one == "crossfade") for one in [*[usual][: cards[0]], *wanted]]
    assert shared_frames(film) == expected
    for first, end, _ in placed_cuts(film):
        assert (end - first) / 24 * 15 >= reading - 1e-9, "time to read, fades aside"


def test_the_frames_of_a_trimmed_take_are_shown_and_no_others(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [20 * n for n in range(12)])
    film = make_film({"a": (4, 2)})
    cut = film.cuts[0].model_copy(update={"from_frame": 3, "to_frame": 7})
    film = film.model_copy(update={"cuts": (cut,)})
    greys = greys_of(finish(join(film, {"a": video}, tmp_path / "film.mp4")))
    assert greys == pytest.approx([60, 80, 100, 120, 120, 120], abs=4)


def test_held_frames_are_shown_three_times_each(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [50, 100, 150, 200])
    film = make_film({"a": (12, 0)}, fps=24)
    greys = greys_of(finish(join(film, {"a": video}, tmp_path / "film.mp4")))
    assert greys == pytest.approx([50] * 3 + [100] * 3 + [150] * 3 + [200] * 3, abs=4)


def test_pictures_in_between_are_drawn_and_none_is_missing(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [100, 116, 132])
    still = write_greys(tmp_path / "b.mp4", [90])
    film = make_film({"a": (9, 3), "b": (3, 0)}, fps=24).model_copy(update={"interpolated": True})
    out = finish(join(film, {"a": video, "b": still}, tmp_path / "film.mp4"))
    greys = greys_of(out)
    assert len(greys) == probe(out).num_frames == 15
    assert greys[3] == pytest.approx(116, abs=4)
    assert 102 < greys[1] < 114, "neither of its neighbours"
    assert greys[12:] == pytest.approx([90] * 3, abs=4)
