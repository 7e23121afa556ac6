"""What is measured beside the scenes: speed, the autoencoder, and how near the training data is."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict

from pipeline.artifacts import RenderSettings
from pipeline.devices import count_free_cores
from pipeline.diffusion.latents import decode, encode
from pipeline.packs.load import Pack
from pipeline.theatre.train.data import draw_random
from tests.benchmarks.theatre_pack.scenes import ask
from tests.benchmarks.theatre_pack.takes import render
from tests.benchmarks.theatre_pack.words import usual_prompt

if TYPE_CHECKING:
    from pipeline.theatre.train.plans import Plan

_TIMED_SCENES = (0, 1, 2)
"""One, two and three actors."""
_VAE_CLIPS = 20
_COMPARED_FRAMES = 12
_LEAST_CHANGE = 0.05
"""A figure moves whose outline changes by more than this share of it from frame to frame."""


class Checks(BaseModel):
    """The measurements of one run; seconds are of single takes, PSNR in dB."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    device: str
    threads: int
    free_cores: int
    """Cores that were idle when the takes were timed."""
    final_seconds: tuple[float, ...]
    draft_seconds: tuple[float, ...]
    vae_psnr: float
    vae_figure_psnr: float
    """On the pixels of moving figures alone."""


def measure(pack: Pack, plan: Plan, *, run: str, timed_threads: int) -> Checks:
    """Time takes on so many threads, and code fresh clips."""
    record, threads = pack.record, torch.get_num_threads()
    whole, figures = code_fresh_clips(pack, plan)
    free_cores = count_free_cores(seconds=1)
    torch.set_num_threads(timed_threads)
    final, draft = (time_takes(pack, n) for n in (record.num_inference_steps, record.draft_steps))
    torch.set_num_threads(threads)
    return Checks(
        run=run,
        device=f"{pack.device} in {str(pack.transformer.dtype).removeprefix('torch.')}",
        threads=timed_threads,
        free_cores=free_cores,
        final_seconds=final,
        draft_seconds=draft,
        vae_psnr=whole,
        vae_figure_psnr=figures,
    )


def time_takes(pack: Pack, num_steps: int) -> tuple[float, ...]:
    """Seconds that scenes of one to three actors take."""
    settings = RenderSettings(
        num_inference_steps=num_steps, guidance_scale=pack.record.guidance_scale
    )
    prompts = [usual_prompt(ask(pack.record, number), pack.record) for number in _TIMED_SCENES]
    render(prompts[0], pack, settings.model_copy(update={"num_inference_steps": 1}))  # warms up
    seconds = []
    for prompt in prompts:
        start = time.perf_counter()
        render(prompt, pack, settings)
        seconds.append(round(time.perf_counter() - start, 2))
    return tuple(seconds)


def code_fresh_clips(pack: Pack, plan: Plan, *, num_clips: int = _VAE_CLIPS) -> tuple[float, float]:
    """PSNR in dB of fresh clips through the autoencoder: whole frames, and moving figures."""
    rng = random.Random("fresh clips for the autoencoder")
    errors, sizes = np.zeros(2), np.zeros(2)
    for _ in range(num_clips):
        _, clip = draw_random(rng, plan)
        coded = decode(pack.vae, encode(pack.vae, clip.frames)).astype(float)
        squared = ((coded - clip.frames) ** 2).mean(-1)
        moving = clip.masks[_changes(clip.masks)].any(0)
        errors += squared.sum(), squared[moving].sum()
        sizes += squared.size, moving.sum()
    whole, figures = 10 * np.log10(255**2 / (errors / sizes.clip(1)).clip(1e-6))
    return round(float(whole), 2), round(float(figures), 2)


def _changes(masks: np.ndarray) -> np.ndarray:
    """Which of the actors, masks bool (A, F, H, W), change their outline: bool (A,)."""
    changed = (masks[:, 1:] ^ masks[:, :-1]).sum((1, 2, 3))
    return changed > _LEAST_CHANGE * masks.sum((1, 2, 3))


@dataclass
class Neighbour:
    """The nearest clip found so far, and its distance: root mean square over 0..255."""

    distance: float
    frames: np.ndarray


def find_nearest(
    samples: Sequence[np.ndarray], inside: Sequence[np.ndarray], plan: Plan, *, num_clips: int
) -> tuple[list[Neighbour], list[float]]:
    """For each sample the nearest of freshly drawn training clips, and all their mean distance.

    Distances are as `distance` has them, over the pixels `inside`, bool (F, H, W): an empty stage
    would be the nearest to nearly everything. Clips without actors are passed over.
    """
    rng = random.Random("clips to compare with")
    nearest = [Neighbour(np.inf, frames) for frames in samples]
    total, compared = np.zeros(len(samples)), 0
    while compared < num_clips:
        script, clip = draw_random(rng, plan)
        if not script.actors:
            continue
        compared += 1
        for number, (frames, pixels) in enumerate(zip(samples, inside, strict=True)):
            gap = distance(frames, clip.frames, pixels)
            total[number] += gap
            if gap < nearest[number].distance:
                nearest[number] = Neighbour(gap, clip.frames)
    return nearest, [float(mean) for mean in total / num_clips]


def distance(one: np.ndarray, other: np.ndarray, inside: np.ndarray) -> float:
    """How far two clips lie apart: root mean square, 0..255, of 12 frames' every second pixel."""
    chosen = np.linspace(0, len(one) - 1, _COMPARED_FRAMES).round().astype(int)
    kept = inside[chosen, ::2, ::2]
    gap = one[chosen, ::2, ::2][kept].astype(np.float32) - other[chosen, ::2, ::2][kept]
    return float(np.sqrt((gap**2).mean()))
