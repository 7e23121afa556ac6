"""The troupe: each kind as a jointed paper puppet, one unit tall, feet at 0, facing right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError
from pipeline.theatre.animals import ANIMALS
from pipeline.theatre.people import PEOPLE
from pipeline.theatre.pieces import CREAM, GOLD, INK, LIPS, PAPER, Piece, Pins, on
from pipeline.theatre.shapes import Colour, Outline, ellipse, grown_union, polygon, rectangle
from pipeline.theatre.world import load_world

JOINTS = ("tail", "far_arm", "far_leg", "near_leg", "body", "head", "near_arm")
HIP = -0.2j
EDGE = 0.03


@dataclass(frozen=True)
class Puppet:
    """A figure ready for posing: all its polygons in one array of points.

    `points` complex (N,), units of the figure's height; `joints` (N,) index into JOINTS;
    `pivots` complex (N,), the pin each point turns about; `spans` and `colours` give the
    polygons back to front, of which the first `num_edges` are the white paper edge.
    """

    points: Outline
    joints: NDArray[np.intp]
    pivots: Outline
    spans: tuple[tuple[int, int], ...]
    colours: tuple[Colour, ...]
    num_edges: int


@lru_cache(maxsize=256)
def build_puppet(kind: str, colour: str, hat: str | None, asleep: bool, parcel: bool) -> Puppet:
    """The puppet of a kind in a colour: its hat or none, eyes closed or not, a parcel or none."""
    world = load_world()
    if kind not in _KINDS or colour not in world.colours or hat not in (None, *world.hats):
        raise PipelineError(
            f"The theatre has no {colour} {kind} with hat {hat}.",
            hint=f"Kinds: {', '.join(world.kinds)}; colours: {', '.join(world.colours)}.",
        )
    pieces, pins = _KINDS[kind](world.colours[colour], asleep)
    carried = _parcel_pieces(pins["hand"]) if parcel else []
    return _assemble(pieces + _hat_pieces(hat, kind) + carried, pins)


def _assemble(pieces: list[Piece], pins: Pins) -> Puppet:
    layers = [piece for joint in JOINTS for piece in pieces if piece.joint == joint]
    edges = [
        Piece(joint, outline, PAPER)
        for joint in JOINTS
        for outline in _edge_outlines(layers, joint)
    ]
    cuts = edges + layers
    sizes = [len(cut.outline) for cut in cuts]
    ends = np.cumsum(sizes)
    names = [cut.joint for cut in cuts]
    return Puppet(
        points=np.concatenate([cut.outline for cut in cuts]),
        joints=np.repeat([JOINTS.index(name) for name in names], sizes),
        pivots=np.repeat([pins.get(name, HIP) for name in names], sizes),
        spans=tuple((int(end - size), int(end)) for end, size in zip(ends, sizes, strict=True)),
        colours=tuple(cut.colour for cut in cuts),
        num_edges=len(edges),
    )


def _edge_outlines(layers: list[Piece], joint: str) -> list[Outline]:
    outlines = [piece.outline for piece in layers if piece.joint == joint]
    return grown_union(outlines, EDGE) if outlines else []


def _hat_pieces(hat: str | None, kind: str) -> list[Piece]:
    if hat is None:
        return []
    top, neck = _HAT_HEIGHTS[kind]
    if hat == "scarf":
        knot = rectangle(-0.16, neck, -0.06, neck + 0.2)
        return on(
            "head", [(ellipse(0.0, neck, 0.2, 0.055), (216, 104, 112)), (knot, (196, 84, 96))]
        )
    if hat == "top hat":
        cuts = [
            (rectangle(-0.15, -0.24, 0.17, 0.02), INK),
            (rectangle(-0.15, -0.07, 0.17, -0.01), CREAM),
            (ellipse(0.01, 0.01, 0.25, 0.04), INK),
        ]
    else:
        crown = polygon(-0.16, 0.03, -0.21, -0.16, -0.09, -0.07, 0.01, -0.2, 0.11, -0.07,
                        0.23, -0.16, 0.18, 0.03)  # fmt: skip
        cuts = [(crown, GOLD), (ellipse(0.01, -0.035, 0.04, 0.04), (200, 90, 110))]
    return on("head", [(outline + 1j * top, colour) for outline, colour in cuts])


def _parcel_pieces(hand: complex) -> list[Piece]:
    """A parcel with a ribbon, held in the far hand and as small as a stretched arm needs it."""
    cuts = [
        (rectangle(-0.075, -0.03, 0.075, 0.12), (206, 170, 130)),
        (rectangle(-0.075, 0.03, 0.075, 0.06), LIPS),
        (rectangle(-0.015, -0.03, 0.015, 0.12), LIPS),
    ]
    return on("far_arm", [(outline + hand, colour) for outline, colour in cuts])


_HAT_HEIGHTS = {
    "witch": (-0.9, -0.4),
    "fox": (-0.77, -0.42),
    "robot": (-0.85, -0.45),
    "rabbit": (-0.66, -0.36),
    "child": (-0.86, -0.4),
    "king": (-0.86, -0.44),
    "dragon": (-0.83, -0.45),
    "bird": (-0.85, -0.48),
    "bear": (-0.88, -0.46),
    "mermaid": (-0.86, -0.5),
    "astronaut": (-0.93, -0.43),
}
"""Where each kind wears a hat and where a scarf."""
_KINDS = PEOPLE | ANIMALS
