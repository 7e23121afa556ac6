"""No test reaches another machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

REFUSED = pytest.raises(RuntimeError, match="tests stay on this machine")
"""By its words: child processes have the class in a module of another name."""


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("0.0.0.0", 9)])
def test_other_machines_are_refused(address: tuple[str, int]) -> None:
    with socket.socket() as one, REFUSED:
        one.connect(address)


def test_names_are_not_looked_up() -> None:
    with REFUSED:
        socket.getaddrinfo("huggingface.co", 443)


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = threading.Thread(target=lambda: server.accept()[0].close())
        answer.start()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as one:
            assert one.recv(1) == b""
        answer.join()


def test_what_tests_start_is_refused_too() -> None:
    code = "import socket; socket.getaddrinfo('huggingface.co', 443)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "NetworkRefusedError" in done.stderr
