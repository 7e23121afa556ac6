"""Scores of the regions benchmark: one mark per figure and keyframe, means with intervals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from pipeline.theatre.draw import DrawnClip
from pipeline.theatre.script import Actor, Script
from pipeline.theatre.world import load_world
from pipeline.vision.colour import box_overlap, find_colour, fit_growth, grow

NEAR = np.array([0.12, 0.15])
"""How far a figure's centre may lie from the centre asked for, of the frame's sides."""
LEAST_SEEN = 0.01
"""A figure covering less of the frame where it is drawn is not asked for."""
HEIGHTS = (0.48, 0.6)
OVERLAPS = (0.02, 0.25)
_RESAMPLES = 1000


class Mark(BaseModel):
    """How one figure was met at one keyframe; the first four name what was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    colour: str
    motion: str
    backdrop: str
    height: float
    cell: str
    overlap: float
    found: bool
    near: bool
    swapped: bool
    """Whether it stands on the other figure's mark instead of its own."""
    iou: float


class Result(BaseModel):
    """All marks of one scene under one condition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scene: int
    condition: str
    run: str
    """Pack, steps and guidance; results of other runs are not mixed in."""
    seconds: float
    strays: float
    """How often a colour nobody wears was found, as a share of such colours and keyframes."""
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Asked:
    """A scene to be rendered: its script, how it is drawn, and the boxes at its keyframes.

    `boxes` float (A, K, 4), each the union over the frames of its keyframe; `seen` bool (A, K).
    """

    script: Script
    clip: DrawnClip
    boxes: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, script: Script, clip: DrawnClip, num_keyframes: int) -> Asked:
        """The scene whose keyframes share the frames of the drawn clip evenly."""
        count = len(script.actors)
        per_key = clip.boxes.reshape(count, num_keyframes, -1, 4)
        boxes = np.concatenate([per_key[..., :2].min(2), per_key[..., 2:].max(2)], axis=-1)
        share = clip.masks.reshape(count, num_keyframes, -1).mean(-1)
        return cls(script, clip, boxes.clip(-0.5, 1.5), share >= LEAST_SEEN)


def fit_finder(asked: Sequence[Asked]) -> Mapping[Hashable, np.ndarray]:
    """What leads from a figure's coloured part to its whole box, learned on drawn clips."""
    examples = []
    for one in asked:
        for keyframe, frame in _keyframes(one.clip.frames, one.boxes.shape[1]):
            for number, actor in enumerate(one.script.actors):
                found = find_colour(frame, load_world().colours[actor.colour])
                if one.seen[number, keyframe] and found is not None:
                    examples.append((_kind(actor), found, one.boxes[number, keyframe]))
    return fit_growth(examples)


def _kind(actor: Actor) -> Hashable:
    return actor.kind, actor.motion == "sleeps", actor.facing


def _keyframes(frames: np.ndarray, num_keyframes: int) -> list[tuple[int, np.ndarray]]:
    """Each keyframe's number with the frame in its middle."""
    span = len(frames) // num_keyframes
    return [(k, frames[k * span + span // 2]) for k in range(num_keyframes)]


def mark_clip(
    frames: np.ndarray, asked: Asked, growth: Mapping[Hashable, np.ndarray]
) -> tuple[Mark, ...]:
    """The marks of a clip, uint8 (F, H, W, 3), against what was asked."""
    marks = []
    for keyframe, frame in _keyframes(frames, asked.boxes.shape[1]):
        boxes = asked.boxes[:, keyframe].clip(0, 1)
        for number, actor in enumerate(asked.script.actors):
            if asked.seen[number, keyframe]:
                found = _find(frame, actor, growth)
                others = np.delete(boxes, number, axis=0)
                marks.append(_mark(found, boxes[number], others, actor, asked.script.backdrop))
    return tuple(marks)


def _find(
    frame: np.ndarray, actor: Actor, growth: Mapping[Hashable, np.ndarray]
) -> np.ndarray | None:
    found = find_colour(frame, load_world().colours[actor.colour])
    return None if found is None else grow(found, growth.get(_kind(actor), np.zeros(4)))


def _mark(
    found: np.ndarray | None, own: np.ndarray, others: np.ndarray, actor: Actor, backdrop: str
) -> Mark:
    near = found is not None and _is_near(found, own)
    return Mark(
        kind=actor.kind,
        colour=actor.colour,
        motion=actor.motion,
        backdrop=backdrop,
        height=float(own[3] - own[1]),
        cell=_cell(own),
        overlap=max((_covered(own, other) for other in others), default=0.0),
        found=found is not None,
        near=near,
        swapped=found is not None and not near and any(_is_near(found, o) for o in others),
        iou=0.0 if found is None else box_overlap(found, own),
    )


def _is_near(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.abs(one[:2] + one[2:] - other[:2] - other[2:]) / 2 < NEAR).all())


def _cell(box: np.ndarray) -> str:
    column, row = np.clip(((box[:2] + box[2:]) / 2 * 3).astype(int), 0, 2)
    return f"{('top', 'middle', 'bottom')[row]} {('left', 'centre', 'right')[column]}"


def _covered(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the smaller box that the other covers."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    smaller = min(float((one[2:] - one[:2]).prod()), float((other[2:] - other[:2]).prod()))
    return float(np.clip(sides, 0, None).prod()) / smaller if smaller > 0 else 0.0


def count_strays(frames: np.ndarray, asked: Asked) -> float:
    """The share of colours nobody wears that are found all the same, over the keyframes."""
    world = load_world()
    worn = {actor.colour for actor in asked.script.actors}
    spare = [world.colours[name] for name in world.playable_colours if name not in worn]
    stills = [frame for _, frame in _keyframes(frames, asked.boxes.shape[1])]
    hits = [find_colour(frame, colour) is not None for frame in stills for colour in spare]
    return float(np.mean(hits)) if hits else 0.0


def bin_of_height(mark: Mark) -> str:
    """The height bin of a mark, in words."""
    return _bin(mark.height, HEIGHTS, "box height")


def bin_of_overlap(mark: Mark) -> str:
    """The overlap bin of a mark, in words."""
    return _bin(mark.overlap, OVERLAPS, "overlap")


def _bin(value: float, edges: tuple[float, float], what: str) -> str:
    low, high = edges
    if value < low:
        return f"{what} < {low:.2f}"
    return f"{what} {low:.2f}-{high:.2f}" if value < high else f"{what} >= {high:.2f}"


def summarise(
    results: Sequence[Result], *, seed: int = 0, keep: Callable[[Mark], bool] = lambda mark: True
) -> dict[str, dict[str, float] | int]:
    """Means of the marks kept, each with a bootstrap 95 % interval over the scenes."""
    scenes = [[mark for mark in result.marks if keep(mark)] for result in results]
    table = {
        "found": _sums(scenes, lambda mark: mark.found),
        "near": _sums(scenes, lambda mark: mark.near),
        "swapped": _sums(scenes, lambda mark: mark.swapped),
        "iou": _sums(scenes, lambda mark: mark.iou),
    }
    counts = np.array([len(marks) for marks in scenes])
    picks = np.random.default_rng(seed).integers(0, len(scenes), (_RESAMPLES, len(scenes)))
    summary: dict[str, dict[str, float] | int] = {"marks": int(counts.sum())}
    if counts.sum():
        summary |= {name: _interval(sums, counts, picks) for name, sums in table.items()}
    return summary


def _sums(scenes: list[list[Mark]], value: Callable[[Mark], float]) -> np.ndarray:
    return np.array([sum(float(value(mark)) for mark in marks) for marks in scenes])


def _interval(sums: np.ndarray, counts: np.ndarray, picks: np.ndarray) -> dict[str, float]:
    sizes = counts[picks].sum(1)
    drawn = sums[picks].sum(1)[sizes > 0] / sizes[sizes > 0]
    low, high = np.percentile(drawn, [2.5, 97.5])
    mean = sums.sum() / counts.sum()
    return {name: round(float(x), 4) for name, x in (("mean", mean), ("low", low), ("high", high))}
