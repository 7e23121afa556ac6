"""Recordings: what is kept of them, what is refused, and where they are heard in a film."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.artifacts import Casting
from pipeline.assemble.join import join
from pipeline.assemble.timeline import breath_frames, duration_seconds
from pipeline.assemble.voices import keep_voice, read_voice
from pipeline.errors import InputError
from pipeline.film_edit import voice_file
from pipeline.progress import finish
from pipeline.story import Scene, Story
from pipeline.vision.ffmpeg import probe, read_ffmpeg
from pipeline.workspace import Project, create_project
from tests.pipeline.assemble.films import FPS, greys_of, make_film, write_greys

RATE = 48_000
CODECS = {
    "webm": ("-c:a", "libopus"),
    "ogg": ("-c:a", "libopus"),
    "m4a": ("-c:a", "aac"),
    "mp3": (),
    "flac": (),
    "wav": (),
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    story = Story(id="tale", title="A Tale", scenes=(Scene(id="dusk"), Scene(id="dawn")))
    return create_project(story, Casting(pack="theatre"), path=tmp_path / "tale")


def record(path: Path, seconds: float, *codec: str, volume: float = 0.5) -> Path:
    """A tone, as a browser or a program records it."""
    tone = f"sine=f=440:r=44100:d={seconds},volume={volume * 8}"  # a sine of ffmpeg is 1/8 loud
    read_ffmpeg(["-f", "lavfi", "-i", tone, *codec, "-y", path])
    return path


def heard(film: Path) -> NDArray[np.int16]:
    raw = read_ffmpeg(
        ["-i", film, "-map", "0:a:0", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    )
    return np.frombuffer(raw, np.int16)


@pytest.mark.parametrize("kind", CODECS)
def test_what_browsers_and_programs_record_is_kept(
    project: Project, tmp_path: Path, kind: str
) -> None:
    source = record(tmp_path / f"mine.{kind}", 1.5, *CODECS[kind]).rename(tmp_path / "mine")
    voice_id, voice = keep_voice(project, source)
    kept = read_voice(voice_file(project, voice_id))
    assert voice.seconds == pytest.approx(1.5, abs=0.06)
    assert len(kept) / RATE == pytest.approx(voice.seconds, abs=0.05)
    assert np.abs(kept[RATE // 2 : RATE].astype(int)).max() == pytest.approx(16_384, rel=0.15)
    assert min(voice.levels[2:-2]) > 40
    assert max(voice.levels) == 100


def test_what_is_no_recording_is_refused(project: Project, tmp_path: Path) -> None:
    silent = record(tmp_path / "silent.wav", 1, volume=0)
    short = record(tmp_path / "short.wav", 0.1)
    for source in (silent, short):
        with pytest.raises(InputError, match="nothing is heard"):
            keep_voice(project, source)
    with pytest.raises(InputError, match="longer than 3 minutes"):
        keep_voice(project, record(tmp_path / "long.wav", 181))
    words, cut = tmp_path / "list", tmp_path / "cut"
    words.write_text("ffconcat version 1.0\nfile /etc/hostname\n")
    cut.write_bytes(b"RIFF" + b"\0" * 30)
    picture = write_greys(tmp_path / "take.mp4", [90] * 3)
    for source in (words, cut, picture):
        with pytest.raises(InputError, match="no recording"):
            keep_voice(project, source)
    assert not (project.path / "media").exists()


@pytest.mark.parametrize("held", [0, 9])
def test_a_recording_is_heard_where_its_scene_is_seen(
    project: Project, tmp_path: Path, held: int
) -> None:
    """Beside takes that are encoded again (held), and beside those that are copied."""
    voice_id, voice = keep_voice(project, record(tmp_path / "mine.wav", 0.75))
    videos = {name: write_greys(tmp_path / f"{name}.mp4", [90] * 16) for name in "ab"}
    film = make_film({"a": (16, held), "b": (16, 0)})
    spoken = film.cuts[1].model_copy(update={"voice": voice_id, "spoken_frames": 6})
    film = film.model_copy(update={"cuts": (film.cuts[0], spoken)})
    voices = {voice_id: voice_file(project, voice_id)}
    out = finish(join(film, videos, tmp_path / "film.mp4", voices=voices))
    sound = np.abs(heard(out).astype(int))
    assert len(sound) / RATE == pytest.approx(duration_seconds(film), abs=0.05)
    loud = np.nonzero(sound > 2000)[0] / RATE
    start = (16 + held + breath_frames(FPS)) / FPS
    assert loud.min() == pytest.approx(start, abs=0.05)
    assert loud.max() == pytest.approx(start + voice.seconds, abs=0.05)
    assert probe(out).num_frames == 32 + held == len(greys_of(out))
