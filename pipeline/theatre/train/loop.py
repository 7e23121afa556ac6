"""The loop every part shares: time limit, learning-rate schedule, log, checkpoints, clean stop."""

from __future__ import annotations

import logging
import signal
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

from pipeline.errors import TrainingError
from pipeline.theatre.train.checkpoints import load_checkpoint, save_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from pipeline.theatre.train.optim import MixedOptimizer

LOG = logging.getLogger(__name__)


class Training(Protocol):
    """One trained part: its optimiser and its loss."""

    optimizer: MixedOptimizer

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, float], int]:
        """Loss to differentiate, values to log, samples used; `fraction` of the time is over."""
        ...


@dataclass
class Record:
    """What is known of a part's training; kept with its checkpoint."""

    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    seeds: list[int] = field(default_factory=list)
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Limits:
    """When a run ends and how its learning rate goes.

    `minutes` is the run's length; with `decay` the rate falls linearly over the last 40 % of it. At
    most `max_steps` are done, where given.
    """

    minutes: float
    decay: bool = True
    max_steps: int | None = None
    seed: int = 0
    log_steps: int = 50
    checkpoint_seconds: float = 180.0
    warmup_steps: int = 40

    def rate_factor(self, steps_done: int, fraction: float) -> float:
        """The learning rate as a fraction of the plan's."""
        warmup = min(1.0, (steps_done + 1) / self.warmup_steps)
        if not self.decay or fraction < 0.6:
            return warmup
        return warmup * max(0.03, (1 - fraction) / 0.4)


class StopRequest:
    """Becomes true when the process is asked to end (SIGTERM, SIGINT)."""

    def __init__(self) -> None:
        self.stopped = False

    def __call__(self, signum: int, frame: object) -> None:
        """Note the signal."""
        self.stopped = True

    def listen(self) -> StopRequest:
        """Start listening; returns itself."""
        signal.signal(signal.SIGTERM, self)
        signal.signal(signal.SIGINT, self)
        return self


class _Averages:
    """Means of logged values since the last `flush`."""

    def __init__(self) -> None:
        self.sums: dict[str, list[float]] = {}

    def add(self, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.sums.setdefault(name, []).append(value)

    def flush(self) -> dict[str, float]:
        means = {name: round(sum(v) / len(v), 5) for name, v in self.sums.items()}
        self.sums.clear()
        return means


def read_record(path: Path) -> Record:
    """The record kept in a checkpoint, or an empty one where there is none."""
    return Record(**load_checkpoint(path)[1]) if path.exists() else Record()


def resume(training: Training, path: Path) -> Record:
    """Load the part's checkpoint, if any, into `training` and return its record."""
    if not path.exists():
        return Record()
    tensors, record = load_checkpoint(path)
    training.optimizer.load(tensors, record["step"])
    LOG.info("continuing %s from step %d", path.name, record["step"])
    return Record(**record)


def _check_finite(loss: Tensor, path: Path, step: int) -> None:
    if not bool(loss.isfinite()):
        raise TrainingError(
            f"the loss of {path.stem} is not finite at step {step}",
            hint="The last checkpoint is as it was; go on from it with another --seed.",
        )


def run(
    training: Training, record: Record, *, path: Path, limits: Limits, stop: StopRequest
) -> Record:
    """Train until the time, the steps or a stop request ends it; leaves a checkpoint at `path`.

    Raises:
        TrainingError: the loss is not finite; the last checkpoint stays as it is.
    """
    started, cpu_started = time.monotonic(), time.process_time()
    saved, first_step = started, record.step
    before = record.seconds, record.cpu_seconds
    averages = _Averages()
    record.seeds.append(limits.seed)

    def save() -> None:
        record.seconds = before[0] + time.monotonic() - started
        record.cpu_seconds = before[1] + time.process_time() - cpu_started
        save_checkpoint(path, training.optimizer.tensors(), asdict(record))

    while not stop.stopped:
        done = record.step - first_step
        fraction = (time.monotonic() - started) / (limits.minutes * 60)
        if limits.max_steps is not None:
            fraction = max(fraction, done / limits.max_steps)
        if fraction >= 1:
            break
        loss, values, samples = training.loss(record.step, fraction if limits.decay else 0.0)
        _check_finite(loss, path, record.step)
        loss.backward()
        norm = training.optimizer.step(limits.rate_factor(done, fraction))
        record.step += 1
        record.samples += samples
        averages.add(values | {"norm": norm})
        if record.step % limits.log_steps == 0:
            seconds = time.monotonic() - started
            entry = averages.flush() | {"s_per_step": round(seconds / (done + 1), 4)}
            record.history.append({"step": record.step, "samples": record.samples} | entry)
            LOG.info("step %d, %.0f s: %s", record.step, seconds, entry)
        if time.monotonic() - saved > limits.checkpoint_seconds:
            save()
            saved = time.monotonic()
    save()
    LOG.info("%s: stopped at step %d after %d samples", path.name, record.step, record.samples)
    return record
