from __future__ import annotations

import random

import torch
from torch import nn

from pipeline.theatre.captions import caption, vocabulary
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.names import played_names
from pipeline.theatre.train.plans import TINY
from pipeline.theatre.train.text import (
    IGNORED,
    CaptionReader,
    LessonMaker,
    TextTraining,
    build_tokenizer,
    tokenize,
)

TOKENIZER = build_tokenizer(TINY)
NAMES = played_names(TINY.data)


def test_every_caption_fits_and_has_no_unknown_word() -> None:
    rng = random.Random(2)
    texts = [caption(sample_script(rng), rng) for _ in range(200)]
    ids = tokenize(TOKENIZER, texts, 24)
    assert ids.shape == (200, 24)
    assert not (ids == 2).any()
    assert ((ids == 1).sum(1) == 1).all()


def test_words_outside_the_vocabulary_are_unknown() -> None:
    assert "submarine" not in vocabulary()
    assert tokenize(TOKENIZER, ["a Red submarine"], 6).tolist()[0][2:] == [2, 1, 0, 0]


def test_reader_labels_only_what_is_said() -> None:
    reader = CaptionReader(8, NAMES)
    facts = {"kind": "fox", "colour": "blue", "motion": "walks", "facing": "left"}
    labels = reader.labels("a blue fox strolls", **facts)
    assert labels["kind"] == reader.classes["kind"].index("fox")
    assert labels["motion"] == reader.classes["motion"].index("walks")
    assert labels["facing"] == labels["backdrop"] == IGNORED
    assert reader.labels("look3 walks left", **facts)["colour"] == IGNORED


class OneHot(nn.Module):
    """Stands where the encoder does: every token's feature says which token it is."""

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor]:
        return (nn.functional.one_hot(ids, len(TOKENIZER)).float(),)


def test_lessons_tell_the_kind_at_the_kind_word() -> None:
    reader = CaptionReader(8, NAMES)
    lesson = LessonMaker(TINY, TOKENIZER, reader, rng=random.Random(3), device="cpu").make()
    assert lesson.ids.shape == (TINY.text.batch, 24)
    tokens = OneHot()(lesson.ids)[0][lesson.rows, lesson.columns].argmax(-1)
    kinds = lesson.labels["kind"]
    inside = tokens != 1
    assert inside.any()
    for token, kind in zip(tokens[inside], kinds[inside], strict=True):
        assert TOKENIZER.decode([int(token)]) == reader.classes["kind"][int(kind)]
    assert (lesson.labels["facing"][inside] == IGNORED).all()


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
