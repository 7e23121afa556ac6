import logging
from pathlib import Path

import pytest
import torch

from pipeline.theatre.library.phrases import training_words
from pipeline.theatre.sight.clip import ClipTowers, main
from pipeline.theatre.sight.contrast import tokenize
from pipeline.theatre.sight.words import END, build_tokenizer
from pipeline.vision.clip import FrameClip


def test_the_end_has_the_highest_id_and_unknown_words_are_one() -> None:
    tokenizer = build_tokenizer(["fox", "walks", ","])
    ids = tokenize(tokenizer, ["Fox walks,", "unheard walks"])
    assert ids.tolist() == [[2, 3, 4, 5, 6], [2, 1, 4, 6, 0]]
    assert tokenizer.convert_tokens_to_ids(END) == len(tokenizer) - 1 == 6


def test_every_training_word_is_known() -> None:
    tokenizer = build_tokenizer(training_words())
    assert not (tokenize(tokenizer, [" ".join(training_words()[:20])]) == 1).any()


def test_both_models_are_small_enough_together(tmp_path: Path) -> None:
    from pipeline.theatre.sight.video_text import VideoTextTowers

    ClipTowers().save(tmp_path / "clip")
    VideoTextTowers().save(tmp_path / "video_text")
    assert sum(file.stat().st_size for file in tmp_path.rglob("*.*")) < 1_750_000


def test_a_short_training_leaves_a_folder_that_can_be_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    threads = torch.get_num_threads()
    out = tmp_path / "out"
    arguments = ["--out", str(out), "--pairs", str(tmp_path / "pairs"), "--clips", "70"]
    assert main([*arguments, "--minutes", "0.06"]) == 0
    torch.set_num_threads(threads)
    assert FrameClip(out).encode_text("a fox walks").shape == (64,)
    assert "weights" in caplog.text
