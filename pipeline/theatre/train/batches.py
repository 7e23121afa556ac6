"""Batches in region form: per-region texts, hand-drawn boxes, who-sees-whom masks.

Most batches look like rendering does: one text per actor and one for the background, each encoded
alone, joined by an attention mask (SR3AI). The rest are whole captions without a mask. All samples
of a batch have the same number of texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from pipeline.diffusion.regions import rasterise
from pipeline.theatre.captions import background_caption, caption, region_caption
from pipeline.theatre.train.ahead import to_device
from pipeline.theatre.train.text import UNKNOWN, token_id, tokenize

if TYPE_CHECKING:
    import random

    from torch import Tensor
    from transformers import PreTrainedTokenizerFast

    from pipeline.theatre.script import Script
    from pipeline.theatre.train.data import ClipPool
    from pipeline.theatre.train.plans import BatchPlan, Plan


@dataclass(frozen=True)
class Batch:
    """One training batch.

    Attributes:
        latents: float32 (B, f, C, h, w), clean.
        coverage: float32 (B, f, 1, h, w), the share of figure in each cell.
        token_ids: int64 (B, n, T), n texts per sample.
        membership: bool (B, n, f * tokens per frame): which visual tokens each text belongs to;
            None for whole captions.
        first_frames: int64 (B,), the latent frame of the clip at which the sample begins.
    """

    latents: Tensor
    coverage: Tensor
    token_ids: Tensor
    membership: Tensor | None
    first_frames: Tensor

    def attention_mask(self, dtype: torch.dtype) -> Tensor | None:
        """The additive mask (B, L, L) of the joint sequence, 0 where a token may look."""
        if self.membership is None:
            return None
        return additive_mask(self.membership, self.token_ids.shape[2], dtype)


def additive_mask(membership: Tensor, text_length: int, dtype: torch.dtype) -> Tensor:
    """The mask (B, L, L) of memberships (B, n, V), L = n * text_length + V: 0 or -1e4.

    A text sees itself and its tokens; a visual token sees all visual tokens and its texts.
    """
    batch, texts, visual = membership.shape
    device = membership.device
    same = torch.eye(texts, dtype=torch.bool, device=device)
    same = same.repeat_interleave(text_length, 0).repeat_interleave(text_length, 1)
    reach = membership.repeat_interleave(text_length, 1)
    top = torch.cat([same.expand(batch, -1, -1), reach], dim=2)
    everyone = torch.ones(batch, visual, visual, dtype=torch.bool, device=device)
    bottom = torch.cat([reach.transpose(1, 2), everyone], dim=2)
    allowed = torch.cat([top, bottom], dim=1)
    return torch.zeros(allowed.shape, dtype=dtype, device=device).masked_fill_(~allowed, -1e4)


def draw_by_hand(boxes: Tensor, plan: BatchPlan, generator: torch.Generator) -> Tensor:
    """Boxes (B, n, f, 4) as a person would draw them: jittered, enlarged, or held still.

    Frames at which the actor is out of the frame stay absent (NaN).
    """
    batch, count = boxes.shape[:2]
    absent = ~rasterise(boxes, grid_height=1, grid_width=1).flatten(3).any(-1)
    edge = torch.randn(batch, count, 1, 4, generator=generator) * plan.jitter / 2
    shake = torch.randn(boxes.shape, generator=generator) * plan.frame_jitter / 2
    jittered = boxes + edge.clamp(-plan.jitter, plan.jitter) + shake
    low, high = boxes[..., :2], boxes[..., 2:]
    growth = torch.rand(batch, count, 1, 1, generator=generator) * plan.enlarge / 2
    larger = torch.cat([low - (high - low) * growth, high + (high - low) * growth], -1)
    held = torch.cat(
        [
            low.nan_to_num(nan=9.0).amin(2, keepdim=True),
            high.nan_to_num(nan=-9.0).amax(2, keepdim=True),
        ],
        -1,
    )
    shown = held.clamp(0, 1)
    small = (shown[..., 2:] - shown[..., :2]).prod(-1, keepdim=True) < plan.held_area_limit
    choice = torch.rand(batch, count, 1, 1, generator=generator)
    drawn = torch.where(choice < plan.jitter_share, jittered, larger)
    hold = (choice >= plan.jitter_share + plan.enlarge_share) & small
    drawn = torch.where(hold, held.expand_as(boxes), drawn)
    return drawn.masked_fill(absent.unsqueeze(-1), torch.nan)


def draw_timesteps(count: int, generator: torch.Generator) -> Tensor:
    """Timesteps 0..999, stratified: one half uniform, the other bell-shaped around the middle.

    They lie on the generator's device.
    """
    device = generator.device
    offsets = torch.rand(count, generator=generator, device=device)
    uniform = (torch.arange(count, device=device) + offsets) / count
    half = torch.randperm(count, generator=generator, device=device) % 2 == 0
    bell = torch.sigmoid(torch.special.ndtri(uniform.clamp(1e-4, 1 - 1e-4)))
    return (torch.where(half, uniform, bell) * 1000).long().clamp(0, 999)


class BatchMaker:
    """Makes batches from a pool of clips, on the pool's device."""

    def __init__(
        self, plan: Plan, tokenizer: PreTrainedTokenizerFast, pool: ClipPool, *, rng: random.Random
    ) -> None:
        self.plan, self.tokenizer, self.pool, self.rng = plan, tokenizer, pool, rng
        self.generator = torch.Generator().manual_seed(rng.getrandbits(48))
        self.unknown = token_id(tokenizer, UNKNOWN)

    def make(self, size: int, num_latent_frames: int) -> Batch:
        """A batch of `size` samples of so many consecutive latent frames."""
        counts = [n for n in self.pool.scripts if len(self.pool.scripts[n])]
        weights = [len(self.pool.scripts[n]) for n in counts]
        if self.rng.random() < self.plan.batches.region_share:
            count = self.rng.choices(counts, weights)[0]
            return self._gather([(count, size)], num_latent_frames, in_regions=True)
        drawn = self.rng.choices(counts, weights, k=size)
        groups = [(count, drawn.count(count)) for count in set(drawn)]
        return self._gather(groups, num_latent_frames, in_regions=False)

    def _gather(
        self, groups: list[tuple[int, int]], num_latent_frames: int, *, in_regions: bool
    ) -> Batch:
        device = self.pool.device
        size = sum(number for _, number in groups)
        last = self.plan.latent_frames - num_latent_frames
        firsts = torch.randint(last + 1, (size,), generator=self.generator)
        frames = firsts[:, None] + torch.arange(num_latent_frames)
        latents, coverage, scripts, boxes = [], [], [], torch.empty(0)
        for count, number in groups:
            chosen = torch.randint(
                len(self.pool.scripts[count]), (number,), generator=self.generator
            )
            taken = frames[len(scripts) : len(scripts) + number]
            places = to_device(chosen[:, None], device), to_device(taken, device)
            latents.append(self.pool.latents[count][places])
            coverage.append(self.pool.coverage[count][places])
            boxes = self.pool.boxes[count][chosen]
            scripts += [self.pool.scripts[count][index] for index in chosen.tolist()]
        return Batch(
            latents=torch.cat(latents).float(),
            coverage=torch.cat(coverage).float().unsqueeze(2) / 255,
            token_ids=to_device(self._token_ids(scripts, in_regions=in_regions), device),
            membership=to_device(self._membership(boxes, frames), device) if in_regions else None,
            first_frames=to_device(firsts, device),
        )

    def _membership(self, boxes: Tensor, frames: Tensor) -> Tensor:
        rows, columns = self.plan.grid
        drawn = draw_by_hand(boxes, self.plan.batches, self.generator)
        index = frames[:, None, :, None].expand(-1, boxes.shape[1], -1, 4)
        regions = rasterise(drawn.gather(2, index), grid_height=rows, grid_width=columns).flatten(2)
        return torch.cat([regions, ~regions.any(1, keepdim=True)], dim=1)

    def _token_ids(self, scripts: list[Script], *, in_regions: bool) -> Tensor:
        texts: list[str] = []
        per_sample = 1 + len(scripts[0].actors) if in_regions else 1
        for script in scripts:
            if self.rng.random() < self.plan.batches.drop_text:
                texts += [""] * per_sample
            elif in_regions:
                texts += [region_caption(actor, self.rng) for actor in script.actors]
                texts.append(background_caption(script.backdrop, self.rng))
            else:
                texts.append(caption(script, self.rng))
        ids = tokenize(self.tokenizer, texts, self.plan.text.max_sequence_length)
        chance = torch.rand(ids.shape, generator=self.generator)
        forgotten = (chance < self.plan.batches.unknown_word) & (ids > self.unknown)
        return ids.masked_fill(forgotten, self.unknown).view(len(scripts), per_sample, -1)
