"""One way to take text apart, and the forms of verbs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.retrieve.words import expand, tokenize


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A man, RUNNING (fast)!", "a man running fast"),
        ("the dog's bone and the dogs' bones", "the dog bone and the dogs bones"),
        ("the dog\u2019s bone", "the dog bone"),
        ("man_running-02.mp4", "man running 02 mp4"),
        ("Stra\u00dfe \uff26\uff35\uff2c\uff2c caf\u0065\u0301", "strasse full caf\u00e9"),
        (
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u8df3\u821e",
            "\u0939\u093f\u0928\u094d\u0926\u0940 \u8df3\u821e",
        ),
        ("l\u00e4uft weiter, l'homme", "l\u00e4uft weiter l homme"),
        ("", ""),
        (" \n\t'\"?! ", ""),
    ],
)
def test_text_is_taken_apart(text: str, words: str) -> None:
    assert tokenize(text) == words.split()


@given(st.text())
def test_words_taken_apart_again_are_the_same(text: str) -> None:
    words = tokenize(text)
    assert tokenize(" ".join(words)) == words
    assert all(word and not any(letter.isspace() for letter in word) for word in words)


@given(st.text(), st.text())
def test_texts_parted_by_a_space_do_not_touch_each_other(one: str, other: str) -> None:
    assert tokenize(f"{one} {other}") == tokenize(one) + tokenize(other)


@pytest.mark.parametrize(
    ("words", "expanded"),
    [
        ("dances slowly", "dance dances danced dancing slowly"),
        ("is dancing", "is dance dances danced dancing"),
        ("jumps over the fence", "jump jumps jumped jumping over the fence"),
        ("rides a bicycle", "ride rides rode ridden riding a bicycle"),
        ("swims", "swim swims swam swum swimming"),
        ("travels", "travel travels traveled travelled traveling travelling"),
        ("lies down", "lie lies lay lied lying down"),
        ("spins and claps", "spin spins spun spinning and clap claps clapped clapping"),
        ("a woman is kneeling", "a woman is kneel kneels knelt kneeled kneeling"),
        ("open the door", "open opens opened opening the door"),
        ("moonwalking", "moonwalk moonwalks moonwalked moonwalking"),
        ("walks and walks", "walk walks walked walking and"),
        ("plays the guitar on stage", "play plays played playing the guitar on stage"),
        ("tanzt auf einer B\u00fchne", "tanzt auf einer b\u00fchne"),
        ("\u8df3\u821e", "\u8df3\u821e"),
        ("can will must has been", "can will must has been"),
        ("?!", ""),
    ],
)
def test_a_motion_is_searched_in_all_forms_of_its_verb(words: str, expanded: str) -> None:
    assert sorted(expand(words)) == sorted(expanded.split())
    assert expand(words) == expand(words)


def test_the_forms_stand_where_the_verb_stood() -> None:
    assert expand("slowly dancing on stage") == [
        *("slowly", "dance", "dances", "danced", "dancing", "on", "stage"),
    ]


@given(st.text(alphabet="abdegilnorstw' \u00e9", max_size=40))
def test_every_word_that_was_asked_stays(text: str) -> None:
    found = expand(text)
    assert set(tokenize(text)) <= set(found)
    assert len(set(found)) == len(found)


def test_verb_tables_are_read_only_when_asked() -> None:
    code = "import sys, pipeline.retrieve.words; print('lemminflect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
