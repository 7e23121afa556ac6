"""The troupe: each kind as a jointed paper puppet, one unit tall, feet at 0, facing right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError
from pipeline.theatre.shapes import (
    Colour,
    Outline,
    capsule,
    ellipse,
    grown_union,
    polygon,
    rectangle,
    shade,
)
from pipeline.theatre.world import load_world

JOINTS = ("tail", "far_arm", "far_leg", "near_leg", "body", "head", "near_arm")
HIP = -0.2j
EDGE = 0.03

_INK: Colour = (52, 44, 60)
_PAPER: Colour = (255, 255, 252)
_CREAM: Colour = (250, 244, 230)
_MUZZLE: Colour = (246, 232, 210)
_SKIN: Colour = (248, 214, 182)
_HAIR: Colour = (116, 84, 70)
_STEEL: Colour = (158, 164, 176)
_GLOW: Colour = (206, 240, 246)
_ROSE: Colour = (240, 176, 176)
_GOLD: Colour = (236, 196, 92)


@dataclass(frozen=True)
class Piece:
    """One cut-out: its outline, its colour, the joint that moves it."""

    joint: str
    outline: Outline
    colour: Colour


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
def build_puppet(kind: str, colour: str, hat: str | None, asleep: bool) -> Puppet:
    """The puppet of a kind in a colour, with a hat or none, eyes closed when asleep."""
    world = load_world()
    if kind not in _KINDS or colour not in world.colours or hat not in (None, *world.hats):
        raise PipelineError(
            f"The theatre has no {colour} {kind} with hat {hat}.",
            hint=f"Kinds: {', '.join(world.kinds)}; colours: {', '.join(world.colours)}.",
        )
    pieces, pins = _KINDS[kind](world.colours[colour], asleep)
    return _assemble(pieces + _hat_pieces(hat, kind), pins)


def _assemble(pieces: list[Piece], pins: dict[str, complex]) -> Puppet:
    layers = [piece for joint in JOINTS for piece in pieces if piece.joint == joint]
    edges = [
        Piece(joint, outline, _PAPER)
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


def _eyes(x: float, y: float, apart: float, asleep: bool, size: float = 0.036) -> list[Piece]:
    pieces = []
    for at in (x, x + apart):
        if asleep:
            lid = polygon(at - 0.05, y, at, y + 0.022, at + 0.05, y, at + 0.05, y + 0.02,
                          at, y + 0.045, at - 0.05, y + 0.02)  # fmt: skip
            pieces.append(Piece("head", lid, _INK))
            continue
        pieces.append(Piece("head", ellipse(at, y, size, size * 1.4), _INK))
        pieces.append(Piece("head", ellipse(at + 0.012, y - 0.02, 0.013, 0.015), _PAPER))
    return pieces


def _limbs(
    colours: tuple[Colour, Colour, Colour],
    *,
    hip: float,
    shoulder: complex,
    reach: float,
    half: float,
) -> tuple[list[Piece], dict[str, complex]]:
    """Two legs and two arms: colours of arm, leg and hands or shoes; and the pins they turn on."""
    arm, leg, end = colours
    width = shoulder.real
    pins = {
        "far_leg": complex(0.085, -hip),
        "near_leg": complex(-0.07, -hip),
        "far_arm": complex(width + 0.02, shoulder.imag),
        "near_arm": complex(-width, shoulder.imag),
    }
    pieces = []
    for joint in ("far_leg", "near_leg"):
        x, y = pins[joint].real, pins[joint].imag
        pieces.append(Piece(joint, capsule(x, y, hip - 0.06, half * 1.1), leg))
        pieces.append(Piece(joint, ellipse(x + 0.035, -0.035, 0.085, 0.038), end))
    for joint in ("far_arm", "near_arm"):
        x, y = pins[joint].real, pins[joint].imag
        pieces.append(Piece(joint, capsule(x, y, reach - 0.04, half), arm))
        pieces.append(Piece(joint, ellipse(x, y + reach - 0.02, half * 1.2, half * 1.2), end))
    return pieces, pins


def _witch(colour: Colour, asleep: bool) -> tuple[list[Piece], dict[str, complex]]:
    dark = shade(colour, 0.8)
    pieces, pins = _limbs((dark, _INK, _INK), hip=0.14, shoulder=0.1 - 0.4j, reach=0.25, half=0.042)
    pieces = [
        Piece(p.joint, p.outline, _SKIN) if p.joint.endswith("arm") and p.colour == _INK else p
        for p in pieces
    ]
    body = [
        (polygon(-0.1, -0.46, 0.12, -0.46, 0.27, -0.1, 0.02, -0.07, -0.27, -0.1), colour),
        (polygon(-0.245, -0.15, 0.02, -0.12, 0.25, -0.15, 0.27, -0.1, 0.02, -0.07, -0.27, -0.1),
         dark),
    ]  # fmt: skip
    head = [
        (polygon(-0.2, -0.7, 0.16, -0.7, 0.1, -0.36, -0.14, -0.32, -0.27, -0.36), _HAIR),
        (ellipse(0.035, -0.54, 0.185, 0.175), _SKIN),
        (polygon(0.17, -0.58, 0.3, -0.5, 0.27, -0.475, 0.16, -0.49), (238, 190, 156)),
        (ellipse(-0.05, -0.475, 0.04, 0.026), _ROSE),
        (polygon(0.03, -0.455, 0.17, -0.455, 0.1, -0.41), (150, 84, 92)),
        (ellipse(0.02, -0.68, 0.31, 0.055, -0.06), dark),
        (polygon(-0.18, -0.69, 0.21, -0.71, 0.12, -0.86, 0.02, -0.94, -0.2, -1.0, -0.25, -0.95,
                 -0.11, -0.9), colour),
        (polygon(-0.175, -0.7, 0.205, -0.72, 0.18, -0.77, -0.155, -0.75), _CREAM),
    ]  # fmt: skip
    pieces += _on("body", body) + _on("head", head) + _eyes(0.02, -0.56, 0.13, asleep)
    return pieces, pins | {"head": 0.02 - 0.42j}


def _robot(colour: Colour, asleep: bool) -> tuple[list[Piece], dict[str, complex]]:
    dark = shade(colour, 0.8)
    pieces, pins = _limbs(
        (_STEEL, _STEEL, _INK), hip=0.17, shoulder=0.19 - 0.38j, reach=0.25, half=0.045
    )
    body = [
        (rectangle(-0.19, -0.46, 0.2, -0.13), colour),
        (rectangle(-0.19, -0.46, -0.11, -0.13), dark),
        (rectangle(-0.04, -0.39, 0.15, -0.22), _CREAM),
        (ellipse(0.01, -0.305, 0.033, 0.04), _INK),
        (ellipse(0.1, -0.305, 0.033, 0.04), _STEEL),
    ]
    head = [
        (rectangle(-0.015, -0.95, 0.03, -0.84), _STEEL),
        (ellipse(0.008, -0.95, 0.05, 0.05), _CREAM),
        (rectangle(-0.27, -0.7, -0.2, -0.56), _STEEL),
        (rectangle(-0.24, -0.86, 0.25, -0.44), colour),
        (rectangle(-0.24, -0.86, -0.14, -0.44), dark),
        (rectangle(-0.09, -0.8, 0.22, -0.5), _INK),
    ]
    face = [(rectangle(0.0, -0.575, 0.14, -0.545), _GLOW)]
    for x in (0.0, 0.14):
        face.append(
            (rectangle(x - 0.045, -0.665, x + 0.045, -0.64), _GLOW)
            if asleep
            else (ellipse(x, -0.68, 0.045, 0.06), _GLOW)
        )
    pieces += _on("body", body) + _on("head", head + face)
    return pieces, pins | {"head": 0.0 - 0.45j}


def _fox(colour: Colour, asleep: bool) -> tuple[list[Piece], dict[str, complex]]:
    dark = shade(colour, 0.8)
    pieces, pins = _limbs(
        (dark, dark, _INK), hip=0.17, shoulder=0.11 - 0.36j, reach=0.22, half=0.04
    )
    tail = [
        (ellipse(-0.32, -0.29, 0.25, 0.12, 0.55), dark),
        (ellipse(-0.46, -0.385, 0.1, 0.09, 0.55), _MUZZLE),
    ]
    body = [
        (ellipse(0.0, -0.27, 0.16, 0.18), colour),
        (ellipse(0.05, -0.26, 0.09, 0.14), _CREAM),
    ]
    head = [
        (polygon(-0.23, -0.62, -0.21, -0.99, 0.03, -0.74), colour),
        (polygon(0.03, -0.76, 0.2, -1.0, 0.25, -0.62), colour),
        (polygon(-0.215, -0.87, -0.21, -0.99, -0.12, -0.9), _INK),
        (polygon(0.12, -0.89, 0.2, -1.0, 0.215, -0.88), _INK),
        (ellipse(0.0, -0.6, 0.25, 0.2), colour),
        (polygon(-0.25, -0.58, -0.12, -0.56, 0.02, -0.48, 0.0, -0.4, -0.16, -0.45), _MUZZLE),
        (polygon(0.05, -0.52, 0.2, -0.6, 0.37, -0.53, 0.36, -0.49, 0.16, -0.41, 0.02, -0.42),
         _MUZZLE),
        (ellipse(0.36, -0.535, 0.045, 0.038), _INK),
    ]  # fmt: skip
    pieces += _on("tail", tail) + _on("body", body) + _on("head", head)
    pieces += _eyes(-0.02, -0.62, 0.17, asleep)
    return pieces, pins | {"tail": -0.1 - 0.16j, "head": 0.0 - 0.44j}


def _rabbit(colour: Colour, asleep: bool) -> tuple[list[Piece], dict[str, complex]]:
    dark = shade(colour, 0.8)
    pieces, pins = _limbs(
        (dark, dark, colour), hip=0.13, shoulder=0.13 - 0.34j, reach=0.19, half=0.042
    )
    body = [
        (ellipse(-0.02, -0.23, 0.2, 0.185), colour),
        (ellipse(0.05, -0.21, 0.11, 0.13), _CREAM),
    ]
    head = [
        (ellipse(0.1, -0.82, 0.07, 0.19, 0.12), colour),
        (ellipse(0.1, -0.82, 0.032, 0.14, 0.12), _ROSE),
        (ellipse(-0.11, -0.82, 0.07, 0.19, -0.22), colour),
        (ellipse(-0.105, -0.82, 0.032, 0.14, -0.22), _ROSE),
        (ellipse(0.02, -0.51, 0.235, 0.185), colour),
        (ellipse(-0.1, -0.45, 0.045, 0.03), _ROSE),
        (rectangle(0.13, -0.41, 0.2, -0.33), _PAPER),
        (ellipse(0.16, -0.44, 0.11, 0.07), _CREAM),
        (ellipse(0.22, -0.48, 0.042, 0.03), (214, 120, 132)),
    ]
    pieces += _on("tail", [(ellipse(-0.23, -0.17, 0.085, 0.085), _CREAM)])
    pieces += _on("body", body) + _on("head", head) + _eyes(0.0, -0.55, 0.17, asleep)
    return pieces, pins | {"tail": -0.15 - 0.17j, "head": 0.0 - 0.38j}


def _on(joint: str, cuts: list[tuple[Outline, Colour]]) -> list[Piece]:
    return [Piece(joint, outline, colour) for outline, colour in cuts]


_HAT_TOP = {"witch": -0.9, "robot": -0.85, "fox": -0.77, "rabbit": -0.66}


def _hat_pieces(hat: str | None, kind: str) -> list[Piece]:
    if hat is None:
        return []
    if hat == "scarf":
        neck = {"witch": -0.4, "robot": -0.45, "fox": -0.42, "rabbit": -0.36}[kind]
        knot = rectangle(-0.16, neck, -0.06, neck + 0.2)
        return _on(
            "head", [(ellipse(0.0, neck, 0.2, 0.055), (216, 104, 112)), (knot, (196, 84, 96))]
        )
    at = 1j * _HAT_TOP[kind]
    if hat == "top hat":
        cuts = [
            (rectangle(-0.15, -0.24, 0.17, 0.02), _INK),
            (rectangle(-0.15, -0.07, 0.17, -0.01), _CREAM),
            (ellipse(0.01, 0.01, 0.25, 0.04), _INK),
        ]
    else:
        crown = polygon(-0.16, 0.03, -0.21, -0.16, -0.09, -0.07, 0.01, -0.2, 0.11, -0.07,
                        0.23, -0.16, 0.18, 0.03)  # fmt: skip
        cuts = [(crown, _GOLD), (ellipse(0.01, -0.035, 0.04, 0.04), (200, 90, 110))]
    return _on("head", [(outline + at, colour) for outline, colour in cuts])


_KINDS = {"witch": _witch, "robot": _robot, "fox": _fox, "rabbit": _rabbit}
