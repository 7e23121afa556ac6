"""The state of a render on disk, so that one that was interrupted goes on where it was."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.artifacts import Timings
from pipeline.errors import WorkspaceError
from pipeline.files import short, write_bytes

if TYPE_CHECKING:
    from torch import Tensor

logger = logging.getLogger(__name__)

SECONDS_BETWEEN = 2.0


@dataclass(frozen=True)
class State:
    """All that the steps to come depend on.

    Attributes:
        step: how many steps are done.
        latents: float32 (1, f, C, h, w), as noisy as that step left them.
        predicted: the clean latents predicted at that step, which DPM looks back at; likewise.
        generator: state of the generator of the noise, uint8.
        timings: seconds so far.
    """

    step: int
    latents: Tensor
    predicted: Tensor
    generator: Tensor
    timings: Timings


class Checkpoint:
    """One render's state in one safetensors file.

    Args:
        path: the file; its folder is made at the first saving.
        key: tells the render from every other: whatever its frames depend on belongs in it. A state
            under another key is not this render's.
        seconds_between: states are written no more often than this.
    """

    def __init__(self, path: Path, key: str, *, seconds_between: float = SECONDS_BETWEEN) -> None:
        self.path, self.key, self.seconds_between = path, key, seconds_between
        self._saved = time.monotonic()

    def load(self) -> State | None:
        """The state saved last; None if there is none, or none of this render. Logs why not."""
        from safetensors import SafetensorError, safe_open

        if not self.path.is_file():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                told = json.loads((file.metadata() or {})["state"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return self._read(told, tensors)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            logger.warning("%s is no render's state: %s", short(self.path), error)
            return None

    def _read(self, told: dict[str, object], tensors: dict[str, Tensor]) -> State | None:
        if told["key"] != self.key:
            logger.info("%s is the state of another render", short(self.path))
            return None
        timings = Timings.model_validate(told["timings"])
        return State(step=int(str(told["step"])), timings=timings, **tensors)

    def save(self, state: State, *, now: bool = False) -> None:
        """Write the state, whole or not at all; too soon after the last one only if `now`.

        A disk that refuses is only logged: the render goes on without.
        """
        if not now and time.monotonic() - self._saved < self.seconds_between:
            return
        from safetensors.torch import save

        told = {"key": self.key, "step": state.step, "timings": state.timings.model_dump()}
        tensors = {
            "latents": state.latents,
            "predicted": state.predicted,
            "generator": state.generator,
        }
        content = save(
            {name: tensor.cpu().contiguous() for name, tensor in tensors.items()},
            metadata={"state": json.dumps(told)},
        )
        try:
            write_bytes(self.path, content)
        except WorkspaceError as error:
            logger.warning("the state of the render is not kept: %s", error)
        self._saved = time.monotonic()

    def clear(self) -> None:
        """Forget the state: the take is saved, or nobody wants it any more."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:  # the take is good all the same
            logger.warning("%s stays: %s", short(self.path), error.strerror)
