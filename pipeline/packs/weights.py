"""Where a pack's weights lie, whether they are whole, and which ones they are. No torch."""

from __future__ import annotations

import hashlib
import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pipeline.errors import ModelUnavailableError, PipelineError
from pipeline.files import read_record, short
from pipeline.packs.record import Counts, PackRecord, find_pack
from pipeline.story import Record

PARTS = ("tokenizer", "text_encoder", "transformer", "vae", "scheduler")
FETCHED_FILE = "fetched.json"
WEIGHTS_VARIABLE = "DREAMRUNNER_WEIGHTS"
_MODELS = ("text_encoder", "transformer", "vae")
_COUNTED = (".json", ".safetensors", ".model", ".txt")
_MOST_HEADER_BYTES = 100_000_000

State = Literal["ready", "partly", "absent"]


class Fetched(Record):
    """What was fetched from a hub into a folder (`fetched.json` in it)."""

    schema_version: Literal[1] = 1
    hub_id: str
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
    """Found at the first fetch, and kept: a fetch that goes on goes on with the same files."""
    size_bytes: int = Field(ge=0)
    whole: bool = False


@dataclass(frozen=True)
class Weights:
    """What lies in a folder of weights.

    Attributes:
        folder: The folder, which may not be there.
        state: `ready` = whole; `partly` = a fetch was stopped, or files are broken.
        have_bytes: Bytes of its files, partial ones too.
        problems: What is missing or broken, one sentence each.
    """

    folder: Path
    state: State
    have_bytes: int
    problems: tuple[str, ...]


def models_folder(record: PackRecord, home: Path) -> Path:
    """Give the folder that a pack's weights are fetched to: `models/<pack>` of the home."""
    return home / "models" / record.name


def find_weights(
    name_or_path: str | Path, record: PackRecord, *, home: Path, given: Path | None = None
) -> Path:
    """Give the folder of a pack's weights, which may not be there yet.

    Weights without a hub lie beside their record. Others lie in the folder that is `given`, or that
    `DREAMRUNNER_WEIGHTS` names, or where `fetch_pack` puts them. The hub's own cache is looked into
    by nobody: name a snapshot's folder in it.
    """
    if record.hub_id is None:
        return find_pack(name_or_path)
    named = given or os.environ.get(WEIGHTS_VARIABLE, "").strip()
    return Path(named).expanduser().absolute() if named else models_folder(record, home)


def look_at(folder: Path, record: PackRecord | None = None) -> Weights:
    """Look at a folder of weights; reads the heads of its files, never the weights.

    With the `record` of a pack of a hub they must be that pack's, and of the commit it asks for.
    """
    have = count_bytes(folder)
    problems = tuple(_problems(folder)) if have else ("there is nothing yet",)
    if have and not problems and record is not None and record.hub_id is not None:
        problems = tuple(_misfits(folder, record))
    state: State = "partly" if have else "absent"
    return Weights(folder, state if problems else "ready", have, problems)


def count_bytes(folder: Path) -> int:
    """Count the bytes of all files below a folder, partial ones too; 0 where there is none."""
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except FileNotFoundError:  # a partial file that was renamed meanwhile
        return count_bytes(folder)


def _problems(folder: Path) -> list[str]:
    found = [f"{part} is missing" for part in PARTS if not (folder / part).is_dir()]
    fetched = read_fetched(folder)
    if fetched is not None and not fetched.whole:
        found.append("fetching was stopped")
    for part in _MODELS:
        if (folder / part).is_dir():
            found += _part_problems(folder / part)
    return found


def _misfits(folder: Path, record: PackRecord) -> list[str]:
    """What tells that whole weights are not those that a record was made for."""
    fetched, wanted = read_fetched(folder), record.hub_revision
    if fetched is not None and wanted not in (None, fetched.commit):
        return [f"they are of the commit {fetched.commit[:12]}, the pack's is {wanted[:12]}"]
    path = folder / "transformer" / "config.json"
    config, width = _read_config(path), record.counts.width if record.counts else None
    own = {
        "in_channels": record.latent_channels,
        "patch_size": record.patch_size,
        "max_text_seq_length": record.max_sequence_length,
    }
    wrong = [
        f"{name} is {config[name]}" for name, one in own.items() if config.get(name, one) != one
    ]
    if width is not None and _width(path) != width:
        wrong.append(f"{_width(path)} numbers per token")
    return [f"the transformer is that of another model ({', '.join(wrong)})"] if wrong else []


def _part_problems(folder: Path) -> list[str]:
    try:
        names = _shards(folder)
        if not names or not (folder / "config.json").is_file():
            return [f"{folder.name} has no weights or no config.json"]
        for name in names:
            read_header(folder / name)
    except ModelUnavailableError as error:
        return [error.message]
    return []


def _shards(folder: Path) -> list[str]:
    """Names of the weights' files of one part: those of its index, or those that are there."""
    for index in sorted(folder.glob("*.safetensors.index.json")):
        try:
            named = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ModelUnavailableError(f"{short(index)} cannot be read") from error
        return sorted({Path(str(name)).name for name in named})
    return sorted(path.name for path in folder.glob("*.safetensors"))


def read_header(path: Path) -> dict[str, Any]:
    """Read the header of a safetensors file: dtype, shape and place of each tensor.

    Raises:
        ModelUnavailableError: it is missing, no safetensors file, or not as long as its header
            says.
    """
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if not 0 < size < _MOST_HEADER_BYTES:
                raise ValueError("no header")
            header = json.loads(file.read(size))
        header.pop("__metadata__", None)
        end = 8 + size + max((one["data_offsets"][1] for one in header.values()), default=0)
        if not all(isinstance(side, int) for one in header.values() for side in one["shape"]):
            raise ValueError("no shapes")
        whole = path.stat().st_size == end
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailableError(f"{short(path)} is missing or broken") from error
    if not whole:
        raise ModelUnavailableError(f"{short(path)} is not whole")
    return header


def count_parameters(folder: Path) -> Counts:
    """Count the parameters of each model in a folder of weights, from their files' headers.

    Raises:
        ModelUnavailableError: a file is missing or broken.
    """
    counts = {}
    for part in _MODELS:
        headers = (read_header(folder / part / name) for name in _shards(folder / part))
        shapes = [one["shape"] for header in headers for one in header.values()]
        counts[part] = max(1, sum(math.prod(shape) for shape in shapes))
    return Counts(**counts, width=_width(folder / "transformer" / "config.json"))


def _width(path: Path) -> int:
    config = _read_config(path)
    try:
        return int(config["num_attention_heads"]) * int(config["attention_head_dim"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelUnavailableError(f"{short(path)} cannot be read") from error


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailableError(f"{short(path)} cannot be read") from error
    if not isinstance(config, dict):
        raise ModelUnavailableError(f"{short(path)} cannot be read")
    return config


def read_fetched(folder: Path) -> Fetched | None:
    """Read what was fetched into a folder; None where nothing was, or nobody can tell."""
    try:
        return read_record(folder / FETCHED_FILE, Fetched)
    except PipelineError:
        return None


def played_revision(name_or_path: str | Path, record: PackRecord, *, home: Path) -> str:
    """Give the revision of the weights that play; empty where they are still to be fetched."""
    if record.hub_id is None:
        return record.revision
    folder = find_weights(name_or_path, record, home=home)
    return weights_revision(folder) if folder.is_dir() else ""


def weights_revision(folder: Path) -> str:
    """Give which weights lie in a folder: the hub's commit that was fetched, or else a hash.

    The hash (16 hex digits) is of all files' names and sizes and of what the small ones hold: the
    weights themselves are tens of gigabytes.
    """
    fetched = read_fetched(folder)
    if fetched is not None and fetched.whole:
        return fetched.commit
    digest = hashlib.sha256()
    for part in PARTS:
        for path in sorted(p for p in (folder / part).rglob("*") if p.suffix in _COUNTED):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            if path.suffix != ".safetensors":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
