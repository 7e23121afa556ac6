"""Lists of clips: CSV, JSON lines and Parquet with whatever columns they have."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from pipeline.clips import Clip
from pipeline.errors import InputError
from pipeline.progress import finish
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.sources.lines import MAX_LINE_BYTES
from pipeline.retrieve.sources.table import ColumnMap, add_table, guess_columns
from pipeline.retrieve.sources.values import seconds, site_id
from pipeline.settings import Settings

ROWS = [
    {
        "Video": "a/fox.mp4",
        "Text": "a fox, quick\nand red",
        "start": "00:00:01.500",
        "end": 4,
        "frames": 60,
        "fps": 24,
        "width": 640,
        "height": 360,
        "license": "CC0",
        "author": "Ada",
    },
    {"Video": "owl.mp4", "Text": "an owl ☂", "duration": 7.25},
]


@pytest.fixture
def library(tmp_path: Path) -> OpenLibrary:
    return create_library(Settings(home=tmp_path / "home"), "list", "list", root=tmp_path)


def clips(library: OpenLibrary) -> list[Clip]:
    return library.catalogue.by_rowids(row for row, _ in library.catalogue.rows())


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows in the format that the path's ending names."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".parquet":
        columns = {name: [row.get(name) for row in rows] for name in names}
        parquet.write_table(pa.table({n: list(map(_text, c)) for n, c in columns.items()}), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n\n" for row in rows), "utf-8")
    else:
        mark = {".csv": ",", ".tsv": "\t"}[path.suffix]
        quoted = [names, *([row.get(name, "") for name in names] for row in rows)]
        lines = (mark.join(f'"{value}"' for value in row) for row in quoted)
        path.write_text("\ufeff" + "\r\n".join(lines), "utf-8", newline="")
    return path


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_format_gives_the_same_clips(
    library: OpenLibrary, tmp_path: Path, suffix: str
) -> None:
    file = write(tmp_path / f"rows{suffix}", ROWS)
    report = finish(add_table(library, file))
    assert (report.added, report.files, report.broken, report.problems) == (2, 2, 0, ())
    fox, owl = clips(library)
    assert (fox.source, fox.caption) == ("a/fox.mp4", "a fox, quick and red")
    assert (fox.start_seconds, fox.end_seconds, fox.duration_seconds) == (1.5, 4.0, 2.5)
    assert (fox.num_frames, fox.fps, fox.width, fox.height) == (60, 24.0, 640, 360)
    assert (fox.licence, fox.credit, fox.state) == ("CC0", "Ada", "unknown")
    assert (owl.caption, owl.duration_seconds, owl.num_frames) == ("an owl ☂", 7.25, None)
    assert finish(add_table(library, file)).unchanged == 1
    file = write(tmp_path / f"rows{suffix}", [*ROWS, {"Video": "new.mp4", "Text": "x"}])
    assert finish(add_table(library, file)).added == 1


def test_columns_may_be_named(library: OpenLibrary, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"clip": "a.mp4", "caption": "no", "Title": "yes"}]
    file = write(tmp_path / "rows.csv", rows)
    with pytest.raises(InputError, match="where its videos are"):
        finish(add_table(library, file))
    with pytest.raises(InputError, match="no column 'Nope'"):
        finish(add_table(library, file, ColumnMap(path="clip", caption="Nope")))
    finish(add_table(library, file, ColumnMap(path="clip", caption="Title")))
    assert [clip.caption for clip in clips(library)] == ["yes"]


def test_usual_names_are_guessed() -> None:
    guessed = guess_columns(["videoID", "Description", "File_Name", "License", "start_time"])
    assert guessed == ColumnMap(
        url="videoID",
        caption="Description",
        path="File_Name",
        licence="License",
        start="start_time",
    )


def test_broken_lines_are_counted_and_the_first_ones_told(
    library: OpenLibrary, tmp_path: Path
) -> None:
    lines = [
        '{"path": "good.mp4", "caption": "a \\ud800 surrogate", "width": 0.3}',
        "{not json",
        '["a list"]',
        '{"path": "/etc/passwd.mp4"}',
        '{"path": "..\\\\up.mp4"}',
        '{"path": "C:\\\\up.mp4"}',
        '{"path": "no-ending"}',
        '{"path": "a.mp4", "start": "noon"}',
        '{"path": "a.mp4", "start": 5, "end": 5}',
        '{"path": "a.mp4", "fps": -3}',
        '{"path": "a.mp4", "end": 1e400}',
        '{"path": "\\ud800.mp4"}',
        '{"path": 7}',
        '{"caption": "' + "x" * (MAX_LINE_BYTES * 2) + '"}',
        '{"caption": "nothing", "path": null}',
        "[" * 100_000,
        *['{"path": ""}'] * 30,
        '{"path": "last.mp4"}',
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), "utf-8")
    report = finish(add_table(library, tmp_path / "rows.jsonl"))
    assert (report.added, report.broken, len(report.problems)) == (2, 45, 20)
    assert report.problems[0] == "rows.jsonl, line 2: it is no JSON"
    assert report.problems[2] == (
        "rows.jsonl, line 4: '/etc/passwd.mp4' does not lie in the library's folder"
    )
    assert [clip.source for clip in clips(library)] == ["good.mp4", "last.mp4"]
    assert clips(library)[0].caption == "a ? surrogate"


def test_a_csv_with_a_broken_line_goes_on(library: OpenLibrary, tmp_path: Path) -> None:
    rows = ["path,caption", "a.mp4,short", f"b.mp4,{'x' * 200_000}", "c.mp4", "d.mp4,x,more", ""]
    (tmp_path / "rows.csv").write_text("\n".join(rows), "utf-8")
    report = finish(add_table(library, tmp_path / "rows.csv"))
    assert (report.added, report.broken) == (3, 1)
    assert report.problems[0].startswith("rows.csv, line 3: field larger")


def test_what_is_no_list_says_so(library: OpenLibrary, tmp_path: Path) -> None:
    for name, content in (
        ("a.parquet", b"PAR1 not"),
        ("b.csv", b""),
        ("c.zip", b""),
        ("d.jsonl", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError):
            finish(add_table(library, tmp_path / name))


def test_addresses_of_videos_are_taken_by_their_id(library: OpenLibrary, tmp_path: Path) -> None:
    address = "https://www.youtube.com/watch?feature=share&v=dQw4w9WgXcQ"
    rows: list[dict[str, object]] = [
        {"url": address, "start": 3, "end": 9},
        {"url": "https://example.com/dQw4w9WgXcQ", "start": 1, "end": 2},
    ]
    report = finish(add_table(library, write(tmp_path / "rows.csv", rows)))
    assert (report.added, report.broken) == (1, 1)
    assert clips(library)[0].source == "dQw4w9WgXcQ"
    assert site_id("https://youtu.be/dQw4w9WgXcQ?t=3") == "dQw4w9WgXcQ"


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59_999))
def test_times_are_read_as_they_are_written(hours: int, minutes: int, milliseconds: int) -> None:
    total = hours * 3600 + minutes * 60 + milliseconds / 1000
    written = f"{hours:02}:{minutes:02}:{milliseconds / 1000:06.3f}"
    assert seconds(written) == pytest.approx(total, abs=1e-6)
    assert seconds(total) == total
    assert seconds(str(total)) == total


@given(st.text() | st.floats() | st.integers() | st.lists(st.none()) | st.booleans())
def test_no_value_breaks_the_reading_of_times(value: object) -> None:
    try:
        found = seconds(value)
    except InputError:
        return
    assert found is None or 0 <= found <= 1e7
