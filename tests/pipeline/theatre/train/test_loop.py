"""The training loop: its limits, what it logs, and what it leaves when a loss is no number."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipeline.errors import PipelineError, TrainingError
from pipeline.theatre.train.__main__ import build_parser
from pipeline.theatre.train.ahead import Ahead
from pipeline.theatre.train.checkpoints import load_record
from pipeline.theatre.train.loop import Limits, Record, StopRequest, run
from pipeline.theatre.train.optim import MixedOptimizer


class Line:
    """A part that learns a line, and whose loss is no number from a given step on."""

    def __init__(self, *, breaks_at: int = 1000) -> None:
        self.breaks_at, self.closed = breaks_at, False
        self.fractions: list[float] = []
        self.module = torch.nn.Linear(3, 2)
        self.optimizer = MixedOptimizer({"it": self.module}, adamw_rate=0.01, dtype=torch.float32)

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        self.fractions.append(fraction)
        loss = self.module(torch.ones(4, 3)).square().mean()
        return loss / (step < self.breaks_at), {"loss": loss}, 4

    def close(self) -> None:
        self.closed = True


def test_a_loss_that_is_no_number_ends_training_and_changes_nothing(tmp_path: Path) -> None:
    path, training = tmp_path / "clips.safetensors", Line(breaks_at=2)
    path.write_bytes(b"the checkpoint before")
    limits = Limits(minutes=5, max_steps=9)
    with pytest.raises(TrainingError, match="clips is not finite at step 2"):
        run(training, Record(), path=path, limits=limits, stop=StopRequest())
    assert path.read_bytes() == b"the checkpoint before"
    assert all(bool(p.isfinite().all()) for p in training.module.parameters())
    assert training.closed


def test_a_part_goes_on_from_the_time_it_has_had(tmp_path: Path) -> None:
    training, path = Line(), tmp_path / "text.safetensors"
    limits = Limits(minutes=1, spent_seconds=45, max_steps=8)
    record = run(training, Record(), path=path, limits=limits, stop=StopRequest())
    assert record.step == 8
    assert 0.75 <= training.fractions[0] < 0.8
    assert load_record(path) == asdict(record)
    over = Limits(minutes=1, spent_seconds=60)
    assert run(training, record, path=path, limits=over, stop=StopRequest()).step == 8


def test_a_call_ends_at_its_deadline(tmp_path: Path) -> None:
    limits = Limits(minutes=5, deadline=time.monotonic() + 0.2)
    path, began = tmp_path / "text.safetensors", time.monotonic()
    record = run(Line(), Record(), path=path, limits=limits, stop=StopRequest())
    assert record.step > 0
    assert time.monotonic() - began < 60
    assert load_record(path)["step"] == record.step


def test_looks_come_after_checkpoints_and_log_lines_hold_means(tmp_path: Path) -> None:
    path, seen = tmp_path / "text.safetensors", []
    limits = Limits(minutes=5, max_steps=12, log_steps=4, checkpoint_seconds=0, look_seconds=0)
    look = lambda: seen.append(load_record(path)["step"])  # noqa: E731
    record = run(Line(), Record(), path=path, limits=limits, stop=StopRequest(), look=look)
    assert seen
    assert seen[0] == 1
    assert [entry["step"] for entry in record.history] == [4, 8, 12]
    assert all({"loss", "norm", "s_per_step"} < entry.keys() for entry in record.history)


@pytest.mark.parametrize("prefetched", [0, 3])
def test_results_made_ahead_come_in_order(prefetched: int) -> None:
    numbers = iter(range(7))
    ahead = Ahead(lambda: next(numbers), ahead=prefetched)
    assert [ahead.next() for _ in range(4)] == [0, 1, 2, 3]
    ahead.close()


def test_what_fails_in_the_background_fails_where_it_is_asked_for() -> None:
    def fail() -> int:
        raise PipelineError("nothing to draw")

    ahead = Ahead(fail, ahead=2)
    with pytest.raises(PipelineError, match="nothing to draw"):
        ahead.next()
    ahead.close()


@pytest.mark.parametrize("minutes", ["0", "-2", "nan"])
def test_a_part_takes_some_time(minutes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--dir", "runs", "--minutes", minutes])
    assert "more than 0 minutes" in capsys.readouterr().err
