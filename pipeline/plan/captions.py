"""A whole scene in one text, for a model that gets no regions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.artifacts import OverlapPrompt, RegionPrompt
from pipeline.story import Box

MAX_WORDS = 23
"""Words of a caption that a pack with a closed troupe learned from."""
_LEFT, _RIGHT = 0.37, 0.63
"""Where its captions leave the middle of the frame, as fractions of the width."""


@dataclass(frozen=True)
class Role:
    """One region in a troupe's words: who ('a blue fox') does what ('walks') which way ('left')."""

    figure: str
    motion: str
    way: str
    boxes: tuple[Box | None, ...]

    @property
    def text(self) -> str:
        """The region's text, 'a blue fox walks left'."""
        return f"{self.figure} {self.motion} {self.way}"


_Placed = TypeVar("_Placed", Role, RegionPrompt)


def troupe_caption(roles: Iterable[Role], where: str) -> str:
    """Give a scene as captions of the pack's training do, 'on the left a red fox waves in ...'.

    From left to right, each figure once with all it does. Beyond MAX_WORDS words the ways they
    face are left out, then the places. Who has no box is left out; '' if that leaves nobody.
    """
    seen = in_reading_order([role for role in roles if any(role.boxes)])
    return _fitting(seen, where, places=True) if seen else ""


def shared_text(roles: Sequence[Role]) -> str:
    """Give the text of a place that several regions share: 'a red fox hugs ... and a ...'."""
    return _fitting(roles, "", places=False)


def free_caption(
    background: str, regions: Iterable[RegionPrompt], overlaps: Iterable[OverlapPrompt]
) -> str:
    """Give a scene in sentences: its background, its regions left to right, what they share.

    Regions without a box are left out.
    """
    seen = in_reading_order([region for region in regions if any(region.boxes)])
    texts = [background, *(region.text for region in seen), *(o.text for o in overlaps)]
    ends = dict.fromkeys(text.rstrip(" .,;:") for text in texts)
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in ends if text)


def in_reading_order(placed: Sequence[_Placed]) -> list[_Placed]:
    """Give them from left to right by the middles of their boxes, the higher first at one place."""
    return sorted(placed, key=lambda one: _middle(one.boxes))


def _middle(boxes: Iterable[Box | None]) -> tuple[float, float]:
    middles = [((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes if box]
    xs, ys = zip(*middles, strict=True)
    return sum(xs) / len(xs), sum(ys) / len(ys)


def _fitting(roles: Sequence[Role], where: str, *, places: bool) -> str:
    """The first of the wordings that is short enough, else the shortest."""
    text = ""
    for ways, placed in ((True, places), (False, places), (False, False)):
        told = [_one(mine, ways=ways, placed=placed) for mine in _by_figure(roles)]
        text = " ".join(filter(None, [" and ".join(told), where]))
        if len(text.split()) <= MAX_WORDS:
            break
    return text


def _by_figure(roles: Sequence[Role]) -> list[list[Role]]:
    figures = dict.fromkeys(role.figure for role in roles)
    return [[role for role in roles if role.figure == figure] for figure in figures]


def _one(mine: Sequence[Role], *, ways: bool, placed: bool) -> str:
    """All that one figure does: 'on the left a red fox walks right and waves facing right'."""
    acts = dict.fromkeys(f"{role.motion} {role.way}" if ways else role.motion for role in mine)
    place = _place([box for role in mine for box in role.boxes]) if placed else ""
    return " ".join(filter(None, [place, mine[0].figure, " and ".join(acts)]))


def _place(boxes: Sequence[Box | None]) -> str:
    x, _ = _middle(boxes)
    return "on the left" if x < _LEFT else "on the right" if x > _RIGHT else "in the middle"
