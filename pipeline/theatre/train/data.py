"""Drawn clips as training data: shards of latents on disk, and a pool in memory that reads them.

A shard keeps, per clip, the latents, how much of each latent cell is figure, each actor's box over
each latent frame, and the script, so that captions are written afresh at every use.
"""

from __future__ import annotations

import json
import logging
import math
import random
import time
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from pipeline.errors import PipelineError
from pipeline.story import NUM_KEYFRAMES
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.script import Actor, Mark, Script, sample_script
from pipeline.theatre.train.checkpoints import load_checkpoint, save_checkpoint
from pipeline.theatre.train.codec import (
    SPATIAL,
    BlockCodec,
    fit_codec,
    split_blocks,
    to_pixels,
)
from pipeline.theatre.train.names import played_names
from pipeline.theatre.train.workers import spread

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def draw_random(
    rng: random.Random, plan: Plan, *, num_actors: int | None = None
) -> tuple[Script, DrawnClip]:
    """A clip of the training distribution, at the plan's size."""
    data = plan.data
    if num_actors is None:
        num_actors = rng.choices(range(MAX_ACTORS + 1), weights=data.actor_weights)[0]
    script = sample_script(rng, num_actors=num_actors, **vars(played_names(data)))
    if data.narrow:
        script = narrow_script(script, plan)
    clip = draw_clip(
        script,
        width_px=plan.width_px,
        height_px=plan.height_px,
        num_frames=plan.num_frames,
        grid_px=plan.spatial_ratio if data.narrow else None,
    )
    return script, hold_poses(clip, data.frames_per_pose)


def hold_poses(clip: DrawnClip, frames_per_pose: int) -> DrawnClip:
    """The clip animated as cut paper is: every pose stays for so many frames ("on twos")."""
    if frames_per_pose == 1:
        return clip
    shown = np.arange(len(clip.frames)) // frames_per_pose * frames_per_pose
    return DrawnClip(
        clip.frames[shown], clip.boxes[:, shown], clip.masks[:, shown], clip.depth[shown]
    )


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


def figure_coverage(masks: np.ndarray, temporal: int) -> np.ndarray:
    """Share of figure pixels in each latent cell: bool (A, F, H, W) -> float32 (F/t, H/8, W/8)."""
    _, frames, height, width = masks.shape
    figures = masks.any(axis=0).astype(np.float32)
    cells = figures.reshape(
        frames // temporal, temporal, height // SPATIAL, SPATIAL, width // SPATIAL, SPATIAL
    )
    return cells.mean(axis=(1, 3, 5))


def keyframe_boxes(boxes: np.ndarray, plan: Plan) -> np.ndarray:
    """Each actor's box at every latent: the union over the frames of its keyframe.

    (A, F, 4) -> (A, f, 4), as rendering gets them: latents of one keyframe share a box. Frames
    without a box (NaN) do not count; where none has one the union is NaN.
    """
    actors, frames, _ = boxes.shape
    grouped = boxes.reshape(actors, NUM_KEYFRAMES, frames // NUM_KEYFRAMES, 4)
    low = np.fmin.reduce(grouped[..., :2], axis=2)
    high = np.fmax.reduce(grouped[..., 2:], axis=2)
    union = np.concatenate([low, high], axis=-1).astype(np.float32)
    return union.repeat(plan.latent_frames // NUM_KEYFRAMES, axis=1)


def fit_plan_codec(plan: Plan, rng: random.Random) -> BlockCodec:
    """Fit the latents to drawn clips, some of them with swapped colours."""
    blocks = []
    for _ in range(plan.codec.num_clips):
        _, clip = draw_random(rng, plan)
        parts = _blocks(clip, rng, plan)
        blocks.append(parts.reshape(-1, parts.shape[-1])[:: plan.codec.block_stride])
    return fit_codec(np.concatenate(blocks), num_components=plan.latent_channels)


def _blocks(clip: DrawnClip, rng: random.Random, plan: Plan) -> np.ndarray:
    frames = swap_colours(clip.frames, rng, plan.codec.swap_colours)
    return split_blocks(to_pixels(frames), plan.temporal_ratio)


def swap_colours(frames: np.ndarray, rng: random.Random, share: float) -> np.ndarray:
    """Frames with red, green and blue permuted, in a `share` of calls: colours never drawn."""
    if rng.random() >= share:
        return frames
    return np.ascontiguousarray(frames[..., rng.sample(range(3), 3)])


def write_shard(folder: Path, codec: BlockCodec, plan: Plan, seed: int) -> Path:
    """Draw and encode one shard; return its path."""
    rng = random.Random(seed)
    scripts, latents, coverage, boxes = [], [], [], []
    for _ in range(plan.data.clips_per_shard):
        script, clip = draw_random(rng, plan)
        padded = np.full((MAX_ACTORS, plan.latent_frames, 4), np.nan, np.float32)
        padded[: len(script.actors)] = keyframe_boxes(clip.boxes, plan)
        scripts.append(asdict(script))
        latents.append(codec.encode(clip.frames).astype(np.float16))
        shares = figure_coverage(clip.masks, plan.temporal_ratio)
        coverage.append((shares * 255).round().astype(np.uint8))
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
    workers: int = 1,
) -> None:
    """Draw until the folder holds `num_clips` clips, or until a stop request.

    With several `workers` every shard is drawn by a process of its own.
    """
    each = plan.data.clips_per_shard
    missing = math.ceil(num_clips / each) - len(list(folder.glob("*.safetensors")))
    seeds = [rng.getrandbits(64) for _ in range(missing)]
    if stop.stopped or not seeds:
        return
    began = time.monotonic()
    paths = spread(partial(write_shard, folder, codec, plan), seeds, min(workers, missing))
    for number, path in enumerate(paths, start=1):
        rate = number * each / (time.monotonic() - began)
        LOG.info("%s: %d of %d shards, %.0f clips a second", path.name, number, missing, rate)
        if stop.stopped:
            return


class ClipPool:
    """All clips of a data folder, grouped by their number of actors.

    `latents[n]` is float16 (N, f, C, h, w) and `coverage[n]` uint8 (N, f, h, w), both on `device`;
    `boxes[n]` is float32 (N, n, f, 4), `scripts[n]` a list of N scripts.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.folder, self.device = folder, device
        self.read: set[str] = set()
        self.latents: dict[int, Tensor] = {}
        self.coverage: dict[int, Tensor] = {}
        self.boxes: dict[int, Tensor] = {}
        self.scripts: dict[int, list[Script]] = {}

    def __len__(self) -> int:
        return sum(len(scripts) for scripts in self.scripts.values())

    def rescan(self) -> None:
        """Read the shards that came since the last call."""
        new = [
            path for path in sorted(self.folder.glob("*.safetensors")) if path.name not in self.read
        ]
        if not new:
            return
        self.read |= {path.name for path in new}
        tensors, records = zip(*map(load_checkpoint, new), strict=True)
        scripts = [
            script_from_record(item) for record in records for item in json.loads(record["scripts"])
        ]
        for count in range(MAX_ACTORS + 1):
            chosen = [i for i, script in enumerate(scripts) if len(script.actors) == count]
            if chosen:
                self._add(count, [scripts[i] for i in chosen], tensors, torch.tensor(chosen))

    def load(self) -> None:
        """Read every shard; PipelineError if there is nothing to train on."""
        self.rescan()
        if not len(self):
            raise PipelineError(
                f"there are no clips in {self.folder}", hint="run the part `data` first"
            )

    def _add(
        self, count: int, scripts: list[Script], shards: Sequence[dict[str, Tensor]], rows: Tensor
    ) -> None:
        """Take some rows of all shards; scripts come last, as batches are drawn meanwhile."""
        for name in ("latents", "coverage", "boxes"):
            groups: dict[int, Tensor] = getattr(self, name)
            taken = _rows([shard[name] for shard in shards], rows)
            taken = taken[:, :count] if name == "boxes" else taken.to(self.device)
            groups[count] = torch.cat([groups[count], taken]) if count in groups else taken
        self.scripts.setdefault(count, []).extend(scripts)


def _rows(parts: Sequence[Tensor], rows: Tensor) -> Tensor:
    """Rows of `torch.cat(parts)`, without making it whole."""
    sizes = torch.tensor([0, *(len(part) for part in parts)]).cumsum(0)
    spans = zip(parts, sizes[:-1].tolist(), sizes[1:].tolist(), strict=True)
    return torch.cat([part[rows[(rows >= a) & (rows < b)] - a] for part, a, b in spans])
