"""What the judges see of each figure in a take: where it is, who it looks like, what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.theatre_pack.judging import Judge, has_stranger, match

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.vision.judges import Seen


@dataclass(frozen=True)
class Watched:
    """One figure in a take.

    Attributes:
        boxes: float (F, 4), where it was found; NaN in frames where it was not.
        kinds: what it looks like in each frame; empty where it was not found.
        colours: likewise.
        motion: what it does; empty where it was found in less than half of the frames.
    """

    boxes: NDArray[np.float64]
    kinds: tuple[str, ...]
    colours: tuple[str, ...]
    motion: str

    def share_of(self, kind: str, colour: str) -> tuple[float, float, float]:
        """The shares of frames in which its kind, its colour, and both are these."""
        kinds = np.array([one == kind for one in self.kinds])
        colours = np.array([one == colour for one in self.colours])
        return float(kinds.mean()), float(colours.mean()), float((kinds & colours).mean())


@dataclass(frozen=True)
class View:
    """All figures of a take.

    Attributes:
        figures: those asked for, in the order of their boxes.
        extra: whether somebody else is seen in at least half of the frames.
        backdrop: what is behind them.
        anywhere: for each frame the kinds and colours of all who are found in it.
    """

    figures: tuple[Watched, ...]
    extra: bool
    backdrop: str
    anywhere: tuple[frozenset[tuple[str, str]], ...]

    def share_of(self, kind: str, colour: str) -> float:
        """The share of frames in which somebody of that kind and colour is anywhere."""
        return float(np.mean([(kind, colour) in pairs for pairs in self.anywhere]))


def watch(frames: NDArray[np.uint8], boxes: NDArray[np.float64], judges: Judge) -> View:
    """Look at frames, uint8 (F, H, W, 3), in which figures were asked for in boxes (A, 4).

    A figure's movement is judged by the boxes it is found in, never by the boxes asked for, which
    would say something of it themselves.
    """
    found: list[dict[int, Seen]] = []
    crowded = 0
    seen_in = judges.find(frames)
    for seen in seen_in:
        matches = match(seen, boxes)
        found.append({figure: seen[index] for figure, index in matches.items()})
        crowded += has_stranger(seen, list(matches.values()))
    figures = tuple(
        _watched([at.get(number) for at in found], frames, judges) for number in range(len(boxes))
    )
    anywhere = tuple(frozenset((one.kind, one.colour) for one in seen) for seen in seen_in)
    return View(figures, 2 * crowded >= len(frames), judges.name_backdrop(frames), anywhere)


def _watched(track: list[Seen | None], frames: NDArray[np.uint8], judges: Judge) -> Watched:
    boxes = np.stack([np.full(4, np.nan) if one is None else one.box for one in track])
    often = 2 * np.isfinite(boxes).all(1).sum() >= len(track)
    return Watched(
        boxes=boxes,
        kinds=tuple("" if one is None else one.kind for one in track),
        colours=tuple("" if one is None else one.colour for one in track),
        motion=judges.name_motion(frames, boxes) if often else "",
    )
