"""Which label the words of a motion name."""

from __future__ import annotations

import pytest

from pipeline.retrieve.subject import subject_of
from pipeline.theatre.world import load_world

COCO = ("person", "bicycle", "dog", "horse", "bear", "teddy bear", "skis", "sports ball")


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("a fox dances", "fox"),
        ("Two foxes chase a robot", "fox"),
        ("the FOX's tail wags", "fox"),
        ("witches fly", "witch"),
        ("children wave", "child"),
        ("a girl bows", "child"),
        ("the bunny hops", "rabbit"),
        ("a robot and a fox hug", "robot"),
        ("dances slowly", None),
        ("a foxglove sways", None),
        ("a dog barks", None),
        ("", None),
    ],
)
def test_theatre(words: str, label: str | None) -> None:
    assert subject_of(words, load_world().kinds) == label


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("a woman spins", "person"),
        ("three men run", "person"),
        ("She jumps over a dog", "person"),
        ("the dancers bow", "person"),
        ("the dog's owner", "dog"),
        ("a teddy bear falls", "teddy bear"),
        ("teddy bears fall", "teddy bear"),
        ("a bear eats", "bear"),
        ("riding a bike", "bicycle"),
        ("moonwalk", None),
    ],
)
def test_everyday_labels(words: str, label: str | None) -> None:
    assert subject_of(words, COCO) == label


def test_the_longer_label_goes_first() -> None:
    assert subject_of("two fox terriers bark", ("fox", "fox terrier")) == "fox terrier"
    assert subject_of("two foxes bark", ("fox", "fox terrier")) == "fox"


def test_every_label_names_itself() -> None:
    for labels in (COCO, load_world().kinds):
        assert [subject_of(f"one {label} moves", labels) for label in labels] == list(labels)
