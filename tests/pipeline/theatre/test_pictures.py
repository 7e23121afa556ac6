"""Pictures for the page: the theatre's own drawings, larger and smooth."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import PipelineError
from pipeline.theatre.pictures import backdrop_pixels, backdrop_png, face_pixels, face_png
from pipeline.theatre.world import load_world

WORLD = load_world()
SIZE_PX = 96


@pytest.mark.parametrize("name", WORLD.backdrops)
def test_backdrops_are_always_the_same_and_unlike_each_other(name: str) -> None:
    picture = backdrop_pixels(name, 150)
    assert picture.shape == (100, 150, 3)
    assert np.array_equal(picture, backdrop_pixels(name, 150))
    others = [backdrop_pixels(other, 150) for other in WORLD.backdrops if other != name]
    assert all(np.abs(picture.astype(int) - other).mean() > 5 for other in others)


@pytest.mark.parametrize("kind", WORLD.kinds)
def test_a_figure_stands_whole_on_nothing(kind: str) -> None:
    face = face_pixels(kind, "red", size_px=SIZE_PX)
    assert face.shape == (SIZE_PX, SIZE_PX, 4)
    alpha = face[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    assert border.max() < 40, "nothing but its shadow may reach the rim"
    rows, columns = np.nonzero(alpha > 250)
    assert max(np.ptp(rows), np.ptp(columns)) > 0.8 * SIZE_PX
    assert rows.max() > 0.9 * SIZE_PX, "its feet stand at the foot of the picture"
    middle = (columns.min() + columns.max()) / 2
    assert abs(middle - SIZE_PX / 2) < 0.05 * SIZE_PX
    soft = (alpha > 60) & (alpha < 250)
    assert soft.any(), "its edge is smooth"


def test_all_figures_look_different() -> None:
    faces = {
        (kind, colour): face_pixels(kind, colour, size_px=48).astype(int)
        for kind in WORLD.kinds
        for colour in WORLD.colours
    }
    pairs = itertools.combinations(faces, 2)
    assert all(np.abs(faces[a] - faces[b]).mean() > 0.5 for a, b in pairs)


def test_a_figure_has_its_colour() -> None:
    for colour, rgb in WORLD.colours.items():
        face = face_pixels("fox", colour, size_px=SIZE_PX)
        near = np.abs(face[..., :3].astype(int) - rgb).max(-1) < 12
        assert (near & (face[..., 3] > 250)).mean() > 0.05


def test_hats_are_worn_and_pictures_are_png() -> None:
    bare, crowned = (face_png("bear", "blue", hat, size_px=SIZE_PX) for hat in (None, "crown"))
    assert bare != crowned
    with Image.open(io.BytesIO(crowned)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (96, 96), "RGBA")
    with Image.open(io.BytesIO(backdrop_png("night", 60))) as picture:
        assert (picture.format, picture.size, picture.mode) == ("PNG", (60, 40), "RGB")


def test_what_nobody_can_draw_is_an_error() -> None:
    for kind, colour, hat in (("wolf", "red", None), ("fox", "pink", None), ("fox", "red", "wig")):
        with pytest.raises(PipelineError, match="theatre has no"):
            face_png(kind, colour, hat, size_px=10)
    with pytest.raises(PipelineError, match="no backdrop"):
        backdrop_png("moon", 30)
