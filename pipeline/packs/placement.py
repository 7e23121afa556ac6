"""What fits on a device, and how a pack is laid out on it: the fastest way that fits, and why."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

from pipeline.devices import DeviceFacts
from pipeline.errors import InputError, ModelUnavailableError, RenderError
from pipeline.packs.record import Counts, PackRecord

Kind = Literal["resident", "model_offload", "group_offload"]
Choice = Literal[
    "resident",
    "resident_tiled",
    "model_offload",
    "model_offload_tiled",
    "group_offload",
    "model_offload_fp8",
]
"""What a person can ask for, fastest first. All but the last compute with the weights as they are;
tiles of the picture are blended where they meet."""
UNASKED: tuple[Choice, ...] = get_args(Choice)[:-1]
"""Those taken without being asked for."""
_OF_PROCESSOR: tuple[Choice, ...] = ("resident", "resident_tiled")
WORDS: dict[Choice, str] = {
    "resident": "transformer and autoencoder stay on the card, the text encoder visits it",
    "resident_tiled": "as `resident`, frames decoded in tiles",
    "model_offload": "one model at a time on the card",
    "model_offload_tiled": "one model at a time on the card, frames decoded in tiles",
    "group_offload": "weights stream through the card, frames decoded in tiles",
    "model_offload_fp8": "one model at a time on the card, the transformer's weights rounded to "
    "8 bits, frames decoded in tiles",
}
_KINDS: dict[Choice, Kind] = {
    "resident": "resident",
    "resident_tiled": "resident",
    "model_offload": "model_offload",
    "model_offload_tiled": "model_offload",
    "group_offload": "group_offload",
    "model_offload_fp8": "model_offload",
}
PLACEMENT_VARIABLE = "DREAMRUNNER_PLACEMENT"

GIB = 2**30
_SPARE_GIB = 0.8
"""What CUDA, its libraries and gaps between tensors take of the device."""
_HIDDEN_STATES = 16
"""Tensors of one hidden state's size that a block holds at most."""
_TEXTS = 4
"""Texts of a scene that the count assumes: three regions and a background."""
_DECODED_BYTES = 15_500
"""Peak bytes of decoding per pixel of a frame and per byte of the number type: in halves at
480x720, 10 GiB."""
_TILE_SHARE = 0.3
"""Of that peak, what decoding in tiles of half the sides takes."""
_STREAMED_GIB = 0.6
"""Largest pieces of the weights on the device at once, while they stream through it."""
_MEMORY_MARKS = ("out of memory", "can't allocate memory", "not enough memory", "alloc_failed")


@dataclass(frozen=True)
class PackSizes:
    """What a pack takes while it works, in GiB.

    Attributes:
        text_encoder: Its weights; likewise the transformer's and the VAE's.
        transformer: See above.
        vae: See above.
        denoising: What the transformer works with at the pack's own clip size, both halves of the
            guidance in one batch.
        decoding: What the VAE works with for whole frames.
    """

    text_encoder: float
    transformer: float
    vae: float
    denoising: float
    decoding: float


@dataclass(frozen=True)
class Placement:
    """How a pack is laid out.

    Attributes:
        kind: `resident`: transformer and VAE stay on the device, the text encoder visits it;
            `model_offload`: one model at a time is there; `group_offload`: weights stream through.
        vae_tiling: Whether frames are decoded in tiles.
        fp8: Whether the transformer's weights are kept in 8 bits.
        needs_gib: Memory of the device that it takes at its peak, as counted.
        reason: Why this one, in words.
        choice: The name by which a person can ask for it.
        keeps_text_encoder: Whether the text encoder waits in memory, else on the disk.
        on_card: Whether a graphics card is used, else the processor.
    """

    kind: Kind
    vae_tiling: bool
    fp8: bool
    needs_gib: float
    reason: str
    choice: Choice = "resident"
    keeps_text_encoder: bool = True
    on_card: bool = True


def measure_pack(record: PackRecord, counts: Counts, *, element_bytes: int = 2) -> PackSizes:
    """Count what a pack takes in a number type of that many bytes, at the pack's clip size."""
    rows, columns = record.grid
    tokens = record.latent_frames * rows * columns + _TEXTS * record.max_sequence_length
    pixels = record.height_px * record.width_px
    return PackSizes(
        text_encoder=counts.text_encoder * element_bytes / GIB,
        transformer=counts.transformer * element_bytes / GIB,
        vae=counts.vae * element_bytes / GIB,
        denoising=2 * tokens * counts.width * element_bytes * _HIDDEN_STATES / GIB,
        decoding=pixels * _DECODED_BYTES * element_bytes / GIB,
    )


def peak_gib(sizes: PackSizes, choice: Choice) -> float:
    """Count the memory of the device that a placement takes at its peak."""
    whole = choice in ("resident", "model_offload")
    decoding = sizes.decoding * (1.0 if whole else _TILE_SHARE)
    transformer, vae = sizes.transformer, sizes.vae
    if choice in ("resident", "resident_tiled"):
        rest = transformer + vae
        peak = rest + max(sizes.text_encoder, sizes.denoising, decoding)
    elif choice == "group_offload":
        streamed = min(_STREAMED_GIB, max(sizes.text_encoder, transformer))
        peak = max(streamed + sizes.denoising, vae + decoding)
    else:
        if choice == "model_offload_fp8":
            transformer /= 2
        peak = max(sizes.text_encoder, transformer + sizes.denoising, vae + decoding)
    return peak + _SPARE_GIB


def memory_gib(sizes: PackSizes, choice: Choice) -> float:
    """Count the memory beside the device that a placement takes, the text encoder on the disk."""
    if choice in ("resident", "resident_tiled"):
        return sizes.transformer
    held = sizes.transformer + sizes.vae
    return held + (sizes.text_encoder if choice == "group_offload" else 0)


def fits(sizes: PackSizes, choice: Choice, facts: DeviceFacts) -> bool:
    """Whether a placement fits on a CUDA device and in the memory beside it."""
    if choice == "model_offload_fp8" and not facts.has_fp8:
        return False
    free = memory_gib(sizes, choice) <= facts.ram_gib
    return free and peak_gib(sizes, choice) <= facts.free_gib


def plan_placement(sizes: PackSizes, facts: DeviceFacts, *, asked: str | None = None) -> Placement:
    """Give the fastest way to lay out a pack that fits, or the one that is asked for.

    What rounds the weights (`model_offload_fp8`) is taken only where it is asked for.

    Args:
        sizes: What the pack takes.
        facts: What the device has.
        asked: A `Choice`, taken whether it fits or not; None = the one in `DREAMRUNNER_PLACEMENT`,
            or else the fastest that fits.

    Raises:
        InputError: there is no such choice, or not on this device.
        ModelUnavailableError: nothing fits; the message names the numbers.
    """
    choice = _read_choice(asked or os.environ.get(PLACEMENT_VARIABLE, "").strip())
    if facts.vram_gib is None:
        return _on_processor(sizes, facts, choice)
    if choice is not None:
        return _placed(choice, sizes, facts, "asked for")
    for one in UNASKED:
        if fits(sizes, one, facts):
            return _placed(one, sizes, facts, "the fastest that fits")
    raise _too_small(sizes, facts)


def _read_choice(named: str) -> Choice | None:
    for choice in get_args(Choice):
        if choice == named:
            return choice
    if not named:
        return None
    known = ", ".join(get_args(Choice))
    raise InputError(f"there is no placement {named[:40]!r}", hint=f"Use one of {known}.")


def _placed(choice: Choice, sizes: PackSizes, facts: DeviceFacts, why: str) -> Placement:
    needs, memory = peak_gib(sizes, choice), memory_gib(sizes, choice)
    # what streams through the card must be in memory whole: read onto the card it would not fit
    keeps = choice == "group_offload" or memory + sizes.text_encoder <= facts.ram_gib
    shown = f"{needs:.1f} of {facts.free_gib:.1f} GiB free on {facts.name}"
    return Placement(
        kind=_KINDS[choice],
        vae_tiling=choice not in ("resident", "model_offload"),
        fp8=choice == "model_offload_fp8",
        needs_gib=needs,
        reason=f"{why}: {WORDS[choice]}; needs {shown}",
        choice=choice,
        keeps_text_encoder=keeps,
    )


def _on_processor(sizes: PackSizes, facts: DeviceFacts, choice: Choice | None) -> Placement:
    if choice is not None and choice not in _OF_PROCESSOR:
        raise InputError(
            f"the placement {choice!r} is of graphics cards, and the processor is to be used",
            hint="Choose a CUDA device, or leave the placement out.",
        )
    held = sizes.transformer + sizes.vae
    whole, tiled = (
        held + max(sizes.denoising, sizes.decoding * share) for share in (1.0, _TILE_SHARE)
    )
    tiling = choice == "resident_tiled" or (choice is None and whole > facts.ram_gib)
    needs = max(tiled if tiling else whole, sizes.text_encoder + held)
    if needs > facts.ram_gib and choice is None:
        raise ModelUnavailableError(
            f"the pack needs {needs:.1f} GiB of memory, and {facts.ram_gib:.1f} GiB are free",
            hint="Close other programs, use a smaller pack, or one more memory.",
        )
    reason = f"on the processor; needs {needs:.1f} of {facts.ram_gib:.1f} GiB free memory"
    keeps = needs + sizes.text_encoder <= facts.ram_gib
    taken: Choice = "resident_tiled" if tiling else "resident"
    return Placement("resident", tiling, False, needs, reason, taken, keeps, on_card=False)


def _too_small(sizes: PackSizes, facts: DeviceFacts) -> ModelUnavailableError:
    least = min(UNASKED, key=lambda choice: peak_gib(sizes, choice))
    device, memory = peak_gib(sizes, least), memory_gib(sizes, least)
    return ModelUnavailableError(
        f"{facts.name} is too small for the pack: it needs {device:.1f} GiB of the card and "
        f"{memory:.1f} GiB of memory at least; {facts.free_gib:.1f} and {facts.ram_gib:.1f} GiB "
        "are free",
        hint="Close what else uses them, use a smaller pack, or force a placement: "
        f"--placement {least}",
    )


@contextmanager
def memory_errors(placement: Placement) -> Iterator[None]:
    """Turn memory that runs out into a RenderError that names the next lighter placement.

    Raises:
        RenderError: the memory of the device, or of the machine, ran out.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not is_of_memory(error):
            raise
        raise out_of_memory(error, placement) from error


def is_of_memory(error: Exception) -> bool:
    """Whether an error says that the memory of the device, or of the machine, ran out."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(mark in said for mark in _MEMORY_MARKS)


def out_of_memory(error: Exception, placement: Placement) -> RenderError:
    """Give the error for memory that ran out, with what to do next."""
    said = str(error).strip().split(". ")[0][:200] or type(error).__name__
    lighter = lighter_than(placement)
    hint = "Render a draft (fewer frames, a smaller size), or close what else uses the memory."
    if lighter is not None:
        hint = (
            f"Use a lighter placement ({WORDS[lighter]}): --placement {lighter}, or start with "
            f"{PLACEMENT_VARIABLE}={lighter}. Or: {hint}"
        )
    return RenderError(
        f"the memory ran out with the placement {placement.choice!r}, "
        f"counted as {placement.needs_gib:.1f} GiB ({' '.join(said.split())})",
        hint=hint,
    )


def lighter_than(placement: Placement) -> Choice | None:
    """Give the next placement that takes less of the device; None after the lightest."""
    choices = UNASKED if placement.on_card else _OF_PROCESSOR
    later = choices[choices.index(placement.choice) + 1 :] if placement.choice in choices else ()
    return next(iter(later), None)
