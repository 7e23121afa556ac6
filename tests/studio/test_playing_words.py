"""The pill: what plays the story here, in a few words."""

from __future__ import annotations

import pytest

from pipeline.packs.record import load_record
from studio.playing_words import device_words, pack_words, plays_view


@pytest.mark.parametrize(
    ("pack", "words"), [("theatre", "Paper theatre"), ("cogvideox-2b", "CogVideoX 2B")]
)
def test_a_pack_is_named_without_its_article(pack: str, words: str) -> None:
    assert pack_words(load_record(pack)) == words


def test_the_pill_says_what_plays_where_and_how_fast() -> None:
    record, here = load_record("theatre"), device_words()
    told = plays_view(record, "about 15 s")
    assert told["words"] == f"Paper theatre, {here}, about 15 s a scene"
    assert plays_view(record, "")["words"] == f"Paper theatre, {here}"
