"""What puppets are put together from: cut-outs on joints, limbs, eyes and the shared papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.theatre.shapes import Colour, Outline, capsule, ellipse, polygon

Pins = dict[str, complex]
"""Where each joint turns; under "hand" the far hand, which holds what a figure carries."""

INK: Colour = (52, 44, 60)
PAPER: Colour = (255, 255, 252)
CREAM: Colour = (250, 244, 230)
MUZZLE: Colour = (246, 232, 210)
SKIN: Colour = (248, 214, 182)
HAIR: Colour = (116, 84, 70)
STEEL: Colour = (158, 164, 176)
GLOW: Colour = (206, 240, 246)
ROSE: Colour = (240, 176, 176)
GOLD: Colour = (236, 196, 92)
BEAK: Colour = (240, 172, 98)
NOSE: Colour = (238, 190, 156)
LIPS: Colour = (150, 84, 92)
BEARD: Colour = (222, 216, 212)
BLOND: Colour = (234, 208, 158)
CROWN: Colour = (246, 216, 136)
GLASS: Colour = (196, 222, 232)


@dataclass(frozen=True)
class Piece:
    """One cut-out: its outline, its colour, the joint that moves it."""

    joint: str
    outline: Outline
    colour: Colour


Builder = Callable[[Colour, bool], tuple[list[Piece], Pins]]
"""Cuts a kind out: from its colour and whether it sleeps to its pieces and pins."""


def on(joint: str, cuts: list[tuple[Outline, Colour]]) -> list[Piece]:
    """The cuts, back to front, as pieces of one joint."""
    return [Piece(joint, outline, colour) for outline, colour in cuts]


def eyes(x: float, y: float, apart: float, asleep: bool, size: float = 0.036) -> list[Piece]:
    """Two eyes on the head, `apart` from each other, open or closed."""
    pieces = []
    for at in (x, x + apart):
        if asleep:
            lid = polygon(at - 0.05, y, at, y + 0.022, at + 0.05, y, at + 0.05, y + 0.02,
                          at, y + 0.045, at - 0.05, y + 0.02)  # fmt: skip
            pieces.append(Piece("head", lid, INK))
            continue
        pieces.append(Piece("head", ellipse(at, y, size, size * 1.4), INK))
        pieces.append(Piece("head", ellipse(at + 0.012, y - 0.02, 0.013, 0.015), PAPER))
    return pieces


def limbs(
    arm: tuple[Colour, Colour],
    leg: tuple[Colour, Colour],
    *,
    hip: float,
    shoulder: complex,
    reach: float,
    half: float,
) -> tuple[list[Piece], Pins]:
    """Arms of a sleeve's and a hand's colour, legs of a leg's and a shoe's; and their pins."""
    leg_pieces, leg_pins = legs(*leg, hip=hip, half=half * 1.1)
    arm_pieces, arm_pins = arms(*arm, shoulder=shoulder, reach=reach, half=half)
    return leg_pieces + arm_pieces, leg_pins | arm_pins


def legs(leg: Colour, shoe: Colour, *, hip: float, half: float) -> tuple[list[Piece], Pins]:
    """Two legs with shoes; `hip` is their length, `half` half their width."""
    pins = {"far_leg": complex(0.085, -hip), "near_leg": complex(-0.07, -hip)}
    pieces = []
    for joint, pin in pins.items():
        pieces.append(Piece(joint, capsule(pin.real, pin.imag, hip - 0.06, half), leg))
        pieces.append(Piece(joint, ellipse(pin.real + 0.035, -0.035, 0.085, 0.038), shoe))
    return pieces, pins


def arms(
    arm: Colour, hand: Colour, *, shoulder: complex, reach: float, half: float
) -> tuple[list[Piece], Pins]:
    """Two hanging arms with hands; `shoulder` is the near one's pin, mirrored."""
    width = shoulder.real
    pins = {
        "far_arm": complex(width + 0.02, shoulder.imag),
        "near_arm": complex(-width, shoulder.imag),
    }
    pieces = []
    for joint, pin in pins.items():
        x, y = pin.real, pin.imag
        pieces.append(Piece(joint, capsule(x, y, reach - 0.04, half), arm))
        pieces.append(Piece(joint, ellipse(x, y + reach - 0.02, half * 1.2, half * 1.2), hand))
    return pieces, pins | {"hand": pins["far_arm"] + 1j * reach}
