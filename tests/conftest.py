"""What holds for every test: a home of its own, and no network but this machine's own."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    DO_NOT_TRACK="1",
)

_network = {"allowed": False}


class NetworkRefusedError(RuntimeError):
    """A test reached for another machine."""


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if _network["allowed"] or not event.startswith("socket."):
        return
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_loopback(host):
        raise NetworkRefusedError(f"{event} to {host!r}: tests stay on this machine")


sys.addaudithook(_refuse_network)


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Open the network for the tests marked `network`, and for no other."""
    _network["allowed"] = request.node.get_closest_marker("network") is not None
    yield
    _network["allowed"] = False


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home folder that `load_settings` and every child process use."""
    folder = tmp_path / "home"
    monkeypatch.setenv("DREAMRUNNER_HOME", str(folder))
    monkeypatch.delenv("DREAMRUNNER_PACK", raising=False)
    return folder
