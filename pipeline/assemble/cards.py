"""Title and end cards: words on paper, in the largest letters that fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from pipeline.artifacts import Card
from pipeline.assemble.lettering import lettered

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Colour = tuple[int, int, int]

PAPER: Colour = (236, 230, 218)
_INK, _SOFT, _CURTAIN = (36, 32, 42), (106, 92, 80), (150, 45, 38)
_TITLE_SHARE, _LINE_SHARE, _GAP_SHARE = 0.11, 0.05, 0.12
"""Height of the letters and of the gap between title and lines, of the shorter side."""
_SMALLEST_PX = 9
_SHRINK = 0.92
_WIDE, _HIGH = 0.8, 0.76
"""What the words may take of the picture."""
_LEADING = 1.35


class _Row(NamedTuple):
    """A line of words and its letters."""

    words: str
    font: FreeTypeFont
    colour: Colour

    @property
    def height(self) -> float:
        return self.font.size * _LEADING


def draw_card(card: Card, size: tuple[int, int]) -> Image:
    """Draw a card, RGB; `size` is its width and height in pixels.

    Words that are too many even for the smallest letters end with three dots.
    """
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(picture)
    _draw_border(draw, size)
    title, lines = _fitted(card, size)
    gap = _GAP_SHARE * min(size) if title and lines else 0
    top = (size[1] - _height(title) - gap - _height(lines)) / 2
    middle = top + _height(title) + gap / 2
    if gap:
        reach = size[0] * 0.06
        ends = (size[0] / 2 - reach, middle, size[0] / 2 + reach, middle)
        draw.line(ends, _CURTAIN, max(1, min(size) // 160))
    _draw_rows(draw, title, size[0] / 2, top)
    _draw_rows(draw, lines, size[0] / 2, middle + gap / 2)
    return picture


def _draw_border(draw: ImageDraw, size: tuple[int, int]) -> None:
    inset, width = min(size) // 24, max(1, min(size) // 240)
    edges = (inset, inset, size[0] - 1 - inset, size[1] - 1 - inset)
    draw.rectangle(edges, outline=_SOFT, width=width)


def _fitted(card: Card, size: tuple[int, int]) -> tuple[list[_Row], list[_Row]]:
    """The rows of the title and of the lines, in the largest letters that fit."""
    side, scale = min(size), 1.0
    room = size[1] * _HIGH - side * _GAP_SHARE
    most = int(room / (_SMALLEST_PX * _LEADING)) + 1  # one more than there can be room for
    while True:
        title_px, line_px = (
            max(_SMALLEST_PX, round(side * share * scale)) for share in (_TITLE_SHARE, _LINE_SHARE)
        )
        title = _rows([card.title], title_px, _INK, size[0] * _WIDE)
        lines = _rows(card.lines[:most], line_px, _SOFT, size[0] * _WIDE)
        if _height(title) + _height(lines) <= room:
            return title, lines
        if title_px == _SMALLEST_PX:
            title = _cut(title, room)
            return title, _cut(lines, room - _height(title))
        scale *= _SHRINK


def _rows(texts: Iterable[str], size_px: int, colour: Colour, width: float) -> list[_Row]:
    drawn = (lettered(text, size_px) for text in texts)
    return [_Row(row, font, colour) for text, font in drawn for row in wrapped(text, font, width)]


def wrapped(text: str, font: FreeTypeFont, width: float) -> list[str]:
    """Break a text at its spaces into lines no wider than that, in pixels; a long word breaks."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= width:
            lines[-1] = joined
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def _cut(rows: list[_Row], room: float) -> list[_Row]:
    """As many rows as there is room for; three dots tell that there were more."""
    kept = rows[: max(0, int(room / rows[0].height))] if rows else []
    if 0 < len(kept) < len(rows):
        kept[-1] = kept[-1]._replace(words=f"{kept[-1].words[:-3].rstrip()}...")
    return kept


def _height(rows: list[_Row]) -> float:
    return sum(row.height for row in rows)


def _draw_rows(draw: ImageDraw, rows: list[_Row], x: float, y: float) -> None:
    for row in rows:
        draw.text((x, y + row.height / 2), row.words, row.colour, row.font, anchor="mm")
        y += row.height
