from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from pipeline.priors.state import StateFile, TrainState


def a_state() -> TrainState:
    draw = torch.Generator().manual_seed(2)
    tensors = {
        "prior/weight/block.lora_A.weight": torch.randn(3, 4, generator=draw),
        "prior/exp_avg/block.lora_A.weight": torch.randn(3, 4, generator=draw),
        "prior/scaler/scale": torch.tensor(65536.0, dtype=torch.float64),
    }
    history = torch.rand(5, 2, generator=draw, dtype=torch.float64)
    return TrainState(tensors, history, {4: b"\x00picture\xff"}, 12.5)


@pytest.fixture
def file(tmp_path: Path) -> StateFile:
    return StateFile(tmp_path / "new" / "state.safetensors", "mine")


def test_a_state_comes_back_as_it_was(file: StateFile) -> None:
    state = a_state()
    assert file.save(state)
    found = file.load()
    assert found is not None
    assert (found.step, found.seconds, found.samples) == (5, 12.5, state.samples)
    assert found.tensors.keys() == state.tensors.keys()
    assert all(torch.equal(found.tensors[n], t) for n, t in state.tensors.items())
    assert torch.equal(found.history, state.history)
    assert [*found.adapter] == ["block.lora_A.weight"]
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]


def test_the_state_of_another_training_is_none(
    file: StateFile, caplog: pytest.LogCaptureFixture
) -> None:
    file.save(a_state())
    with caplog.at_level(logging.INFO):
        assert StateFile(file.path, "another").load() is None
    assert "another training" in caplog.text
    assert file.load() is not None
    file.clear()
    file.clear()
    assert file.load() is None


@pytest.mark.parametrize("content", [b"", b"{}", b"\x08\0\0\0\0\0\0\0{}      "])
def test_files_that_are_no_state_are_told_of(
    file: StateFile, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    assert file.load() is None
    assert "is no training's state" in caplog.text


def test_a_state_without_its_losses_is_none(file: StateFile) -> None:
    file.path.parent.mkdir()
    told = {"state": '{"key": "mine", "seconds": 1}'}
    save_file({"state/a": torch.ones(2)}, file.path, metadata=told)
    assert file.load() is None
    save_file({"history": torch.ones(2)}, file.path, metadata=told)
    assert file.load() is None


def test_a_disk_that_refuses_is_told_of_and_the_old_state_stays(
    file: StateFile, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = StateFile(file.path / "below a file" / "state", "mine")
    file.save(a_state())
    assert not blocked.save(a_state())
    assert "is not kept" in caplog.text
    assert file.load() is not None


def test_it_is_due_again_after_a_while(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "a", "k", seconds_between=0).due
    assert not StateFile(tmp_path / "a", "k").due
