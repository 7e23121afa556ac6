"""The training loop: what it leaves when a loss is no number."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from pipeline.errors import TrainingError
from pipeline.theatre.train.__main__ import build_parser
from pipeline.theatre.train.loop import Limits, Record, StopRequest, run
from pipeline.theatre.train.optim import MixedOptimizer


class Breaking:
    """A part whose loss is no number from its third step on."""

    def __init__(self) -> None:
        self.module = torch.nn.Linear(3, 2)
        self.optimizer = MixedOptimizer({"it": self.module}, adamw_rate=0.01, dtype=torch.float32)

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, float], int]:
        loss = self.module(torch.ones(4, 3)).square().mean()
        return loss / (step < 2), {}, 4


def test_a_loss_that_is_no_number_ends_training_and_changes_nothing(tmp_path: Path) -> None:
    path, training = tmp_path / "clips.safetensors", Breaking()
    path.write_bytes(b"the checkpoint before")
    limits = Limits(minutes=5, max_steps=9)
    with pytest.raises(TrainingError, match="clips is not finite at step 2"):
        run(training, Record(), path=path, limits=limits, stop=StopRequest())
    assert path.read_bytes() == b"the checkpoint before"
    assert all(bool(p.isfinite().all()) for p in training.module.parameters())


@pytest.mark.parametrize("minutes", ["0", "-2", "nan"])
def test_a_part_takes_some_time(minutes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["clips", "--dir", "runs", "--minutes", minutes])
    assert "more than 0 minutes" in capsys.readouterr().err
