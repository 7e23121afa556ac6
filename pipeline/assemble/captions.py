"""The narration as pictures to lay over a film's frames.

Drawn here and not by ffmpeg's own filter: that one needs a font of the computer, and leaves the
words out without a sound where there is none.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from pipeline.artifacts import Timeline
from pipeline.assemble.lettering import lettered
from pipeline.assemble.subtitles import CUE_LINES, film_cues
from pipeline.assemble.timeline import duration_frames

if TYPE_CHECKING:
    from PIL.Image import Image

_LETTER_SHARE = 0.05
"""Height of the letters, of the picture's height."""
_SMALLEST_PX = 8
_WIDE = 0.92
_LEADING = 1.35
_PLATE, _LETTERS = (28, 26, 33, 178), (246, 242, 234, 255)
_BELOW_SHARE = 0.03


class Strip(NamedTuple):
    """Where captions stand in a film: a part of its full width."""

    width: int
    height: int
    top: int


def caption_strip(size: tuple[int, int]) -> Strip:
    """Give the part of a picture that captions are drawn in; even, as its colours need it."""
    width, height = size
    high = min(height, round(CUE_LINES * _LEADING * _letter_px(height) * 1.2 / 2 + 1) * 2)
    return Strip(width, high, max(0, (height - high - round(height * _BELOW_SHARE)) // 2 * 2))


def caption_frames(timeline: Timeline, size: tuple[int, int]) -> bytes:
    """Give one PNG after another, one for each frame of the film: RGBA, as `caption_strip` says."""
    strip = caption_strip(size)
    blank = _png(_caption("", size, strip))
    frames = [blank] * duration_frames(timeline)
    for first, end, text in film_cues(timeline):
        frames[first:end] = [_png(_caption(text, size, strip))] * (end - first)
    return b"".join(frames)


def _caption(text: str, size: tuple[int, int], strip: Strip) -> Image:
    """Light words on a dark plate, in the middle of a strip that is clear elsewhere."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGBA", (strip.width, strip.height))
    draw = ImageDraw.Draw(picture)
    size_px = _fitted_px(text, _letter_px(size[1]), strip.width * _WIDE)
    drawn, font = lettered(text, size_px)
    lines = drawn.split("\n") if drawn else []
    step = size_px * _LEADING
    y = strip.height - (len(lines) + 0.2) * step
    for words in lines:
        half, pad = font.getlength(words) / 2, size_px * 0.4
        middle = strip.width / 2, y + step / 2
        plate = (middle[0] - half - pad, y, middle[0] + half + pad, y + step)
        draw.rectangle(tuple(map(round, plate)), _PLATE)
        draw.text(middle, words, _LETTERS, font, anchor="mm")
        y += step
    return picture


def _letter_px(height: int) -> int:
    return max(_SMALLEST_PX, round(height * _LETTER_SHARE))


def _fitted_px(text: str, size_px: int, width: float) -> int:
    """The largest size, up to that one, in which no line is wider than that."""
    while size_px > 1:
        drawn, font = lettered(text, size_px)
        if all(font.getlength(line) <= width for line in drawn.split("\n")):
            break
        size_px -= 1
    return size_px


def _png(picture: Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
