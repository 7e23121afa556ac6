"""Logs are written to files of limited size, and read from their end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import WorkspaceError
from pipeline.logs import last_lines, log_to_file


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    """The handlers and the level that there were, again."""
    logger = logging.getLogger()
    before, level = [*logger.handlers], logger.level
    yield
    for handler in [*logger.handlers]:
        if handler not in before:
            logger.removeHandler(handler)
            handler.close()
    logger.setLevel(level)


def test_what_is_logged_stands_in_the_file(tmp_path: Path) -> None:
    log_to_file(tmp_path / "log" / "studio.log")
    logging.getLogger("one").info("the seventh")
    (line,) = last_lines(tmp_path / "log" / "studio.log", 5)
    assert line.endswith("INFO one: the seventh")


def test_the_end_of_a_long_file_is_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {number}\n" for number in range(1000)))
    assert last_lines(path, 2) == ["line 998", "line 999"]
    assert last_lines(path, 1000, at_most_bytes=25) == ["line 998", "line 999"]
    assert last_lines(tmp_path / "none.log", 3) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file")
    with pytest.raises(WorkspaceError, match="write the log"):
        log_to_file(tmp_path / "log" / "studio.log")
