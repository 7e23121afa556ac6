"""The header of a LoRA file of a stranger: read, doubted, and written anew. Loads no torch.

A safetensors file is the length of its header (8 bytes), the header (JSON: dtype, shape and place
of each tensor, and texts under `__metadata__`), and the numbers.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError, safe_open

from pipeline.diffusion.adapter_config import PREFIX
from pipeline.errors import InputError
from pipeline.files import workspace_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MAX_HEADER_BYTES = 8_000_000
_ALIGNED = 8
_TEXTS = "__metadata__"
_PREFIXES = re.compile(r"(?:base_model\.model\.)?(?:transformer\.|diffusion_model\.)?")
_WEIGHT = re.compile(r"(transformer_blocks\.\d+\..+)\.lora_([AB])(?:\.default)?\.weight")
_NUMBERS = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_BFLOAT16 = np.dtype("<u2")
_EXPONENT = 0x7F80
"""The bits of a bfloat16 that are all set where it is no finite number."""
_STRANGE = (
    (
        re.compile(r"^lora_|\.lora_(?:down|up)\.|\.alpha$"),
        "its layers are named as kohya's trainers name them ({name!r}); "
        "convert it to diffusers' names first",
    ),
    (
        re.compile("qkv|query_key_value"),
        "it changes query, key and value as one layer ({name!r}), which the model has as three; "
        "convert it to diffusers' names first",
    ),
    (re.compile("^text_encoder|^lora_te"), "it changes the text encoder, too ({name!r})"),
    (re.compile("magnitude_vector|dora_scale"), "it is a DoRA adapter ({name!r})"),
    (re.compile(r"lora_[AB].*\.bias$|\.diff_b$"), "it has biases of its own ({name!r})"),
    (re.compile(r"hada_|lokr_|oft_|\.diff$"), "it is another kind of adapter ({name!r})"),
)
"""Names in files that are meant for other programs, and what they tell."""


@dataclass(frozen=True)
class LoraHeader:
    """What a file holds, read from its header.

    Attributes:
        tensors: name in the file to its entry: `dtype`, `shape`, `data_offsets`.
        texts: what it says of itself.
        begins: where its numbers begin, in bytes.
    """

    tensors: dict[str, dict[str, Any]]
    texts: dict[str, str]
    begins: int


def read_header(file: Path) -> LoraHeader:
    """Read the header of a safetensors file and see that the file is whole.

    Raises:
        InputError: it is none, or not whole.
        WorkspaceError: it cannot be read.
    """
    broken = InputError(
        "it is no safetensors file, or it is not whole", hint="Copy or download it again."
    )
    with workspace_errors("read the adapter"), file.open("rb") as opened:
        size = int.from_bytes(opened.read(8), "little")
        if not 0 < size <= _MAX_HEADER_BYTES:
            raise broken
        text = opened.read(size)
    try:
        with safe_open(file, framework="np"):  # checks every entry against the file's length
            header: dict[str, Any] = json.loads(text)
    except (SafetensorError, OSError, ValueError) as error:
        raise broken from error
    texts = header.pop(_TEXTS, {})
    return LoraHeader(header, texts, 8 + size)


def layer_names(header: LoraHeader) -> dict[str, tuple[str, str]]:
    """Give for each tensor its layer as diffusers names it, and whether it is its A or its B.

    Raises:
        InputError: a name is none of a LoRA on diffusers' transformer; the message says why.
    """
    found: dict[str, tuple[str, str]] = {}
    for name in header.tensors:
        plain = name[match.end() :] if (match := _PREFIXES.match(name)) else name
        weight = _WEIGHT.fullmatch(plain)
        if weight is None:
            raise InputError(_why_strange(name))
        found[name] = weight[1], weight[2]
    if len({*found.values()}) != len(found):
        raise InputError("it holds a layer twice, under different names")
    return found


def _why_strange(name: str) -> str:
    for pattern, words in _STRANGE:
        if pattern.search(name):
            return words.format(name=name[:80])
    return f"it holds {name[:80]!r}, which is no LoRA weight of such a model"


def check_numbers(file: Path, header: LoraHeader) -> None:
    """See that every weight is a finite number; InputError otherwise."""
    data = np.memmap(file, dtype=np.uint8, mode="r", offset=header.begins)
    for name, entry in header.tensors.items():
        first, end = entry["data_offsets"]
        if not _finite(data[first:end], entry["dtype"]):
            raise InputError(f"{name[:80]!r} has weights that are not finite numbers")


def _finite(data: np.ndarray, dtype: str) -> bool:
    if dtype == "BF16":
        return bool(((data.view(_BFLOAT16) & _EXPONENT) != _EXPONENT).all())
    return dtype in _NUMBERS and bool(np.isfinite(data.view(_NUMBERS[dtype])).all())


def write_anew(file: Path, header: LoraHeader, out: Path, texts: Mapping[str, str]) -> None:
    """Write a LoRA with diffusers' names and other texts; its numbers stay as they are.

    Raises:
        WorkspaceError: it cannot be written.
    """
    layers = layer_names(header)
    entries: dict[str, object] = {_TEXTS: dict(texts)}
    for name, entry in header.tensors.items():
        layer, side = layers[name]
        entries[f"{PREFIX}{layer}.lora_{side}.weight"] = entry
    written = json.dumps(entries).encode()
    written += b" " * (-len(written) % _ALIGNED)
    with workspace_errors("write the adapter"), file.open("rb") as source, out.open("xb") as made:
        made.write(len(written).to_bytes(8, "little"))
        made.write(written)
        source.seek(header.begins)
        shutil.copyfileobj(source, made)
