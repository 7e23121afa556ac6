"""One step of training at full size: 13 latents of 60 x 90, against what it has to compute.

On a GPU the real trainer trains CogVideoX of random weights on random latents: seconds per step
and the most memory. On a CPU its operations are counted on the meta device, where none is done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler
from torch.utils.checkpoint import checkpoint
from torch.utils.flop_counter import FlopCounterMode

from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.prior import PriorKind, TrainSettings
from pipeline.priors.adapter import add_adapter
from pipeline.priors.losses import debiased_loss, plain_loss
from pipeline.priors.trainer import Example, train
from tests.benchmarks.full_size import Size, sizes
from tests.benchmarks.metering import GIB, FusedAttention
from tests.benchmarks.priors.tables import bar, table

if TYPE_CHECKING:
    from diffusers.models.transformers.cogvideox_transformer_3d import (
        CogVideoXTransformer3DModel,
    )

TFLOP_PER_SECOND = 790.0
"""What an H200 reaches in large products of bfloat16."""
STEPS, WARM_UP = 12, 3
WANTED_STEPS, WANTED_SECONDS = 300, 300
_META = "meta"
_KINDS: tuple[PriorKind, ...] = ("motion", "character")


def measure_full_size(name: str, *, steps: int | None = None) -> list[str]:
    """The lines of the report: counted, and on a GPU measured."""
    size = sizes()[name]
    lines = [f"CogVideoX-{name}, random weights, {size.latent_frames} latents of 60 x 90, rank 32"]
    lines += _counted_lines(size)
    if torch.cuda.is_available():
        lines += _measured_lines(size, steps or STEPS)
    else:
        lines += ["", "No GPU: counted on the meta device, nothing measured."]
    return lines


def _counted_lines(size: Size) -> list[str]:
    body = []
    for kind in _KINDS:
        for checkpointing in (True, False):
            flops = count_step(size, kind, checkpointing=checkpointing)
            told = "yes" if checkpointing else "no"
            body.append([kind, told, f"{flops / 1e12:.0f}", f"{floor_of(flops):.2f}"])
    return table(["prior", "checkpointing", "TFLOP a step", "s at 790 TFLOP/s"], body)


def floor_of(flops: int) -> float:
    """The seconds that a step takes at full speed."""
    return flops / 1e12 / TFLOP_PER_SECOND


def count_step(size: Size, kind: PriorKind, *, checkpointing: bool) -> int:
    """FLOPs of one example's forward and backward; the optimiser's are next to nothing."""
    transformer = size.build_transformer(_META).train()
    if checkpointing:
        transformer.enable_gradient_checkpointing(_compute_again)
    adapter = add_adapter(transformer, kind, TrainSettings(), torch.Generator())
    latents = torch.empty(size.latent_shape, device=_META, dtype=size.dtype)
    flops = FlopCounterMode(display=False)
    with ExitStack() as inside:
        inside.enter_context(joint_text(transformer, video_positions(transformer, latents)))
        inside.enter_context(flops)
        inside.enter_context(FusedAttention())
        told = _forward(size, transformer, latents)
        loss = plain_loss(told, latents) + debiased_loss(told, latents, 0)
        loss.backward()
    adapter.remove()
    return flops.get_total_flops()


def _compute_again(module: torch.nn.Module, *inputs: Any) -> Any:  # noqa: ANN401
    """Checkpoint a block; modes of the forward are not there when the backward computes it."""

    def run(*given: Any) -> Any:  # noqa: ANN401
        with FusedAttention():
            return module(*given)

    return checkpoint(run, *inputs, use_reentrant=False)


def _forward(
    size: Size, transformer: CogVideoXTransformer3DModel, latents: torch.Tensor
) -> torch.Tensor:
    return transformer(
        hidden_states=latents,
        encoder_hidden_states=size.embeds(1, _META),
        timestep=torch.zeros(1, device=_META),
        image_rotary_emb=rotary_positions(transformer, latents),
        return_dict=False,
    )[0]


def _measured_lines(size: Size, steps: int) -> list[str]:
    transformer: Any = size.build_transformer("cuda")
    transformer.to(dtype=torch.bfloat16)
    body, bars = [], []
    for kind in _KINDS:
        for checkpointing in (True, False):
            try:
                seconds, peak = _time_steps(size, transformer, kind, checkpointing, steps)
            except torch.cuda.OutOfMemoryError:
                body.append([kind, "yes" if checkpointing else "no", "out of memory", "", ""])
                continue
            floor = floor_of(count_step(size, kind, checkpointing=checkpointing))
            told = "yes" if checkpointing else "no"
            body.append([kind, told, f"{seconds:.2f}", f"{seconds / floor:.2f}", f"{peak:.1f}"])
            bars.append(f"{kind}, checkpointing {told}: {seconds * WANTED_STEPS:.0f} s")
            if kind == "motion":
                name = f"{WANTED_STEPS} steps, checkpointing {told}, in seconds"
                bars[-1] = bar(name, seconds * WANTED_STEPS, most=WANTED_SECONDS)
    heads = ["prior", "checkpointing", "seconds a step", "of the floor", "peak GiB"]
    return [f"\n{torch.cuda.get_device_name()}, bfloat16", *table(heads, body), "", *bars]


def _time_steps(
    size: Size,
    transformer: CogVideoXTransformer3DModel,
    kind: PriorKind,
    checkpointing: bool,
    steps: int,
) -> tuple[float, float]:
    """Median seconds of the trainer's steps, and the most memory in GiB, weights included."""
    settings = TrainSettings(steps=steps + WARM_UP, checkpointing=checkpointing, sample_every=0)
    examples = list(_random_examples(size))
    torch.cuda.reset_peak_memory_stats()
    taken, last = [], time.perf_counter()
    for _ in train(
        settings,
        kind,
        examples,
        transformer=transformer,
        scheduler=CogVideoXDPMScheduler(prediction_type="v_prediction"),
    ):
        torch.cuda.synchronize()
        taken.append(time.perf_counter() - last)
        last = time.perf_counter()
    return median(taken[WARM_UP:]), torch.cuda.max_memory_allocated() / GIB


def _random_examples(size: Size) -> Iterator[Example]:
    for number in range(2):
        embeds = torch.randn(size.text_length, size.transformer["text_embed_dim"])
        yield Example(torch.randn(size.latent_shape[1:]), embeds, str(number))
