"""Films that are copied from their takes: which, and that not one frame differs."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import Card, Timeline
from pipeline.assemble.copying import read_stream, reason_to_encode
from pipeline.assemble.join import join
from pipeline.errors import AssemblyError
from pipeline.progress import finish
from pipeline.vision.encode import encode_frames, read_comment
from pipeline.vision.ffmpeg import probe, run_ffmpeg
from tests.pipeline.assemble.films import make_film, write_greys
from tests.pipeline.decoded import all_frames

LENGTHS = {"a": 25, "b": 1, "c": 49}


def noise_take(path: Path, num_frames: int, *, fps: int) -> Path:
    """A take in which no two frames are alike, and everything moves."""
    rng = np.random.default_rng(num_frames)
    small = rng.integers(0, 256, (num_frames + 12, 8, 12, 3))
    frames = np.stack([small[k : k + 12].mean(0) for k in range(num_frames)]).astype(np.uint8)
    encode_frames(frames.repeat(8, 1).repeat(8, 2), path, fps=fps, comment="of one take")
    return path


@pytest.mark.parametrize("fps", [8, 24, 29])
def test_a_copied_film_shows_the_very_frames_of_its_takes(
    tmp_path: Path, fps: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    videos = {n: noise_take(tmp_path / f"it's {n}.mp4", k, fps=fps) for n, k in LENGTHS.items()}
    film = make_film({name: (count, 0) for name, count in LENGTHS.items()}, fps=fps)
    out = finish(join(film, videos, tmp_path / "film.mp4"))
    assert "film.mp4 is copied" in caplog.text
    together = np.concatenate([all_frames(video) for video in videos.values()])
    assert np.array_equal(all_frames(out), together)
    stream = read_stream(out)
    assert (stream.num_frames, stream.fps) == (75, fps), "evenly one after the other"
    assert stream.encoding == read_stream(videos["b"]).encoding
    content = out.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert read_comment(out) == "", "a film is not one of its takes"


def test_a_copied_film_has_its_subtitles(tmp_path: Path) -> None:
    video = write_greys(tmp_path / "a.mp4", [50] * 16)
    film = make_film({"a": (16, 0)})
    cut = film.cuts[0].model_copy(update={"narration": "A fox & an owl."})
    film = film.model_copy(update={"cuts": (cut,)})
    assert reason_to_encode(film, [video], (96, 64), drawn_over=False) == ""
    out = finish(join(film, {"a": video}, tmp_path / "film.mp4"))
    assert probe(out).has_subtitles
    assert out.with_suffix(".srt").is_file()


def _reason(film: Timeline, *paths: Path, drawn_over: bool = False) -> str:
    return reason_to_encode(film, paths, (96, 64), drawn_over=drawn_over)


def test_what_is_drawn_or_held_is_encoded(tmp_path: Path) -> None:
    a, b = (write_greys(tmp_path / f"{name}.mp4", [50] * 4) for name in "ab")
    plain = make_film({"a": (4, 0), "b": (4, 0)})
    card = Card(title="A", num_frames=3)
    assert _reason(plain, a, b) == ""
    assert "held in b" in _reason(make_film({"a": (4, 0), "b": (4, 2)}), a, b)
    assert "fade" in _reason(make_film({"a": (4, 0), "b": (4, 0)}, fade=2), a, b)
    assert "cards" in _reason(plain.model_copy(update={"end_card": card}), a, b)
    assert "drawn into" in _reason(plain, a, b, drawn_over=True)


def test_takes_that_differ_are_encoded(tmp_path: Path) -> None:
    a = write_greys(tmp_path / "a.mp4", [50] * 4)
    film = make_film({"a": (4, 0), "b": (4, 0)})
    larger = write_greys(tmp_path / "larger.mp4", [50] * 4, size=(96, 96))
    faster = write_greys(tmp_path / "faster.mp4", [50] * 4, fps=16)
    longer = write_greys(tmp_path / "longer.mp4", [50] * 5)
    other = tmp_path / "other.mp4"
    list(run_ffmpeg(["-i", a, "-c:v", "libx264", "-profile:v", "baseline", other]))
    assert "take of b is of another size" in _reason(film, a, larger)
    assert "take of b is of another rate" in _reason(film, a, faster)
    assert "take of b is of another length" in _reason(film, a, longer)
    assert "take of b is encoded in another way" in _reason(film, a, other)


def test_a_take_whose_frames_come_unevenly_is_encoded(tmp_path: Path) -> None:
    a = write_greys(tmp_path / "a.mp4", [50] * 4)
    uneven = tmp_path / "uneven.mp4"
    late = ["-i", a, "-vf", "setpts=if(gt(N\\,1)\\,N+3\\,N)/(8*TB)", "-fps_mode", "vfr"]
    list(run_ffmpeg([*late, "-c:v", "libx264", uneven]))
    assert read_stream(uneven)[1:] == (96, 64, 0.0, 4)
    assert "another rate" in _reason(make_film({"a": (4, 0)}), uneven)


def test_what_is_no_video_has_no_stream(tmp_path: Path) -> None:
    (tmp_path / "odd.mp4").write_bytes(b"words")
    with pytest.raises(AssemblyError, match=r"odd\.mp4"):
        read_stream(tmp_path / "odd.mp4")
