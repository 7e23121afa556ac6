from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artifacts import Card, Cut, Timeline
from pipeline.assemble.subtitles import (
    CUE_LINES,
    LINE_CHARACTERS,
    are_in_picture,
    cue_texts,
    film_cues,
    subtitles,
    write_subtitles,
)
from pipeline.assemble.timeline import READING_SPEED, readable

WORDS = st.lists(st.text("abcde.!?", min_size=1, max_size=12), max_size=80).map(" ".join)


def make_cut(narration: str, *, num_frames: int = 24, hold_frames: int = 0) -> Cut:
    return Cut(
        scene_id="wood",
        take_id="take-01",
        num_frames=num_frames,
        hold_frames=hold_frames,
        narration=narration,
    )


def test_cues_end_with_their_sentences() -> None:
    narration = (
        "A small red fox walks into the wood to look for the moon. It is dark. "
        "By the old oak it meets a witch who has lost her broom."
    )
    assert [text.replace("\n", " ") for text in cue_texts(narration)] == [
        "A small red fox walks into the wood to look for the moon. It is dark.",
        "By the old oak it meets a witch who has lost her broom.",
    ]


def test_lines_of_a_cue_are_about_equal() -> None:
    text = "The rabbit waves at the robot from the other shore"
    (cue,) = cue_texts(text)
    first, second = cue.split("\n")
    assert abs(len(first) - len(second)) < 8


def test_short_cue_does_not_flash_by() -> None:
    long = "The robot walks along the beach and counts each of the shells that it can find there."
    cut = make_cut(f"{long} Oh!", num_frames=24, hold_frames=24)
    *_, last = subtitles(Timeline(title="t", fps=8, cuts=(cut,)))
    assert last.plaintext.endswith("Oh!")
    assert last.duration >= 1000


def test_times_lie_on_the_cuts() -> None:
    cuts = (
        make_cut("The sun rises.", num_frames=24, hold_frames=5),
        make_cut("", num_frames=24),
        make_cut("It sets.", num_frames=25),
    )
    events = list(subtitles(Timeline(title="t", fps=8, cuts=cuts)))
    assert [(event.start, event.end, event.plaintext) for event in events] == [
        (0, 3625, "The sun rises."),
        (6625, 9750, "It sets."),
    ]


def test_words_change_in_the_middle_of_a_fade() -> None:
    cuts = (make_cut("The sun rises."), make_cut("It sets.", num_frames=17))
    card = Card(title="Suns", num_frames=20)
    film = Timeline(title="t", fps=8, cuts=cuts, transition_frames=5, title_card=card)
    # the card's fade is frames 15 to 19, the next one 34 to 38; the film has 51 frames
    assert [(first, end) for first, end, _ in film_cues(film)] == [(18, 37), (37, 51)]


def test_words_for_the_web_are_shown_as_they_are(tmp_path: Path) -> None:
    film = Timeline(title="t", fps=8, cuts=(make_cut("Tom &lt; Ann & <b>Bo</b>"),))
    srt, vtt = tmp_path / "film.srt", tmp_path / "film.vtt"
    assert write_subtitles(film, srt, vtt)
    shown = "Tom &amp;lt; Ann &amp; \u2039b\u203aBo\u2039/b\u203a"
    assert vtt.read_text("utf-8") == f"WEBVTT\n\n1\n00:00:00.000 --> 00:00:03.000\n{shown}\n\n"
    assert "Tom &lt; Ann & " in srt.read_text("utf-8")


def test_a_note_says_that_the_words_are_in_the_picture(tmp_path: Path) -> None:
    film = Timeline(title="t", fps=8, cuts=(make_cut("The sun rises."),))
    srt, vtt = tmp_path / "film.srt", tmp_path / "film.vtt"
    assert not are_in_picture(vtt)
    write_subtitles(film, srt, vtt)
    assert not are_in_picture(vtt)
    write_subtitles(film.model_copy(update={"burn_subtitles": True}), srt, vtt)
    assert are_in_picture(vtt)
    again = pysubs2.load(str(vtt), format_="vtt")
    assert [(one.start, one.end, one.plaintext) for one in again] == [(0, 3000, "The sun rises.")]


@pytest.mark.parametrize(
    "narration", [r"{\an8}up", "<b>bold</b>", "1\n\n00:00 --> 00:01\nx", r"a\Nb"]
)
def test_markup_is_shown_not_obeyed(narration: str) -> None:
    film = Timeline(title="t", fps=8, cuts=(make_cut(narration),))
    again = pysubs2.SSAFile.from_string(subtitles(film).to_string("srt"), format_="srt")
    assert [event.plaintext for event in again] == [readable(narration)]


@given(WORDS)
def test_cues_hold_every_word_in_lines_that_fit(narration: str) -> None:
    texts = cue_texts(narration)
    assert " ".join(texts).split() == narration.split()
    for text in texts:
        lines = text.split("\n")
        assert len(lines) <= CUE_LINES
        assert max(map(len, lines)) <= LINE_CHARACTERS


@given(WORDS.filter(str.strip), st.integers(1, 30), st.integers(0, 40))
def test_cues_fill_the_cut_without_gaps(narration: str, fps: int, spare_frames: int) -> None:
    frames = -(-len(narration) * fps // READING_SPEED) + spare_frames
    film = Timeline(title="t", fps=fps, cuts=(make_cut(narration, num_frames=max(1, frames)),))
    events = list(subtitles(film))
    assert events[0].start == 0
    assert events[-1].end == round(film.cuts[0].num_frames * 1000 / fps)
    assert all(one.end == other.start for one, other in pairwise(events))
    assert all(event.duration >= 0 for event in events)
