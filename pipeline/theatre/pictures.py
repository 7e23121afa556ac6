"""Drawn pictures for the page: a backdrop without anybody, and each figure on its own."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.theatre.backdrops import draw_backdrop
from pipeline.theatre.draw import pose_points
from pipeline.theatre.figures import Puppet, build_puppet
from pipeline.theatre.pieces import PAPER
from pipeline.theatre.poses import pose_motion
from pipeline.theatre.shapes import Outline

STAGE_ASPECT = 1.5
"""Width over height of a stage as the theatre's packs film it."""
_FINER = 4
_BITS = 4
_SEED = 7
_MARGIN = 0.05
_SHADOW, _SHADOW_BLUR = 0.45, 0.012


def backdrop_pixels(name: str, width_px: int) -> NDArray[np.uint8]:
    """Give an empty stage as RGB (H, W, 3), `width_px` wide, 3 by 2; always the same picture.

    Raises:
        PipelineError: the theatre has no such backdrop.
    """
    height_px = round(width_px / STAGE_ASPECT)
    fine = draw_backdrop(name, _SEED, width_px=2 * width_px, height_px=2 * height_px)
    return _smaller(fine, width_px, height_px).astype(np.uint8)


def backdrop_png(name: str, width_px: int) -> bytes:
    """Give an empty stage as a PNG, `width_px` wide (see `backdrop_pixels`)."""
    return _png(cv2.cvtColor(backdrop_pixels(name, width_px), cv2.COLOR_RGB2BGR))


def face_pixels(
    kind: str, colour: str, hat: str | None = None, *, size_px: int
) -> NDArray[np.uint8]:
    """Give a standing figure, head to foot, as RGBA (S, S, 4) on nothing.

    It stands in the middle at the foot of the square, as large as fits, with a soft shadow
    around its paper edge so that it shows on white too. Alpha is not premultiplied.

    Raises:
        PipelineError: the theatre has no such figure.
    """
    puppet = build_puppet(kind, colour, hat, False, False)
    pose = pose_motion("stands", 1, 0.0)
    side = size_px * _FINER
    points = _fitted(pose_points(puppet, pose)[0], side)
    picture, seen = _cut_out(puppet, points, side)
    colours, alpha = _smaller(picture, size_px, size_px), _smaller(seen, size_px, size_px)
    return _on_shadow(colours, (alpha / 255).astype(np.float32), size_px)


def face_png(kind: str, colour: str, hat: str | None = None, *, size_px: int) -> bytes:
    """Give a standing figure as a PNG with a clear background (see `face_pixels`)."""
    return _png(cv2.cvtColor(face_pixels(kind, colour, hat, size_px=size_px), cv2.COLOR_RGBA2BGRA))


def _fitted(points: Outline, side: int) -> Outline:
    """A figure's points in pixels of a square: centred, its feet at the lower margin."""
    room = side * (1 - 2 * _MARGIN)
    wide, tall = np.ptp(points.real), np.ptp(points.imag)
    scale = room / max(wide, tall)
    middle = (points.real.min() + points.real.max()) / 2
    low = points.imag.max()
    return (points - middle - 1j * low) * scale + side / 2 + 1j * (side * (1 - _MARGIN))


def _cut_out(
    puppet: Puppet, points: Outline, side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The figure on paper white, RGB, and where it is (0 or 255)."""
    picture = np.full((side, side, 3), PAPER, np.uint8)
    seen = np.zeros((side, side), np.uint8)
    pairs = np.stack([points.real, points.imag], 1) * (1 << _BITS) - (1 << _BITS) / 2
    fixed = np.round(pairs).astype(np.int32)
    for (start, stop), colour in zip(puppet.spans, puppet.colours, strict=True):
        cv2.fillPoly(picture, [fixed[start:stop]], colour, cv2.LINE_AA, _BITS)
        cv2.fillPoly(seen, [fixed[start:stop]], 255, cv2.LINE_AA, _BITS)
    return picture, seen


def _on_shadow(
    colours: NDArray[np.float32], alpha: NDArray[np.float32], size_px: int
) -> NDArray[np.uint8]:
    """The figure over its own blurred shadow, both over nothing."""
    shade = _SHADOW * cv2.GaussianBlur(alpha, (0, 0), max(1.0, _SHADOW_BLUR * size_px))
    whole = alpha + shade * (1 - alpha)
    mixed = colours * (alpha / np.maximum(whole, 1e-6))[..., None]
    return np.dstack([mixed, whole * 255]).round().clip(0, 255).astype(np.uint8)


def _smaller(picture: NDArray[np.uint8], width_px: int, height_px: int) -> NDArray[np.float32]:
    size = (width_px, height_px)
    return np.asarray(
        cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32
    )


def _png(pixels: NDArray[np.uint8] | cv2.typing.MatLike) -> bytes:
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return data.tobytes()
