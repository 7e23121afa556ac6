"""The clips of the theatre's library before they are drawn, read from `clips.jsonl`.

Like a real library it has its troublemakers; each spec names its own, so that a benchmark knows
the truth.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.story import Record
from pipeline.theatre.draw import actor_boxes
from pipeline.theatre.script import NUM_MARKS, Actor, Facing, Mark, Script

LICENCE = "AGPL-3.0-only, drawn by this project"
CREDIT = "DreamRunner Studio, the paper theatre's library"
FPS = 8
CYCLE_FRAMES = 24
"""Frames that a motion takes once; a clip of 48 shows it twice."""
SPECS_FILE = Path(__file__).with_name("clips.jsonl")

Trouble = Literal["", "wrong_caption", "cut_off", "two_actors", "too_short", "portrait"]
"""What is wrong with a clip: its caption tells of another motion; half its figure lies outside
the frame; a second figure, as large, does something else; it ends after 12 frames; it is
higher than wide."""
_UNFIT: tuple[Trouble, ...] = ("cut_off", "two_actors", "too_short", "portrait")


class Figure(Record):
    """A figure and its straight way: where its feet are at the first and at the last mark."""

    kind: str
    colour: str
    motion: str
    facing: Facing
    hat: str | None = None
    start: tuple[float, float]
    end: tuple[float, float]
    height: float
    phase: float

    def actor(self) -> Actor:
        """Give the figure as a script holds it."""
        steps = [k / (NUM_MARKS - 1) for k in range(NUM_MARKS)]
        (x0, y0), (x1, y1) = self.start, self.end
        marks = tuple(Mark(x0 + (x1 - x0) * k, y0 + (y1 - y0) * k, self.height) for k in steps)
        return Actor(self.kind, self.colour, self.motion, self.facing, self.hat, marks, self.phase)


class ClipSpec(Record):
    """One clip of the library: what is drawn, what its caption says, and what is wrong with it."""

    path: str
    """Where its file lies in the library's folder; clips of one film share a folder."""
    caption: str
    backdrop: str
    seed: int
    figures: tuple[Figure, ...]
    """The first is the one that the clip is about."""
    num_frames: int = 48
    width_px: int = 288
    height_px: int = 192
    trouble: Trouble = ""
    duplicate_of: str | None = None
    """The path of a clip with nearly the same pictures."""

    @property
    def motion(self) -> str:
        """What the clip shows, whatever its caption says."""
        return self.figures[0].motion

    def script(self) -> Script:
        """Give what is drawn; actors stand in the order of `figures`."""
        return Script(self.backdrop, tuple(one.actor() for one in self.figures), self.seed)

    def boxes(self) -> NDArray[np.float32]:
        """Give where each figure truly is in each frame (A, F, 4), as `draw_clip` does."""
        return np.stack(
            [
                actor_boxes(
                    one.actor(),
                    width_px=self.width_px,
                    height_px=self.height_px,
                    num_frames=self.num_frames,
                    cycle_frames=CYCLE_FRAMES,
                )
                for one in self.figures
            ]
        )


def approvable(spec: ClipSpec) -> bool:
    """Whether a person would approve the whole clip for the motion it shows.

    A wrong caption does no harm to the pictures. Of a clip with two figures only a crop around
    one of them is fit to learn from; a portrait clip does not fill the pack's frame.
    """
    return spec.trouble not in _UNFIT


@lru_cache(maxsize=1)
def load_specs() -> tuple[ClipSpec, ...]:
    """Give the library's specs, in the order of the file."""
    lines = SPECS_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(ClipSpec.model_validate_json(line) for line in lines)
