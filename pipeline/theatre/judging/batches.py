"""Training batches for the judges: damaged frames with their maps, figures and their motion."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from pipeline.theatre.judging.clips import Labelled, draw_labelled, sample_any, take
from pipeline.theatre.judging.damage import degrade, ruin
from pipeline.vision.judge_nets import CELL_PX, NUM_TIMES
from pipeline.vision.judges import Names, crop_figure, cut_figure

if TYPE_CHECKING:
    from torch import Tensor

_SHOWN, _HIDDEN = 0.35, 0.12
"""A figure of which more is seen has to be found; less, must not; between, either is right."""
_NAMED_HEAT = 0.4
_CODED_SHARE, _RUINED_SHARE = 0.5, 0.12
_NUM_DRAWN, _FRESH_SHARE = 400, 0.15
"""How many drawn clips are kept, and how often one gives way to a new one."""
_NUM_FRAMES = 2
"""Frames of one clip in a batch for the finder."""
_NUM_PORTRAITS = 3
"""Frames of one clip in a batch for the figure namer."""


@dataclass(frozen=True)
class Examples:
    """Where training clips come from: `drawn` at need and kept for a while, or round-tripped."""

    rng: random.Random
    names: Names
    coded: Sequence[Labelled]
    drawn: list[Labelled] = field(default_factory=list)

    def sample_clip(self) -> Labelled:
        """A clip of 12 frames that span the whole motion."""
        rng = self.rng
        if self.coded and rng.random() < _CODED_SHARE:
            return take(rng.choice(self.coded), slice(rng.randrange(2), None, 2))
        if len(self.drawn) < _NUM_DRAWN:
            self.drawn.append(draw_labelled(sample_any(rng), num_frames=NUM_TIMES))
            return self.drawn[-1]
        number = rng.randrange(_NUM_DRAWN)
        if rng.random() < _FRESH_SHARE:
            self.drawn[number] = draw_labelled(sample_any(rng), num_frames=NUM_TIMES)
        return self.drawn[number]

    def frame_batch(self, num_clips: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Pictures uint8 (B, H, W, 3) with what a finder should give, and their `backdrops`."""
        clips = [self._frames() for _ in range(num_clips)]
        targets = [
            draw_maps(clip, frame, self.names) for clip in clips for frame in range(_NUM_FRAMES)
        ]
        stacked = {name: torch.stack([one[name] for one in targets]) for name in targets[0]}
        return torch.from_numpy(np.concatenate([clip.frames for clip in clips])), stacked

    def _frames(self) -> Labelled:
        """A few frames of a clip, changed in place, light and sharpness; some figures ruined."""
        rng = self.rng
        chosen = np.array(rng.sample(range(NUM_TIMES), _NUM_FRAMES))
        clip = _moved(rng, _mirrored(rng, take(self.sample_clip(), chosen)))
        if rng.random() < _RUINED_SHARE:
            clip = ruin(rng, clip)
        return replace(clip, frames=degrade(rng, clip.frames))

    def figure_batch(self, num_clips: int) -> tuple[Tensor, Tensor, Tensor]:
        """Crops uint8 (B, S, S, 4) and the numbers of the kinds and colours they show."""
        figures = [one for _ in range(num_clips) for one in self._portraits()]
        crops, kinds, colours = zip(*figures, strict=True)
        return torch.from_numpy(np.stack(crops)), torch.tensor(kinds), torch.tensor(colours)

    def _portraits(self) -> Iterator[tuple[np.ndarray, int, int]]:
        """Crops of the figures of a clip in some frames, with the numbers of kind and colour."""
        rng = self.rng
        chosen = np.array(rng.sample(range(NUM_TIMES), _NUM_PORTRAITS))
        clip = _mirrored(rng, take(self.sample_clip(), chosen))
        for figure, boxes, shares in zip(clip.figures, clip.boxes, clip.shares, strict=True):
            shaken = _shaken(rng, boxes, shares, far=0.07)
            for frame, box, share in zip(clip.frames, shaken, shares, strict=True):
                if share > _SHOWN and not np.isnan(box).any():
                    crop = cut_figure(frame, box.clip(0, 1))
                    crop[None, ..., :3] = degrade(rng, np.ascontiguousarray(crop[None, ..., :3]))
                    kind = self.names.kinds.index(figure.kind)
                    yield crop, kind, self.names.colours.index(figure.colour)

    def motion_batch(self, num_clips: int) -> tuple[Tensor, Tensor, Tensor]:
        """Crops uint8, tracks, and the numbers of the motions of the figures in some clips."""
        figures = [one for _ in range(num_clips) for one in self._figures()]
        crops, tracks, motions = zip(*figures, strict=True)
        return (
            torch.from_numpy(np.stack(crops)),
            torch.from_numpy(np.stack(tracks)),
            torch.tensor(motions),
        )

    def _figures(self) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
        """Crops, tracks and the motion's number of each figure of a clip that is seen enough."""
        clip = _mirrored(self.rng, _held(self.rng, self.sample_clip()))
        for figure, boxes, shares in zip(clip.figures, clip.boxes, clip.shares, strict=True):
            if shares.mean() > 0.45 and (shares > _HIDDEN).mean() > 0.6:
                crops, tracks = crop_figure(clip.frames, _shaken(self.rng, boxes, shares, far=0.04))
                crops[..., :3] = degrade(self.rng, np.ascontiguousarray(crops[..., :3]))
                yield crops, tracks, self.names.motions.index(figure.motion)


def _mirrored(rng: random.Random, clip: Labelled) -> Labelled:
    """The clip, seen in a mirror half the time."""
    if rng.random() < 0.5:
        return clip
    boxes = clip.boxes.copy()
    boxes[..., [0, 2]] = 1 - clip.boxes[..., [2, 0]]
    return replace(clip, frames=np.ascontiguousarray(clip.frames[:, :, ::-1]), boxes=boxes)


def _held(rng: random.Random, clip: Labelled) -> Labelled:
    """The clip with each picture held for two of its times, in one clip of five."""
    if rng.random() < 0.8:
        return clip
    start = rng.randrange(2)
    held = np.maximum((np.arange(len(clip.frames)) + start) // 2 * 2 - start, 0)
    return take(clip, held)


def _moved(rng: random.Random, clip: Labelled) -> Labelled:
    """The clip shifted and zoomed a little, so that nothing is known by its place."""
    if rng.random() < 0.4:
        return clip
    height, width = clip.frames.shape[1:3]
    zoom = rng.uniform(0.9, 1.2)
    shift = np.array([rng.uniform(-0.12, 0.12), rng.uniform(-0.08, 0.08)]) + (1 - zoom) / 2
    matrix = np.array([[zoom, 0, shift[0] * width], [0, zoom, shift[1] * height]])
    frames = np.stack([
        cv2.warpAffine(frame, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        for frame in clip.frames
    ])  # fmt: skip
    boxes = clip.boxes * zoom + np.tile(shift, 2)
    inside = boxes.clip(0, 1)
    kept = _area(inside) / np.maximum(_area(boxes), 1e-6)
    return replace(clip, frames=frames, boxes=inside.astype(np.float32), shares=clip.shares * kept)


def _area(boxes: np.ndarray) -> np.ndarray:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _shaken(rng: random.Random, boxes: np.ndarray, shares: np.ndarray, *, far: float) -> np.ndarray:
    """Boxes (F, 4) as a finder or a person might give them: some missing, all a little off.

    `far` is how far off, as a share of the box's sides.
    """
    noise = np.random.default_rng(rng.randrange(1 << 30))
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    each = rng.choice((0.0, 0.5, 1.5)) * far
    off = noise.normal(0, far, 4) + noise.normal(0, each, boxes.shape)
    shaken = boxes + sides * off
    lost = noise.random(len(boxes)) < rng.choice((0.0, 0.0, 0.15))
    lost |= shares < _HIDDEN
    shaken[lost & (np.arange(len(boxes)) != shares.argmax())] = np.nan
    return shaken


def draw_maps(clip: Labelled, frame: int, names: Names) -> dict[str, Tensor]:
    """What a finder should say of one frame, over h x w cells, and the number of its backdrop.

    `heat` 0 to 1; `care` 0 where the heat may be anything; `weight`, how much the box and the names
    of a cell count; `sides` (4, h, w) px; `colours`, numbers of names.
    """
    size = np.array([clip.frames.shape[2], clip.frames.shape[1]])
    columns, rows = size // CELL_PX
    x, y = np.meshgrid((np.arange(columns) + 0.5) * CELL_PX, (np.arange(rows) + 0.5) * CELL_PX)
    heat, care = np.zeros((rows, columns)), np.ones((rows, columns))
    sides, owner = np.zeros((4, rows, columns)), np.zeros((rows, columns), int)
    for index, (box, share) in enumerate(
        zip(clip.boxes[:, frame], clip.shares[:, frame], strict=True)
    ):
        corners = box * np.tile(size, 2)
        bump = _bump(x, y, corners)
        if share < _SHOWN:
            if share >= _HIDDEN:
                care[bump > 0.1] = 0
            continue
        spans = np.stack([x - corners[0], y - corners[1], corners[2] - x, corners[3] - y])
        mine = bump > heat
        sides[:, mine], owner[mine] = spans[:, mine], index
        heat = np.maximum(heat, bump)
    care[heat > 0.1] = 1
    colours = np.array([names.colours.index(one.colour) for one in clip.figures] or [0])
    return {
        "heat": torch.from_numpy(heat).float(),
        "care": torch.from_numpy(care).float(),
        "weight": torch.from_numpy(heat * (heat > _NAMED_HEAT)).float(),
        "sides": torch.from_numpy(sides).float(),
        "colours": torch.from_numpy(colours[owner]),
        "backdrops": torch.tensor(names.backdrops.index(clip.backdrop)),
    }


def _bump(x: np.ndarray, y: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """A bump over the cells, exactly 1 in the one that holds the box's centre."""
    centre = (corners[:2] + corners[2:]) / 2
    at = (np.minimum(centre // CELL_PX, np.array(x.shape[::-1]) - 1) + 0.5) * CELL_PX
    reach = np.maximum(0.12 * (corners[2:] - corners[:2]), 0.7 * CELL_PX)
    return np.exp(-(((x - at[0]) / reach[0]) ** 2 + ((y - at[1]) / reach[1]) ** 2) / 2)
