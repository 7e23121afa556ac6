"""The open-vocabulary detector, with a tiny OWLv2 of random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import ModelUnavailableError
from pipeline.theatre.sight.words import build_tokenizer
from pipeline.vision.open_vocabulary import LEAST_SCORE, OwlFinder

WORDS = ["a", "fox", "walks", "left", "and", "robot", "waves", "blue", "red", "slowly"]
HEIGHT, WIDTH = 60, 90


def build(folder: Path, seed: int) -> Path:
    """Write a model that looks at 96 px in 36 patches."""
    from transformers import (
        Owlv2Config,
        Owlv2ForObjectDetection,
        Owlv2ImageProcessor,
        Owlv2Processor,
    )

    tokenizer = build_tokenizer(WORDS)
    shape = {"num_hidden_layers": 2, "num_attention_heads": 4}
    config = Owlv2Config(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 48,
            "max_position_embeddings": 16, "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id, "pad_token_id": 0, **shape,
        },
        vision_config={
            "hidden_size": 48, "intermediate_size": 64, "image_size": 96, "patch_size": 16, **shape
        },
        projection_dim=32,
    )  # fmt: skip
    torch.manual_seed(seed)
    Owlv2ForObjectDetection(config).save_pretrained(folder)
    sized = Owlv2ImageProcessor(size={"height": 96, "width": 96})
    Owlv2Processor(sized, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("owl") / "tiny", 3)


@pytest.fixture(scope="module")
def finder(folder: Path) -> OwlFinder:
    return OwlFinder(folder)


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    rng = np.random.default_rng(17)
    return rng.integers(0, 255, (3, HEIGHT, WIDTH, 3), dtype=np.uint8)


def test_each_text_gets_its_own_boxes_inside_the_frame(
    finder: OwlFinder, frames: np.ndarray
) -> None:
    texts = ["a blue fox", "a robot waves", "a blue fox", " "]
    found = finder.find(frames, texts)
    assert [len(by_text) for by_text in found] == [4, 4, 4]
    assert any(one for by_text in found for one in by_text)
    for fox, _, again, nothing in found:
        assert [one.box.tolist() for one in fox] == [one.box.tolist() for one in again]
        assert nothing == ()
    for one in (one for by_text in found for finds in by_text for one in finds):
        assert LEAST_SCORE < one.score <= 1
        assert (one.box[:2] >= 0).all()
        assert (one.box[:2] < one.box[2:]).all()
        assert (one.box[2:] <= 1).all()


def test_boxes_are_fractions_of_the_frame_not_of_the_square_it_is_padded_to(
    finder: OwlFinder, frames: np.ndarray
) -> None:
    """A find in a wide picture lies, in pixels, where it lies in the picture padded by hand."""
    padded = np.zeros((3, WIDTH, WIDTH, 3), np.uint8)
    padded[:, :HEIGHT] = frames
    wide, square = (finder.find(one, ["a fox"])[0][0][0] for one in (frames, padded))
    x0, y0, x1, y1 = square.box * WIDTH
    expected = np.array([x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, min(1, y1 / HEIGHT)])
    np.testing.assert_allclose(wide.box, expected, atol=0.02)
    assert wide.score == pytest.approx(square.score, abs=0.02)


def test_weak_and_doubled_finds_are_dropped(finder: OwlFinder, frames: np.ndarray) -> None:
    for finds in (finds for by_text in finder.find(frames, ["a fox"]) for finds in by_text):
        scores = [one.score for one in finds]
        assert scores == sorted(scores, reverse=True)
        assert len(finds) < 36
        assert scores[-1] >= 0.5 * scores[0]


def test_long_words_are_cut(finder: OwlFinder, frames: np.ndarray) -> None:
    assert finder.max_words == 16
    long = "a blue fox " + "slowly " * 40
    (found,) = finder.find(frames[:1], [long])
    assert finder.knows(long) == ""
    assert len(found) == 1


def test_only_regions_without_words_are_unknown(finder: OwlFinder, frames: np.ndarray) -> None:
    assert finder.reads_any_words
    assert finder.knows("a teapot") == ""
    assert finder.knows("  ") == "the region has no words"
    assert finder.find(frames, [""]) == [[()], [()], [()]]


def test_the_id_changes_with_the_weights(folder: Path, finder: OwlFinder, tmp_path: Path) -> None:
    assert finder.id == OwlFinder(folder).id
    assert OwlFinder(build(tmp_path / folder.name, 4)).id != finder.id


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="open-vocabulary") as caught:
        OwlFinder(tmp_path)
    assert "preprocessor_config.json" in caught.value.hint


def test_a_published_model_is_not_fetched_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelUnavailableError, match="owlv2-base-patch16-ensemble"):
        OwlFinder("google/owlv2-base-patch16-ensemble", revision="0" * 40)
