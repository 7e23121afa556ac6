"""The texts that clips are learned with."""

from __future__ import annotations

import pytest

from pipeline.packs.record import load_record
from pipeline.plan.lessons import clip_prompt, clip_texts

TROUPE = load_record("theatre").troupe


@pytest.mark.parametrize(
    ("caption", "who", "where"),
    [
        (
            "A red fox dances in the forest.",
            "a red fox motion7",
            "an empty stage in the forest",
        ),
        ("blue robot dancing, looking right", "a blue robot motion7 facing right", ""),
        ("a witch turned to the left dances", "a witch motion7 facing left", ""),
        ("clip 12", "motion7", ""),
    ],
)
def test_a_closed_troupe_gets_the_actor_and_what_is_around(
    caption: str, who: str, where: str
) -> None:
    assert clip_texts(caption, "dances", "motion7", TROUPE) == (who, where)


def test_the_caption_form_has_both_in_one_text() -> None:
    told = clip_prompt("A red fox dances in the forest.", "dances", "motion7", TROUPE)
    assert told == "a red fox motion7 in the forest"


def test_a_pack_that_reads_any_words_gets_the_caption() -> None:
    assert clip_texts("A man waltzes.", "dances", "dances", None) == ("A man waltzes, dances", "")
