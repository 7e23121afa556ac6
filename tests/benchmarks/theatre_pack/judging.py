"""A clip against what was asked of it, in the eyes of the judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from pipeline.vision.colour import box_overlap
from tests.benchmarks.theatre_pack.scenes import Asked, keyframes

if TYPE_CHECKING:
    from pipeline.theatre.script import Actor
    from pipeline.vision.judges import Seen

LEAST_OVERLAP = 0.3
"""A figure stands in a box if they overlap (IoU) at least so much."""
SAME_FIGURE = 0.5
"""Two findings that overlap so much are of one figure."""
LEAST_SCORE = 0.5
"""What is found with less certainty is no extra figure."""


class Judge(Protocol):
    """What `pipeline.vision.judges.Judges` can do."""

    @property
    def revision(self) -> str:
        """Which weights these are."""
        ...

    def find(self, frames: np.ndarray) -> list[list[Seen]]:
        """The figures seen in each frame, uint8 (F, H, W, 3)."""
        ...

    def name_motion(self, frames: np.ndarray, boxes: np.ndarray) -> str:
        """The motion of the figure whose boxes, float (F, 4), are given; NaN where absent."""
        ...

    def name_backdrop(self, frames: np.ndarray) -> str:
        """The backdrop behind the figures."""
        ...


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mark(_Frozen):
    """What was found in a figure's box in the middle of a keyframe; empty where nothing was."""

    kind: str
    colour: str
    iou: float
    present: bool
    """Whether one of its kind and colour is anywhere in the frame."""
    swapped: bool
    """Whether, in its place, one is who has its kind or colour and the other of another figure."""


class Figure(_Frozen):
    """One figure: what was asked, and its marks at the keyframes where it is to be seen.

    Height, cell and overlap are of its box: mean, mean, and the largest.
    """

    kind: str
    colour: str
    motion: str
    height: float
    cell: str
    overlap: float
    marks: tuple[Mark, ...]
    named_motion: str | None
    """Empty where it was not found often enough; None where it is too little seen to be judged."""


class Judged(_Frozen):
    """All that the judges say of one clip."""

    backdrop: str
    named_backdrop: str
    extra: bool
    """Whether someone who was not asked for is seen in at least half of the frames."""
    figures: tuple[Figure, ...]


def judge(frames: np.ndarray, asked: Asked, judges: Judge) -> Judged:
    """Judge a clip, uint8 (F, H, W, 3), against the scene asked for."""
    matched: list[dict[int, Seen]] = []
    crowded = 0
    found = judges.find(frames)
    for seen, boxes in zip(found, _frame_boxes(asked, len(frames)), strict=True):
        matches = match(seen, boxes)
        matched.append({figure: seen[index] for figure, index in matches.items()})
        crowded += has_stranger(seen, list(matches.values()))
    figures = range(len(asked.script.actors))
    return Judged(
        backdrop=asked.script.backdrop,
        named_backdrop=judges.name_backdrop(frames),
        extra=2 * crowded >= len(frames),
        figures=tuple(
            _figure(number, asked, [at.get(number) for at in matched], found, frames, judges)
            for number in figures
            if asked.judged[number].any()
        ),
    )


def _frame_boxes(asked: Asked, num_frames: int) -> np.ndarray:
    """The asked boxes, inside the frame, at every frame: (F, A, 4)."""
    spans = keyframes(num_frames)
    rows = [asked.boxes[:, [keyframe] * len(span)] for keyframe, span in enumerate(spans)]
    return np.concatenate(rows, axis=1).transpose(1, 0, 2).clip(0, 1)


def match(seen: Sequence[Seen], boxes: np.ndarray) -> dict[int, int]:
    """Which box (A, 4) holds which finding, each at most one, the best overlaps first."""
    overlaps = [
        (box_overlap(one.box, box), number, index)
        for number, box in enumerate(boxes)
        for index, one in enumerate(seen)
        if not np.isnan(box).any()
    ]
    matches: dict[int, int] = {}
    for overlap, number, index in sorted(overlaps, reverse=True):
        if overlap >= LEAST_OVERLAP and number not in matches and index not in matches.values():
            matches[number] = index
    return matches


def has_stranger(seen: Sequence[Seen], matched: Sequence[int]) -> bool:
    """Whether somebody is found for certain who is in no box, nor a second look at one who is."""
    known = [seen[index].box for index in matched]
    return any(
        one.score >= LEAST_SCORE and all(box_overlap(one.box, box) < SAME_FIGURE for box in known)
        for one in seen
    )


def _figure(
    number: int,
    asked: Asked,
    track: Sequence[Seen | None],
    found: Sequence[Sequence[Seen]],
    frames: np.ndarray,
    judges: Judge,
) -> Figure:
    actor, judged = asked.script.actors[number], asked.judged[number]
    boxes = asked.boxes.clip(0, 1)
    own = boxes[number][judged]
    others = np.nan_to_num(np.delete(boxes, number, axis=0)[:, judged])
    middles = [span[len(span) // 2] for span in keyframes(len(frames))]
    marks = [
        _mark(track[middle], boxes[number, keyframe], number in present, number in swapped)
        for keyframe, middle in enumerate(middles)
        for present, swapped in [find_anywhere(found[middle], asked.script.actors)]
        if judged[keyframe]
    ]
    return Figure(
        kind=actor.kind,
        colour=actor.colour,
        motion=actor.motion,
        height=float((own[:, 3] - own[:, 1]).mean()),
        cell=_cell(own.mean(0)),
        overlap=max(
            (_covered(*pair) for other in others for pair in zip(own, other, strict=True)),
            default=0,
        ),
        marks=tuple(marks),
        named_motion=_name_motion(track, frames, judges) if 2 * judged.mean() >= 1 else None,
    )


def _name_motion(track: Sequence[Seen | None], frames: np.ndarray, judges: Judge) -> str:
    boxes = np.stack([np.full(4, np.nan) if one is None else one.box for one in track])
    found = len(track) - sum(one is None for one in track)
    return judges.name_motion(frames, boxes) if 2 * found >= len(track) else ""


def find_anywhere(seen: Sequence[Seen], actors: Sequence[Actor]) -> tuple[set[int], set[int]]:
    """The numbers of the actors who are in a frame, and of those whose attributes went astray.

    An actor is there if somebody has the kind and the colour, each found figure counting once. The
    attributes of one who is not there went astray if somebody is seen for certain with the one and
    with the other of another actor, and nobody was asked to look so.
    """
    left = [(one.kind, one.colour) for one in seen]
    present = set()
    for number, actor in enumerate(actors):
        if (actor.kind, actor.colour) in left:
            left.remove((actor.kind, actor.colour))
            present.add(number)
    asked = {(actor.kind, actor.colour) for actor in actors}
    wrong = {(s.kind, s.colour) for s in seen if s.score >= LEAST_SCORE} - asked
    swapped = {
        number
        for number, actor in enumerate(actors)
        if number not in present and any(_mixes(pair, actor, actors) for pair in wrong)
    }
    return present, swapped


def _mixes(pair: tuple[str, str], actor: Actor, actors: Sequence[Actor]) -> bool:
    """Whether a kind and colour, asked of nobody, are one of this actor's and one of another's."""
    kind, colour = pair
    of_others = any(
        (kind == actor.kind and colour == other.colour)
        or (colour == actor.colour and kind == other.kind)
        for other in actors
        if other is not actor
    )
    return of_others


def _mark(found: Seen | None, box: np.ndarray, present: bool, swapped: bool) -> Mark:
    elsewhere = {"present": present, "swapped": swapped}
    if found is None:
        return Mark(kind="", colour="", iou=0, **elsewhere)
    overlap = box_overlap(found.box, box)
    return Mark(kind=found.kind, colour=found.colour, iou=overlap, **elsewhere)


def _cell(box: np.ndarray) -> str:
    column, row = np.clip(((box[:2] + box[2:]) / 2 * 3).astype(int), 0, 2)
    return f"{('top', 'middle', 'bottom')[row]} {('left', 'centre', 'right')[column]}"


def _covered(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the smaller box that the other covers; 0 where one is off the stage."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    smaller = min(float((one[2:] - one[:2]).prod()), float((other[2:] - other[:2]).prod()))
    return float(np.clip(sides, 0, None).prod()) / smaller if smaller > 0 else 0.0
