"""The figure of a picture alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.priors.cutout import cut_out
from pipeline.priors.pictures import PAPER, Picture
from pipeline.theatre.pictures import backdrop_pixels, face_pixels


def _picture(colours: np.ndarray, alpha: np.ndarray | None = None) -> Picture:
    return Picture(colours, alpha, "0" * 64, "fox.png")


def _on_stage(kind: str, colour: str, backdrop: str) -> tuple[np.ndarray, np.ndarray]:
    """A figure before a drawn backdrop, and where it is."""
    stage = backdrop_pixels(backdrop, 720).astype(np.float32)
    figure = face_pixels(kind, colour, size_px=400)
    alpha = np.zeros(stage.shape[:2], np.float32)
    alpha[60:460, 160:560] = figure[..., 3] / 255
    colours = np.zeros_like(stage)
    colours[60:460, 160:560] = figure[..., :3]
    mixed = colours * alpha[..., None] + stage * (1 - alpha[..., None])
    return mixed.round().astype(np.uint8), alpha > 0.8


@pytest.mark.parametrize(
    ("kind", "colour", "backdrop"),
    [("fox", "blue", "beach"), ("robot", "purple", "snow"), ("witch", "red", "castle")],
)
def test_a_drawn_figure_is_found(kind: str, colour: str, backdrop: str) -> None:
    colours, there = _on_stage(kind, colour, backdrop)
    cut = cut_out(_picture(colours))
    assert cut.alpha is not None
    found = cut.alpha >= 128
    assert (found & there).sum() / (found | there).sum() > 0.85
    assert (cut.colours[cut.alpha == 0] == PAPER).all()
    assert np.array_equal(cut.colours[cut.alpha == 255], colours[cut.alpha == 255])


def test_the_same_picture_gives_the_same_outline() -> None:
    colours, _ = _on_stage("fox", "blue", "forest")
    one = cut_out(_picture(colours))
    cv2.setRNGSeed(987)
    other = cut_out(_picture(colours.copy()))
    assert one.alpha is not None
    assert other.alpha is not None
    assert np.array_equal(one.alpha, other.alpha)


def test_clear_pixels_say_where_the_figure_is() -> None:
    figure = face_pixels("witch", "red", size_px=200)
    cut = cut_out(_picture(figure[..., :3].copy(), figure[..., 3].copy()))
    assert cut.alpha is not None
    assert np.array_equal(cut.alpha, figure[..., 3])
    assert (cut.colours[figure[..., 3] == 0] == PAPER).all()


def test_nothing_left_is_told() -> None:
    plain = np.full((200, 300, 3), 120, np.uint8)
    with pytest.raises(InputError, match=r"fox\.png.*Keep the background"):
        cut_out(_picture(plain))
    with pytest.raises(InputError, match=r"nothing of fox\.png is left"):
        cut_out(_picture(plain, np.zeros((200, 300), np.uint8)))


def test_a_picture_that_is_all_figure_is_told() -> None:
    alpha = np.full((200, 300), 255, np.uint8)
    alpha[:4] = 0
    with pytest.raises(InputError, match=r"no background is found in fox\.png"):
        cut_out(_picture(np.full((200, 300, 3), 120, np.uint8), alpha))
