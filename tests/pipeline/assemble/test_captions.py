"""Words in the picture: in the frames of their cue and nowhere else, below, within the frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import Card, Timeline
from pipeline.assemble.captions import caption_strip
from pipeline.assemble.join import join
from pipeline.assemble.subtitles import are_in_picture, film_cues
from pipeline.progress import finish
from pipeline.vision.ffmpeg import probe
from tests.pipeline.assemble.films import make_film, write_greys
from tests.pipeline.decoded import all_frames

SIZE = (288, 192)
WORDS = {"a": "The fox waits by the old oak. It is dark, and it hears an owl far away.", "c": "Oh!"}


def narrated(film: Timeline) -> Timeline:
    cuts = (c.model_copy(update={"narration": WORDS.get(c.scene_id, "")}) for c in film.cuts)
    return film.model_copy(update={"cuts": tuple(cuts)})


def burnt(film: Timeline) -> Timeline:
    return film.model_copy(update={"burn_subtitles": True})


@pytest.mark.parametrize("fade", [0, 4])
def test_words_stand_in_the_frames_of_their_cue(tmp_path: Path, fade: int) -> None:
    videos = {n: write_greys(tmp_path / f"{n}.mp4", [120] * 9, size=SIZE) for n in "abc"}
    film = narrated(make_film({"a": (9, 31), "b": (9, 0), "c": (9, 3)}, fade=fade))
    film = film.model_copy(update={"end_card": Card(title="End", num_frames=9)})
    out = finish(join(burnt(film), videos, tmp_path / "film.mp4"))
    strip, frames = caption_strip(SIZE), all_frames(out).astype(int)
    shown = [bool(np.abs(frame[strip.top :] - 120).max() > 60) for frame in frames]
    cues = list(film_cues(film))
    expected = [any(first <= n < end for first, end, _ in cues) for n in range(len(frames) - 9)]
    assert shown[: len(expected)] == expected
    assert [text[:3] for _, _, text in cues] == ["The", "Oh!"]
    above = frames[: len(expected), : strip.top - 8]
    assert np.abs(above - 120).max() < 12, "nothing above them"
    assert are_in_picture(out.with_suffix(".vtt"))
    assert probe(out).has_subtitles, "beside the track that can be switched"


def test_words_change_with_their_cue(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [120] * 40, size=SIZE)
    words = "The fox waits by the old oak until the moon is up. " * 2 + "A last sentence."
    film = make_film({"a": (40, 0)})
    cut = film.cuts[0].model_copy(update={"narration": words})
    film = film.model_copy(update={"cuts": (cut,)})
    frames = all_frames(finish(join(burnt(film), {"a": video}, tmp_path / "f.mp4")))
    changes = [n for n in range(1, 40) if np.abs(frames[n].astype(int) - frames[n - 1]).max() > 90]
    borders = [first for first, _, _ in film_cues(film)][1:]
    assert borders
    assert changes == borders


@pytest.mark.parametrize("size", [(720, 480), (480, 720), (96, 64), (1360, 768)])
def test_the_widest_words_fit(tmp_path: Path, size: tuple[int, int]) -> None:
    video = write_greys(tmp_path / "a.mp4", [120], size=size)
    film = make_film({"a": (1, 0)})
    cut = film.cuts[0].model_copy(update={"narration": "WWWWWWWWWWWWWWWWWWWW " * 4})
    film = film.model_copy(update={"cuts": (cut,)})
    out = finish(join(burnt(film), {"a": video}, tmp_path / "f.mp4"))
    (frame,) = all_frames(out).astype(int)
    rows, columns = np.nonzero(np.abs(frame - 120).max(axis=2) > 30)
    assert rows.min() >= caption_strip(size).top - 2
    assert rows.max() < size[1]
    assert 0 < columns.min() <= size[0] - 1 - columns.max() + 3
    assert np.ptp(columns) > size[0] * 0.6


def test_without_words_nothing_is_drawn(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [120] * 5, size=SIZE)
    out = finish(join(burnt(make_film({"a": (5, 0)})), {"a": video}, tmp_path / "f.mp4"))
    assert not are_in_picture(out.with_suffix(".vtt"))
    assert np.abs(all_frames(out).astype(int) - 120).max() < 8
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "f.mp4"}
