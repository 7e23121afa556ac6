"""Contact sheets of fixed scenes, to look at while the pack trains."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from pipeline.diffusion.regions import rasterise
from pipeline.diffusion.vae import speed_up
from pipeline.story import NUM_KEYFRAMES
from pipeline.theatre.captions import canonical_background_text, canonical_region_text
from pipeline.theatre.train.batches import additive_mask
from pipeline.theatre.train.codec import BlockCodec, to_frames
from pipeline.theatre.train.data import draw_random, keyframe_boxes
from pipeline.theatre.train.export import CODEC, load_transformer, load_vae
from pipeline.theatre.train.text import tokenize
from pipeline.theatre.train.transformer import (
    Positions,
    build_scheduler,
    encode_texts,
    predict,
)

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from pipeline.theatre.draw import DrawnClip
    from pipeline.theatre.script import Script
    from pipeline.theatre.train.plans import Plan

NUM_STEPS, GUIDANCE = 20, 4.0
SHEETS = ("decoder", "images", "clips")
"""The parts whose progress can be seen."""


def fixed_scenes(plan: Plan, count: int) -> list[tuple[Script, DrawnClip]]:
    """Always the same scenes of one and two actors, with the clips they describe."""
    rng = random.Random(20250)
    return [draw_random(rng, plan, num_actors=1 + index % 2) for index in range(count)]


class Sampler:
    """Renders scenes from the latest averages of a training folder."""

    def __init__(
        self, plan: Plan, folder: Path, *, num_steps: int = NUM_STEPS, device: str = "cpu"
    ) -> None:
        self.plan, self.num_steps, self.device = plan, num_steps, device
        self.model, self.encoder, self.tokenizer = load_transformer(plan, folder)
        for module in (self.model, self.encoder):
            nn.Module.to(module, device)
        self.positions = Positions(self.model, plan, device)
        self.coder = Coder(plan, folder, device=device)

    def texts(self, script: Script) -> list[str]:
        """Region texts and background text in the words rendering uses."""
        regions = [
            canonical_region_text(a.kind, a.colour, a.motion, a.facing) for a in script.actors
        ]
        return [*regions, canonical_background_text(script.backdrop)]

    def _embed(self, texts: list[str]) -> Tensor:
        ids = tokenize(self.tokenizer, texts, self.plan.text.max_sequence_length)
        return encode_texts(self.encoder, ids.unsqueeze(0).to(self.device))

    def _mask(self, boxes: Tensor) -> Tensor:
        rows, columns = self.plan.grid
        regions = rasterise(boxes, grid_height=rows, grid_width=columns).flatten(1)
        membership = torch.cat([regions, ~regions.any(0, keepdim=True)]).unsqueeze(0)
        length = self.plan.text.max_sequence_length
        return additive_mask(membership.to(self.device), length, torch.float32)

    @torch.no_grad()
    def sample(
        self, script: Script, boxes: np.ndarray, *, seed: int, frames: slice = slice(None)
    ) -> Tensor:
        """Latents (f, C, h, w) of a scene with boxes (A, f, 4), only of the latent `frames`."""
        plan = self.plan
        chosen = torch.arange(plan.latent_frames)[frames]
        mask = self._mask(torch.from_numpy(boxes)[:, chosen])
        texts = self.texts(script)
        embeds = torch.cat([self._embed([""] * len(texts)), self._embed(texts)])
        shape = (1, len(chosen), plan.latent_channels, plan.latent_height, plan.latent_width)
        latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed)).to(self.device)
        scheduler = build_scheduler(plan)
        scheduler.set_timesteps(self.num_steps)
        for timestep in scheduler.timesteps:
            free, guided = predict(
                self.model,
                self.positions,
                latents.expand(2, -1, -1, -1, -1),
                prompt_embeds=embeds,
                timesteps=timestep.expand(2).to(self.device),
                first_frames=chosen[:1].expand(2),
                mask=mask.expand(2, -1, -1),
            ).chunk(2)
            answer = free + GUIDANCE * (guided - free)
            latents = scheduler.step(answer, int(timestep), latents, return_dict=False)[0]
        return latents[0].cpu()


class Coder:
    """Latents to frames, by the trained decoder or, where there is none yet, linearly."""

    def __init__(self, plan: Plan, folder: Path, *, device: str = "cpu") -> None:
        self.plan, self.device = plan, device
        self.codec = BlockCodec.load(folder / CODEC)
        trained = (folder / "decoder.safetensors").exists()
        self.vae = load_vae(plan, folder) if trained else None
        if self.vae is not None:
            nn.Module.to(self.vae, device)
            speed_up(self.vae)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> np.ndarray:
        """Frames uint8 (t f, H, W, 3) of latents (f, C, h, w)."""
        if self.vae is None:
            return self.codec.decode(latents.numpy())
        # A single latent would take the decoder's first-frame path, which is never trained.
        padded = torch.cat([latents, latents[-1:]]) if len(latents) % 2 else latents
        batch = padded.permute(1, 0, 2, 3).unsqueeze(0).to(self.device)
        pixels = self.vae.decode(batch, return_dict=False)[0][0].cpu()
        frames = to_frames(pixels.permute(1, 2, 3, 0).numpy())
        return frames[: self.plan.temporal_ratio * len(latents)]


def draw_sheet(
    plan: Plan,
    folder: Path,
    part: str,
    *,
    count: int = 8,
    num_steps: int = NUM_STEPS,
    device: str = "cpu",
) -> Path:
    """Write a sheet of what a part of SHEETS has learnt to `folder/samples`; return its path.

    Each scene is shown as drawn, and below as it comes out of the latest averages.
    """
    scenes = fixed_scenes(plan, count)
    rows: list[np.ndarray] = []
    if part == "decoder":
        rows = _coded_rows(Coder(plan, folder, device=device), scenes)
    else:
        sampler = Sampler(plan, folder, num_steps=num_steps, device=device)
        strips = _clip_strips if part == "clips" else _frame_strips
        for number, (script, clip) in enumerate(scenes):
            drawn, rendered = strips(sampler, script, clip, seed=10 * number)
            rows += [_with_title(np.hstack(drawn), " | ".join(sampler.texts(script)))]
            rows += [np.hstack(rendered)]
    half = len(rows) // 4 * 2
    sheet = np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])
    return _write_sheet(folder / "samples", part, sheet)


def _write_sheet(folder: Path, part: str, sheet: np.ndarray) -> Path:
    import cv2

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{len(list(folder.glob('*.png'))):03d}-{part}.png"
    cv2.imwrite(str(path), sheet[..., ::-1])
    return path


def latest_sheet(folder: Path) -> Path | None:
    """The last sheet of a training folder, if there is one."""
    return max((folder / "samples").glob("*.png"), default=None)


def _coded_rows(coder: Coder, scenes: list[tuple[Script, DrawnClip]]) -> list[np.ndarray]:
    """Two frames of each scene as drawn, and below through the latents and the decoder."""
    rows = []
    for _, clip in scenes:
        latents = torch.from_numpy(coder.codec.encode(clip.frames))
        middle = len(latents) // 4 * 2
        times = slice(middle * coder.codec.temporal, (middle + 2) * coder.codec.temporal)
        for frames in (clip.frames[times], coder.decode(latents[middle : middle + 2])):
            rows.append(np.hstack([*frames[:: coder.codec.temporal]]))
    return rows


def _clip_strips(
    sampler: Sampler, script: Script, clip: DrawnClip, *, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """One frame of each keyframe: drawn, and rendered."""
    boxes = keyframe_boxes(clip.boxes, sampler.plan)
    rendered = sampler.coder.decode(sampler.sample(script, boxes, seed=seed))
    each = len(clip.frames) // NUM_KEYFRAMES
    return [*clip.frames[each // 2 :: each]], [*rendered[each // 2 :: each]]


def _frame_strips(
    sampler: Sampler, script: Script, clip: DrawnClip, *, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """One latent frame: drawn twice and decoded from true latents; rendered with three seeds."""
    coder = sampler.coder
    boxes, middle = keyframe_boxes(clip.boxes, sampler.plan), slice(2, 3)
    rendered = [
        coder.decode(sampler.sample(script, boxes, seed=seed + more, frames=middle))[-1]
        for more in range(3)
    ]
    decoded = coder.decode(torch.from_numpy(coder.codec.encode(clip.frames)))
    shown = 3 * sampler.plan.temporal_ratio - 1
    return [clip.frames[0], clip.frames[shown], decoded[shown]], rendered


def _with_title(strip: np.ndarray, title: str) -> np.ndarray:
    import cv2

    bar = np.zeros((14, strip.shape[1], 3), np.uint8)
    cv2.putText(
        bar, title, (2, 10), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 255), 1, cv2.LINE_AA
    )
    return np.concatenate([bar, strip])
