from __future__ import annotations

import random

import torch

from pipeline.theatre.captions import caption, vocabulary
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.plans import TINY
from pipeline.theatre.train.text import (
    IGNORED,
    CaptionReader,
    TextTraining,
    build_tokenizer,
    tokenize,
)

TOKENIZER = build_tokenizer(24)


def test_every_caption_fits_and_has_no_unknown_word() -> None:
    rng = random.Random(2)
    texts = [caption(sample_script(rng), rng) for _ in range(200)]
    ids = tokenize(TOKENIZER, texts, 24)
    assert ids.shape == (200, 24)
    assert not (ids == 2).any()
    assert ((ids == 1).sum(1) == 1).all()


def test_words_outside_the_vocabulary_are_unknown() -> None:
    assert "dragon" not in vocabulary()
    assert tokenize(TOKENIZER, ["a Red dragon"], 6).tolist()[0][2:] == [2, 1, 0, 0]


def test_reader_labels_only_what_is_said() -> None:
    reader = CaptionReader(8)
    facts = {"kind": "fox", "colour": "blue", "motion": "walks", "facing": "left"}
    labels = reader.labels("a blue fox strolls", **facts)
    assert labels["kind"] == reader.classes["kind"].index("fox")
    assert labels["motion"] == reader.classes["motion"].index("walks")
    assert labels["facing"] == labels["backdrop"] == IGNORED
    assert reader.labels("look3 walks left", **facts)["colour"] == IGNORED


def test_reading_captions_is_learned() -> None:
    torch.manual_seed(1)
    training = TextTraining(TINY, TOKENIZER, rng=random.Random(4), device="cpu")
    losses = []
    for step in range(120):
        loss, _, _ = training.loss(step, 0.0)
        loss.backward()
        training.optimizer.step(1.0)
        losses.append(loss.item())
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
