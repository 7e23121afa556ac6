"""A contact sheet of fixed region scenes, to look at while the pack trains."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch

from pipeline.diffusion.regions import rasterise
from pipeline.diffusion.vae import speed_up
from pipeline.theatre.captions import canonical_background_text, canonical_region_text
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.batches import additive_mask
from pipeline.theatre.train.codec import BlockCodec, to_frames
from pipeline.theatre.train.data import latent_boxes
from pipeline.theatre.train.export import load_transformer, load_vae
from pipeline.theatre.train.text import tokenize
from pipeline.theatre.train.transformer import (
    Positions,
    build_scheduler,
    encode_texts,
    predict_velocity,
)

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from pipeline.theatre.draw import DrawnClip
    from pipeline.theatre.script import Script
    from pipeline.theatre.train.plans import Plan

NUM_STEPS, GUIDANCE = 20, 4.0


def fixed_scenes(plan: Plan, count: int) -> list[tuple[Script, DrawnClip]]:
    """Always the same scenes of one and two actors, with the clips they describe."""
    rng = random.Random(20250)
    scripts = [sample_script(rng, num_actors=1 + index % 2) for index in range(count)]
    size = {"width_px": plan.width_px, "height_px": plan.height_px, "num_frames": plan.num_frames}
    return [(script, draw_clip(script, **size)) for script in scripts]


class Sampler:
    """Renders scenes from the latest averages of a training folder."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.model, self.encoder, self.tokenizer = load_transformer(plan, folder)
        self.positions = Positions(self.model, plan, "cpu")
        self.codec = BlockCodec.load(folder / "codec.safetensors")
        self.vae = load_vae(plan, folder) if (folder / "decoder.safetensors").exists() else None
        if self.vae is not None:
            speed_up(self.vae)

    def texts(self, script: Script) -> list[str]:
        """Region texts and background text in the words rendering uses."""
        regions = [
            canonical_region_text(a.kind, a.colour, a.motion, a.facing) for a in script.actors
        ]
        return [*regions, canonical_background_text(script.backdrop)]

    def _embed(self, texts: list[str]) -> Tensor:
        ids = tokenize(self.tokenizer, texts, self.plan.text.max_sequence_length)
        return encode_texts(self.encoder, ids.unsqueeze(0))

    @torch.no_grad()
    def sample(
        self, script: Script, boxes: np.ndarray, *, seed: int, frames: slice = slice(None)
    ) -> Tensor:
        """Latents (f, C, h, w) of a scene with boxes (A, 6, 4), only of the latent `frames`."""
        plan = self.plan
        rows, columns = plan.grid
        chosen = torch.arange(plan.latent_frames)[frames]
        regions = rasterise(
            torch.from_numpy(boxes)[:, chosen], grid_height=rows, grid_width=columns
        )
        regions = regions.flatten(1)
        membership = torch.cat([regions, ~regions.any(0, keepdim=True)]).unsqueeze(0)
        mask = additive_mask(membership, plan.text.max_sequence_length, torch.float32)
        texts = self.texts(script)
        embeds = torch.cat([self._embed([""] * len(texts)), self._embed(texts)])
        shape = (1, len(chosen), plan.latent_channels, plan.latent_height, plan.latent_width)
        latents = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
        scheduler = build_scheduler()
        scheduler.set_timesteps(NUM_STEPS)
        for timestep in scheduler.timesteps:
            free, guided = predict_velocity(
                self.model,
                self.positions,
                latents.expand(2, -1, -1, -1, -1),
                prompt_embeds=embeds,
                timesteps=timestep.expand(2),
                first_frames=chosen[:1].expand(2),
                mask=mask.expand(2, -1, -1),
            ).chunk(2)
            velocity = free + GUIDANCE * (guided - free)
            latents = scheduler.step(velocity, int(timestep), latents, return_dict=False)[0]
        return latents[0]

    @torch.no_grad()
    def decode(self, latents: Tensor) -> np.ndarray:
        """Frames uint8 (4f, H, W, 3): by the trained decoder, or linearly where there is none."""
        if self.vae is None:
            return self.codec.decode(latents.numpy())
        # A single latent would take the decoder's first-frame path, which is never trained.
        padded = torch.cat([latents, latents[-1:]]) if len(latents) % 2 else latents
        pixels = self.vae.decode(padded.permute(1, 0, 2, 3).unsqueeze(0), return_dict=False)[0][0]
        return to_frames(pixels.permute(1, 2, 3, 0).numpy())[: 4 * len(latents)]


def draw_sheet(plan: Plan, folder: Path, *, count: int = 8, whole_clips: bool = False) -> Path:
    """Write a sheet to `folder/samples`: each scene as drawn, and below as rendered."""
    import cv2

    sampler = Sampler(plan, folder)
    strips = _clip_strips if whole_clips else _frame_strips
    rows: list[np.ndarray] = []
    for number, (script, clip) in enumerate(fixed_scenes(plan, count)):
        drawn, rendered = strips(sampler, script, clip, seed=10 * number)
        rows += [_with_title(np.hstack(drawn), " | ".join(sampler.texts(script)))]
        rows += [np.hstack(rendered)]
    path = folder / "samples" / f"{len(list((folder / 'samples').glob('*.png'))):03d}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    half = len(rows) // 4 * 2
    sheet = np.hstack([np.vstack(rows[:half]), np.vstack(rows[half:])])
    cv2.imwrite(str(path), sheet[..., ::-1])
    return path


def _clip_strips(
    sampler: Sampler, script: Script, clip: DrawnClip, *, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """One frame of each latent frame: drawn, and rendered."""
    rendered = sampler.decode(sampler.sample(script, latent_boxes(clip.boxes), seed=seed))
    return [*clip.frames[2::4]], [*rendered[2::4]]


def _frame_strips(
    sampler: Sampler, script: Script, clip: DrawnClip, *, seed: int
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """One latent frame: drawn twice and decoded from true latents; rendered with three seeds."""
    boxes, middle = latent_boxes(clip.boxes), slice(2, 3)
    rendered = [
        sampler.decode(sampler.sample(script, boxes, seed=seed + more, frames=middle))[2]
        for more in range(3)
    ]
    decoded = sampler.decode(torch.from_numpy(sampler.codec.encode(clip.frames)))
    return [clip.frames[8], clip.frames[10], decoded[10]], rendered


def _with_title(strip: np.ndarray, title: str) -> np.ndarray:
    import cv2

    bar = np.zeros((14, strip.shape[1], 3), np.uint8)
    cv2.putText(
        bar, title, (2, 10), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 255), 1, cv2.LINE_AA
    )
    return np.concatenate([bar, strip])
