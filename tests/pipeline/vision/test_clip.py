from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import ModelUnavailableError
from pipeline.theatre.sight.clip import WEIGHTS, ClipTowers
from pipeline.theatre.sight.contrast import to_input, tokenize
from pipeline.vision.clip import FrameClip


@pytest.fixture(scope="module")
def towers() -> ClipTowers:
    torch.manual_seed(11)
    made = ClipTowers()
    made.module.eval()
    return made


@pytest.fixture(scope="module")
def folder(towers: ClipTowers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tiny")
    towers.save(found)
    return found


@pytest.fixture(scope="module")
def clip(folder: Path) -> FrameClip:
    return FrameClip(folder)


def _frames(seed: int, count: int = 16, height_px: int = 64, width_px: int = 64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, height_px, width_px, 3), np.uint8)


def test_vectors_are_units_of_the_models_length(clip: FrameClip) -> None:
    for vector in (clip.encode_video(_frames(1)), clip.encode_text("a fox jumps")):
        assert vector.shape == (clip.dim,) == (64,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_use_and_training_agree(clip: FrameClip, towers: ClipTowers) -> None:
    frames = _frames(2, count=8)
    with torch.inference_mode():
        seen = towers.encode_clips(to_input(frames[None]))[0].numpy()
        told = towers.encode_words(tokenize(towers.tokenizer, ["a fox jumps"]))[0].numpy()
    assert clip.encode_video(frames) @ seen == pytest.approx(1, abs=1e-3)
    assert clip.encode_text("A fox jumps") @ told == pytest.approx(1, abs=1e-3)


def test_frames_of_any_shape_are_squashed(clip: FrameClip) -> None:
    wide = np.repeat(_frames(3), 3, axis=2)
    assert clip.encode_video(wide) @ clip.encode_video(_frames(3)) > 0.99


def test_the_order_of_frames_does_not_count_but_their_pictures_do(clip: FrameClip) -> None:
    frames = _frames(4, count=8)
    turned = clip.encode_video(frames[::-1].copy())
    np.testing.assert_allclose(turned, clip.encode_video(frames), atol=1e-5)
    assert clip.encode_video(frames) @ clip.encode_video(255 - frames) < 0.9999


def test_words_count_whatever_stands_behind_the_end(clip: FrameClip, towers: ClipTowers) -> None:
    with torch.inference_mode():
        short, long = towers.encode_words(
            tokenize(towers.tokenizer, ["a fox jumps", "a fox jumps to the left , slowly"])
        ).numpy()
    assert clip.encode_text("a fox jumps") @ short == pytest.approx(1, abs=1e-3)
    assert short @ long < 0.9999
    assert not np.allclose(clip.encode_text("a fox"), clip.encode_text("a robot"))


def test_the_id_changes_with_the_weights(clip: FrameClip, folder: Path, tmp_path: Path) -> None:
    assert FrameClip(folder).id == clip.id
    torch.manual_seed(12)
    other = tmp_path / folder.name
    ClipTowers().save(other)
    found = FrameClip(other).id
    assert found != clip.id
    assert found.split(":")[0] == clip.id.split(":")[0] == folder.name


def test_what_is_missing_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="missing") as caught:
        FrameClip(tmp_path)
    assert "open_clip_config.json" in caught.value.hint
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / WEIGHTS).write_bytes(b"no weights")
    with pytest.raises(ModelUnavailableError):
        FrameClip(tmp_path)


def test_a_published_model_is_not_fetched_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelUnavailableError):
        FrameClip("ViT-B-32/laion2b_s34b_b79k")
