"""Cards: their words fit, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.artifacts import Card
from pipeline.assemble.cards import PAPER, draw_card, wrapped
from pipeline.assemble.lettering import lettered

CREDITS = tuple(f"Movement after Theatre number {n} of the Sea (CC-BY 4.0)" for n in range(9))
MANY = tuple(f"Movement after dancer number {n} of many (CC0)" for n in range(400))


def written(card: Card, size: tuple[int, int]) -> np.ndarray:
    """Where the words stand, within the border: (H, W) bool."""
    picture = draw_card(card, size)
    assert (picture.size, picture.mode) == (size, "RGB")
    pixels = np.asarray(picture, int)
    inset = min(size) // 24 + max(1, min(size) // 240) + 1
    there = np.abs(pixels - PAPER).max(axis=2) > 40
    assert there[inset - 2].any(), "a border"
    there[:inset] = there[-inset:] = there[:, :inset] = there[:, -inset:] = False
    return there


@pytest.mark.parametrize("size", [(720, 480), (480, 720), (144, 96), (1360, 768), (64, 48)])
@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("The Shy Fox", ()),
        ("The end", CREDITS),
        ("", ("only a line",)),
        ("A title of a good many words that goes on and on, and then goes on " * 4, MANY),
        ("W" * 200, ("x" * 900,)),
    ],
)
def test_words_stay_on_the_paper(size: tuple[int, int], title: str, lines: tuple[str, ...]) -> None:
    there = written(Card(title=title, lines=lines, num_frames=5), size)
    rows, columns = np.nonzero(there)
    width, height = size
    assert rows.min() >= height * 0.09
    assert rows.max() <= height * 0.91
    assert columns.min() >= width * 0.08
    assert columns.max() <= width * 0.92
    assert abs((columns.min() + columns.max()) / 2 - width / 2) < 0.02 * width + 2


def test_a_short_title_is_large() -> None:
    short = np.nonzero(written(Card(title="Fox", num_frames=5), (720, 480)))[0]
    long = np.nonzero(written(Card(title="Fox", lines=CREDITS, num_frames=5), (720, 480)))[0]
    assert np.ptp(short) > 30
    assert np.ptp(long) > 200


def test_an_empty_card_is_paper() -> None:
    assert not written(Card(num_frames=5), (720, 480)).any()


def test_lines_break_at_spaces_and_long_words_anywhere() -> None:
    text, font = lettered("a fox and an owl meet Llanfairpwllgwyngyllgogerychwyrndrobwll today", 20)
    lines = wrapped(text, font, 150)
    assert "".join(lines).replace(" ", "").endswith("gogerychwyrndrobwlltoday")
    assert lines[0] == "a fox and an owl"
    assert max(font.getlength(line) for line in lines) <= 150
