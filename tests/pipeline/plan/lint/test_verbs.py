from __future__ import annotations

import pytest

from pipeline.plan.draft import DraftCharacter
from pipeline.plan.lint.verbs import moves_about, named_in, says_motion


@pytest.mark.parametrize(
    ("description", "motion"),
    [
        ("the fox is walking home", "walks"),
        ("the fox flew away", "is flying"),
        ("she sang", "sings loudly"),
        ("a robot moonwalks", "moonwalking"),
        ("лиса машет", "машет"),
        ("狐狸在挥手", "挥手"),
        ("the fox", "is"),
        ("the fox is happy", "is happy"),
    ],
)
def test_a_motion_is_said_in_any_form_of_its_verb(description: str, motion: str) -> None:
    assert says_motion(description, motion)


@pytest.mark.parametrize(
    ("description", "motion"),
    [
        ("the fox walks", "waves"),
        ("a prune", "runs"),
        ("the fox is here", "is flying"),
        ("", "walks"),
        ("a walkman", "walks"),
        ("the zot", "zigs"),
    ],
)
def test_another_word_does_not_say_a_motion(description: str, motion: str) -> None:
    assert not says_motion(description, motion)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Mia in the forest", ["fox"]),
        ("the foxes' den", ["fox"]),
        ("the lighthouse keeper's room", ["keeper"]),
        ("the lighthouse, seen by a goalkeeper", []),
        ("a miami beach, a foxglove", []),
        ("the ship at night", []),
        ("mia means mine", []),
    ],
)
def test_a_text_names_whom_it_names_in_whole_words(text: str, names: list[str]) -> None:
    cast = [
        DraftCharacter(id="fox", name="Mia", kind="fox"),
        DraftCharacter(id="keeper", name="It", kind="lighthouse keeper"),
        DraftCharacter(id="ship", name="Ship", kind="ship"),
    ]
    assert [one.id for one in named_in(text, cast)] == names


def test_verbs_that_cross_the_stage_are_known() -> None:
    assert moves_about("walks")
    assert moves_about("is flying away")
    assert not moves_about("sleeps")
    assert not moves_about("")
