"""Scenes that were never trained: what the pack plays, in boxes as a hand draws them."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.errors import InputError, ModelUnavailableError
from pipeline.packs.record import PackRecord, find_pack
from pipeline.story import NUM_KEYFRAMES, Box
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.script import Script, sample_script
from pipeline.theatre.train.data import hold_poses
from pipeline.theatre.train.plans import Plan

LEAST_SEEN = 0.4
"""A figure is judged where its seen pixels fill this share of its box; a whole one fills 0.5 up.

Of drawn figures hidden more than that, the judges miss three in ten.
"""
JITTER = 0.03
"""How far a hand may miss an edge, of the frame's side."""


@dataclass(frozen=True)
class Asked:
    """A scene to be rendered.

    `boxes` float (A, K, 4) are each figure's boxes at the keyframes, NaN where it is off the stage;
    `judged` bool (A, K) says where enough of it is to be seen.
    """

    number: int
    script: Script
    clip: DrawnClip
    boxes: np.ndarray
    judged: np.ndarray

    def boxes_of(self, figure: int) -> tuple[Box | None, ...]:
        """The figure's boxes as a scene prompt has them."""
        return tuple(
            None if np.isnan(box).any() else Box.of(map(float, box)) for box in self.boxes[figure]
        )

    def inside(self) -> np.ndarray:
        """The pixels inside the boxes asked for, bool (F, H, W)."""
        num_frames, height, width, _ = self.clip.frames.shape
        pixels = np.zeros((num_frames, height, width), bool)
        for keyframe, span in enumerate(keyframes(num_frames)):
            for box in self.boxes[:, keyframe][~np.isnan(self.boxes[:, keyframe]).any(-1)]:
                edges = box.clip(0, 1) * (width, height, width, height)
                x0, y0, x1, y1 = edges.round().astype(int)
                pixels[span, y0:y1, x0:x1] = True
        return pixels


def ask(
    record: PackRecord,
    number: int,
    *,
    frames_per_pose: int = 1,
    actors: tuple[int, ...] = (1, 2, 3),
) -> Asked:
    """The scene of that number: so many actors in turn, a hand's jitter in every second one.

    Raises:
        InputError: the pack has no closed cast, so nothing says what to ask of it.
    """
    troupe = record.troupe
    if troupe is None:
        raise InputError(
            f"the {record.name} pack names no cast", hint="Choose a pack with a troupe."
        )
    rng = random.Random(f"benchmark of the theatre pack, scene {number}")
    script = sample_script(
        rng,
        num_actors=actors[number % len(actors)],
        kinds=troupe.kinds,
        colours=troupe.colours,
        motions=troupe.motions,
        backdrops=troupe.backdrops,
    )
    size = {"width_px": record.width_px, "height_px": record.height_px}
    clip = hold_poses(draw_clip(script, num_frames=record.num_frames, **size), frames_per_pose)
    boxes = keyframe_boxes(clip.boxes)
    if number % 2:
        boxes = _jitter(boxes, np.random.default_rng(rng.getrandbits(32)))
    return Asked(number, script, clip, boxes, _judged(clip) & ~np.isnan(boxes).any(-1))


def keyframes(num_frames: int) -> list[np.ndarray]:
    """The frame numbers of each keyframe."""
    return np.array_split(np.arange(num_frames), NUM_KEYFRAMES)


def keyframe_boxes(boxes: np.ndarray) -> np.ndarray:
    """Unions (A, K, 4) of boxes (A, F, 4) over the keyframes; NaN where nothing is on the stage."""
    spans = keyframes(boxes.shape[1])
    low = np.stack([np.fmin.reduce(boxes[:, span, :2], axis=1) for span in spans], axis=1)
    high = np.stack([np.fmax.reduce(boxes[:, span, 2:], axis=1) for span in spans], axis=1)
    union = np.concatenate([low, high], axis=-1).astype(float)
    shown = union.clip(0, 1)
    on_stage = np.all(shown[..., 2:] > shown[..., :2], axis=-1, keepdims=True)
    return np.where(on_stage, union.clip(-0.5, 1.5), np.nan)


def _jitter(boxes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Boxes (A, K, 4) with every path's edges moved a little, and every box a little more."""
    edges = generator.normal(0, JITTER / 2, (len(boxes), 1, 4)).clip(-JITTER, JITTER)
    shaken = (boxes + edges + generator.normal(0, JITTER / 6, boxes.shape)).clip(-0.5, 1.5)
    upright = np.all(shaken[..., 2:] > shaken[..., :2], axis=-1, keepdims=True)
    return np.where(upright, shaken, boxes)


def _judged(clip: DrawnClip) -> np.ndarray:
    sides = clip.boxes[..., 2:] - clip.boxes[..., :2]
    areas, seen = sides.prod(-1), clip.masks.mean((-2, -1))
    spans = keyframes(areas.shape[1])
    shares = [seen[:, span].mean(1) >= LEAST_SEEN * np.nanmean(areas[:, span], 1) for span in spans]
    return np.stack(shares, axis=1)


def read_plan(pack: str) -> Plan:
    """The plan a pack was trained by, from the training record in its folder.

    Raises:
        ModelUnavailableError: the pack, or its training record, is not there.
    """
    path = find_pack(pack) / "training.json"
    if not path.is_file():
        raise ModelUnavailableError(
            f"the pack has no training record: {path}", hint="Export it anew with its training."
        )
    return Plan.model_validate(json.loads(Path(path).read_text(encoding="utf-8"))["plan"])
