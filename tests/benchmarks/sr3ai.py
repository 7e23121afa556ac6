"""What a step costs with regions, on this machine: `python -m tests.benchmarks.sr3ai`.

Times one guided step (two halves) of the transformer, random weights: stock with one text, ours
with N regions of the mean area of T2V-CompBench's plans and the background, and stock under the
dense mask of four regions, as the paper's code computes it (one mask for all blocks). All are
taken in turn, so their medians compare; with each, the most memory that was made beside the
weights. At the theatre's size on a CPU; on a GPU CogVideoX-2B and -5B, 49 frames of 480 x 720, with
the time of a whole clip: text, 50 steps (four regions) and decoding.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import torch
from diffusers.schedulers.scheduling_dpm_cogvideox import CogVideoXDPMScheduler
from diffusers.utils import logging as diffusers_logging
from torch.nn.functional import scaled_dot_product_attention
from torch.overrides import TorchFunctionMode

from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.feed_forward import feed_forward_in_parts
from pipeline.diffusion.latents import decode
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.diffusion.regions import RegionLayout
from pipeline.diffusion.sampling import denoise, initial_noise
from tests.benchmarks.full_size import Size, sizes
from tests.benchmarks.metering import MIB, Allocations

REGIONS = (1, 3, 4, 5, 8)
MASKED = 4
"""Regions of the dense-mask step, and of the whole clip."""
PLAIN, DENSE = "stock, plain", f"stock, dense mask, N = {MASKED}"
MOST_OVER_PLAIN, LEAST_UNDER_DENSE = 1.10, 1.5
CLIP_SECONDS = {"2b": 35, "5b": 85}
_CLIP_STEPS = 50

Step = Callable[[], torch.Tensor]


class DenseMask(TorchFunctionMode):
    """Gives every attention call inside the block a mask, bool (1, 1, S, S)."""

    def __init__(self, mask: torch.Tensor) -> None:
        super().__init__()
        self.mask = mask[None, None]

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> object:
        given = dict(kwargs or {})
        if func is scaled_dot_product_attention:
            given["attn_mask"] = self.mask
        return func(*args, **given)


class Steps:
    """A transformer of random weights, and the steps that are compared."""

    def __init__(self, size: Size, device: str) -> None:
        self.size, self.device = size, device
        self.transformer = size.build_transformer(device)
        self._latents = torch.randn(2, *size.latent_shape[1:], device=device, dtype=size.dtype)
        self._table = video_positions(self.transformer, self._latents)
        self._rotary = rotary_positions(self.transformer, self._latents)

    def all(self, regions: Sequence[int]) -> dict[str, Step]:
        """The steps by name, the plain one first."""
        masked = self.size.layout(MASKED).to(self.device)
        ours = {f"ours, N = {n}": self.step(self.size.layout(n).to(self.device)) for n in regions}
        return {PLAIN: self.step(None), **ours, DENSE: self.step(masked, dense=True)}

    def step(self, layout: RegionLayout | None, *, dense: bool = False) -> Step:
        """A step with a layout, by regions or under their dense mask, or plain; random texts."""
        texts = 1 if layout is None else layout.num_segments
        embeds = self.size.embeds(texts, self.device).flatten(0, 1).expand(2, -1, -1)
        ours = None if dense else layout
        mask = layout.dense_mask() if layout is not None and dense else None

        def run() -> torch.Tensor:
            with ExitStack() as inside:
                inside.enter_context(torch.no_grad())
                inside.enter_context(joint_text(self.transformer, self._table))
                if ours is not None:
                    inside.enter_context(region_attention(self.transformer))
                    inside.enter_context(feed_forward_in_parts(self.transformer, ours))
                if mask is not None:
                    inside.enter_context(DenseMask(mask))
                return self.transformer(
                    hidden_states=self._latents,
                    encoder_hidden_states=embeds,
                    timestep=torch.full((2,), 500, device=self.device),
                    image_rotary_emb=self._rotary,
                    attention_kwargs=None if ours is None else {"regions": ours},
                    return_dict=False,
                )[0]

        return run


def seconds_of(step: Callable[[], object], device: str) -> float:
    """The time of one step."""
    _finish(device)
    start = time.perf_counter()
    step()
    _finish(device)
    return time.perf_counter() - start


def peak_mib(step: Step, device: str) -> float:
    """The most memory that one step makes beside what is there."""
    if device == "cpu":
        with Allocations() as watched:
            step()
        return watched.peak / MIB
    _finish(device)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step()
    return (torch.cuda.max_memory_allocated() - before) / MIB


def _finish(device: str) -> None:
    if device != "cpu":
        torch.cuda.synchronize()


def time_steps(steps: Mapping[str, Step], rounds: int, device: str) -> dict[str, float]:
    """The median seconds of each step over rounds in which each is taken once."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            taken[name].append(seconds_of(step, device))
    return {name: median(seconds) for name, seconds in taken.items()}


def measure(size: Size, device: str, *, regions: Sequence[int], rounds: int) -> Iterator[str]:
    """Lines of a table, and how the bars are met."""
    steps = Steps(size, device).all(regions)
    peaks = {name: peak_mib(step, device) for name, step in steps.items()}  # warms up as well
    seconds = time_steps(steps, rounds, device)
    yield f"{size.name}, {device}, {size.dtype}, {rounds} rounds"
    yield f"{'':28}   seconds  / plain  dense mask /  peak MiB"
    for name, taken in seconds.items():
        over, under = taken / seconds[PLAIN], seconds[DENSE] / taken
        yield f"{name:28} {taken:9.4f}  {over:7.3f}  {under:12.3f}  {peaks[name]:8.1f}"
    yield from _bars(seconds)


def _bars(seconds: Mapping[str, float]) -> Iterator[str]:
    ours = seconds.get(f"ours, N = {MASKED}")
    if ours is None:
        return
    over, under = ours / seconds[PLAIN], seconds[DENSE] / ours
    yield (
        f"N = {MASKED}: {over:.3f} of the plain step (bar on a GPU at full size: at most"
        f" {MOST_OVER_PLAIN}), the dense mask takes {under:.2f} of it (at least"
        f" {LEAST_UNDER_DENSE})"
    )


def time_clip(size: Size, device: str) -> Iterator[str]:
    """The seconds of a whole clip: text, steps and decoding; reading the weights is none of it."""
    layout = size.layout(MASKED)
    texts = layout.num_segments
    encoder = size.build_text_encoder(device)
    tokens = torch.zeros(texts + 1, size.text_length, dtype=torch.long, device=device)
    embeds: list[torch.Tensor] = []
    with torch.no_grad():
        encoder(tokens)  # warms up
        text = seconds_of(lambda: embeds.append(encoder(tokens)[0]), device)
    transformer, vae = size.build_transformer(device), size.build_vae(device)
    latents: list[torch.Tensor] = []
    _denoise(size, transformer, embeds[0], layout, steps=1)  # warms up
    steps = seconds_of(
        lambda: latents.append(_denoise(size, transformer, embeds[0], layout, steps=_CLIP_STEPS)),
        device,
    )
    decoding = seconds_of(lambda: decode(vae, torch.zeros_like(latents[0])), device)
    bar = CLIP_SECONDS.get(size.name)
    yield (
        f"a clip of {size.name}: {text + steps + decoding:.1f} s (bar: at most {bar} s): text"
        f" {text:.2f}, {_CLIP_STEPS} steps {steps:.1f}, decoding {decoding:.2f}"
    )


def _denoise(
    size: Size,
    transformer: Any,  # noqa: ANN401
    embeds: torch.Tensor,
    layout: RegionLayout,
    *,
    steps: int,
) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    work = denoise(
        transformer,
        CogVideoXDPMScheduler(prediction_type="v_prediction", timestep_spacing="trailing"),
        noise=initial_noise(size.latent_shape, generator=generator, device=embeds.device),
        prompt_embeds=embeds[:-1],
        negative_prompt_embeds=embeds[-1],
        regions=layout,
        guidance_scale=6.0,
        num_inference_steps=steps,
        generator=generator,
    )
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value[0]


def main() -> None:
    """Measure and print."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    names = ("2b", "5b") if device == "cuda" else ("theatre",)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", nargs="+", choices=tuple(sizes()), default=list(names))
    parser.add_argument("--steps", type=int, default=9, help="rounds over all steps")
    parser.add_argument("--regions", type=int, nargs="+", default=list(REGIONS))
    parser.add_argument("--device", choices=("cpu", "cuda"), default=device)
    options = parser.parse_args()
    diffusers_logging.set_verbosity_error()
    for name in options.size:
        size = sizes()[name]
        for line in measure(size, options.device, regions=options.regions, rounds=options.steps):
            print(line, flush=True)
        if options.device == "cuda":
            for line in time_clip(size, options.device):
                print(line, flush=True)


if __name__ == "__main__":
    main()
