"""Checkpoints: tensors and a JSON record in one safetensors file, written atomically."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from safetensors import safe_open
from safetensors.torch import save_file

from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor


def save_checkpoint(path: Path, tensors: dict[str, Tensor], record: dict[str, Any]) -> None:
    """Write `tensors` and `record` to `path`; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(whole, partial, metadata={"record": json.dumps(record)})
    partial.replace(path)


def load_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and record of a checkpoint.

    Raises:
        PipelineError: the file does not exist.
    """
    if not path.exists():
        raise PipelineError(
            f"the checkpoint {path} does not exist", hint="train the part it comes from first"
        )
    with safe_open(path, framework="pt") as file:
        record = json.loads(file.metadata()["record"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return tensors, record


def load_record(path: Path) -> dict[str, Any]:
    """The record of a checkpoint that exists, without its tensors."""
    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["record"])


def take_prefix(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
