"""The loop every part shares: time limit, learning-rate schedule, log, checkpoints, clean stop."""

from __future__ import annotations

import logging
import math
import signal
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

import torch

from pipeline.errors import TrainingError
from pipeline.theatre.train.checkpoints import load_checkpoint, load_record, save_checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from pipeline.theatre.train.optim import MixedOptimizer

LOG = logging.getLogger(__name__)


class Training(Protocol):
    """One trained part: its optimiser and its loss."""

    optimizer: MixedOptimizer

    def loss(self, step: int, fraction: float) -> tuple[Tensor, dict[str, Tensor], int]:
        """Loss to differentiate, values to log, samples used; `fraction` of the time is over.

        Logged values stay where they are computed, so that a GPU is not waited for.
        """
        ...

    def close(self) -> None:
        """End what prepares data in the background."""
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

    Attributes:
        minutes: the part's length; with `decay` the rate falls linearly over its last 40 %.
        spent_seconds: how much of it was spent in earlier runs.
        deadline: when this run ends even so, in seconds of `time.monotonic`.
        max_steps: this run's steps at most.
        look_seconds: time between two looks (curves, sample sheet).
    """

    minutes: float
    decay: bool = True
    max_steps: int | None = None
    seed: int = 0
    log_steps: int = 50
    checkpoint_seconds: float = 180.0
    warmup_steps: int = 40
    spent_seconds: float = 0.0
    deadline: float | None = None
    look_seconds: float = 600.0

    def fraction(self, seconds: float, steps: int) -> float:
        """How much of the part is over after so many seconds and steps of this run."""
        fraction = (self.spent_seconds + seconds) / (self.minutes * 60)
        return fraction if self.max_steps is None else max(fraction, steps / self.max_steps)

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
    """Means of logged values since the last `flush`; values are read off the device only then."""

    def __init__(self) -> None:
        self.values: dict[str, list[Tensor]] = {}

    def add(self, values: dict[str, Tensor]) -> None:
        for name, value in values.items():
            self.values.setdefault(name, []).append(value.detach())

    def flush(self) -> dict[str, float]:
        means = {n: float(torch.stack(v).nanmean()) for n, v in self.values.items()}
        self.values.clear()
        return {name: round(mean, 5) for name, mean in means.items() if not math.isnan(mean)}


def read_record(path: Path) -> Record:
    """The record kept in a checkpoint, or an empty one where there is none."""
    return Record(**load_record(path)) if path.exists() else Record()


def resume(training: Training, path: Path) -> Record:
    """Load the part's checkpoint, if any, into `training` and return its record."""
    if not path.exists():
        return Record()
    tensors, record = load_checkpoint(path)
    training.optimizer.load(tensors, record["step"])
    LOG.info("continuing %s from step %d", path.name, record["step"])
    return Record(**record)


def _check_finite(value: Tensor, path: Path, step: int) -> None:
    if not bool(value.isfinite()):
        raise TrainingError(
            f"the loss of {path.stem} is not finite at step {step}",
            hint="The last checkpoint is as it was; go on from it with another --seed.",
        )


class Run:
    """One run of a part: steps, log lines, checkpoints and looks as they fall due."""

    # A look takes at most a thirtieth of the time: the next one waits as long as the last one asks.
    LOOK_RARITY = 30

    def __init__(
        self,
        training: Training,
        record: Record,
        *,
        path: Path,
        limits: Limits,
        look: Callable[[], None] | None = None,
    ) -> None:
        self.training, self.record, self.path, self.limits = training, record, path, limits
        self.look = look
        self.averages = _Averages()
        self.first_step = record.step
        self.before = record.seconds, record.cpu_seconds
        self.began, self.cpu_began = time.monotonic(), time.process_time()
        self.next_save = self.began + limits.checkpoint_seconds
        self.next_look = self.began + limits.look_seconds
        record.seeds.append(limits.seed)

    def go(self, stop: StopRequest) -> Record:
        """Take steps until the time, the steps, the deadline or a stop request ends them."""
        deadline = self.limits.deadline
        while not stop.stopped and (deadline is None or time.monotonic() < deadline):
            steps = self.record.step - self.first_step
            fraction = self.limits.fraction(time.monotonic() - self.began, steps)
            if fraction >= 1:
                break
            self._take_step(steps, fraction)
            if self.record.step % self.limits.log_steps == 0:
                self._log(steps + 1)
            if time.monotonic() >= self.next_save:
                self._save()
                self._look_if_due()
        self._save()
        record = self.record
        LOG.info("%s: at step %d after %d samples", self.path.name, record.step, record.samples)
        return record

    def _take_step(self, steps: int, fraction: float) -> None:
        limits, record, optimizer = self.limits, self.record, self.training.optimizer
        loss, values, samples = self.training.loss(record.step, fraction if limits.decay else 0.0)
        if loss.device.type == "cpu":
            _check_finite(loss, self.path, record.step)
        loss.backward()
        norm = optimizer.step(limits.rate_factor(steps, fraction))
        self.latest = loss.detach() + norm
        record.step += 1
        record.samples += samples
        self.averages.add(values | {"norm": norm})

    def _log(self, steps: int) -> None:
        record, seconds = self.record, time.monotonic() - self.began
        entry = self.averages.flush() | {"s_per_step": round(seconds / steps, 4)}
        _check_finite(self.latest, self.path, record.step)
        record.history.append({"step": record.step, "samples": record.samples} | entry)
        LOG.info("step %d, %.0f s: %s", record.step, seconds, entry)

    def _save(self) -> None:
        if self.record.step > self.first_step:
            # No number stays one: had an earlier step gone wrong, this one would show it.
            _check_finite(self.latest, self.path, self.record.step)
        self.record.seconds = self.before[0] + time.monotonic() - self.began
        self.record.cpu_seconds = self.before[1] + time.process_time() - self.cpu_began
        save_checkpoint(self.path, self.training.optimizer.tensors(), asdict(self.record))
        self.next_save = time.monotonic() + self.limits.checkpoint_seconds

    def _look_if_due(self) -> None:
        began = time.monotonic()
        if self.look is None or began < self.next_look:
            return
        self.look()
        ended = time.monotonic()
        self.next_look = ended + max(self.limits.look_seconds, self.LOOK_RARITY * (ended - began))


def run(
    training: Training,
    record: Record,
    *,
    path: Path,
    limits: Limits,
    stop: StopRequest,
    look: Callable[[], None] | None = None,
) -> Record:
    """Train until the time, the steps or a stop request ends it; leaves a checkpoint at `path`.

    `look` is called now and then after a checkpoint.

    Raises:
        TrainingError: the loss is not finite; the last checkpoint stays as it is.
    """
    try:
        return Run(training, record, path=path, limits=limits, look=look).go(stop)
    finally:
        training.close()
