"""The commands over libraries of clips."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.__main__ import main
from tests.pipeline.retrieve.films import write_film


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    """Keep all libraries in a home of the test's own."""


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    write_film(tmp_path / "Our dances" / "fox_dances.mp4", 31)
    (tmp_path / "Our dances" / "pa\nge.mp4").write_text("<html>", "utf-8")
    return tmp_path / "Our dances"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str], str]:
    """Run a command of `library`; its exit code, the lines of its results, what else it said."""
    code = main(["library", *(str(argument) for argument in arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out.splitlines(), captured.err


def test_a_folder_is_added_listed_counted_verified_and_deleted(
    capsys: pytest.CaptureFixture[str], videos: Path
) -> None:
    code, lines, said = run(capsys, "add", videos, "--licence", "CC0")
    assert (code, lines) == (0, ["our-dances: Our dances, 2 clips"])
    assert "2 new, 1 cannot be read" in said
    assert "note: pa ge.mp4: " in said
    assert run(capsys, "list")[1] == ["our-dances: Our dances (folder, 2 clips)"]
    lines = run(capsys, "stats", "our-dances")[1]
    assert lines[0] == f"Our dances (folder) at {videos}"
    assert {"clips: 2", "looked into: 1", "cannot be read: 1", "licence CC0: 2"} <= {*lines}
    code, lines, said = run(capsys, "verify", "our-dances")
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("pa ge.mp4: ")
    assert "1 good, 1 bad" in said
    (videos / "pa\nge.mp4").unlink()
    write_film(videos / "pa\nge.mp4")
    assert run(capsys, "verify", "our-dances")[:2] == (0, [])
    assert run(capsys, "delete", "our-dances")[0] == 0
    _, lines, said = run(capsys, "list")
    assert (lines, "drawn with the first search" in said) == ([], True)
    assert (videos / "fox_dances.mp4").is_file()


def test_the_same_folder_is_the_same_library(
    capsys: pytest.CaptureFixture[str], videos: Path
) -> None:
    run(capsys, "add", videos, "--title", "Mine", "--suits", "theatre")
    write_film(videos / "owl.mp4")
    code, lines, said = run(capsys, "add", videos)
    assert (code, lines) == (0, ["mine: Mine, 3 clips"])
    assert "1 new, 2 unchanged" in said
    assert run(capsys, "list", "--pack", "theatre")[1] == [
        "mine: Mine (folder, 3 clips, for theatre)"
    ]
    assert run(capsys, "list", "--pack", "cogvideox")[1:] == ([], "")


def test_the_models_that_look_at_clips_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, lines, said = run(capsys, "models")
    assert (code, "missing" in said) == (0, False)
    assert [line.split(": ")[0] for line in lines] == [
        "detector",
        "CLIP model",
        "video-text model",
    ]
    assert all(line.endswith(": there") for line in lines)
    monkeypatch.setenv("DREAMRUNNER_DETECTOR", str(tmp_path / "nowhere.pt"))
    code, lines, said = run(capsys, "models")
    assert code == 1
    assert lines[0].endswith("nowhere.pt is not there")
    assert [line.endswith(": there") for line in lines[1:]] == [True, True]
    assert "library models --fetch" in said


def test_a_library_that_is_there_takes_other_terms_and_packs(
    capsys: pytest.CaptureFixture[str], videos: Path
) -> None:
    run(capsys, "add", videos, "--licence", "CC0")
    again = ("--licence", "CC BY 4.0", "--suits", "theatre")
    assert run(capsys, "add", videos, *again)[1] == ["our-dances: Our dances, 2 clips"]
    assert "licence CC BY 4.0: 2" in run(capsys, "stats", "our-dances")[1]
    assert run(capsys, "list")[1] == ["our-dances: Our dances (folder, 2 clips, for theatre)"]
    run(capsys, "add", videos)
    assert "licence CC BY 4.0: 2" in run(capsys, "stats", "our-dances")[1]


def test_lists_are_taken_for_what_they_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_text("clip,Title\na.mp4,a fox\nb,\n", "utf-8")
    columns = ("--column", "path=clip", "--column", "caption=Title")
    code, lines, said = run(capsys, "add", tmp_path / "rows.csv", *columns)
    assert (code, lines) == (0, ["rows: rows, 1 clip"])
    assert "note: rows.csv, line 3: 'b' is no name of a video" in said
    fields = {"YoutubeID": "dQw4w9WgXcQ", "Start_timestamp": "00:00:01.000"}
    row = {**fields, "End_timestamp": "00:00:04.000", "Caption": "x"}
    (tmp_path / "iv.jsonl").write_text(json.dumps(row), "utf-8")
    assert run(capsys, "add", tmp_path / "iv.jsonl", "--title", "InternVid")[0] == 0
    assert run(capsys, "list")[1] == [
        "internvid: InternVid (internvid, 1 clip)",
        "rows: rows (list, 1 clip)",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "nowhere"], "there is nothing at"),
        (["add", "film.mp4"], "neither a folder nor a list"),
        (["add", ".", "--kind", "internvid"], "is a folder"),
        (["add", ".", "--column", "colour=Red"], "no list has a column for 'colour'"),
        (["stats", "nobody"], "there is no library nobody"),
        (["verify", "../x"], "is no id"),
        (["delete", "nobody"], "there is no library nobody"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mp4").touch()
    code, lines, said = run(capsys, *arguments)
    assert (code, lines) == (1, [])
    assert words in said
