"""Which way region attention is computed, by a measured rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from diffusers.models.attention_dispatch import AttentionBackendName

from pipeline.errors import InputError

if TYPE_CHECKING:
    from pipeline.artifacts import AttentionMethod
    from pipeline.diffusion.regions import RegionLayout

_WAYS = {"classes": "place by place", "lse": "text by text"}


@dataclass(frozen=True)
class Chosen:
    """How region attention is computed, and why so; as a string in words for a take's record."""

    method: Literal["classes", "lse"]
    reason: str

    def __str__(self) -> str:
        return f"{_WAYS[self.method]} ({self.method}): {self.reason}"


def choose_method(
    layout: RegionLayout,
    *,
    device: torch.device,
    dtype: torch.dtype,
    needs_grad: bool,
    backend: str = "native",
    method: AttentionMethod = "auto",
) -> Chosen:
    """How to compute attention for a layout: by the number of its classes, where both ways work.

    A class costs one more call, whose few queries fill the kernel worse; a text merged by
    log-sum-exp costs a thin call and passes over its tokens' outputs.

    On a CPU the ways break even at about 1.5 classes per text with few tokens and at about one
    with many. Measured with 2 x 3 heads of 64 as processor time on one core over that of plain
    attention, by classes / by log-sum-exp; first 648 visual tokens and texts of 24 (plain 10 ms),
    then 2,310 and 226 (plain 140 ms):

        classes, texts   float32       bfloat16         float32       bfloat16
          2,  2          1.20 / 1.31   1.14 / 1.30      1.08 / 1.04   1.10 / 1.12
          6,  4          1.30 / 1.36   1.27 / 1.30      1.15 / 1.12   1.18 / 1.14
          6,  5          1.40 / 1.39   1.26 / 1.41      1.18 / 1.09   1.19 / 1.14
         12,  7          1.52 / 1.41   1.44 / 1.41      1.37 / 1.20   1.43 / 1.19
         14,  9          1.61 / 1.49   1.45 / 1.40      1.34 / 1.15
         29, 13          1.88 / 1.52   1.84 / 1.51
         80, 13          3.26 / 1.81   3.31 / 1.77

    On a GPU the rule is reckoned, not measured: with 17,550 visual tokens in tiles of 128 a class
    wastes about 1 % of the time of plain attention, merging costs about 4 % however many there
    are, and rounds half precision twice.

    Args:
        layout: of one scene.
        device: where the attention runs.
        dtype: of query, key and value.
        needs_grad: merging has no gradient.
        backend: a name of diffusers' attention dispatch.
        method: "classes" and "lse" are taken as they are.

    Raises:
        InputError: "lse" was asked for where it cannot be had.
    """
    obstacle = _lse_obstacle(device, dtype, needs_grad=needs_grad, backend=backend)
    if method == "lse" and obstacle:
        raise InputError(
            f"attention by log-sum-exp cannot be had: {obstacle}",
            hint="Leave the attention method to 'auto'.",
        )
    if layout.num_segments == 1:
        return Chosen("classes", "one text for the whole picture is plain attention")
    if method != "auto":
        return Chosen(method, "asked for")
    num_classes, num_texts = len(layout.classes), layout.num_segments
    many = num_classes > _break_even(layout, device)
    counts = f"{num_classes} kinds of places in the picture, {num_texts} texts"
    if many and obstacle:
        return Chosen("classes", f"{counts}; {obstacle}")
    return Chosen("lse" if many else "classes", counts)


def _break_even(layout: RegionLayout, device: torch.device) -> float:
    """The number of classes up to which computing them one by one is the faster way."""
    if device.type != "cpu":
        return 5
    return (1.5 if layout.num_visual_tokens < 1000 else 1) * layout.num_segments


def _lse_obstacle(
    device: torch.device, dtype: torch.dtype, *, needs_grad: bool, backend: str
) -> str:
    """Why log-sum-exps cannot be had; empty where they can."""
    if needs_grad:
        return "merging has no gradient"
    if backend != "native":
        name = AttentionBackendName(backend).value
        return f"the attention backend {name!r} keeps log-sum-exps to itself"
    if device.type not in {"cpu", "cuda"}:
        return f"torch has no kernel that tells log-sum-exps on {device.type!r}"
    if device.type == "cuda" and dtype == torch.float64:
        return "torch has no float64 kernel that tells log-sum-exps on a GPU"
    return ""
