from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.errors import ModelUnavailableError
from pipeline.theatre.sight.clip import ClipTowers
from pipeline.theatre.sight.contrast import to_input, tokenize
from pipeline.theatre.sight.video_text import VideoTextTowers
from pipeline.vision.video_text import XClip, prepare, read_preparation


@pytest.fixture(scope="module")
def towers() -> VideoTextTowers:
    torch.manual_seed(21)
    made = VideoTextTowers()
    made.module.eval()
    return made


@pytest.fixture(scope="module")
def folder(towers: VideoTextTowers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tiny")
    towers.save(found)
    return found


@pytest.fixture(scope="module")
def model(folder: Path) -> XClip:
    return XClip(folder)


def _frames(seed: int, count: int = 8) -> np.ndarray:
    """A grey square that wanders over a black floor."""
    rng = np.random.default_rng(seed)
    frames = np.zeros((count, 64, 64, 3), np.uint8)
    for frame, x in zip(frames, np.linspace(0, 40, count).astype(int), strict=True):
        frame[20:44, x : x + 24] = rng.integers(60, 200, 3)
    return frames


def test_vectors_are_units_of_the_models_length(model: XClip) -> None:
    assert (model.num_frames, model.dim) == (8, 64)
    for vector in (model.encode_video(_frames(1, 48)), model.encode_text("a fox jumps")):
        assert vector.shape == (64,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_use_and_training_agree(model: XClip, towers: VideoTextTowers) -> None:
    frames = _frames(2)
    with torch.inference_mode():
        seen = towers.encode_clips(to_input(frames[None]))[0].numpy()
        told = towers.encode_words(tokenize(towers.tokenizer, ["a fox jumps", "far too long"]))
    assert model.encode_video(frames) @ seen == pytest.approx(1, abs=1e-3)
    assert model.encode_text("a FOX jumps") @ told[0].numpy() == pytest.approx(1, abs=1e-3)


def test_the_order_of_frames_counts(model: XClip) -> None:
    frames = _frames(3)
    apart = model.encode_video(frames[::-1].copy()) - model.encode_video(frames)
    # Untrained, its sense of time is weak, but it is there; the CLIP's is 1e-7 at most.
    assert np.abs(apart).max() > 3e-5


def test_the_id_changes_with_the_weights(model: XClip, folder: Path, tmp_path: Path) -> None:
    assert XClip(folder).id == model.id
    torch.manual_seed(22)
    VideoTextTowers().save(tmp_path / folder.name)
    assert XClip(tmp_path / folder.name).id != model.id


def test_it_begins_as_the_clip_it_starts_from(tmp_path: Path) -> None:
    clip = ClipTowers()
    clip.save(tmp_path)
    clip, begun = ClipTowers(tmp_path), VideoTextTowers(tmp_path)
    clip.module.eval()
    begun.module.eval()
    ids = tokenize(clip.tokenizer, ["a fox jumps", "robot"])
    with torch.inference_mode():
        torch.testing.assert_close(begun.encode_words(ids), clip.encode_words(ids))
        frames = to_input(_frames(4)[None])
        assert (begun.encode_clips(frames) * clip.encode_clips(frames)).sum() > 0.6


def test_a_published_preparation_cuts_the_middle() -> None:
    how = read_preparation({
        "do_center_crop": True, "crop_size": {"height": 6, "width": 6},
        "size": {"shortest_edge": 7}, "image_mean": [0.5, 0.4, 0.2], "image_std": [0.25, 0.5, 0.1],
    })  # fmt: skip
    frames = np.zeros((2, 12, 24, 3), np.uint8)
    frames[:, :, 6:18] = (255, 102, 51)
    seen = prepare(frames, how)
    assert seen.shape == (2, 3, 6, 6)
    assert seen.dtype == np.float32
    np.testing.assert_allclose(seen[0, :, 3, 3], [2.0, 0.0, 0.0], atol=1e-6)
    np.testing.assert_allclose(seen, seen[:1, :, 3:4, 3:4].repeat(6, 2).repeat(6, 3).repeat(2, 0))


def test_the_theatres_preparation_keeps_all() -> None:
    numbers = {
        "size": {"height": 4, "width": 8}, "do_center_crop": False,
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
    }  # fmt: skip
    frames = np.zeros((1, 8, 80, 3), np.uint8)
    frames[:, :, :10] = 255
    seen = prepare(frames, read_preparation(numbers))
    assert seen.shape == (1, 3, 4, 8)
    assert seen[0, 0, 0].tolist() == [1.0] + [-1.0] * 7


def test_what_is_missing_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="video-text") as caught:
        XClip(tmp_path)
    assert "model.safetensors" in caught.value.hint
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelUnavailableError):
        XClip(tmp_path)


def test_a_published_model_is_not_fetched_unless_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelUnavailableError, match="xclip-base-patch32"):
        XClip("microsoft/xclip-base-patch32")
