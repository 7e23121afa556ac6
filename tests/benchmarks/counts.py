"""What regions cost at full size, counted: `python -m tests.benchmarks.counts`.

Runs the real modules of CogVideoX-2B and -5B (49 frames of 480 x 720, both halves of the guidance)
on the meta device, where nothing is computed, and counts floating point operations and memory of
one step: plain with one text, and with N regions of the mean area of T2V-CompBench's plans and the
background, so N + 1 texts. Then, for a device of 12 GB whose allocator is capped at 10.5 GiB: what
the parts of 2B hold and need, one after the other, with four regions and two learned priors. All of
this is counted, not measured; `python -m tests.benchmarks.sr3ai` measures.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from diffusers.utils import logging as diffusers_logging

from pipeline.diffusion.attention import region_attention
from pipeline.diffusion.feed_forward import feed_forward_in_parts
from pipeline.diffusion.positions import joint_text, rotary_positions, video_positions
from pipeline.diffusion.regions import RegionLayout
from tests.benchmarks.full_size import Size, sizes
from tests.benchmarks.metering import GIB, MIB, Counted, Meter

REGIONS = (1, 3, 8)
BARS = {"2b": 1.06, "5b": 1.08}
CAP_GIB = 10.5
RANK = 32
"""Of a learned prior."""
_META = "meta"


def count_step(size: Size, transformer: Any, layout: RegionLayout | None) -> Counted:  # noqa: ANN401
    """One guided step (two halves) with a layout, or plain with one text."""
    texts = 1 if layout is None else layout.num_segments
    latents = torch.empty(2, *size.latent_shape[1:], device=_META, dtype=size.dtype)
    table = video_positions(transformer, latents)
    with ExitStack() as inside:
        inside.enter_context(joint_text(transformer, table))
        inside.enter_context(region_attention(transformer))
        if layout is not None:
            inside.enter_context(feed_forward_in_parts(transformer, layout))
        meter = inside.enter_context(Meter())
        transformer(
            hidden_states=latents,
            encoder_hidden_states=size.embeds(texts, _META).flatten(0, 1).expand(2, -1, -1),
            timestep=torch.zeros(2, device=_META),
            image_rotary_emb=rotary_positions(transformer, latents),
            attention_kwargs=None if layout is None else {"regions": layout.to(_META)},
            return_dict=False,
        )
    return meter.counted


def print_steps(size: Size, regions: Sequence[int]) -> None:
    """A table: FLOPs and memory of a plain step and of steps with regions."""
    transformer = size.build_transformer(_META)
    plain = count_step(size, transformer, None)
    params = sum(p.numel() for p in transformer.parameters())
    print(f"\nCogVideoX-{size.name}: {params / 1e9:.3f} billion parameters, one guided step")
    print("regions  texts  classes    TFLOP  / plain  largest MiB  / plain  peak GiB  / plain")
    print(_row("plain", 1, "", plain, plain))
    for number in regions:
        layout = size.layout(number)
        counted = count_step(size, transformer, layout)
        print(_row(str(number), layout.num_segments, str(len(layout.classes)), counted, plain))
    print(f"bar: at most {BARS[size.name]} times the plain step's operations and peak")


def _row(name: str, texts: int, classes: str, counted: Counted, plain: Counted) -> str:
    flops, largest, peak = counted.flops, counted.largest, counted.peak
    return (
        f"{name:>7}  {texts:5}  {classes:>7}  {flops / 1e12:7.1f}  {flops / plain.flops:7.4f}"
        f"  {largest / MIB:11.0f}  {largest / plain.largest:7.3f}"
        f"  {peak / GIB:8.2f}  {peak / plain.peak:7.3f}"
    )


def print_memory(size: Size, num_regions: int = 4, num_priors: int = 2) -> None:
    """What each part holds and needs, each alone on the device."""
    print(f"\nCogVideoX-{size.name} on 12 GB, {num_regions} regions, {num_priors} priors, counted:")
    print("part                          weights GiB  at most made GiB  together GiB")
    for name, weights, counted in _parts(size, num_regions, num_priors):
        held, made = weights / GIB, counted.peak / GIB
        print(f"{name:28}  {held:11.2f}  {made:16.2f}  {held + made:12.2f}")
    print(f"bar: every row at most {CAP_GIB} GiB, as one part lies on the device at a time")


def _parts(size: Size, num_regions: int, num_priors: int) -> Iterator[tuple[str, int, Counted]]:
    encoder = size.build_text_encoder(_META)
    tokens = torch.zeros(num_regions + 2, size.text_length, dtype=torch.long, device=_META)
    with Meter() as meter:
        encoder(tokens)
    yield "text encoder", _held(encoder), meter.counted
    transformer = size.build_transformer(_META)
    _add_priors(transformer, num_priors)
    step = count_step(size, transformer, size.layout(num_regions))
    yield "a step", _held(transformer), step
    vae = size.build_vae(_META)
    latents = torch.empty(size.latent_shape, device=_META, dtype=size.dtype).transpose(1, 2)
    for name, tiled in (("decoding", False), ("decoding, tiled", True)):
        vae.use_tiling = tiled
        with Meter() as meter:
            vae.decode(latents)
        yield name, _held(vae), meter.counted


def _add_priors(transformer: Any, count: int) -> None:  # noqa: ANN401
    """Priors as the paper has them: rank 32, in turn in the even and in the odd blocks."""
    from peft import LoraConfig

    names = [f"prior{number}" for number in range(count)]
    for number, name in enumerate(names):
        config = LoraConfig(
            r=RANK,
            lora_alpha=RANK,
            target_modules=["to_q", "to_k", "to_v", "to_out.0", "ff.net.0.proj", "ff.net.2"],
            layers_to_transform=list(range(number % 2, len(transformer.transformer_blocks), 2)),
            layers_pattern="transformer_blocks",
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Already found a `peft_config`")
            transformer.add_adapter(config, adapter_name=name)
    transformer.set_adapters(names)


def _held(module: torch.nn.Module) -> int:
    """Bytes of a module's parameters and buffers."""
    return sum(t.numel() * t.element_size() for t in (*module.parameters(), *module.buffers()))


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description="What regions cost at full size, counted.")
    parser.add_argument("--regions", type=int, nargs="+", default=list(REGIONS))
    regions = parser.parse_args().regions
    diffusers_logging.set_verbosity_error()
    found = sizes()
    for name in BARS:
        print_steps(found[name], regions)
    print_memory(found["2b"])


if __name__ == "__main__":
    main()
