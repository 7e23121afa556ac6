"""The painted backdrops: pale layered paper with a little seeded variation."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import PipelineError
from pipeline.theatre.shapes import Colour, Outline, blend, ellipse, polygon, rectangle, shade

_BITS = 4


class Sheet:
    """A picture under way; shapes are given in fractions of its width and height."""

    def __init__(self, width_px: int, height_px: int) -> None:
        """Starts an empty sheet of the given size."""
        self.pixels = np.zeros((height_px, width_px, 3), np.uint8)
        self._scale = np.array([width_px, height_px], float) * (1 << _BITS)
        self.squeeze = height_px / width_px

    def cut(self, outline: Outline, colour: Colour) -> None:
        """Pastes one shape."""
        points = np.stack([outline.real, outline.imag], 1) * self._scale
        cv2.fillPoly(
            self.pixels, [np.round(points - 8).astype(np.int32)], colour, cv2.LINE_AA, _BITS
        )

    def layer(self, outline: Outline, colour: Colour) -> None:
        """Pastes a shape with the shade its upper rim throws on the paper behind."""
        self.cut(outline - 0.012j, shade(colour, 0.93))
        self.cut(outline, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Pastes a round disc; `radius` is a fraction of the height."""
        self.cut(ellipse(x, y, radius * self.squeeze, radius), colour)

    def sky(self, top: Colour, bottom: Colour, bands: int = 5) -> None:
        """Covers the sheet with bands from the top colour to the bottom one."""
        for k in range(bands):
            mix = k / (bands - 1)
            self.cut(rectangle(-0.1, k / bands * 0.8 - (k == 0), 1.1, 1.1), blend(top, bottom, mix))

    def hills(self, y: float, rise: float, shift: float, colour: Colour) -> None:
        """Pastes a rolling ridge at height `y`."""
        x = np.linspace(-0.05, 1.05, 15)
        ridge = x + 1j * (y - rise * np.sin(5.2 * x + shift))
        self.layer(np.concatenate([ridge, [1.05 + 1.1j, -0.05 + 1.1j]]), colour)


def draw_backdrop(name: str, seed: int, *, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """The empty stage as RGB (H, W, 3); the seed moves trees, clouds and towers a little."""
    if name not in _BACKDROPS:
        raise PipelineError(
            f"The theatre has no backdrop called {name!r}.",
            hint=f"Choose one of {', '.join(_BACKDROPS)}.",
        )
    sheet = Sheet(width_px, height_px)
    _BACKDROPS[name](sheet, random.Random(seed))
    return sheet.pixels


def _forest(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((200, 222, 224), (226, 234, 214))
    sheet.hills(0.56, 0.04, rng.uniform(0, 0.8), (182, 204, 182))
    greens = ((150, 182, 158), (162, 190, 160), (140, 174, 154))
    for i in range(5):
        x = 0.07 + i * 0.215 + rng.uniform(-0.025, 0.025)
        tall = 0.46 + (0.1 if i % 2 else 0.0) + rng.uniform(-0.03, 0.03)
        sheet.cut(rectangle(x - 0.014, 0.6, x + 0.014, 0.82), (160, 136, 116))
        for k in range(3):
            low = 0.74 - k * tall * 0.28
            half = 0.1 - k * 0.02
            fir = polygon(x - half, low, x + half, low, x, low - tall * 0.46)
            sheet.layer(fir, shade(greens[i % 3], 1 + 0.07 * k))
    sheet.hills(0.78, 0.012, rng.uniform(0, 1), (184, 200, 160))


def _beach(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((188, 218, 234), (234, 240, 236))
    sheet.disc(0.78 + rng.uniform(-0.05, 0.05), 0.18, 0.1, (252, 238, 196))
    _cloud(sheet, 0.42 + rng.uniform(-0.06, 0.06), 0.16)
    sheet.cut(rectangle(-0.1, 0.5, 1.1, 1.1), (150, 192, 208))
    for i in range(3):
        x = 0.2 + 0.3 * i + rng.uniform(-0.08, 0.08)
        sheet.cut(ellipse(x, 0.555 + 0.05 * i, 0.11, 0.009), (190, 216, 224))
    sheet.hills(0.73, 0.015, rng.uniform(0, 1), (232, 216, 182))
    _palm(sheet, 0.1 + rng.uniform(-0.03, 0.03))


def _palm(sheet: Sheet, x: float) -> None:
    sheet.cut(polygon(x - 0.018, 0.8, x + 0.016, 0.8, x + 0.045, 0.36, x + 0.025, 0.36),
              (172, 146, 122))  # fmt: skip
    for turn in (-2.7, -2.0, -1.2, -0.4, 0.35):
        leaf = ellipse(0, 0, 0.12, 0.032) + 0.1
        leaf = leaf * np.exp(1j * turn)
        sheet.cut(leaf.real * sheet.squeeze + 1j * leaf.imag + x + 0.035 + 0.37j, (144, 180, 152))


def _cloud(sheet: Sheet, x: float, y: float) -> None:
    for dx, radius in ((-0.06, 0.045), (0.0, 0.065), (0.06, 0.045)):
        sheet.disc(x + dx, y, radius, (246, 248, 246))


def _castle(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((222, 208, 222), (246, 226, 212))
    _cloud(sheet, 0.14 + rng.uniform(-0.03, 0.05), 0.18)
    sheet.hills(0.66, 0.03, rng.uniform(0, 1), (196, 194, 190))
    x, stone, roof = 0.52 + rng.uniform(-0.05, 0.05), (204, 196, 200), (196, 160, 170)
    sheet.layer(rectangle(x - 0.27, 0.42, x + 0.27, 0.9), stone)
    for k in range(6):
        sheet.cut(rectangle(x - 0.24 + k * 0.09, 0.36, x - 0.19 + k * 0.09, 0.44), stone)
    for side, top in ((-0.27, 0.3), (0.27, 0.3), (0.0, 0.24)):
        sheet.layer(rectangle(x + side - 0.075, top, x + side + 0.075, 0.9), shade(stone, 0.94))
        sheet.cut(polygon(x + side - 0.1, top, x + side + 0.1, top, x + side, top - 0.22), roof)
        sheet.cut(rectangle(x + side - 0.02, top + 0.08, x + side + 0.02, top + 0.2),
                  (136, 126, 142))  # fmt: skip
    gate = np.concatenate([ellipse(x, 0.64, 0.06, 0.1)[9:], [x + 0.06 + 0.8j, x - 0.06 + 0.8j]])
    sheet.cut(gate, (158, 132, 120))
    sheet.hills(0.78, 0.006, rng.uniform(0, 1), (194, 200, 166))
    sheet.cut(polygon(x - 0.06, 0.775, x + 0.06, 0.775, x + 0.16, 1.1, x - 0.16, 1.1),
              (222, 208, 182))  # fmt: skip


def _room(sheet: Sheet, rng: random.Random) -> None:
    sheet.cut(rectangle(-0.1, -0.1, 1.1, 1.1), (234, 218, 200))
    for i in range(0, 12, 2):
        sheet.cut(rectangle(i / 12, -0.1, (i + 1) / 12, 0.8), (228, 208, 190))
    x = 0.27 + rng.uniform(-0.04, 0.04)
    sheet.layer(rectangle(x - 0.13, 0.14, x + 0.13, 0.52), (180, 154, 134))
    sheet.cut(rectangle(x - 0.11, 0.17, x + 0.11, 0.49), (198, 220, 226))
    sheet.cut(rectangle(x - 0.008, 0.17, x + 0.008, 0.49), (180, 154, 134))
    sheet.cut(rectangle(x - 0.11, 0.32, x + 0.11, 0.345), (180, 154, 134))
    for side in (-1, 1):
        sheet.cut(polygon(x + side * 0.17, 0.1, x + side * 0.05, 0.1, x + side * 0.12, 0.58,
                          x + side * 0.17, 0.58), (206, 178, 184))  # fmt: skip
    x = 0.76 + rng.uniform(-0.04, 0.04)
    sheet.layer(rectangle(x - 0.1, 0.2, x + 0.1, 0.44), (190, 166, 136))
    sheet.cut(rectangle(x - 0.08, 0.23, x + 0.08, 0.41), (220, 226, 212))
    sheet.cut(polygon(x - 0.08, 0.41, x - 0.02, 0.28, x + 0.04, 0.41), (170, 188, 176))
    sheet.layer(rectangle(-0.1, 0.76, 1.1, 1.1), (200, 174, 150))
    sheet.cut(rectangle(-0.1, 0.76, 1.1, 0.785), (222, 204, 184))
    sheet.cut(ellipse(0.5 + rng.uniform(-0.03, 0.03), 0.92, 0.4, 0.075), (204, 180, 180))


def _snow(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((192, 208, 224), (220, 228, 236))
    for i in range(3):
        x = 0.15 + i * 0.34 + rng.uniform(-0.04, 0.04)
        top = 0.26 + rng.uniform(-0.03, 0.03)
        sheet.layer(polygon(x - 0.27, 0.82, x + 0.27, 0.82, x, top), (178, 192, 212))
        sheet.cut(polygon(x - 0.065, top + 0.135, x, top + 0.1, x + 0.065, top + 0.135, x, top),
                  (226, 232, 238))  # fmt: skip
    for i in range(4):
        x = 0.1 + i * 0.27 + rng.uniform(-0.04, 0.04)
        sheet.cut(polygon(x - 0.055, 0.8, x + 0.055, 0.8, x, 0.54), (158, 184, 182))
        sheet.cut(polygon(x - 0.028, 0.665, x + 0.028, 0.665, x, 0.54), (228, 234, 238))
    sheet.hills(0.76, 0.015, rng.uniform(0, 1), (224, 230, 236))
    for _ in range(14):
        sheet.disc(rng.random(), rng.random() * 0.7, 0.014, (236, 240, 244))


def _night(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((60, 84, 112), (104, 128, 150))
    for i in range(14):
        x = 0.04 + i * 0.071 + rng.uniform(-0.03, 0.03)
        _star(sheet, x, rng.uniform(0.04, 0.52), rng.choice((0.022, 0.03)))
    _moon(sheet, 0.76 + rng.uniform(-0.08, 0.08), 0.22 + rng.uniform(-0.04, 0.04))
    sheet.hills(0.66, 0.03, rng.uniform(0, 1), (92, 112, 118))
    sheet.hills(0.76, 0.05, rng.uniform(0, 1), (116, 136, 122))


def _moon(sheet: Sheet, x: float, y: float) -> None:
    rim: Outline = np.exp(1j * np.linspace(-np.pi / 2, np.pi / 2, 12))
    crescent: Outline = np.concatenate([rim, 0.3 * rim[::-1].real + 1j * rim[::-1].imag])
    crescent = crescent * 0.14 * np.exp(0.5j)
    sheet.cut(crescent.real * sheet.squeeze + 1j * crescent.imag + x + 1j * y, (250, 226, 164))


def _star(sheet: Sheet, x: float, y: float, radius: float) -> None:
    wide, thin = radius * sheet.squeeze, radius * 0.3
    sheet.cut(polygon(x - wide, y, x, y - thin, x + wide, y, x, y + thin), (252, 222, 146))
    sheet.cut(polygon(x - thin * sheet.squeeze, y, x, y - radius, x + thin * sheet.squeeze, y,
                      x, y + radius), (252, 222, 146))  # fmt: skip


def _rain(sheet: Sheet, rng: random.Random) -> None:
    sheet.sky((138, 160, 184), (146, 172, 200))
    for i in range(4):
        x = 0.1 + i * 0.27 + rng.uniform(-0.05, 0.05)
        _rain_cloud(sheet, x, 0.1 + rng.uniform(-0.02, 0.05))
    sheet.hills(0.66, 0.03, rng.uniform(0, 1), (134, 166, 142))
    sheet.hills(0.77, 0.015, rng.uniform(0, 1), (150, 186, 132))
    for i in range(3):
        x = 0.18 + i * 0.32 + rng.uniform(-0.08, 0.08)
        sheet.cut(ellipse(x, 0.9 + rng.uniform(-0.05, 0.05), 0.08, 0.02), (146, 174, 192))
    for i in range(44):
        x, y = (i % 11 + rng.random()) / 11, 0.2 + (i // 11 + rng.random()) * 0.2
        _drop(sheet, x, y)


def _rain_cloud(sheet: Sheet, x: float, y: float) -> None:
    for dx, dy, radius in ((-0.08, 0.02, 0.065), (0.0, 0.0, 0.095), (0.08, 0.02, 0.065)):
        sheet.disc(x + dx, y + dy, radius, (118, 132, 150))


def _drop(sheet: Sheet, x: float, y: float) -> None:
    sheet.cut(polygon(x, y, x + 0.007, y + 0.004, x - 0.012, y + 0.075, x - 0.019, y + 0.071),
              (108, 136, 166))  # fmt: skip


_BACKDROPS: dict[str, Callable[[Sheet, random.Random], None]] = {
    "forest": _forest,
    "beach": _beach,
    "castle": _castle,
    "room": _room,
    "night": _night,
    "rain": _rain,
    "snow": _snow,
}
