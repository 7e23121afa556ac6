"""The state of a training on disk, so that one that was stopped or killed goes on where it was."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from pipeline.errors import WorkspaceError
from pipeline.files import short, write_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 20.0
WEIGHTS = "prior/weight/"
"""Before the names of the adapter's weights."""
_STATE, _SAMPLE, _HISTORY = "state/", "sample/", "history"


@dataclass(frozen=True)
class TrainState:
    """All that the steps to come depend on, and what is known of those that are done.

    What is drawn at a step follows from the seed and the step's number, so no generator is kept.

    Attributes:
        tensors: everything that changes from step to step, by `Passes.state`'s names.
        history: float64 (steps, 2), L_org and L_ad of each step that is done; L_ad is 0 where it
            is not used.
        samples: preview pictures (WebP) by the step they were made at.
        seconds: how long it took so far.
    """

    tensors: dict[str, Tensor]
    history: Tensor
    samples: dict[int, bytes] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def step(self) -> int:
        """How many steps are done."""
        return len(self.history)

    @property
    def adapter(self) -> dict[str, Tensor]:
        """The weights by peft's names, float32: usable as they are (see `write_adapter`)."""
        return below(self.tensors, WEIGHTS)


class StateFile:
    """One training's state in one safetensors file.

    Args:
        path: the file; its folder is made at the first saving.
        key: tells the training from every other: whatever its weights depend on belongs in it.
            A state under another key is not this training's.
        seconds_between: a state that is kept by the way is written no more often than this.
    """

    def __init__(self, path: Path, key: str, *, seconds_between: float = SECONDS_BETWEEN) -> None:
        self.path, self.key, self.seconds_between = path, key, seconds_between
        self._saved = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._saved >= self.seconds_between

    def load(self) -> TrainState | None:
        """The state saved last; None if there is none, or none of this training. Logs why not."""
        from safetensors import SafetensorError, safe_open

        if not self.path.is_file():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                told = json.loads((file.metadata() or {})["state"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if told["key"] != self.key:
                logger.info("%s is the state of another training", short(self.path))
                return None
            return _read(tensors, float(told["seconds"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            logger.warning("%s is no training's state: %s", short(self.path), error)
            return None

    def save(self, state: TrainState) -> bool:
        """Write the state, whole or not at all; tells whether it could.

        A disk that refuses is only logged: the training goes on without.
        """
        from safetensors.torch import save

        self._saved = time.monotonic()
        told = {"key": self.key, "seconds": state.seconds}
        try:
            write_bytes(self.path, save(_tensors(state), metadata={"state": json.dumps(told)}))
        except WorkspaceError as error:
            logger.warning("the state of the training is not kept: %s", error)
            return False
        return True

    def clear(self) -> None:
        """Forget the state: the prior is stored, or nobody wants it any more."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:  # the prior is good all the same
            logger.warning("%s stays: %s", short(self.path), error.strerror)


def _tensors(state: TrainState) -> dict[str, Tensor]:
    pictures = {
        str(step): torch.frombuffer(bytearray(picture), dtype=torch.uint8)
        for step, picture in state.samples.items()
    }
    parts = {_STATE: state.tensors, _SAMPLE: pictures}
    named = {prefix + name: t for prefix, part in parts.items() for name, t in part.items()}
    return {name: tensor.cpu().contiguous() for name, tensor in named.items()} | {
        _HISTORY: state.history.contiguous()
    }


def _read(tensors: Mapping[str, Tensor], seconds: float) -> TrainState:
    history = tensors[_HISTORY]
    if history.ndim != 2 or history.shape[1] != 2:
        raise ValueError("its losses are none")
    pictures = {int(step): bytes(p.numpy().data) for step, p in below(tensors, _SAMPLE).items()}
    return TrainState(below(tensors, _STATE), history, pictures, seconds)


def below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin so, by the rest of their names."""
    return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}
