from __future__ import annotations

import pytest

from pipeline.plan.languages import gloss


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Ein Fuchs tanzt im Wald.", "a fox dances in the forest."),
        ("Ein Fuchs sucht seine Mutter.", "a fox looks mother."),  # a noun, not the fox's name
        ("Der Fuchs Rolf und Gerda winken.", "the fox Rolf and Gerda waves."),
        ("Der Fuchs frisst Kuchen.", "the fox."),
    ],
)
def test_german_nouns_are_names_only_where_a_name_can_stand(text: str, english: str) -> None:
    assert gloss(text, "de") == english
