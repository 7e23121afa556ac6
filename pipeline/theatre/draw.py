"""Draws a script: frames, and where and how far away each actor is in them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.theatre.backdrops import draw_backdrop
from pipeline.theatre.figures import HIP, JOINTS, Puppet, build_puppet
from pipeline.theatre.poses import Pose, Track, pose_motion
from pipeline.theatre.script import NUM_MARKS, Actor, Script
from pipeline.theatre.shapes import Outline, ellipse

_BITS = 4
_ONE_PX = 1 << _BITS
_GROUND = 0.88
_HORIZON = 0.6
_SHADOW: Outline = ellipse(0, 0, 1, 1)


@dataclass(frozen=True)
class DrawnClip:
    """A drawn script of F frames with A actors, back to front.

    `frames` uint8 RGB (F, H, W, 3); `boxes` float32 (A, F, 4), tight around each whole figure
    with its paper edge, in frame fractions that may leave [0, 1]; `masks` bool (A, F, H, W), the
    pixels where an actor is seen; `depth` float32 (F, H, W), 0 far to 1 near.
    """

    frames: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    masks: NDArray[np.bool_]
    depth: NDArray[np.float32]


@dataclass(frozen=True)
class _Placed:
    """A puppet on stage: `points` int32 (F, N, 2) and shadows, both in 1/16 px."""

    puppet: Puppet
    points: NDArray[np.int32]
    shadows: NDArray[np.int32]
    box: NDArray[np.float32]


def draw_clip(
    script: Script,
    *,
    width_px: int = 144,
    height_px: int = 96,
    num_frames: int = 24,
    grid_px: int | None = None,
    cycle_frames: int | None = None,
) -> DrawnClip:
    """The clip a script describes; the same script always gives the same pixels.

    With `grid_px` feet stand on multiples of it in every frame: figures move in steps. With
    `cycle_frames` motions keep the pace of a clip of that length (see `pose_motion`).
    """
    stage = draw_backdrop(script.backdrop, script.seed, width_px=width_px, height_px=height_px)
    frames = np.repeat(stage[None], num_frames, axis=0)
    size = np.array([width_px, height_px], float)
    cast = [_place(actor, size, num_frames, grid_px, cycle_frames) for actor in script.actors]
    masks = np.zeros((len(cast), num_frames, height_px, width_px), np.uint8)
    for placed in cast:
        _draw_shadows(frames, placed.shadows)
    for index, placed in enumerate(cast):
        for frame in range(num_frames):
            _draw_puppet(frames[frame], masks[index, frame], placed, frame)
        masks[:index] &= 1 - masks[index]
    seen = masks.view(np.bool_)
    boxes = np.stack([placed.box for placed in cast]) if cast else np.zeros((0, num_frames, 4))
    depth = _draw_depth(script.actors, seen, num_frames, (height_px, width_px))
    return DrawnClip(frames, boxes.astype(np.float32), seen, depth)


def actor_boxes(
    actor: Actor, *, width_px: int, height_px: int, num_frames: int, cycle_frames: int | None = None
) -> NDArray[np.float32]:
    """The boxes (F, 4) that `draw_clip` gives an actor, without drawing it."""
    size = np.array([width_px, height_px], float)
    return _place(actor, size, num_frames, None, cycle_frames).box


def _place(
    actor: Actor,
    size: NDArray[np.float64],
    num_frames: int,
    grid_px: int | None,
    cycle_frames: int | None,
) -> _Placed:
    pose = pose_motion(actor.motion, num_frames, actor.phase, cycle_frames=cycle_frames)
    puppet = build_puppet(actor.kind, actor.colour, actor.hat, pose.asleep, pose.parcel)
    unit = pose_points(puppet, pose)
    if pose.asleep:
        unit = _lie_down(unit)
    if actor.facing == "left":
        unit = -unit.conj()
    x, y, height = (_over_frames(track, num_frames) for track in _mark_tracks(actor))
    tall_px = (height * size[1])[:, None]
    feet_px = (x * size[0] + 1j * (y - pose.lift * height) * size[1])[:, None]
    if grid_px is not None:
        feet_px = np.round(feet_px / grid_px) * grid_px
    points = _as_pairs(unit * tall_px + feet_px)
    edge_points = points[:, : puppet.spans[puppet.num_edges - 1][1]]
    corners = np.concatenate([edge_points.min(1), edge_points.max(1)], axis=1)
    ground = np.maximum(y, _GROUND) if actor.motion == "flies" else y
    shadows = _shadow_points(pose, x * size[0] + 1j * ground * size[1], tall_px[:, 0])
    return _Placed(
        puppet,
        _as_fixed(points),
        _as_fixed(_as_pairs(shadows)),
        (corners / np.tile(size, 2)).astype(np.float32),
    )


def _mark_tracks(actor: Actor) -> tuple[list[float], list[float], list[float]]:
    marks = actor.marks
    return [m.x for m in marks], [m.y for m in marks], [m.height for m in marks]


def _over_frames(values: list[float], num_frames: int) -> Track:
    """Keyframe values at every frame: mark k holds in the middle of the k-th sixth of the clip."""
    at = (np.arange(num_frames) + 0.5) * NUM_MARKS / num_frames - 0.5
    track = np.interp(at, np.arange(NUM_MARKS), values)
    soft = np.pad(track, 1, mode="edge")
    return (soft[:-2] + 2 * soft[1:-1] + soft[2:]) / 4


def pose_points(puppet: Puppet, pose: Pose) -> NDArray[np.complex128]:
    """The puppet's points in every frame, complex (F, N), feet at 0, facing right."""
    still = np.zeros_like(pose.tilt)
    angles = np.stack([pose.angles.get(joint, still) for joint in JOINTS], axis=1)
    turns = np.exp(1j * angles) * [pose.reach.get(joint, 1.0) for joint in JOINTS]
    points: Outline = puppet.pivots + turns[:, puppet.joints] * (puppet.points - puppet.pivots)
    leaning = np.array([not joint.endswith("leg") for joint in JOINTS])[puppet.joints]
    upper: Outline = HIP + (points - HIP) * np.exp(1j * pose.lean)[:, None]
    bent: Outline = np.where(leaning, upper, points)
    points = bent.real * pose.wide[:, None] + 1j * bent.imag * pose.tall[:, None]
    middle = -0.45j
    return middle + (points - middle) * np.exp(1j * pose.tilt)[:, None]


def _lie_down(points: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Moves a lying figure so that it rests on the ground, centred on its mark."""
    first = points[0]
    return points - (first.real.min() + first.real.max()) / 2 - 1j * first.imag.max()


def _as_pairs(points: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.stack([points.real, points.imag], axis=-1)


def _as_fixed(points_px: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(points_px * _ONE_PX - _ONE_PX / 2).astype(np.int32, order="C")


def _shadow_points(
    pose: Pose, ground_px: NDArray[np.complex128], tall_px: Track
) -> NDArray[np.complex128]:
    half = 0.45 if pose.asleep else 0.25 * np.maximum(np.abs(pose.wide), 0.4)
    half = tall_px * half * (1 - 0.6 * np.clip(pose.lift, 0, 0.5))
    oval = _SHADOW.real * half[:, None] + 1j * _SHADOW.imag * (tall_px * 0.045)[:, None]
    return oval + ground_px[:, None]


def _draw_shadows(frames: NDArray[np.uint8], shadows: NDArray[np.int32]) -> None:
    limits = np.array([frames.shape[2], frames.shape[1]])
    starts = np.clip((shadows.min(1) >> _BITS) - 1, 0, limits)
    stops = np.clip((shadows.max(1) >> _BITS) + 2, 0, limits)
    for frame, points, (x0, y0), (x1, y1) in zip(frames, shadows, starts, stops, strict=True):
        if x1 > x0 and y1 > y0:
            ground = frame[y0:y1, x0:x1]
            dark = ground.copy()
            origin = np.array([x0, y0], np.int32) << _BITS
            cv2.fillPoly(dark, [points - origin], (70, 64, 84), cv2.LINE_AA, _BITS)
            ground[...] = cv2.addWeighted(dark, 0.3, ground, 0.7, 0)


def _draw_puppet(
    picture: NDArray[np.uint8], mask: NDArray[np.uint8], placed: _Placed, frame: int
) -> None:
    points, puppet = placed.points[frame], placed.puppet
    for start, stop in puppet.spans[: puppet.num_edges]:
        cv2.fillPoly(mask, [points[start:stop]], 1, cv2.LINE_8, _BITS)
    for (start, stop), colour in zip(puppet.spans, puppet.colours, strict=True):
        cv2.fillPoly(picture, [points[start:stop]], colour, cv2.LINE_AA, _BITS)


def _draw_depth(
    actors: tuple[Actor, ...], masks: NDArray[np.bool_], num_frames: int, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Ground that comes nearer from the horizon down, and flat actors, each before the last."""
    height_px, width_px = size
    rows = (np.arange(height_px, dtype=np.float32) + 0.5) / height_px
    ground = 0.1 + 0.5 * np.clip((rows - _HORIZON) / (1 - _HORIZON), 0, 1)
    depth = np.empty((num_frames, height_px, width_px), np.float32)
    depth[...] = ground[None, :, None]
    near = 0.5
    for actor, mask in zip(actors, masks, strict=True):
        feet = min(max(actor.marks[0].y, 0.0), 1.0)
        near = min(max(near + 0.03, 0.5 + 0.4 * feet), 1.0)
        depth[mask] = near
    return depth
