"""Fetching a clip with an installed yt-dlp: here a small program of that name."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

import psutil
import pytest

from pipeline.clips import Clip, clip_id
from pipeline.errors import InputError
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.sources.fetch import fetch_clip
from pipeline.settings import Settings
from tests.pipeline.retrieve.films import write_film

COPIES = """
import json, pathlib, shutil, sys
here = pathlib.Path(__file__).parent
(here / "asked.json").write_text(json.dumps(sys.argv[1:]))
shutil.copy(here / "film.mp4", sys.argv[sys.argv.index("-o") + 1])
"""
REFUSES = """
import sys
sys.stderr.write("WARNING: slow\\nERROR: [youtube] Private video. Sign in\\n")
sys.exit(1)
"""
STALLS = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
(pathlib.Path(__file__).parent / "child").write_text(str(child.pid))
time.sleep(60)
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> OpenLibrary:
    return create_library(Settings(home=tmp_path / "home"), "list", "internvid")


def install(programs: Path, code: str) -> None:
    """Put a program called yt-dlp where programs are looked for."""
    program = programs / "yt-dlp"
    program.write_text(f"#!{sys.executable}\n{code}", "utf-8")
    program.chmod(0o755)


def make_clip(library: OpenLibrary, source: str = "-Qw4w9WgXcQ") -> Clip:
    clip = Clip(
        id=clip_id(source, 61.5, 65.0),
        library="list",
        source=source,
        start_seconds=61.5,
        end_seconds=65.0,
    )
    library.catalogue.add([clip])
    return clip


def left_in(library: OpenLibrary) -> list[str]:
    return [path.name for path in (library.path / "clips").iterdir()]


def test_a_clip_is_fetched_and_looked_into(library: OpenLibrary, programs: Path) -> None:
    write_film(programs / "film.mp4", 27)
    install(programs, COPIES)
    clip = fetch_clip(library, make_clip(library))
    assert (clip.state, clip.num_frames, clip.start_seconds) == ("ok", 27, 61.5)
    assert left_in(library) == [f"{clip.id}.mp4"]
    assert library.file_of(clip).name == f"{clip.id}.mp4"
    asked = json.loads((programs / "asked.json").read_text("utf-8"))
    assert asked[:2] == ["-f", "bv*[vcodec^=avc1][height<=480]"]
    assert asked[asked.index("--download-sections") + 1] == "*61.500-65.000"
    assert {"--force-keyframes-at-cuts", "--no-playlist"} < {*asked}
    assert asked[-2:] == ["--", "https://www.youtube.com/watch?v=-Qw4w9WgXcQ"]


def test_a_clip_that_cannot_be_fetched_says_why(library: OpenLibrary, programs: Path) -> None:
    install(programs, REFUSES)
    clip = fetch_clip(library, make_clip(library))
    assert clip.state == "bad"
    assert clip.reason == "it cannot be fetched: ERROR: [youtube] Private video. Sign in"
    assert left_in(library) == []
    write_film(programs / "film.mp4", 23)
    install(programs, COPIES)
    again = fetch_clip(library, clip)
    assert (again.state, again.reason, again.num_frames) == ("ok", "", 23)


def test_what_is_fetched_may_be_no_video(library: OpenLibrary, programs: Path) -> None:
    (programs / "film.mp4").write_text("<html>", "utf-8")
    install(programs, COPIES)
    clip = fetch_clip(library, make_clip(library))
    assert clip.state == "bad"
    install(programs, "")
    assert fetch_clip(library, clip).reason == "yt-dlp left no file"


def test_one_that_stalls_is_ended_with_all_it_started(library: OpenLibrary, programs: Path) -> None:
    install(programs, STALLS)
    until = time.monotonic() + 30
    clip = fetch_clip(library, make_clip(library), timeout_seconds=4)
    assert clip.reason == "it took longer than 4 s to fetch"
    child = int((programs / "child").read_text("utf-8"))
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.05)
    assert time.monotonic() < until


def test_without_yt_dlp_the_person_is_told(
    library: OpenLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("yt-dlp") is None
    clip = make_clip(library)
    with pytest.raises(InputError, match="not installed"):
        fetch_clip(library, clip)
    assert library.catalogue.clip(clip.id).state == "unknown"


def test_a_file_is_not_fetched(library: OpenLibrary, programs: Path) -> None:
    install(programs, COPIES)
    for source in ("fox.mp4", "--exec evil", "dQw4w9WgXcQ\n"):
        with pytest.raises(InputError, match="no video on YouTube"):
            fetch_clip(library, make_clip(library, source))
    assert not (programs / "asked.json").exists()
