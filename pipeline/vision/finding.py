"""Where what some words name is seen in pictures: what a finder can do, and the theatre's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from pipeline.vision.colour import box_overlap

if TYPE_CHECKING:
    from pipeline.vision.judges import Judges, Seen


@dataclass(frozen=True)
class Found:
    """What was found for some words in one picture.

    Attributes:
        box: float (4,), `[x0, y0, x1, y1]` in frame fractions, inside the frame, no side flat.
        score: 0 to 1, how sure the finder is; only scores of one finder can be compared.
    """

    box: np.ndarray
    score: float


class BoxFinder(Protocol):
    """Finds what words name in pictures."""

    id: str
    """The model's name and its weights' version: others may find something else."""
    reads_any_words: bool
    """Whether it looks for any words at all: what it never finds it may only not know."""

    def knows(self, text: str) -> str:
        """Say why it cannot look for what these words name; empty = it can."""
        ...

    def find(self, frames: np.ndarray, texts: Sequence[str]) -> list[list[tuple[Found, ...]]]:
        """Give for each frame, uint8 RGB (n, H, W, 3), and each text what was found, best first.

        What several texts name may be found for each of them; equal texts find the same.
        """
        ...


class JudgeFinder:
    """Finds the theatre's figures by their kind and colour, with the judges' networks.

    A figure that looks like another kind, or has another colour than the words say, is not what
    they name. Words without a colour name a figure of any.
    """

    reads_any_words = False

    def __init__(self, judges: Judges) -> None:
        self._judges = judges
        self.id = f"theatre-judges:{judges.revision}"

    @classmethod
    def load(cls) -> JudgeFinder:
        """With the judges that come with the project; ModelUnavailableError if they are broken."""
        from pipeline.vision.judges import Judges

        return cls(Judges.load())

    def knows(self, text: str) -> str:
        """Say why it cannot look for what these words name; empty = it can."""
        if self._named(text)[0] is not None:
            return ""
        return f"the theatre's judges only know {', '.join(self._judges.names.kinds)}"

    def find(self, frames: np.ndarray, texts: Sequence[str]) -> list[list[tuple[Found, ...]]]:
        """Give for each frame and text what was found, best first; see `BoxFinder.find`."""
        named = [self._named(text) for text in texts]
        return [
            [_matching(figures, kind, colour) for kind, colour in named]
            for figures in self._judges.find(frames)
        ]

    def _named(self, text: str) -> tuple[str | None, str | None]:
        """The first kind that a text names, and the last colour before it; None where unsaid."""
        colour = None
        for word in re.findall(r"[^\W\d_]+", text.casefold()):
            if word in self._judges.names.kinds:
                return word, colour
            if word in self._judges.names.colours:
                colour = word
        return None, None


def _matching(figures: Iterable[Seen], kind: str | None, colour: str | None) -> tuple[Found, ...]:
    return tuple(
        Found(one.box, one.score)
        for one in figures
        if one.kind == kind and colour in (None, one.colour) and is_solid(one.box)
    )


def is_solid(box: np.ndarray) -> bool:
    """Whether both sides of a box are longer than a thousandth of the frame's."""
    return bool((box[2:] - box[:2] > 1e-3).all())


def distinct(found: Iterable[Found], *, overlap: float) -> tuple[Found, ...]:
    """Give the surest of those that overlap (IoU) by more than `overlap`, best first."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: -one.score):
        if all(box_overlap(one.box, other.box) <= overlap for other in kept):
            kept.append(one)
    return tuple(kept)
