"""Words in pictures: no letter becomes an empty box."""

from __future__ import annotations

import pytest

from pipeline.assemble import lettering
from pipeline.assemble.lettering import lettered


def test_plain_words_take_the_font_that_is_always_there() -> None:
    words, font = lettered("A fox walks, and waves!", 20)
    assert words == "A fox walks, and waves!"
    assert font.getname()[0] == "Aileron"
    assert font.size == 20


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("Füchse \u2013 groß\u2026", "Fuchse - gross..."),
        ("\u201cJa\u201d, l\u2019été", '"Ja", l\'ete'),
        ("fox \u72d0!", "fox !"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_where_no_font_has_a_letter_the_nearest_is_drawn(
    monkeypatch: pytest.MonkeyPatch, words: str, plain: str
) -> None:
    monkeypatch.setattr(lettering, "_WIDER_FONTS", ())
    lettering._fonts.cache_clear()
    assert lettered(words, 20)[0] == plain
    lettering._fonts.cache_clear()
