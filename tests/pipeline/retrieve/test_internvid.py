"""InternVid as published: read once, gone on with, and never whole in memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.clips import clip_id
from pipeline.progress import finish
from pipeline.retrieve.adding import add_library
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.sources import internvid
from pipeline.retrieve.sources.internvid import INTERNVID_LICENCE, add_internvid
from pipeline.settings import Settings
from tests.pipeline.retrieve.films import run_until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def library(settings: Settings) -> OpenLibrary:
    return create_library(settings, "InternVid", "internvid", licence=INTERNVID_LICENCE)


def line(number: int) -> str:
    fields = {
        "YoutubeID": f"video-{number:05d}",
        "Start_timestamp": f"00:01:{number % 50:02d}.250",
        "End_timestamp": "00:02:07.750",
        "Caption": f"caption {number}",
    }
    scores = {"Aesthetic_Score": 4.5, "UMT_Score": 0.37} if number % 2 else {}
    return json.dumps({**fields, **scores}) + "\n"


def write(path: Path, *numbers: int) -> Path:
    path.write_text("".join(map(line, numbers)), "utf-8")
    return path


def test_a_line_is_a_clip_of_which_only_its_duration_is_known(
    settings: Settings, tmp_path: Path
) -> None:
    library, report = finish(add_library(settings, write(tmp_path / "iv.jsonl", 3, 4)))
    assert (library.record.kind, report.added, report.files) == ("internvid", 2, 2)
    clip = library.catalogue.by_rowids([1])[0]
    assert clip.id == clip_id("video-00003", 63.25, 127.75)
    assert (clip.source, clip.start_seconds, clip.end_seconds) == ("video-00003", 63.25, 127.75)
    assert (clip.duration_seconds, clip.num_frames, clip.fps, clip.width) == (
        64.5,
        None,
        None,
        None,
    )
    assert (clip.caption, clip.licence, clip.state) == ("caption 3", INTERNVID_LICENCE, "unknown")


def test_reading_goes_on_where_it_was_stopped(
    library: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(internvid, "_BATCH_LINES", 10)
    file = write(tmp_path / "iv.jsonl", *range(45))
    size = file.stat().st_size
    run_until(add_internvid(library, file), 1)
    noted = library.catalogue.source(str(file))
    assert noted is not None
    assert (noted.done_lines, noted.state) == (10, "partly")
    assert 0 < noted.done_bytes < size
    report = finish(add_internvid(library, file))
    assert (report.added, report.files) == (35, 35)
    assert [text for _, text in library.catalogue.captions()] == [f"caption {n}" for n in range(45)]
    assert finish(add_internvid(library, file)).files == 0


def test_a_file_that_grew_is_read_on_from_its_old_end(library: OpenLibrary, tmp_path: Path) -> None:
    file = tmp_path / "iv.jsonl"
    file.write_text(line(1) + line(2)[:30], "utf-8")
    assert finish(add_internvid(library, file)).added == 1
    write(file, 1, 2, 3)
    report = finish(add_internvid(library, file))
    assert (report.added, report.files, report.broken) == (2, 2, 0)
    file.write_text(line(7).rstrip("\n"), "utf-8")  # another file, shorter, without a last line end
    assert finish(add_internvid(library, file)).added == 1
    assert library.catalogue.count() == 4


def test_broken_lines_are_told_by_their_numbers(
    library: OpenLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(internvid, "_BATCH_LINES", 2)
    good = json.loads(line(1))
    broken = [
        {**good, "YoutubeID": "../../etc/x"},
        {**good, "YoutubeID": "--exec=evil"[:10]},
        {**good, "Start_timestamp": "00:99"},
        {**good, "End_timestamp": None},
        {**good, "End_timestamp": "00:00:01.000"},
    ]
    text = "\n".join([*map(json.dumps, broken), "", "{", '"text"', json.dumps(good)])
    (tmp_path / "iv.jsonl").write_text(text, "utf-8")
    report = finish(add_internvid(library, tmp_path / "iv.jsonl"))
    assert (report.added, report.broken) == (2, 6)
    numbers = [one.split(": ")[0].rsplit(" ", 1)[1] for one in report.problems]
    assert numbers == ["1", "2", "4", "5", "7", "8"]


def test_the_same_lines_again_add_nothing(library: OpenLibrary, tmp_path: Path) -> None:
    assert finish(add_internvid(library, write(tmp_path / "a.jsonl", 1, 2, 2))).added == 2
    assert finish(add_internvid(library, write(tmp_path / "b.jsonl", 2, 3))).added == 1
