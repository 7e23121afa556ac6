"""The figures in clothes: witch, robot, child, king, mermaid and astronaut."""

from __future__ import annotations

import numpy as np

from pipeline.theatre.pieces import (
    BEARD,
    BLOND,
    CREAM,
    CROWN,
    GLASS,
    GLOW,
    HAIR,
    INK,
    LIPS,
    NOSE,
    PAPER,
    ROSE,
    SKIN,
    STEEL,
    Builder,
    Piece,
    Pins,
    arms,
    eyes,
    limbs,
    on,
)
from pipeline.theatre.shapes import Colour, Outline, capsule, ellipse, polygon, rectangle, shade


def _witch(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, SKIN), (INK, INK), hip=0.14, shoulder=0.1 - 0.4j, reach=0.25, half=0.042
    )
    body = [
        (polygon(-0.1, -0.46, 0.12, -0.46, 0.27, -0.1, 0.02, -0.07, -0.27, -0.1), colour),
        (polygon(-0.245, -0.15, 0.02, -0.12, 0.25, -0.15, 0.27, -0.1, 0.02, -0.07, -0.27, -0.1),
         dark),
    ]  # fmt: skip
    head = [
        (polygon(-0.2, -0.7, 0.16, -0.7, 0.1, -0.36, -0.14, -0.32, -0.27, -0.36), HAIR),
        (ellipse(0.035, -0.54, 0.185, 0.175), SKIN),
        (polygon(0.17, -0.58, 0.3, -0.5, 0.27, -0.475, 0.16, -0.49), NOSE),
        (ellipse(-0.05, -0.475, 0.04, 0.026), ROSE),
        (polygon(0.03, -0.455, 0.17, -0.455, 0.1, -0.41), LIPS),
        (ellipse(0.02, -0.68, 0.31, 0.055, -0.06), dark),
        (polygon(-0.18, -0.69, 0.21, -0.71, 0.12, -0.86, 0.02, -0.94, -0.2, -1.0, -0.25, -0.95,
                 -0.11, -0.9), colour),
        (polygon(-0.175, -0.7, 0.205, -0.72, 0.18, -0.77, -0.155, -0.75), CREAM),
    ]  # fmt: skip
    pieces += on("body", body) + on("head", head) + eyes(0.02, -0.56, 0.13, asleep)
    return pieces, pins | {"head": 0.02 - 0.42j}


def _robot(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (STEEL, INK), (STEEL, INK), hip=0.17, shoulder=0.19 - 0.38j, reach=0.25, half=0.045
    )
    body = [
        (rectangle(-0.19, -0.46, 0.2, -0.13), colour),
        (rectangle(-0.19, -0.46, -0.11, -0.13), dark),
        (rectangle(-0.04, -0.39, 0.15, -0.22), CREAM),
        (ellipse(0.01, -0.305, 0.033, 0.04), INK),
        (ellipse(0.1, -0.305, 0.033, 0.04), STEEL),
    ]
    head = [
        (rectangle(-0.015, -0.95, 0.03, -0.84), STEEL),
        (ellipse(0.008, -0.95, 0.05, 0.05), CREAM),
        (rectangle(-0.27, -0.7, -0.2, -0.56), STEEL),
        (rectangle(-0.24, -0.86, 0.25, -0.44), colour),
        (rectangle(-0.24, -0.86, -0.14, -0.44), dark),
        (rectangle(-0.09, -0.8, 0.22, -0.5), INK),
    ]
    face = [(rectangle(0.0, -0.575, 0.14, -0.545), GLOW)]
    for x in (0.0, 0.14):
        face.append(
            (rectangle(x - 0.045, -0.665, x + 0.045, -0.64), GLOW)
            if asleep
            else (ellipse(x, -0.68, 0.045, 0.06), GLOW)
        )
    pieces += on("body", body) + on("head", head + face)
    return pieces, pins | {"head": 0.0 - 0.45j}


def _child(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (colour, SKIN), (SKIN, dark), hip=0.15, shoulder=0.14 - 0.36j, reach=0.22, half=0.044
    )
    body = [
        (polygon(-0.13, -0.43, 0.14, -0.43, 0.16, -0.11, -0.15, -0.11), CREAM),
        (polygon(-0.15, -0.28, 0.16, -0.28, 0.2, -0.09, -0.19, -0.09), colour),
        (rectangle(-0.09, -0.38, 0.11, -0.2), colour),
        (rectangle(-0.1, -0.45, -0.045, -0.3), colour),
        (rectangle(0.065, -0.45, 0.12, -0.3), colour),
        (rectangle(-0.04, -0.29, 0.07, -0.19), dark),
    ]
    head = [
        (ellipse(-0.01, -0.64, 0.225, 0.17), HAIR),
        (ellipse(0.03, -0.59, 0.2, 0.185), SKIN),
        (polygon(-0.22, -0.72, -0.09, -0.74, -0.13, -0.53, -0.22, -0.5), HAIR),
        (ellipse(-0.14, -0.56, 0.04, 0.05), SKIN),
        (polygon(-0.12, -0.74, 0.2, -0.74, 0.21, -0.66, 0.12, -0.7, 0.05, -0.66, -0.02, -0.7),
         HAIR),
        (ellipse(-0.06, -0.51, 0.042, 0.03), ROSE),
        (ellipse(0.18, -0.51, 0.035, 0.03), ROSE),
        (polygon(0.02, -0.5, 0.14, -0.5, 0.08, -0.445), LIPS),
        (ellipse(0.0, -0.71, 0.24, 0.18)[8:], colour),
        (ellipse(0.0, -0.71, 0.09, 0.18)[8:], dark),
        (polygon(0.02, -0.73, 0.34, -0.71, 0.35, -0.67, 0.02, -0.67), dark),
        (rectangle(-0.012, -0.96, 0.012, -0.86), INK),
        (ellipse(-0.09, -0.965, 0.09, 0.035, 0.2), CREAM),
        (ellipse(0.09, -0.965, 0.09, 0.035, -0.2), STEEL),
    ]  # fmt: skip
    pieces += on("body", body) + on("head", head) + eyes(0.0, -0.6, 0.14, asleep)
    return pieces, pins | {"head": 0.01 - 0.42j}


def _king(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, SKIN), (INK, INK), hip=0.13, shoulder=0.18 - 0.41j, reach=0.25, half=0.055
    )
    body = [
        (polygon(-0.22, -0.5, 0.24, -0.5, 0.33, -0.07, -0.31, -0.07), colour),
        (polygon(-0.3, -0.11, 0.32, -0.11, 0.335, -0.055, -0.315, -0.055), CREAM),
    ]
    body += [(ellipse(x, -0.085, 0.018, 0.016), INK) for x in (-0.24, -0.115, 0.01, 0.135, 0.26)]
    peaks = (-0.24 - 0.9j, 0.02 - 0.97j, 0.27 - 0.9j)
    head = [
        (ellipse(0.015, -0.76, 0.16, 0.15), colour),
        (ellipse(0.02, -0.61, 0.195, 0.17), SKIN),
        (polygon(-0.185, -0.64, -0.12, -0.58, 0.03, -0.55, 0.18, -0.59, 0.225, -0.64, 0.2, -0.46,
                 0.05, -0.35, -0.1, -0.4, -0.19, -0.5), BEARD),
        (ellipse(0.085, -0.55, 0.05, 0.036), NOSE),
        (polygon(-0.03, -0.49, 0.07, -0.52, 0.08, -0.52, 0.19, -0.49, 0.08, -0.465), PAPER),
        (polygon(-0.2, -0.71, -0.25, -0.9, -0.11, -0.8, 0.02, -0.96, 0.14, -0.8, 0.28, -0.9,
                 0.23, -0.71), CROWN),
        *((ellipse(peak.real, peak.imag, 0.035, 0.035), CROWN) for peak in peaks),
        (rectangle(-0.2, -0.745, 0.23, -0.7), (204, 160, 92)),
        (ellipse(0.015, -0.8, 0.04, 0.045), colour),
    ]  # fmt: skip
    pieces += on("body", body) + on("head", head) + eyes(0.02, -0.63, 0.13, asleep)
    return pieces, pins | {"head": 0.02 - 0.47j}


def _mermaid(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = arms(SKIN, SKIN, shoulder=0.12 - 0.53j, reach=0.22, half=0.036)
    pins |= {"near_leg": 0.01 - 0.42j, "head": 0.02 - 0.57j}
    tail = [
        (polygon(-0.07, -0.16, -0.2, -0.22, -0.42, -0.38, -0.31, -0.19, -0.28, -0.06, -0.16, -0.02,
                 -0.05, -0.04), dark),
        (polygon(-0.13, -0.43, 0.15, -0.43, 0.21, -0.34, 0.19, -0.18, 0.12, -0.06, 0.0, 0.0,
                 -0.11, -0.02, -0.18, -0.1, -0.13, -0.17, -0.06, -0.16, -0.08, -0.22,
                 -0.13, -0.29, -0.17, -0.36), colour),
        (polygon(-0.13, -0.29, -0.04, -0.24, 0.04, -0.29, 0.12, -0.24, 0.21, -0.29, 0.205, -0.24,
                 0.12, -0.19, 0.04, -0.24, -0.04, -0.19, -0.1, -0.23), dark),
    ]  # fmt: skip
    body = [
        (polygon(-0.1, -0.58, 0.12, -0.58, 0.11, -0.43, -0.09, -0.43), SKIN),
        (polygon(-0.11, -0.55, 0.01, -0.53, 0.13, -0.55, 0.12, -0.47, 0.01, -0.49, -0.1, -0.47),
         colour),
        (ellipse(0.01, -0.38, 0.16, 0.075), colour),
    ]  # fmt: skip
    head = [
        (polygon(-0.02, -0.98, -0.15, -0.95, -0.25, -0.84, -0.28, -0.64, -0.27, -0.48, -0.21, -0.42,
                 -0.16, -0.48, -0.05, -0.56, 0.12, -0.56, 0.2, -0.72), BLOND),
        (ellipse(0.04, -0.73, 0.175, 0.165), SKIN),
        (ellipse(-0.04, -0.67, 0.04, 0.026), ROSE),
        (polygon(0.06, -0.66, 0.17, -0.66, 0.115, -0.615), LIPS),
        (polygon(-0.17, -0.7, -0.14, -0.92, 0.04, -0.98, 0.19, -0.91, 0.23, -0.77, 0.1, -0.85,
                 -0.08, -0.8, -0.14, -0.62), BLOND),
        (_star(-0.1, -0.88, 0.1), colour),
    ]  # fmt: skip
    if asleep:  # stretched out, else she would lie on it
        tail = [(_turned(outline, pins["near_leg"], -1.1), paint) for outline, paint in tail]
    pieces += on("near_leg", tail) + on("body", body) + on("head", head)
    pieces += eyes(0.03, -0.73, 0.13, asleep)
    return pieces, pins


def _turned(outline: Outline, pin: complex, angle: float) -> Outline:
    return pin + (outline - pin) * np.exp(1j * angle)


def _star(x: float, y: float, radius: float) -> Outline:
    spokes = np.exp(1j * (np.arange(10) * np.pi / 5 - np.pi / 2))
    return complex(x, y) + spokes * np.tile([radius, radius / 2], 5)


def _astronaut(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, CREAM), (dark, CREAM), hip=0.16, shoulder=0.19 - 0.37j, reach=0.24, half=0.058
    )
    pack = [
        (rectangle(-0.31, -0.47, -0.1, -0.16), STEEL),
        (rectangle(-0.31, -0.37, -0.1, -0.32), INK),
    ]
    body = [
        (polygon(-0.19, -0.46, 0.21, -0.46, 0.22, -0.14, 0.16, -0.1, -0.15, -0.1, -0.2, -0.14),
         colour),
        (rectangle(-0.04, -0.36, 0.14, -0.24), CREAM),
        (ellipse(0.01, -0.3, 0.03, 0.033), INK),
        (ellipse(0.09, -0.3, 0.03, 0.033), STEEL),
    ]  # fmt: skip
    head = [
        (capsule(-0.2, -0.98, 0.18, 0.014), INK),
        (ellipse(-0.2, -0.97, 0.035, 0.035), CREAM),
        (ellipse(0.01, -0.69, 0.29, 0.28), colour),
        (ellipse(0.065, -0.68, 0.21, 0.2), CREAM),
        (ellipse(0.07, -0.68, 0.185, 0.175), GLASS),
        (ellipse(0.07, -0.655, 0.13, 0.13), SKIN),
        (polygon(0.05, -0.61, 0.15, -0.61, 0.1, -0.57), LIPS),
        (rectangle(-0.16, -0.45, 0.18, -0.41), CREAM),
        (ellipse(-0.03, -0.78, 0.05, 0.02, -0.8), PAPER),
    ]
    pieces += on("tail", pack) + on("body", body) + on("head", head)
    pieces += eyes(0.04, -0.675, 0.12, asleep, 0.032)
    return pieces, pins | {"tail": -0.15 - 0.3j, "head": 0.01 - 0.44j}


PEOPLE: dict[str, Builder] = {
    "witch": _witch,
    "robot": _robot,
    "child": _child,
    "king": _king,
    "mermaid": _mermaid,
    "astronaut": _astronaut,
}
