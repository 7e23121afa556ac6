"""Pictures as people have them: what is read, how, and what is refused with which words."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pipeline.errors import InputError, WorkspaceError
from pipeline.priors.pictures import (
    KEPT_SIDE_PX,
    PAPER,
    Picture,
    fit_figure,
    fit_picture,
    open_picture,
    still_video,
)

PIXELS = np.random.default_rng(17).integers(0, 256, (60, 90, 3), np.uint8)


def _saved(picture: Image.Image, form: str, **how: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def _picture() -> Image.Image:
    return Image.fromarray(PIXELS)


def _half_clear() -> Image.Image:
    """The right half is clear, with words hidden in its colours."""
    picture = _picture().convert("RGBA")
    alpha = np.full((60, 90), 255, np.uint8)
    alpha[:, 45:] = 0
    picture.putalpha(Image.fromarray(alpha))
    return picture


def _png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds no pixel: decoding it would fail."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0")
    chunks = (head, data, b"IEND")
    parts = (
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("form", ["PNG", "BMP", "GIF", "WEBP"])
def test_colours_arrive_as_they_are(form: str) -> None:
    source = _picture().convert("P") if form == "GIF" else _picture()
    data = _saved(source, form, **({"lossless": True} if form == "WEBP" else {}))
    picture = open_picture(data, "fox")
    assert np.array_equal(picture.colours, np.asarray(source.convert("RGB")))
    assert picture.colours.dtype == np.uint8
    assert picture.alpha is None
    assert picture.sha256 == hashlib.sha256(data).hexdigest()


def test_cmyk_is_read() -> None:
    orange = Image.new("CMYK", (64, 40), (0, 102, 204, 13))
    seen = open_picture(_saved(orange, "JPEG", quality=95)).colours
    assert np.abs(seen.astype(int) - (242, 145, 48)).max() <= 4


def test_a_colour_profile_is_heeded() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ"))
    plain = open_picture(_saved(_picture(), "PNG")).colours
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = open_picture(_saved(_picture(), "PNG", icc_profile=srgb)).colours
    assert np.abs(same.astype(int) - plain).max() <= 2
    for profile in (lab.tobytes(), b"no profile"):  # of other colours, and broken
        assert np.array_equal(
            open_picture(_saved(_picture(), "PNG", icc_profile=profile)).colours, plain
        )


def test_16_bits_become_8() -> None:
    grey = np.repeat(np.linspace(0, 65535, 90).round().astype(np.uint16)[None], 60, axis=0)
    seen = open_picture(_saved(Image.fromarray(grey), "PNG")).colours
    assert np.array_equal(seen[..., 1], (grey / 257).round())


def test_a_photograph_stands_upright() -> None:
    tagged = Image.Exif()
    tagged[0x112] = 6  # turn it right
    seen = open_picture(_saved(_picture(), "PNG", exif=tagged)).colours
    assert np.array_equal(seen, np.rot90(PIXELS, -1))


def test_what_is_clear_shows_paper_and_hides_its_colours() -> None:
    picture = open_picture(_saved(_half_clear(), "PNG"))
    assert picture.alpha is not None
    assert picture.alpha[0].tolist() == [255] * 45 + [0] * 45
    assert np.array_equal(picture.colours[:, :45], PIXELS[:, :45])
    assert (picture.colours[:, 45:] == PAPER).all()


@pytest.mark.parametrize("mode", ["LA", "P"])
def test_other_kinds_of_clear(mode: str) -> None:
    clear = _half_clear()
    data = _saved(clear.quantize() if mode == "P" else clear.convert(mode), "PNG")
    picture = open_picture(data)
    assert picture.alpha is not None
    assert picture.alpha[7, [3, 80]].tolist() == [255, 0]
    assert (picture.colours[:, 50:] == PAPER).all()


def test_what_is_kept_is_read_again() -> None:
    picture = open_picture(_saved(_half_clear(), "PNG", pnginfo=None))
    again = open_picture(picture.as_png())
    assert again.alpha is not None
    assert picture.alpha is not None
    assert np.array_equal(again.colours, picture.colours)
    assert np.array_equal(again.alpha, picture.alpha)


def test_a_large_one_is_made_smaller() -> None:
    picture = open_picture(_saved(Image.new("L", (4000, 1000), 190), "JPEG"))
    assert picture.colours.shape == (KEPT_SIDE_PX // 4, KEPT_SIDE_PX, 3)
    assert (picture.colours == 190).all()


def test_a_telephones_double_picture_is_no_film() -> None:
    other = Image.fromarray(PIXELS[::-1])
    data = _saved(_picture(), "MPO", save_all=True, append_images=[other])
    assert open_picture(data).colours.shape == (60, 90, 3)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_what_moves_is_refused(form: str) -> None:
    other = Image.fromarray(PIXELS[::-1])
    data = _saved(_picture(), form, save_all=True, append_images=[other])
    with pytest.raises(InputError, match=r"fox moves.*Save one of its frames"):
        open_picture(data, "fox")


@pytest.mark.parametrize("size", [(20_000, 40), (12_000, 5_000), (40_000, 40_000)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"fox has .*too many.*Make it smaller"):
        open_picture(_png_head(*size), "fox")


def test_an_allowed_head_without_pixels_is_damage() -> None:
    with pytest.raises(InputError, match="fox is damaged"):
        open_picture(_png_head(90, 60), "fox")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello" * 99,
        _saved(_picture(), "PNG")[:4000],
        _saved(_picture(), "JPEG")[:900],
        _saved(_picture(), "WEBP")[:500],
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
    ids=["empty", "text", "cut PNG", "cut JPEG", "cut WebP", "SVG"],
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(InputError, match=r"fox is damaged, or no picture.*Save it again"):
        open_picture(data, "fox")


@given(data=st.binary(max_size=40), at=st.integers(0, 200))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    whole = _saved(Image.new("RGB", (40, 33), (9, 80, 7)), "PNG")
    with suppress(InputError):
        assert open_picture(whole[:at] + data + whole[at:]).colours.ndim == 3


def test_a_tiny_one_is_refused() -> None:
    with pytest.raises(InputError, match="20 x 200 pixels: too few"):
        open_picture(_saved(Image.new("RGB", (20, 200)), "PNG"))


def test_a_file_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "my fox.png"
    path.write_bytes(_saved(_picture(), "PNG"))
    assert open_picture(path).name == "my fox.png"
    path.write_bytes(b"no")
    with pytest.raises(InputError, match=r"^my fox\.png is damaged"):
        open_picture(path)
    with pytest.raises(WorkspaceError, match=r"cannot read gone\.png"):
        open_picture(tmp_path / "gone.png")


def test_too_large_a_file_is_not_read() -> None:
    with pytest.raises(InputError, match="fox has more than 40 MB"):
        open_picture(bytes(40_000_001), "fox")


@given(
    size=st.tuples(st.integers(1, 120), st.integers(1, 120)),
    wanted=st.tuples(st.integers(8, 64), st.integers(8, 64)),
    fill=st.booleans(),
)
@settings(deadline=None)
def test_any_shape_fits(size: tuple[int, int], wanted: tuple[int, int], fill: bool) -> None:
    frame = fit_picture(np.full((*size, 3), (3, 99, 200), np.uint8), *wanted, fill=fill)
    assert frame.shape == (*wanted, 3)
    assert (frame == (3, 99, 200)).all()


def test_the_whole_figure_is_seen_on_the_borders_colour() -> None:
    pixels = np.full((90, 30, 3), (12, 34, 56), np.uint8)
    pixels[10:80, 5:25] = (200, 100, 50)
    picture = Picture(pixels, None, "0" * 64, "fox")
    frame = fit_picture(picture, 60, 90)
    assert (frame[:, :35] == (12, 34, 56)).all()
    assert (frame[10:50, 42:48] == (200, 100, 50)).all()
    seen = fit_figure(picture, 60, 90)
    assert seen[:, 35:55].all()
    assert not seen[:, :35].any()
    assert not seen[:, 55:].any()
    assert (fit_picture(picture, 60, 90, fill=True)[20:40, 20:70] == (200, 100, 50)).all()


def test_where_the_figure_is() -> None:
    seen = fit_figure(open_picture(_saved(_half_clear(), "PNG")), 120, 180)
    assert seen[:, :88].all()
    assert not seen[:, 92:].any()


def test_nothing_moves_in_a_still_video() -> None:
    video = still_video(PIXELS, 7)
    assert video.shape == (7, 60, 90, 3)
    assert (video == PIXELS).all()
    assert video.flags.writeable
