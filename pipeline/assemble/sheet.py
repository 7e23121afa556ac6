"""A sheet of takes: their keyframes side by side, with the boxes asked for and those seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.artifacts import RegionPrompt, TakeReport
from pipeline.assemble.lettering import lettered
from pipeline.assemble.stills import middle_frames
from pipeline.story import NUM_KEYFRAMES, Box

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_STILL_PX, _GAP_PX, _BAND_PX, _TEXT_PX = 300, 8, 30, 17
_LINE_PX, _DASH_PX = 3, 9
_PAPER, _INK = (250, 247, 240), (36, 32, 42)
_COLOURS = ((214, 40, 57), (25, 104, 214), (0, 137, 94), (146, 62, 180), (196, 110, 0))

Colour = tuple[int, int, int]
Edges = tuple[float, float, float, float]


@dataclass(frozen=True)
class Row:
    """A take of the sheet: what is said above it, its frames uint8 RGB (F, H, W, 3), its report."""

    title: str
    frames: np.ndarray
    report: TakeReport | None


def draw_sheet(regions: Sequence[RegionPrompt], rows: Sequence[Row]) -> Image:
    """Draw takes of one scene below each other, RGB: asked boxes solid, seen ones dashed.

    Each region has a colour of its own; the last line says which. At least one row.
    """
    from PIL import Image

    parts = [part for row in rows for part in (_band(row.title), _strip(regions, row))]
    parts.append(_legend(regions))
    sheet = Image.new("RGB", (parts[0].width, sum(part.height for part in parts)), _PAPER)
    top = 0
    for part in parts:
        sheet.paste(part, (0, top))
        top += part.height
    return sheet


def region_colour(number: int) -> Colour:
    """Give the colour (RGB) of the boxes of the region at that place of its scene."""
    return _COLOURS[number % len(_COLOURS)]


def _strip(regions: Sequence[RegionPrompt], row: Row) -> Image:
    """The keyframes of a take side by side, and below each how well it overlaps."""
    from PIL import Image

    height = round(_STILL_PX * row.frames.shape[1] / row.frames.shape[2])
    strip = Image.new("RGB", (_width(), height + _BAND_PX), _PAPER)
    for keyframe, number in enumerate(middle_frames(len(row.frames), NUM_KEYFRAMES)):
        still = Image.fromarray(row.frames[number]).resize((_STILL_PX, height))
        _draw_boxes(still, regions, row.report, keyframe)
        left = keyframe * (_STILL_PX + _GAP_PX)
        strip.paste(still, (left, 0))
        _draw_words(strip, (left, height), _figures(row.report, keyframe))
    return strip


def _draw_boxes(
    still: Image, regions: Sequence[RegionPrompt], report: TakeReport | None, keyframe: int
) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(still)
    for number, region in enumerate(regions):
        asked = region.boxes[keyframe]
        if asked is not None:
            draw.rectangle(_pixels(asked, still.size), None, region_colour(number), _LINE_PX)
        for seen in _seen(report, number, keyframe):
            _draw_dashed(draw, _pixels(seen, still.size), region_colour(number))


def _seen(report: TakeReport | None, number: int, keyframe: int) -> Iterator[Box]:
    """The box in which a region is seen at a keyframe, if it is."""
    if report is not None and report.regions:
        keyframes = report.regions[number].keyframes
        yield from (one.seen for one in keyframes if one.keyframe == keyframe and one.seen)


def _figures(report: TakeReport | None, keyframe: int) -> list[tuple[str, Colour]]:
    """What is written below a keyframe: each region's overlap."""
    if report is None or not report.regions:
        return []
    return [
        (f"IoU {one.iou:.2f}" if one.seen else "not seen", region_colour(number))
        for number, region in enumerate(report.regions)
        for one in region.keyframes
        if one.keyframe == keyframe
    ]


def _pixels(box: Box, size: tuple[int, int]) -> Edges:
    width, height = size
    x0, y0, x1, y1 = box.as_list()
    return x0 * width, y0 * height, x1 * width - 1, y1 * height - 1


def _draw_dashed(draw: ImageDraw, edges: Edges, colour: Colour) -> None:
    """A box of dashes on white, so that they are seen on figures of their colour."""
    draw.rectangle(edges, None, (255, 255, 255), _LINE_PX)
    half = _LINE_PX // 2  # a rectangle is drawn inside its edges, a line on both sides
    x0, y0, x1, y1 = edges[0] + half, edges[1] + half, edges[2] - half, edges[3] - half
    for start, end in pairwise(((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))):
        for dash in _dashes(start, end):
            draw.line(dash, colour, _LINE_PX)


def _dashes(
    start: tuple[float, float], end: tuple[float, float]
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """The dashes of a line, as long as the gaps between them."""
    way = end[0] - start[0], end[1] - start[1]
    count = max(1, round((abs(way[0]) + abs(way[1])) / _DASH_PX))
    points = [(start[0] + way[0] * n / count, start[1] + way[1] * n / count) for n in range(count)]
    yield from zip(points[::2], [*points, end][1::2], strict=False)


def _band(text: str) -> Image:
    from PIL import Image

    band = Image.new("RGB", (_width(), _BAND_PX), _PAPER)
    _draw_words(band, (0, 0), [(text, _INK)])
    return band


def _legend(regions: Sequence[RegionPrompt]) -> Image:
    from PIL import Image

    band = Image.new("RGB", (_width(), _BAND_PX), _PAPER)
    words = [(region.text, region_colour(number)) for number, region in enumerate(regions)]
    _draw_words(band, (0, 0), [("asked solid, seen dashed:", _INK), *words])
    return band


def _draw_words(
    picture: Image, corner: tuple[int, int], words: Sequence[tuple[str, Colour]]
) -> None:
    """Words in a line, each in its colour."""
    from PIL import ImageDraw

    draw, (left, top) = ImageDraw.Draw(picture), corner
    x = float(left + _GAP_PX)
    for text, colour in words:
        shown, font = lettered(text, _TEXT_PX)
        draw.text((x, top + _BAND_PX / 2), shown, colour, font, anchor="lm")
        x += draw.textlength(shown, font) + 2 * _GAP_PX


def _width() -> int:
    return NUM_KEYFRAMES * (_STILL_PX + _GAP_PX) - _GAP_PX
