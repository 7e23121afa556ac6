"""The program that opens the studio."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app import parse_arguments

ROOT = Path(__file__).resolve().parents[1]


def test_a_port_that_is_taken_is_said_in_one_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "app.py", "--port", port, "--no-browser"]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"127.0.0.1:{port} cannot be opened; choose another --port" in done.stderr


def test_stories_are_of_one_person_unless_it_is_said_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    plain, open_house = parse_arguments([]), parse_arguments(["--visitors"])
    assert (plain.visitors, open_house.visitors) == (False, True)
    assert (plain.host, plain.no_browser) == ("127.0.0.1", False)
    monkeypatch.setenv("SPACE_ID", "somebody/studio")
    assert (parse_arguments([]).host, parse_arguments([]).no_browser) == ("0.0.0.0", True)
