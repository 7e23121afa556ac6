"""Beginning from an exported pack: its float16 weights become the checkpoints of a new folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file

from pipeline.errors import PipelineError
from pipeline.theatre.train.checkpoints import save_checkpoint, take_prefix
from pipeline.theatre.train.export import CODEC, TRAINING
from pipeline.theatre.train.plans import Plan
from pipeline.theatre.train.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

_NEEDED = (CODEC, TRAINING, "tokenizer", "text_encoder", "transformer", "vae")


def read_training(pack: Path) -> tuple[Plan, dict[str, dict[str, Any]]]:
    """The plan of a pack and the records of its parts.

    Raises:
        PipelineError: the folder lacks what training goes on from.
    """
    if missing := [name for name in _NEEDED if not (pack / name).exists()]:
        raise PipelineError(
            f"training cannot begin from {pack}: it has no {', '.join(missing)}",
            hint="Give a folder that the part `export` wrote.",
        )
    training = json.loads((pack / TRAINING).read_text(encoding="utf-8"))
    return Plan.model_validate(training["plan"]), training["parts"]


def begin_from_pack(pack: Path, folder: Path, plan: Plan) -> Settings:
    """Write the checkpoints of a pack's parts into `folder` and give the folder's first record.

    Masters and averages are the pack's weights, the optimisers begin anew, and steps and logged
    values go on from the pack's own.

    Raises:
        PipelineError: the pack lacks something, or the folder already has checkpoints.
    """
    _, records = read_training(pack)
    if list(folder.glob("*.safetensors")):
        raise PipelineError(
            f"there are checkpoints in {folder} already", hint="Leave --from away to go on there."
        )
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pack / CODEC, folder / CODEC)
    shutil.copytree(pack / "tokenizer", folder / "tokenizer", dirs_exist_ok=True)
    for part, weights in _weights_of_parts(pack).items():
        if part in records:
            tensors = {f"master.{name}": weight for name, weight in weights.items()}
            tensors |= {f"average.{name}": weight.clone() for name, weight in weights.items()}
            save_checkpoint(folder / f"{part}.safetensors", tensors, records[part])
    seconds = {part: record["seconds"] for part, record in records.items()}
    phase = "clips" if "clips" in records else "images"
    return Settings(plan=plan, phase=phase, seconds_before=seconds)


def _weights_of_parts(pack: Path) -> dict[str, dict[str, Tensor]]:
    """The float32 weights of each part, by the names its checkpoint has."""
    vae = _read_weights(pack / "vae")
    text = _add_prefix("text", _read_weights(pack / "text_encoder"))
    transformer = text | _add_prefix("transformer", _read_weights(pack / "transformer"))
    return {
        "decoder": _add_prefix("decoder", take_prefix(vae, "decoder.")),
        "encoder": _add_prefix("encoder", take_prefix(vae, "encoder.")),
        "text": text,
        "images": transformer,
        "clips": transformer,
    }


def _add_prefix(prefix: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{prefix}.{name}": weight for name, weight in weights.items()}


def _read_weights(folder: Path) -> dict[str, Tensor]:
    shards = [load_file(path) for path in sorted(folder.glob("*.safetensors"))]
    return {name: weight.float() for shard in shards for name, weight in shard.items()}
