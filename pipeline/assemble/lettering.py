"""Words drawn into pictures: a font that has their letters, or the letters nearest to them."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_WIDER_FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "Arial.ttf", "arial.ttf", "segoeui.ttf"),
    *("Arial Unicode.ttf", "NotoSansCJK-Regular.ttc", "msyh.ttc", "PingFang.ttc"),
)
"""Fonts of Linux, macOS and Windows with more letters than the one that Pillow brings."""
_MISSING = "\uffff"
_PLAINER = str.maketrans(
    {
        "\u2013": "-",  # dashes
        "\u2014": "-",
        "\u2018": "'",  # quotation marks
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2026": "...",
        "ß": "ss",
    }
)


def lettered(text: str, size_px: int) -> tuple[str, FreeTypeFont]:
    """Give a text as it can be drawn, and the font to draw it with.

    Where no font of this computer has all letters, accents go and marks become plain ones;
    letters that are still missing are left out.
    """
    for font in _fonts(size_px):
        if all(_has(font, letter) for letter in set(text) - {" ", "\n"}):
            return text, font
    plain = unicodedata.normalize("NFKD", text.translate(_PLAINER))
    own = _fonts(size_px)[0]
    kept = (one for one in plain if one in " \n" or _has(own, one))
    return "".join(kept), own


@lru_cache(maxsize=16)
def _fonts(size_px: int) -> tuple[FreeTypeFont, ...]:
    from PIL import ImageFont

    own = ImageFont.load_default(size_px)
    assert isinstance(own, ImageFont.FreeTypeFont)
    found = [own]
    for name in _WIDER_FONTS:
        with suppress(OSError):
            found.append(ImageFont.truetype(name, size_px))
    return tuple(found)


@lru_cache(maxsize=4096)
def _has(font: FreeTypeFont, letter: str) -> bool:
    """Whether a font has a letter: what it lacks looks like what no font has."""
    return _drawn(font, letter) != _drawn(font, _MISSING)


def _drawn(font: FreeTypeFont, letter: str) -> bytes:
    from PIL import Image, ImageDraw

    side = 2 * round(font.size)
    picture = Image.new("L", (side, side))
    ImageDraw.Draw(picture).text((0, 0), letter, 255, font)
    return picture.tobytes()
