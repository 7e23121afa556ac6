"""Paper shapes: outlines as arrays of complex numbers, x to the right and y down."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from cv2.typing import MatLike

Outline = NDArray[np.complex128]
Colour = tuple[int, int, int]

_UNIT_PX = 240
_MARGIN_PX = 240
_TURN: Outline = np.exp(2j * np.pi * np.arange(18) / 18)


def polygon(*xy: float) -> Outline:
    """The polygon with corners x0, y0, x1, y1, ..."""
    return np.array(xy[0::2]) + 1j * np.array(xy[1::2])


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Outline:
    """An upright rectangle from its top left to its bottom right corner."""
    return polygon(x0, y0, x1, y0, x1, y1, x0, y1)


def ellipse(x: float, y: float, rx: float, ry: float, turn: float = 0.0) -> Outline:
    """An ellipse of half axes `rx` and `ry`, turned clockwise by `turn` radians."""
    points = _TURN.real * rx + 1j * _TURN.imag * ry
    return points * np.exp(1j * turn) + complex(x, y)


def capsule(x: float, y: float, length: float, half: float, turn: float = 0.0) -> Outline:
    """A round-ended strip that hangs down from (x, y), turned clockwise by `turn` radians."""
    arc = np.exp(1j * np.linspace(0, math.pi, 7)) * half
    return np.concatenate([arc + 1j * length, -arc]) * np.exp(1j * turn) + complex(x, y)


def shade(colour: Colour, factor: float) -> Colour:
    """The colour made darker (factor < 1) or lighter towards white (factor > 1)."""
    if factor <= 1:
        return _as_colour(channel * factor for channel in colour)
    return _as_colour(channel + (255 - channel) * (factor - 1) for channel in colour)


def blend(start: Colour, end: Colour, share: float) -> Colour:
    """The colour that lies `share` (0..1) of the way from one to the other."""
    return _as_colour(a + (b - a) * share for a, b in zip(start, end, strict=True))


def _as_colour(channels: Iterable[float]) -> Colour:
    red, green, blue = (round(channel) for channel in channels)
    return red, green, blue


def grown_union(outlines: list[Outline], margin: float) -> list[Outline]:
    """The outer outlines of all shapes together, grown by `margin` with round corners."""
    size = 2 * _MARGIN_PX + 2 * _UNIT_PX
    picture = np.zeros((size, size), np.uint8)
    for outline in outlines:
        points = np.stack([outline.real + 1, outline.imag + 1.5], 1) * _UNIT_PX + _MARGIN_PX
        cv2.fillPoly(picture, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
    reach = 2 * round(margin * _UNIT_PX) + 1
    picture = cv2.dilate(picture, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    contours, _ = cv2.findContours(picture, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [_contour_outline(contour) for contour in contours]


def _contour_outline(contour: MatLike) -> Outline:
    points = (cv2.approxPolyDP(contour, 0.9, True).reshape(-1, 2) - _MARGIN_PX) / _UNIT_PX
    return points[:, 0] - 1 + 1j * (points[:, 1] - 1.5)
