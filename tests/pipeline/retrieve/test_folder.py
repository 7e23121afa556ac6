"""A folder as a library: what is found, cut, left out and kept over many scans."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pipeline.clips import Clip
from pipeline.errors import InputError, WorkspaceError
from pipeline.progress import finish
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.sources.captions import FolderCaptions, readable_name
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieve.sources.reports import ScanReport, Tally
from pipeline.settings import Settings
from pipeline.vision.ffmpeg import run_ffmpeg
from tests.pipeline.retrieve.films import run_until, write_film


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    return tmp_path / "videos"


@pytest.fixture
def library(tmp_path: Path, videos: Path) -> OpenLibrary:
    return create_library(Settings(home=tmp_path / "home"), "mine", "folder", root=videos)


def scan(library: OpenLibrary) -> ScanReport:
    return finish(scan_folder(library))


def clips(library: OpenLibrary) -> dict[str, list[Clip]]:
    """All clips by their source."""
    found: dict[str, list[Clip]] = {}
    for clip in library.catalogue.by_rowids(row for row, _ in library.catalogue.rows()):
        found.setdefault(clip.source, []).append(clip)
    return found


def captions(library: OpenLibrary) -> dict[str, str]:
    return {source: ones[0].caption for source, ones in clips(library).items()}


def encode(film: Path, target: Path, *options: str) -> None:
    for _ in run_ffmpeg(["-i", film, *options, target]):
        pass


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("red_fox-walking_03.mp4", "red fox walking"),
        ("deep/RedFox Walks2.MOV", "red fox walks"),
        ("IMG_0042.mp4", ""),
        ("VID_20240501_101500.mp4", ""),
        ("Screen Recording 2024-05-01 at 10.15.00.mov", ""),
        ("dQw4w9WgXcQ.mp4", ""),
        ("001.mp4", ""),
        ("a-dog-runs_1080p_30fps_1920x1080.webm", "a dog runs"),
        ("Прыжок в воду.mp4", "прыжок в воду"),
        ("owl\nflies.mp4", "owl flies"),
    ],
)
def test_names_are_made_readable(name: str, words: str) -> None:
    assert readable_name(name) == words


def test_all_videos_of_all_folders_are_found(library: OpenLibrary, videos: Path) -> None:
    film = write_film(videos / "red_fox-walking_03.mp4", 21)
    for name in ("a/b/Owl.MOV", "c.webm", "d.mkv", "new\nline.mp4", ".hidden.mp4", "no.avi"):
        (videos / name).parent.mkdir(parents=True, exist_ok=True)
        target = videos / name
        if name.endswith("webm"):
            encode(film, target, "-c:v", "libvpx", "-f", "webm")
        else:
            target.write_bytes(film.read_bytes())
    encode(film, videos / "e.gif", "-f", "gif")
    report = scan(library)
    assert (report.files, report.added, report.bad) == (6, 6, 0)
    found = clips(library)
    assert [*found] == ["a/b/Owl.MOV", "c.webm", "d.mkv", "e.gif", *[*found][4:]]
    assert {"new\nline.mp4", "red_fox-walking_03.mp4"} == {*[*found][4:]}
    assert {one.num_frames for ones in found.values() for one in ones} == {21}
    assert found["red_fox-walking_03.mp4"][0].caption == "red fox walking"
    assert library.file_of(found["new\nline.mp4"][0]).is_file()


def test_words_come_from_lists_then_texts_then_names(library: OpenLibrary, videos: Path) -> None:
    for name in ("fox.mp4", "owl.mp4", "cat.mp4", "deep/dog.mp4"):
        write_film(videos / name)
    (videos / "clips.csv").write_text(
        "Path,Caption,License,Author\nfox.mp4,a fox jumps,CC0,Ada\nfox.mp4,over a log,,\n", "utf-8"
    )
    (videos / "deep" / "clips.jsonl").write_text('{"file": "dog.mp4", "text": "a dog"}\n', "utf-8")
    (videos / "fox.txt").write_text("not this", "utf-8")
    (videos / "owl.txt").write_bytes(b"\xef\xbb\xbfan owl\n flies\xff")
    scan(library)
    assert captions(library) == {
        "fox.mp4": "a fox jumps. over a log",
        "owl.mp4": "an owl flies�",
        "cat.mp4": "cat",
        "deep/dog.mp4": "a dog",
    }
    fox = clips(library)["fox.mp4"][0]
    assert (fox.licence, fox.credit) == ("CC0", "Ada")
    (videos / "owl.txt").write_text("an owl sleeps", "utf-8")
    report = scan(library)
    assert (report.unchanged, report.added) == (3, 0)
    assert captions(library)["owl.mp4"] == "an owl sleeps"


def test_broken_lines_of_a_list_are_told(library: OpenLibrary, videos: Path) -> None:
    write_film(videos / "fox.mp4")
    lines = [
        {"path": "fox.mp4", "caption": "a fox", "start": 0.5, "end": 1.5},
        {"path": "../fox.mp4", "caption": "out"},
        {"path": "none.mp4"},
        {"path": "fox.mp4", "start": 2, "end": 1},
        {"caption": "nothing"},
        {"path": "fox.mp4", "start": 77},
    ]
    text = "\n".join([*map(json.dumps, lines), "{", "[]"])
    (videos / "clips.jsonl").write_text(text, "utf-8")
    report = scan(library)
    assert (report.broken, report.bad) == (6, 1)
    assert [one.split(": ")[0] for one in report.problems] == [
        *(f"clips.jsonl, line {number}" for number in (2, 3, 4, 5, 7, 8)),
        "fox.mp4",
    ]
    good, late = clips(library)["fox.mp4"]
    assert (good.start_seconds, good.num_frames, good.state) == (0.5, 8, "ok")
    assert (late.state, late.reason) == ("bad", "its part lies behind the end of the video")


def test_a_video_is_cut_into_its_shots(library: OpenLibrary, videos: Path) -> None:
    write_film(videos / "two.mp4", 70, cut_at=29)
    write_film(videos / "one.mp4", 65)
    scan(library)
    found = clips(library)
    assert [(one.start_seconds, one.num_frames) for one in found["one.mp4"]] == [(None, 65)]
    assert [library.frames_of(one) for one in found["two.mp4"]] == [range(29), range(29, 70)]
    assert {one.caption for one in found["two.mp4"]} == {"two"}


def test_a_second_scan_opens_only_what_changed(library: OpenLibrary, videos: Path) -> None:
    for number, name in enumerate(("a.mp4", "b.mp4", "c.mp4")):
        write_film(videos / name, 17 + number)
    assert scan(library).added == 3
    before = clips(library)
    assert scan(library) == ScanReport(files=3, unchanged=3)
    write_film(videos / "b.mp4", 33, cut_at=None)
    (videos / "c.mp4").unlink()
    report = scan(library)
    assert (report.files, report.unchanged, report.gone, report.added) == (2, 1, 1, 0)
    after = clips(library)
    assert after["a.mp4"] == before["a.mp4"]
    assert after["b.mp4"][0].num_frames == 33
    assert after["b.mp4"][0].content_hash != before["b.mp4"][0].content_hash
    assert (after["c.mp4"][0].state, after["c.mp4"][0].reason) == ("bad", "the file is gone")
    assert scan(library).gone == 0
    write_film(videos / "c.mp4", 19)
    scan(library)
    assert clips(library)["c.mp4"][0].state == "ok"


def test_a_scan_that_is_stopped_keeps_what_it_has(library: OpenLibrary, videos: Path) -> None:
    for name in ("a.mp4", "b.mp4", "c.mp4", "d.mp4"):
        write_film(videos / name)
    run_until(scan_folder(library), 2)
    assert [*clips(library)] == ["a.mp4", "b.mp4"]
    report = scan(library)
    assert (report.unchanged, report.added) == (2, 2)


def test_bad_videos_have_their_reasons_and_the_scan_goes_on(
    library: OpenLibrary, videos: Path
) -> None:
    good = write_film(videos / "good.mp4", 40).read_bytes()
    (videos / "empty.mp4").touch()
    (videos / "page.mp4").write_text("<!doctype html>" * 99, "utf-8")
    (videos / "half.mp4").write_bytes(good[: len(good) // 2])
    (videos / "sound.mp4").write_bytes(os.urandom(5000))
    (videos / os.fsdecode(b"\xff\xfe fox.mp4")).write_bytes(good)
    os.mkfifo(videos / "pipe.mp4")
    report = scan(library)
    assert (report.files, report.bad, report.broken) == (6, 5, 1)
    assert "pipe.mp4: it is no file" in report.problems
    found = {source: ones[0] for source, ones in clips(library).items()}
    assert found.pop("good.mp4").state == "ok"
    assert {one.state for one in found.values()} == {"bad"}
    assert all(len(one.reason) > 10 for one in found.values())
    assert "its name is no text" in found[r"\xff\xfe fox.mp4"].reason
    assert scan(library).unchanged == 6
    (videos / "half.mp4").write_bytes(good)
    scan(library)
    assert [one.state for one in clips(library)["half.mp4"]] == ["ok"]


def test_no_link_leads_out_of_the_folder(
    library: OpenLibrary, videos: Path, tmp_path: Path
) -> None:
    write_film(videos / "deep" / "fox.mp4")
    secret = write_film(tmp_path / "secret" / "secret.mp4")
    (tmp_path / "secret" / "words.txt").write_text("secret words", "utf-8")
    (videos / "deep" / "up").symlink_to(videos)
    (videos / "out").symlink_to(secret.parent)
    (videos / "out.mp4").symlink_to(secret)
    (videos / "deep" / "fox.txt").symlink_to(tmp_path / "secret" / "words.txt")
    (videos / "loop.mp4").symlink_to("loop.mp4")
    (videos / "inside.mp4").symlink_to("deep/fox.mp4")
    report = scan(library)
    assert captions(library) == {"deep/fox.mp4": "fox", "inside.mp4": "inside"}
    assert sorted(report.problems) == [
        "deep/fox.txt: the link leads out of the folder",
        "loop.mp4: the link leads nowhere",
        "out.mp4: the link leads out of the folder",
        "out: the link leads out of the folder",
    ]


def test_a_folder_that_is_not_there_loses_no_clip(library: OpenLibrary, videos: Path) -> None:
    write_film(videos / "fox.mp4")
    scan(library)
    videos.rename(videos.with_name("elsewhere"))
    with pytest.raises(WorkspaceError, match="no folder"):
        scan(library)
    assert clips(library)["fox.mp4"][0].state == "ok"


def test_a_list_is_not_scanned(tmp_path: Path, videos: Path) -> None:
    library = create_library(Settings(home=tmp_path / "home"), "x", "list", root=videos)
    with pytest.raises(InputError, match="list of clips"):
        scan(library)


def test_words_beside_a_video_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    tally = Tally()
    files = {"red fox.mp4": tmp_path / "red fox.mp4", "red fox.txt": tmp_path / "gone.txt"}
    (entry,) = FolderCaptions(files, tally).entries("red fox.mp4")
    assert entry.caption == "red fox"
    assert tally.problems == [
        "red fox.mp4: cannot read the words beside it: no such file or directory"
    ]
