"""Brings in a LoRA that was trained elsewhere; every doubt is settled before it is kept.

Only safetensors files are read, never pickles, and only weights that can be confined to a region:
the six linear layers of a block, all of one rank. Loads no torch.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from pipeline import __version__
from pipeline.diffusion.adapter_config import (
    METADATA_KEY,
    PREFIX,
    START_BYTES,
    Acting,
    is_pickle,
)
from pipeline.errors import InputError
from pipeline.files import SCRATCH, workspace_errors
from pipeline.prior import Prior, PriorKind
from pipeline.priors.header import MADE_WITH, file_name, metadata_of, without_places
from pipeline.priors.keys import import_key
from pipeline.priors.lora_header import (
    LoraHeader,
    check_numbers,
    layer_names,
    read_header,
    write_anew,
)
from pipeline.priors.matching import Fit, alpha_of, shape_of
from pipeline.priors.placing import hash_of
from pipeline.priors.store import PriorStore, Stored
from pipeline.story import Record

MAX_BYTES = 800_000_000
"""Of a file: rank 64 on all blocks of CogVideoX 5B in float32 is 600 MB."""
PUBLISHED_FILE = "pytorch_lora_weights.safetensors"
"""Diffusers' name of a LoRA, which publishing gives it."""
_MAX_WORDS = 200
_KEPT = ("sources", "settings", *Acting.model_fields)
"""What the header of one of our own files says that stays in it."""


class Said(Record):
    """What a file turns out to hold, and what it says of itself; empty = nothing."""

    kind: PriorKind | None = None
    words: str = ""
    figure: str = ""
    trigger: str = ""
    licence: str = ""
    origin: str = ""
    """Where it comes from, in words."""
    rank: int
    alpha: float
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class _Lora:
    """A file that fits: where it lies as safetensors, its header, and what it says."""

    file: Path
    header: LoraHeader
    said: Said


def look_into(file: Path, fit: Fit, *, name: str = "") -> Said:
    """See that a LoRA file fits a pack, and give what it says of itself.

    Args:
        file: A safetensors file, or a zip that `export_prior` wrote.
        fit: The pack's transformer.
        name: What the person calls the file; empty = its own name.

    Raises:
        InputError: it is a pickle, no plain LoRA, damaged, too large, or one of another model.
        WorkspaceError: it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        return _checked(file, fit, name or file.name, Path(folder)).said


def import_prior(
    store: PriorStore,
    file: Path,
    fit: Fit,
    *,
    kind: PriorKind | None = None,
    words: str = "",
    figure: str = "",
    trigger: str = "",
    licence: str = "",
    name: str = "",
) -> Stored:
    """Keep a LoRA file of someone else as a learned look or motion of the user.

    What is not given is what the file says of itself; the trigger is then the words.

    Args:
        store: Where to keep it.
        file: As for `look_into`.
        fit: The pack's transformer.
        kind: What it was learned for.
        words: The motion's words, or the character's name.
        figure: The character's kind.
        trigger: The words in texts that call it.
        licence: Its terms.
        name: What the person calls the file; empty = its own name.

    Raises:
        InputError: as `look_into`; or neither the person nor the file says what it is.
        WorkspaceError: it cannot be read or kept.
    """
    shown = name or file.name
    with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
        lora = _checked(file, fit, shown, Path(folder))
        given = {"kind": kind, "words": words, "figure": figure, "trigger": trigger}
        given["licence"] = licence
        said = lora.said.model_copy(update={what: one for what, one in given.items() if one})
        prior = _prior(_complete(said, shown), fit, hash_of(lora.file))
        made = Path(folder) / "made.safetensors"
        write_anew(lora.file, lora.header, made, _texts(prior, lora.header))
        return store.save(prior, made)


def _complete(said: Said, shown: str) -> Said:
    """What is said of a file, trimmed; InputError where that is not enough to use it."""
    trimmed = {
        what: " ".join(one.split())
        for what, one in said.model_dump(include={"words", "figure", "trigger"}).items()
    }
    if said.kind is None or not trimmed["words"]:
        raise InputError(
            f"{_calm(shown)} does not say what it was learned for",
            hint="Say whether it is a motion or a character, and the motion's words or the name.",
        )
    if long := [what for what, one in trimmed.items() if len(one) > _MAX_WORDS]:
        raise InputError(f"the {long[0]} are longer than {_MAX_WORDS} characters")
    trimmed["trigger"] = trimmed["trigger"] or trimmed["words"]
    return said.model_copy(update=trimmed)


def _prior(said: Said, fit: Fit, sha256: str) -> Prior:
    assert said.kind is not None
    names = (said.kind, said.words, said.figure, said.trigger)
    return Prior(
        key=import_key(sha256, fit.pack_revision, *names),
        kind=said.kind,
        words=said.words,
        figure=said.figure,
        trigger=said.trigger,
        pack=fit.pack,
        pack_revision=fit.pack_revision,
        rank=said.rank,
        alpha=said.alpha,
        blocks=said.blocks,
        sha256=sha256,
        steps=0,
        origin=said.origin,
        licence=said.licence,
        code_version=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _texts(prior: Prior, header: LoraHeader) -> dict[str, str]:
    """The header's texts of a file that is kept: peft's configuration, and what it is."""
    layers = sorted({layer for layer, _ in layer_names(header).values()})
    config = {"r": prior.rank, "lora_alpha": prior.alpha, "target_modules": layers}
    own = header.texts if header.texts.get("made_with") == MADE_WITH else {}
    return {
        "format": "pt",
        METADATA_KEY: json.dumps({f"{PREFIX}{name}": one for name, one in config.items()}),
        **{name: own[name] for name in _KEPT if name in own},
        **metadata_of(prior),
    }


def _checked(file: Path, fit: Fit, shown: str, folder: Path) -> _Lora:
    """See that a file fits; `folder` takes what must be unpacked."""
    try:
        plain = _unpacked(file, folder)
        header = read_header(plain)
        rank, blocks = shape_of(header, fit)
        alpha = alpha_of(header, rank)
        check_numbers(plain, header)
    except InputError as error:
        raise InputError(
            f"“{_calm(shown)}” cannot be used: {error.message}",
            hint=error.hint or f"Choose a LoRA of diffusers that was trained for {fit.pack}.",
        ) from error
    return _Lora(plain, header, _said(header.texts, shown, rank, alpha, blocks, fit))


def _unpacked(file: Path, folder: Path) -> Path:
    """The safetensors file itself: taken out of a zip that we wrote, never out of a pickle."""
    with workspace_errors("read the adapter"):
        size = file.stat().st_size
        with file.open("rb") as opened:
            start = opened.read(START_BYTES)
    if size > MAX_BYTES:
        raise InputError(f"it has more than {MAX_BYTES // 1_000_000} MB")
    if not is_pickle(start):
        return file
    with (
        suppress(zipfile.BadZipFile, OSError, RuntimeError, ValueError),
        zipfile.ZipFile(file) as z,
    ):
        packed = {Path(one.filename).name: one for one in z.infolist()}.get(PUBLISHED_FILE)
        if packed is not None and packed.file_size <= MAX_BYTES:
            (folder / PUBLISHED_FILE).write_bytes(z.read(packed))
            return folder / PUBLISHED_FILE
    raise InputError(
        "it is a pickle, and reading one could run any code in it",
        hint="Only .safetensors files are read; convert it where you trust it.",
    )


def _said(
    texts: dict[str, str], shown: str, rank: int, alpha: float, blocks: tuple[int, ...], fit: Fit
) -> Said:
    own = texts if texts.get("made_with") == MADE_WITH else {}
    kind = own.get("kind")
    origin = _calm(shown)
    if own.get("base_revision", fit.pack_revision) != fit.pack_revision:
        origin += f", learned with another model: {own.get('base_pack')} {own['base_revision']}"
    words = {what: _short(own.get(what, "")) for what in ("words", "figure", "trigger")}
    return Said(
        kind=kind if kind in get_args(PriorKind) else None,  # pyright: ignore[reportArgumentType]
        **words,
        licence=_short(own.get("licence") or texts.get("license") or ""),
        origin=origin,
        rank=rank,
        alpha=alpha,
        blocks=blocks,
    )


def _short(text: str) -> str:
    return without_places(text)[:_MAX_WORDS]


def _calm(shown: str) -> str:
    """The name of a file, fit to be kept and shown."""
    name = "".join(one for one in file_name(shown) if one.isprintable())
    return name[:_MAX_WORDS] or "the file"
