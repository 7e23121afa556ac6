"""Crops of drawn clips for the autoencoder: pixels, latents and figures, ready on its device."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from pipeline.theatre.train.ahead import to_device
from pipeline.theatre.train.codec import SPATIAL, BlockCodec
from pipeline.theatre.train.data import draw_random, figure_coverage, swap_colours
from pipeline.theatre.train.workers import start_workers

if TYPE_CHECKING:
    from concurrent.futures import Future

    from torch import Tensor

    from pipeline.theatre.train.plans import Plan


@dataclass(frozen=True)
class Crop:
    """Pixels (B, 3, F, H, W) in [-1, 1], latents (B, C, f, h, w), figures (B, 1, F, H, W)."""

    pixels: Tensor
    latents: Tensor
    figures: Tensor


@dataclass(frozen=True)
class _Drawn:
    """One clip: frames uint8 (F, H, W, 3), latents (f, h, w, C), figures bool (F, H, W).

    `shares` float32 (f, h, w) says how much of each latent cell is figure.
    """

    frames: np.ndarray
    latents: np.ndarray
    figures: np.ndarray
    shares: np.ndarray


def _draw(plan: Plan, codec: BlockCodec, seed: int) -> _Drawn:
    rng = random.Random(seed)
    _, clip = draw_random(rng, plan)
    frames = swap_colours(clip.frames, rng, plan.codec.swap_colours)
    return _Drawn(
        frames,
        codec.encode(frames).transpose(0, 2, 3, 1),
        np.logical_or.reduce(clip.masks),
        figure_coverage(clip.masks, codec.temporal),
    )


class CropPool:
    """A pool of freshly drawn clips that slowly renews itself, and crops of it.

    With several `workers`, processes draw the new clips while training goes on.
    """

    def __init__(
        self,
        plan: Plan,
        codec: BlockCodec,
        *,
        rng: random.Random,
        device: str = "cpu",
        workers: int = 1,
    ) -> None:
        self.plan, self.rng, self.device = plan, rng, device
        self.temporal = codec.temporal
        self.draw = partial(_draw, plan, codec)
        seeds = [rng.getrandbits(64) for _ in range(plan.vae.pool_clips)]
        self.processes = start_workers(workers) if workers > 1 else None
        drawn = self.processes.map(self.draw, seeds) if self.processes else map(self.draw, seeds)
        clips = list(drawn)
        self.frames = self._stack([clip.frames for clip in clips])
        self.latents = self._stack([clip.latents for clip in clips])
        self.figures = self._stack([clip.figures for clip in clips])
        self.shares = [clip.shares for clip in clips]
        self.strides = torch.tensor((1, codec.temporal, SPATIAL, SPATIAL), device=device)
        self.coming: deque[Future[_Drawn]] = deque()
        for _ in range(2 * workers if self.processes else 0):
            self._order()

    def _stack(self, arrays: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).to(self.device)

    def _order(self) -> None:
        assert self.processes is not None
        self.coming.append(self.processes.submit(self.draw, self.rng.getrandbits(64)))

    def renew(self) -> None:
        """Replace a random clip by a new one; with processes, as soon as they have drawn one."""
        if self.processes is None:
            self._replace(self.draw(self.rng.getrandbits(64)))
        elif self.coming[0].done():
            self._replace(self.coming.popleft().result())
            self._order()

    def _replace(self, clip: _Drawn) -> None:
        index = self.rng.randrange(len(self.shares))
        for name in ("frames", "latents", "figures"):
            values = torch.from_numpy(np.ascontiguousarray(getattr(clip, name)))
            getattr(self, name)[index] = to_device(values, self.device)
        self.shares[index] = clip.shares

    def close(self) -> None:
        """End the processes."""
        if self.processes:
            self.processes.shutdown(cancel_futures=True)

    def crop(self, batch: int, *, frames: int, rows: int, columns: int) -> Crop:
        """Random crops of so many latent frames, rows and columns."""
        size = frames, rows, columns
        places = torch.tensor([self._choose(*size) for _ in range(batch)])
        places = to_device(places, self.device)
        starts = places * self.strides
        # A single latent decodes to a single frame.
        times = 1 if frames == 1 else frames * self.temporal
        size_px = times, rows * SPATIAL, columns * SPATIAL
        pixels = self._cut(self.frames, starts, size_px)
        return Crop(
            pixels=pixels.permute(0, 4, 1, 2, 3).float() / 127.5 - 1,
            latents=self._cut(self.latents, places, size).permute(0, 4, 1, 2, 3),
            figures=self._cut(self.figures, starts, size_px).unsqueeze(1).float(),
        )

    def _choose(self, *size: int) -> tuple[int, int, int, int]:
        """Of two random crops the one with more figure: figures are the harder half."""
        return max(self._place(*size), self._place(*size), key=lambda p: self._share(p, size))

    def _share(self, place: tuple[int, int, int, int], size: tuple[int, ...]) -> float:
        clip, *corner = place
        cells = tuple(slice(a, a + n) for a, n in zip(corner, size, strict=True))
        return float(self.shares[clip][cells].mean())

    def _place(self, frames: int, rows: int, columns: int) -> tuple[int, int, int, int]:
        """Number of a clip, and the first latent frame, row and column of a crop of it."""
        # Crops begin at even latent frames, as the decoder's chunks of two do.
        step = 1 if frames == 1 else 2
        t = step * self.rng.randint(0, (self.plan.latent_frames - frames) // step)
        y = self.rng.randint(0, self.plan.latent_height - rows)
        x = self.rng.randint(0, self.plan.latent_width - columns)
        return self.rng.randrange(len(self.shares)), t, y, x

    @staticmethod
    def _cut(values: Tensor, starts: Tensor, size: tuple[int, int, int]) -> Tensor:
        """Cuts (B, F, H, W, ...) of `values` (N, F, H, W, ...) from (clip, t, y, x) `starts`."""
        clip = starts[:, 0].view(-1, 1, 1, 1)
        t, y, x = (
            (starts[:, axis + 1, None] + torch.arange(n, device=starts.device)).view(
                -1, *(n if axis == other else 1 for other in range(3))
            )
            for axis, n in enumerate(size)
        )
        return values[clip, t, y, x]
