"""Small videos of clips for the page: made of real videos, and of nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.clips import clip_id
from pipeline.errors import UnreadableVideoError
from pipeline.progress import finish
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.previews import poster, whole_preview
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.settings import Settings
from pipeline.vision.ffmpeg import probe
from tests.pipeline.clips import make_clip
from tests.pipeline.retrieve.films import write_film


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def library(settings: Settings, tmp_path: Path) -> OpenLibrary:
    write_film(tmp_path / "films" / "fox.mp4", 21)
    made = create_library(settings, "Foxes", "theatre", root=tmp_path / "films")
    finish(scan_folder(made))
    return made


def test_a_preview_and_a_still_of_it_are_made_once(
    settings: Settings, library: OpenLibrary
) -> None:
    (clip,) = library.catalogue.clips_of("fox.mp4")
    video = whole_preview(settings, library, clip)
    assert (probe(video).num_frames, probe(video).width) == (21, 96)
    still = poster(video)
    assert still.read_bytes().startswith(b"\xff\xd8\xff")
    made = video.stat().st_mtime_ns, still.stat().st_mtime_ns
    assert poster(whole_preview(settings, library, clip)) == still
    assert (video.stat().st_mtime_ns, still.stat().st_mtime_ns) == made


def test_a_part_of_a_video_is_shown_alone(settings: Settings, library: OpenLibrary) -> None:
    (clip,) = library.catalogue.clips_of("fox.mp4")
    times = {"start_seconds": 0.5, "end_seconds": 1.75}
    part = clip.model_copy(update={**times, "id": clip_id("fox.mp4", 0.5, 1.75)})
    assert probe(whole_preview(settings, library, part)).num_frames == 10


def test_a_playlist_under_the_name_of_a_video_reads_no_other_file(
    settings: Settings, library: OpenLibrary, tmp_path: Path
) -> None:
    write_film(tmp_path / "secret.mp4", 17)
    listed = "ffconcat version 1.0\nfile ../secret.mp4\n"
    (library.root / "list.mp4").write_text(listed, "utf-8")
    clip = make_clip("list.mp4").model_copy(update={"library": library.record.id})
    with pytest.raises(UnreadableVideoError, match="playlist"):
        whole_preview(settings, library, clip)
    assert list((settings.home / "cache").rglob("*.mp4")) == []
