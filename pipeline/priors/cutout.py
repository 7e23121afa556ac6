"""The figure of a picture alone: what is around it becomes plain paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from pipeline.errors import InputError
from pipeline.priors.pictures import PAPER, Picture
from pipeline.vision.cropping import resize

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LOOKED_PX = 320
"""The longer side of the picture in which the figure is searched; its outline is then enlarged."""
_BORDER, _SIDE = 0.03, 0.2
"""Of each side: what surely is background, and what probably is at the left and right: figures
stand, so they reach the top and the bottom sooner."""
_ROUNDS = 4
_PLAIN = 6
"""Where colours differ no more than this nobody is seen, and GrabCut would take minutes."""
_LEAST, _MOST = 0.01, 0.95
"""Of a picture that its figure takes; else nothing, or nothing but it, was found."""
_CLEAR = 0.01
"""A picture of which at least this share is clear says itself where its figure is."""
_KEEP = "Keep the background of this picture, or choose another one."


def cut_out(picture: Picture) -> Picture:
    """Give a picture's figure on plain paper, by its alpha or else by GrabCut.

    Clear pixels, where a picture has any, are its background. Otherwise what lies along its border
    tells the background's colours (Rother et al., "GrabCut", SIGGRAPH 2004): the figure should not
    touch it everywhere. The same picture always gives the same outline.

    Returns:
        The picture with the background as paper, and its alpha.

    Raises:
        InputError: no figure is found, or nothing but figure.
    """
    if picture.alpha is not None and (picture.alpha < 128).mean() >= _CLEAR:
        alpha = picture.alpha
    else:
        alpha = _found(picture.colours)
    share = (alpha >= 128).mean()
    if share < _LEAST:
        raise InputError(f"nothing of {picture.name} is left without its background", hint=_KEEP)
    if share > _MOST:
        raise InputError(f"no background is found in {picture.name}", hint=_KEEP)
    return replace(picture, colours=_on_paper(picture.colours, alpha), alpha=alpha)


def _found(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where the figure is, uint8 (H, W), with a soft edge."""
    height, width = colours.shape[:2]
    scale = min(1.0, _LOOKED_PX / max(height, width))
    small = resize(colours, max(1, round(height * scale)), max(1, round(width * scale)))
    if np.ptp(small, axis=(0, 1)).max() <= _PLAIN:
        return np.zeros((height, width), np.uint8)
    seen = (_grab(small) * 255).astype(np.uint8)
    soft = cv2.GaussianBlur(cv2.resize(seen, (width, height)), (0, 0), 0.7 / scale)
    return np.asarray(soft, np.uint8)


def _grab(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the figure is in a small picture (h, w, 3)."""
    height, width = pixels.shape[:2]
    low = max(1, round(_BORDER * height))
    near, far = (max(1, round(share * width)) for share in (_BORDER, _SIDE))
    mask = np.full((height, width), cv2.GC_BGD, np.uint8)
    mask[low:-low, near:-near] = cv2.GC_PR_BGD
    mask[low:-low, far:-far] = cv2.GC_PR_FGD
    background, figure = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)
    whole = (0, 0, width, height)
    cv2.grabCut(pixels, mask, whole, background, figure, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _main_part(((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8))


def _main_part(found: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The connected part of a mask (h, w) that is largest, counting the middle most, unholed."""
    _, parts = cv2.connectedComponents(found)
    middle = np.outer(*(np.hanning(side + 2)[1:-1] for side in found.shape))
    weights = np.bincount(parts.ravel(), weights=(middle * found).ravel())
    main = ((parts == weights.argmax()) & (found > 0)).astype(np.uint8)
    outlines, _ = cv2.findContours(main, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(main, outlines, -1, 1, cv2.FILLED) > 0


def _on_paper(colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = (alpha / np.float32(255))[..., None]
    return (colours * share + np.array(PAPER, np.float32) * (1 - share)).round().astype(np.uint8)
