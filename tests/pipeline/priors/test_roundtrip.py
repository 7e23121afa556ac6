"""Which pictures the paper theatre could draw, told by its own autoencoder."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.devices import choose
from pipeline.errors import InputError
from pipeline.packs.load import Pack, load_pack
from pipeline.priors.pictures import PAPER, Picture
from pipeline.priors.roundtrip import refuse_strangers, round_trip_db
from pipeline.theatre.pictures import face_pixels

BAR_DB = 22.5


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("theatre", choose("cpu", bfloat16_on_cpu=False))


def _face() -> Picture:
    """A drawn witch on paper, with her outline."""
    figure = face_pixels("witch", "purple", size_px=300)
    alpha = figure[..., 3:] / 255
    colours = figure[..., :3] * alpha + np.array(PAPER) * (1 - alpha)
    return Picture(colours.round().astype(np.uint8), figure[..., 3], "0" * 64, "witch.png")


def _texture() -> Picture:
    """What a photograph of grass is like."""
    noise = np.random.default_rng(6).normal(size=(96, 144, 3))
    rough = cv2.GaussianBlur(noise, (0, 0), 1.2)
    pixels = (120 + 50 * rough / rough.std()).clip(0, 255).astype(np.uint8)
    return Picture(pixels, None, "1" * 64, "grass.jpg")


def test_drawn_figures_come_back_and_photographs_do_not(pack: Pack) -> None:
    assert round_trip_db(pack, _face(), pack.record) > BAR_DB + 0.5
    assert round_trip_db(pack, _texture(), pack.record) < BAR_DB - 2


def test_strangers_are_named(pack: Pack) -> None:
    pictures = [_face(), _texture()]
    with pytest.raises(InputError, match=r"can draw: grass\.jpg\. Choose pictures in their style"):
        refuse_strangers(pack, pictures, pack.record, BAR_DB)
    with pytest.raises(InputError, match=r"grass\.jpg, grass\.jpg, grass\.jpg and 2 more"):
        refuse_strangers(pack, [_texture()] * 5, pack.record, BAR_DB)
    refuse_strangers(pack, [_face()], pack.record, BAR_DB)


def test_packs_without_a_bar_take_anything(pack: Pack) -> None:
    refuse_strangers(pack, [_texture()], pack.record, None)


def test_only_the_figure_counts(pack: Pack) -> None:
    face = _face()
    assert face.alpha is not None
    beside = face.colours.copy()
    away = cv2.dilate((face.alpha > 0).astype(np.uint8), np.ones((61, 61))) == 0
    tiles = np.random.default_rng(2).integers(0, 256, (38, 38, 3), np.uint8)
    beside[away] = np.kron(tiles, np.ones((8, 8, 1), np.uint8))[:300, :300][away]
    spoilt = Picture(beside, face.alpha, face.sha256, face.name)
    change = abs(round_trip_db(pack, spoilt, pack.record) - round_trip_db(pack, face, pack.record))
    assert change < 2
    whole = Picture(beside, None, face.sha256, face.name)
    assert round_trip_db(pack, whole, pack.record) < round_trip_db(pack, face, pack.record) - 4
