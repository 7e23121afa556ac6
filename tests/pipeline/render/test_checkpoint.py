"""The state of a render, kept on disk."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from pipeline.artifacts import Timings
from pipeline.render.checkpoint import Checkpoint, State


def make_state(step: int = 3) -> State:
    numbers = torch.Generator().manual_seed(step)
    return State(
        step=step,
        latents=torch.randn(1, 2, 3, 4, 6, generator=numbers),
        predicted=torch.randn(1, 2, 3, 4, 6, generator=numbers),
        generator=numbers.get_state(),
        timings=Timings(text=0.5, denoise=7.25),
    )


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    path, state = tmp_path / "new" / "state.safetensors", make_state()
    Checkpoint(path, "one", seconds_between=0).save(state)
    found = Checkpoint(path, "one").load()
    assert found is not None
    assert (found.step, found.timings) == (3, state.timings)
    for name in ("latents", "predicted", "generator"):
        assert torch.equal(getattr(found, name), getattr(state, name))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_another_renders_state_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state"
    assert Checkpoint(path, "one").load() is None
    Checkpoint(path, "one", seconds_between=0).save(make_state())
    with caplog.at_level(logging.INFO):
        assert Checkpoint(path, "two").load() is None
    assert "another render" in caplog.text


def test_states_are_not_written_all_the_time(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "state", "one", seconds_between=1000)
    checkpoint.save(make_state(1))
    assert checkpoint.load() is None
    checkpoint.save(make_state(2), now=True)
    checkpoint.save(make_state(3))
    found = checkpoint.load()
    assert found is not None
    assert found.step == 2
    checkpoint.clear()
    checkpoint.clear()
    assert checkpoint.load() is None


@pytest.mark.parametrize("cut", [0, 7, 200, -5])
def test_a_damaged_file_is_no_state(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int
) -> None:
    path = tmp_path / "state"
    checkpoint = Checkpoint(path, "one", seconds_between=0)
    checkpoint.save(make_state())
    path.write_bytes(path.read_bytes()[:cut])
    assert checkpoint.load() is None
    assert "no render's state" in caplog.text


def test_a_disk_that_refuses_does_not_stop_the_render(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    Checkpoint(tmp_path / "file" / "state", "one").save(make_state(), now=True)
    assert "not kept" in caplog.text


def test_a_state_that_cannot_be_removed_is_only_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").mkdir()
    Checkpoint(tmp_path / "state", "one").clear()
    assert "stays" in caplog.text
