"""Drawn clips as training data: shards of latents on disk, and a pool in memory that reads them.

A shard keeps, per clip, the latents, how much of each latent cell is figure, each actor's box over
each latent frame, and the script, so that captions are written afresh at every use.
"""

from __future__ import annotations

import json
import logging
import math
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from pipeline.errors import PipelineError
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.script import Actor, Mark, Script, sample_script
from pipeline.theatre.train.checkpoints import load_checkpoint, save_checkpoint
from pipeline.theatre.train.codec import (
    SPATIAL,
    TEMPORAL,
    BlockCodec,
    fit_codec,
    split_blocks,
    to_pixels,
)

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from torch import Tensor

    from pipeline.theatre.train.loop import StopRequest
    from pipeline.theatre.train.plans import Plan

LOG = logging.getLogger(__name__)
MAX_ACTORS = 3


def script_from_record(record: dict[str, Any]) -> Script:
    """The script whose `dataclasses.asdict` is `record`."""
    actors = [
        Actor(**{**actor, "marks": tuple(Mark(**mark) for mark in actor["marks"])})
        for actor in record["actors"]
    ]
    return Script(**{**record, "actors": tuple(actors)})


def draw_random(rng: random.Random, plan: Plan) -> tuple[Script, DrawnClip]:
    """A clip of the training distribution, at the plan's size."""
    count = rng.choices(range(MAX_ACTORS + 1), weights=plan.data.actor_weights)[0]
    script = sample_script(rng, num_actors=count)
    if plan.data.narrow:
        script = narrow_script(script, plan)
    size = {"width_px": plan.width_px, "height_px": plan.height_px, "num_frames": plan.num_frames}
    return script, draw_clip(script, **size)


def narrow_script(script: Script, plan: Plan) -> Script:
    """The script with every mark on a corner of the latent grid, and few phases and backdrops.

    A figure then meets its 8x8 blocks in few ways, which a small model learns in little time. A box
    drawn by hand is still obeyed to within half a cell: regions are rounded to tokens anyway.
    """
    actors = tuple(_narrow_actor(actor, plan) for actor in script.actors)
    return replace(script, actors=actors, seed=script.seed % plan.data.backdrop_seeds)


def _narrow_actor(actor: Actor, plan: Plan) -> Actor:
    rows, columns = plan.latent_height, plan.latent_width
    middle = actor.marks[len(actor.marks) // 2]
    height = round(middle.height * rows) / rows
    marks = tuple(
        Mark(round(mark.x * columns) / columns, round(mark.y * rows) / rows, height)
        for mark in actor.marks
    )
    phases = plan.data.walk_phases if actor.motion == "walks" else 1
    turn = 2 * math.pi / phases
    phase = round(actor.phase / turn) % phases * turn
    return replace(actor, marks=marks, phase=phase)


def figure_coverage(masks: np.ndarray) -> np.ndarray:
    """Share of figure pixels in each latent cell: bool (A, F, H, W) -> float32 (F/4, H/8, W/8)."""
    _, frames, height, width = masks.shape
    figures = masks.any(axis=0).astype(np.float32)
    cells = figures.reshape(
        frames // TEMPORAL, TEMPORAL, height // SPATIAL, SPATIAL, width // SPATIAL, SPATIAL
    )
    return cells.mean(axis=(1, 3, 5))


def latent_boxes(boxes: np.ndarray) -> np.ndarray:
    """Union of each actor's boxes over the frames of a latent: (A, F, 4) -> (A, F/4, 4).

    Frames without a box (NaN) do not count; where none has one the union is NaN.
    """
    actors, frames, _ = boxes.shape
    grouped = boxes.reshape(actors, frames // TEMPORAL, TEMPORAL, 4)
    low = np.fmin.reduce(grouped[..., :2], axis=2)
    high = np.fmax.reduce(grouped[..., 2:], axis=2)
    return np.concatenate([low, high], axis=-1).astype(np.float32)


def fit_plan_codec(plan: Plan, rng: random.Random) -> BlockCodec:
    """Fit the latents to drawn clips, some of them with swapped colours."""
    blocks = []
    for _ in range(plan.codec.num_clips):
        _, clip = draw_random(rng, plan)
        parts = split_blocks(to_pixels(swap_colours(clip.frames, rng, plan.codec.swap_colours)))
        blocks.append(parts.reshape(-1, parts.shape[-1])[:: plan.codec.block_stride])
    return fit_codec(np.concatenate(blocks), num_components=plan.latent_channels)


def swap_colours(frames: np.ndarray, rng: random.Random, share: float) -> np.ndarray:
    """Frames with red, green and blue permuted, in a `share` of calls: colours never drawn."""
    if rng.random() >= share:
        return frames
    return np.ascontiguousarray(frames[..., rng.sample(range(3), 3)])


def write_shard(folder: Path, codec: BlockCodec, plan: Plan, rng: random.Random) -> Path:
    """Draw and encode one shard; return its path."""
    scripts, latents, coverage, boxes = [], [], [], []
    for _ in range(plan.data.clips_per_shard):
        script, clip = draw_random(rng, plan)
        padded = np.full((MAX_ACTORS, plan.latent_frames, 4), np.nan, np.float32)
        padded[: len(script.actors)] = latent_boxes(clip.boxes)
        scripts.append(asdict(script))
        latents.append(codec.encode(clip.frames).astype(np.float16))
        coverage.append((figure_coverage(clip.masks) * 255).round().astype(np.uint8))
        boxes.append(padded)
    tensors = {
        "latents": torch.from_numpy(np.stack(latents)),
        "coverage": torch.from_numpy(np.stack(coverage)),
        "boxes": torch.from_numpy(np.stack(boxes)),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"shard-{rng.getrandbits(40):010x}.safetensors"
    save_checkpoint(path, tensors, {"scripts": json.dumps(scripts)})
    return path


def write_shards(
    folder: Path,
    codec: BlockCodec,
    plan: Plan,
    *,
    num_clips: int,
    rng: random.Random,
    stop: StopRequest,
) -> None:
    """Draw until the folder holds `num_clips` clips, or until a stop request."""
    while (have := len(list(folder.glob("*.safetensors"))) * plan.data.clips_per_shard) < num_clips:
        if stop.stopped:
            return
        started = time.process_time()
        path = write_shard(folder, codec, plan, rng)
        rate = plan.data.clips_per_shard / (time.process_time() - started)
        LOG.info("%s: %d clips and more, %.0f clips per cpu second", path.name, have, rate)


class ClipPool:
    """All clips of a data folder, grouped by their number of actors.

    `latents[n]` is float16 (N, f, C, h, w), `coverage[n]` uint8 (N, f, h, w), `boxes[n]` float32
    (N, n, f, 4), `scripts[n]` a list of N scripts.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.read: set[str] = set()
        self.latents: dict[int, Tensor] = {}
        self.coverage: dict[int, Tensor] = {}
        self.boxes: dict[int, Tensor] = {}
        self.scripts: dict[int, list[Script]] = {}

    def __len__(self) -> int:
        return sum(len(scripts) for scripts in self.scripts.values())

    def rescan(self) -> None:
        """Read the shards that came since the last call."""
        for path in sorted(self.folder.glob("*.safetensors")):
            if path.name not in self.read:
                self.read.add(path.name)
                self._add(*load_checkpoint(path))

    def load(self) -> None:
        """Read every shard; PipelineError if there is nothing to train on."""
        self.rescan()
        if not len(self):
            raise PipelineError(
                f"there are no clips in {self.folder}", hint="run the part `data` first"
            )

    def _add(self, tensors: dict[str, Tensor], record: dict[str, Any]) -> None:
        scripts = [script_from_record(item) for item in json.loads(record["scripts"])]
        for count in range(MAX_ACTORS + 1):
            chosen = [i for i, script in enumerate(scripts) if len(script.actors) == count]
            if not chosen:
                continue
            self.scripts.setdefault(count, []).extend(scripts[i] for i in chosen)
            self._append(self.latents, count, tensors["latents"][chosen])
            self._append(self.coverage, count, tensors["coverage"][chosen])
            self._append(self.boxes, count, tensors["boxes"][chosen][:, :count])

    @staticmethod
    def _append(groups: dict[int, Tensor], count: int, new: Tensor) -> None:
        groups[count] = torch.cat([groups[count], new]) if count in groups else new
