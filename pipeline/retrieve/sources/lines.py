"""The lines of CSV files, JSON lines and Parquet files, one after the other, broken ones too."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.errors import InputError
from pipeline.files import short, workspace_errors

TABLE_SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_BATCH_ROWS = 5_000
MAX_LINE_BYTES = 1_000_000

Line = tuple[int, Mapping[str, Any] | str]
"""The number of a line (of a row, in Parquet; from 1) and its values, or why it has none."""


def read_lines(file: Path, *, kind: str = "") -> Iterator[Line]:
    """Give the lines of a list one after the other; lines that cannot be read say why.

    Args:
        file: The list.
        kind: One of `TABLE_SUFFIXES`; that of the file's name unless given.

    Raises:
        InputError: it is no list of a kind that is known, or damaged as a whole.
        WorkspaceError: it cannot be read.
    """
    readers: dict[str, Callable[[Path], Iterator[Line]]] = {
        ".csv": _csv_lines,
        ".tsv": _csv_lines,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".parquet": _parquet_lines,
    }
    reader = readers.get((kind or file.suffix).lower())
    if reader is None:
        raise InputError(
            f"{short(file)} is no list of clips", hint=f"Lists end in {', '.join(TABLE_SUFFIXES)}."
        )
    with workspace_errors(f"read {short(file)}"):
        yield from reader(file)


def _csv_lines(file: Path) -> Iterator[Line]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        header = opened.readline(MAX_LINE_BYTES)
        delimiter = max(",;\t", key=header.count)
        names = next(csv.reader([header], delimiter=delimiter), [])
        reader = csv.reader(opened, delimiter=delimiter)
        while True:
            try:
                values = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num + 1, str(error)
                continue
            if values:
                yield reader.line_num + 1, dict(zip(names, values, strict=False))


def _json_lines(file: Path) -> Iterator[Line]:
    with file.open("rb") as opened:
        for line_number, line in enumerate(limited_lines(opened), start=1):
            if not line.isspace():
                yield line_number, parsed(line)


def limited_lines(opened: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a binary file; of one that is far too long, only its beginning."""
    while line := opened.readline(MAX_LINE_BYTES):
        yield line
        while len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = opened.readline(MAX_LINE_BYTES)


def parsed(line: bytes) -> dict[str, Any] | str:
    """Give the object of a line of JSON, or why there is none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return "it is no JSON"
    return values if isinstance(values, dict) else "it is no JSON object"


def _parquet_lines(file: Path) -> Iterator[Line]:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    row_number = 0
    try:
        with ParquetFile(file) as opened:
            for batch in opened.iter_batches(batch_size=_BATCH_ROWS):
                for values in batch.to_pylist():
                    row_number += 1
                    yield row_number, values
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0][:200]
        raise InputError(f"{short(file)} is no whole Parquet file: {reason}") from error
