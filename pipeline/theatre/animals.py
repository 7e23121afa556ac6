"""The animals, one of them fabulous: fox, rabbit, bear, bird and dragon."""

from __future__ import annotations

from pipeline.theatre.pieces import (
    BEAK,
    CREAM,
    INK,
    MUZZLE,
    PAPER,
    ROSE,
    Builder,
    Piece,
    Pins,
    eyes,
    legs,
    limbs,
    on,
)
from pipeline.theatre.shapes import Colour, ellipse, polygon, rectangle, shade


def _fox(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, INK), (dark, INK), hip=0.17, shoulder=0.11 - 0.36j, reach=0.22, half=0.04
    )
    tail = [
        (ellipse(-0.32, -0.29, 0.25, 0.12, 0.55), dark),
        (ellipse(-0.46, -0.385, 0.1, 0.09, 0.55), MUZZLE),
    ]
    body = [
        (ellipse(0.0, -0.27, 0.16, 0.18), colour),
        (ellipse(0.05, -0.26, 0.09, 0.14), CREAM),
    ]
    head = [
        (polygon(-0.23, -0.62, -0.21, -0.99, 0.03, -0.74), colour),
        (polygon(0.03, -0.76, 0.2, -1.0, 0.25, -0.62), colour),
        (polygon(-0.215, -0.87, -0.21, -0.99, -0.12, -0.9), INK),
        (polygon(0.12, -0.89, 0.2, -1.0, 0.215, -0.88), INK),
        (ellipse(0.0, -0.6, 0.25, 0.2), colour),
        (polygon(-0.25, -0.58, -0.12, -0.56, 0.02, -0.48, 0.0, -0.4, -0.16, -0.45), MUZZLE),
        (polygon(0.05, -0.52, 0.2, -0.6, 0.37, -0.53, 0.36, -0.49, 0.16, -0.41, 0.02, -0.42),
         MUZZLE),
        (ellipse(0.36, -0.535, 0.045, 0.038), INK),
    ]  # fmt: skip
    pieces += on("tail", tail) + on("body", body) + on("head", head)
    pieces += eyes(-0.02, -0.62, 0.17, asleep)
    return pieces, pins | {"tail": -0.1 - 0.16j, "head": 0.0 - 0.44j}


def _rabbit(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, colour), (dark, colour), hip=0.13, shoulder=0.13 - 0.34j, reach=0.19, half=0.042
    )
    body = [
        (ellipse(-0.02, -0.23, 0.2, 0.185), colour),
        (ellipse(0.05, -0.21, 0.11, 0.13), CREAM),
    ]
    head = [
        (ellipse(0.1, -0.82, 0.07, 0.19, 0.12), colour),
        (ellipse(0.1, -0.82, 0.032, 0.14, 0.12), ROSE),
        (ellipse(-0.11, -0.82, 0.07, 0.19, -0.22), colour),
        (ellipse(-0.105, -0.82, 0.032, 0.14, -0.22), ROSE),
        (ellipse(0.02, -0.51, 0.235, 0.185), colour),
        (ellipse(-0.1, -0.45, 0.045, 0.03), ROSE),
        (rectangle(0.13, -0.41, 0.2, -0.33), PAPER),
        (ellipse(0.16, -0.44, 0.11, 0.07), CREAM),
        (ellipse(0.22, -0.48, 0.042, 0.03), (214, 120, 132)),
    ]
    pieces += on("tail", [(ellipse(-0.23, -0.17, 0.085, 0.085), CREAM)])
    pieces += on("body", body) + on("head", head) + eyes(0.0, -0.55, 0.17, asleep)
    return pieces, pins | {"tail": -0.15 - 0.17j, "head": 0.0 - 0.38j}


def _bear(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (dark, dark), (dark, dark), hip=0.13, shoulder=0.2 - 0.39j, reach=0.23, half=0.062
    )
    body = [
        (ellipse(0.0, -0.27, 0.25, 0.22), colour),
        (ellipse(0.05, -0.24, 0.15, 0.15), MUZZLE),
    ]
    head = [
        (ellipse(-0.2, -0.89, 0.1, 0.1), colour),
        (ellipse(-0.2, -0.89, 0.05, 0.05), MUZZLE),
        (ellipse(0.2, -0.89, 0.1, 0.1), colour),
        (ellipse(0.2, -0.89, 0.05, 0.05), MUZZLE),
        (ellipse(0.0, -0.68, 0.28, 0.235), colour),
        (ellipse(0.1, -0.59, 0.15, 0.11), MUZZLE),
        (ellipse(0.13, -0.645, 0.06, 0.045), INK),
        (rectangle(0.122, -0.62, 0.138, -0.56), INK),
        (polygon(0.05, -0.56, 0.13, -0.535, 0.21, -0.56, 0.13, -0.51), INK),
    ]
    pieces += on("tail", [(ellipse(-0.24, -0.2, 0.07, 0.07), dark)])
    pieces += on("body", body) + on("head", head) + eyes(-0.02, -0.73, 0.2, asleep)
    return pieces, pins | {"tail": -0.17 - 0.2j, "head": 0.0 - 0.44j}


def _bird(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = legs(BEAK, BEAK, hip=0.19, half=0.022)
    tail = [(ellipse(-0.33, -0.3 + 0.05 * k, 0.17, 0.05, 0.3 - 0.3 * k), dark) for k in range(3)]
    body = [
        (ellipse(-0.02, -0.35, 0.23, 0.22), colour),
        (ellipse(0.07, -0.32, 0.13, 0.16), CREAM),
    ]
    head = [
        (polygon(-0.1, -0.8, -0.2, -0.97, -0.02, -0.9, 0.02, -1.02, 0.1, -0.88, 0.13, -0.8), dark),
        (ellipse(0.03, -0.67, 0.22, 0.21), colour),
        (polygon(0.2, -0.74, 0.46, -0.64, 0.2, -0.56), BEAK),
        (polygon(0.2, -0.65, 0.42, -0.64, 0.2, -0.56), (214, 142, 84)),
        (ellipse(0.0, -0.58, 0.045, 0.03), ROSE),
    ]
    for joint, x in (("far_arm", 0.16), ("near_arm", -0.12)):
        pins[joint] = complex(x, -0.46)
        pieces.append(Piece(joint, ellipse(x - 0.01, -0.36, 0.08, 0.15), dark))
    pieces += on("tail", tail) + on("body", body) + on("head", head)
    pieces += eyes(0.0, -0.7, 0.14, asleep)
    return pieces, pins | {"tail": -0.18 - 0.3j, "head": 0.0 - 0.5j, "hand": 0.16 - 0.2j}


def _dragon(colour: Colour, asleep: bool) -> tuple[list[Piece], Pins]:
    dark = shade(colour, 0.8)
    pieces, pins = limbs(
        (colour, colour), (dark, dark), hip=0.14, shoulder=0.13 - 0.36j, reach=0.19, half=0.042
    )
    tail = [
        (polygon(-0.1, -0.24, -0.26, -0.13, -0.4, -0.16, -0.46, -0.22, -0.44, -0.1, -0.3, -0.03,
                 -0.05, -0.06), colour),
        (polygon(-0.6, -0.2, -0.46, -0.38, -0.34, -0.2, -0.45, -0.22), dark),
    ]  # fmt: skip
    wing = polygon(-0.02, -0.42, -0.2, -0.62, -0.34, -0.94, -0.39, -0.78, -0.55, -0.8, -0.53,
                   -0.66, -0.64, -0.58, -0.53, -0.52, -0.52, -0.42, -0.38, -0.46, -0.3, -0.36,
                   -0.06, -0.3)  # fmt: skip
    if asleep:  # folded, so that the dragon does not lie high on it
        wing = wing[0] + (wing - wing[0]) * 0.4
    body = [
        (wing, dark),
        (ellipse(0.0, -0.26, 0.18, 0.2), colour),
        (ellipse(0.06, -0.24, 0.11, 0.16), MUZZLE),
        (rectangle(-0.04, -0.3, 0.16, -0.275), BEAK),
        (rectangle(-0.04, -0.2, 0.16, -0.175), BEAK),
    ]
    head = [
        (polygon(-0.08, -0.86, -0.22, -0.84, -0.16, -0.74, -0.28, -0.68, -0.17, -0.62, -0.25, -0.52,
                 -0.1, -0.5), dark),
        (polygon(-0.12, -0.78, -0.16, -1.02, 0.02, -0.82), CREAM),
        (polygon(0.06, -0.82, 0.12, -1.02, 0.19, -0.76), CREAM),
        (ellipse(0.0, -0.66, 0.21, 0.19), colour),
        (ellipse(0.21, -0.57, 0.19, 0.115), colour),
        (ellipse(0.33, -0.62, 0.025, 0.02), INK),
        (polygon(0.1, -0.53, 0.37, -0.55, 0.36, -0.53, 0.1, -0.505), INK),
        (polygon(0.25, -0.535, 0.33, -0.54, 0.29, -0.47), PAPER),
    ]  # fmt: skip
    pieces += on("tail", tail) + on("body", body) + on("head", head)
    pieces += eyes(0.0, -0.69, 0.15, asleep)
    return pieces, pins | {"tail": -0.1 - 0.16j, "head": 0.0 - 0.46j}


ANIMALS: dict[str, Builder] = {
    "fox": _fox,
    "rabbit": _rabbit,
    "bear": _bear,
    "bird": _bird,
    "dragon": _dragon,
}
