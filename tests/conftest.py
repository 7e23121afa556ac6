"""What holds for every test: a home of its own, and no network but this machine's own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.children.refusing import refuse_network

_CHILDREN = str(Path(__file__).with_name("children"))
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, (_CHILDREN, os.environ.get("PYTHONPATH", "")))
)
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    GRADIO_ANALYTICS_ENABLED="False",
    DO_NOT_TRACK="1",
)

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any")

_network = {"allowed": False}


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    if not _network["allowed"]:
        refuse_network(event, arguments)


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
