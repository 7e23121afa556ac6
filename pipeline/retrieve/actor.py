"""Which of the figures of a clip is the one that the motion's words speak of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pipeline.clips import Edges, Track
from pipeline.vision.colour import box_overlap

_LEAST_SHARE = 0.5
"""Of the clip's frames in which the actor has to be seen."""
_CUT_SHARE = 0.5
"""Of its frames in which it may touch the edge: who enters or leaves does so for less."""
_EDGE = 0.008
_HALF_LENGTH = frozenset({"person"})
_ALIKE = 0.85
"""A second figure this near in score could be meant as well."""
_JOIN_GAP = 0.25
"""The longest gap between two pieces of one figure, as a share of the clip."""
_JOIN_FAR, _JOIN_PACE = 0.3, 0.02
"""How far off the next piece may begin: in heights of the box, and a little more for each frame."""
_JOIN_SIZE = 1.7
"""How much larger or smaller it may be."""
_SAME_OVERLAP, _SAME_SHARE = 0.7, 0.5
"""Two tracks are of one figure if their boxes overlap so far (IoU) in more of the frames."""
_FULL_SIZE = 0.25
"""Share of the picture from which on more size counts no more."""


def choose_actor(
    tracks: Sequence[Track], subject: str | None, num_frames: int
) -> tuple[Track | None, str]:
    """Choose the figure that a clip is about.

    Args:
        tracks: The figures that a tracker followed, in any order.
        subject: The label that is asked for; None = any.
        num_frames: Of the clip, or of the part of it that was looked at.

    Returns:
        The actor, its pieces joined, and "" - or None and the reason, for a person.
    """
    figures = drop_doubles(join_pieces(tracks, num_frames))
    asked = [one for one in figures if subject in (None, one.label)]
    if not asked:
        return None, f"no {subject} is seen" if figures else "nobody is seen"
    ranked = sorted(asked, key=lambda one: actor_score(one, num_frames), reverse=True)
    reason = _refusal(ranked, num_frames)
    return (None, reason) if reason else (ranked[0], "")


def actor_score(track: Track, num_frames: int) -> float:
    """Say how much a figure looks like the one a clip is about, 0..1.

    How long it is seen counts most, then its size, how sure the detector is, and how near to the
    middle it stays.
    """
    boxes = np.array(track.boxes)
    sides = boxes[:, 2:] - boxes[:, :2]
    size = float(np.sqrt(np.minimum(np.median(sides.prod(1)) / _FULL_SIZE, 1)))
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    off_centre = float(np.abs(middle[:, 0] - 0.5).mean() * 2)
    length = min(1.0, len(track.frames) / num_frames)
    sure = float(np.mean(track.scores))
    return 0.4 * length + 0.25 * size + 0.2 * sure + 0.15 * (1 - off_centre)


def _refusal(ranked: Sequence[Track], num_frames: int) -> str:
    """Say why the best figure cannot be used; empty = it can."""
    best = ranked[0]
    if len(best.frames) < _LEAST_SHARE * num_frames:
        return f"the {best.label} is seen in less than half of the clip"
    if cut_share(best) > _CUT_SHARE:
        return f"the {best.label} is cut off by the edge of the picture"
    near = _ALIKE * actor_score(best, num_frames)
    if len(ranked) > 1 and actor_score(ranked[1], num_frames) >= near:
        return "two figures cannot be told apart"
    return ""


def cut_share(track: Track) -> float:
    """Give the share of its frames in which a figure touches the edge of the picture, 0..1.

    For people the lower edge is none: they are filmed without their feet all the time.
    """
    x0, y0, x1, y1 = np.array(track.boxes).T
    below = (y1 > 1 - _EDGE) & (track.label not in _HALF_LENGTH)
    return float(((x0 < _EDGE) | (y0 < _EDGE) | (x1 > 1 - _EDGE) | below).mean())


def drop_doubles(tracks: Sequence[Track]) -> list[Track]:
    """Drop the tracks that lie on a surer one of another label: one figure under two names."""
    by_sureness = sorted(tracks, key=lambda one: sum(one.scores), reverse=True)
    kept: list[Track] = []
    for track in by_sureness:
        if not any(_lies_on(track, surer) for surer in kept if surer.label != track.label):
            kept.append(track)
    return kept


def _lies_on(track: Track, surer: Track) -> bool:
    there = dict(zip(surer.frames, surer.boxes, strict=True))
    same = [
        box_overlap(np.array(box), np.array(there[frame])) >= _SAME_OVERLAP
        for frame, box in zip(track.frames, track.boxes, strict=True)
        if frame in there
    ]
    return sum(same) > _SAME_SHARE * len(track.frames)


def join_pieces(tracks: Sequence[Track], num_frames: int) -> list[Track]:
    """Join the pieces of figures that were lost for a while: same label, next in time and place."""
    figures = sorted(tracks, key=lambda one: one.frames[0])
    while True:
        pairs = [pair for pair in combinations(figures, 2) if _follows(*pair, num_frames)]
        if not pairs:
            return figures
        first, then = min(pairs, key=lambda pair: _way(pair[0].boxes[-1], pair[1].boxes[0]))
        joined = Track(
            label=first.label,
            frames=first.frames + then.frames,
            boxes=first.boxes + then.boxes,
            scores=first.scores + then.scores,
        )
        rest = [one for one in figures if one is not first and one is not then]
        figures = sorted([*rest, joined], key=lambda one: one.frames[0])


def _follows(first: Track, then: Track, num_frames: int) -> bool:
    gap = then.frames[0] - first.frames[-1]
    if first.label != then.label or not 0 < gap <= max(2, _JOIN_GAP * num_frames):
        return False
    tall = [box[3] - box[1] for box in (first.boxes[-1], then.boxes[0])]
    if max(tall) > _JOIN_SIZE * min(tall):
        return False
    return _way(first.boxes[-1], then.boxes[0]) <= _JOIN_FAR * max(tall) + _JOIN_PACE * gap


def _way(one: Edges, other: Edges) -> float:
    """How far apart the centres of two boxes lie, as a fraction of the frame."""
    across = (one[0] + one[2] - other[0] - other[2]) / 2
    down = (one[1] + one[3] - other[1] - other[3]) / 2
    return math.hypot(across, down)
