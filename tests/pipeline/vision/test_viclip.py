from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from pipeline.errors import ModelUnavailableError
from pipeline.vision.viclip import ViClip
from pipeline.vision.viclip_nets import Sizes, ViClipNet, read_sizes

_SIZES = Sizes(
    width=128, layers=2, patch_px=8, image_px=24, num_frames=4,
    text_width=64, text_layers=3, context=32, vocabulary=49408, dim=48,
)  # fmt: skip


def _weights(seed: int = 5) -> dict[str, torch.Tensor]:
    noise = torch.Generator().manual_seed(seed)
    shapes = {name: one.shape for name, one in ViClipNet(_SIZES).state_dict().items()}
    return {name: 0.1 * torch.randn(shape, generator=noise) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("viclip")
    save_file(_weights() | {"temp": torch.tensor(0.01)}, found / "model.safetensors")
    return found


@pytest.fixture(scope="module")
def model(folder: Path) -> ViClip:
    return ViClip(folder)


def _frames(count: int = 9) -> np.ndarray:
    return np.random.default_rng(6).integers(0, 256, (count, 30, 50, 3), np.uint8)


def test_the_weights_have_the_published_names() -> None:
    names = set(_weights())
    block = "transformer.resblocks.1"
    for tower in ("vision_encoder", "text_encoder"):
        for part in ("attn.in_proj_weight", "attn.out_proj.bias", "ln_1.weight", "mlp.c_fc.bias",
                     "mlp.c_proj.weight", "ln_2.bias"):  # fmt: skip
            assert f"{tower}.{block}.{part}" in names
    assert {"vision_encoder.temporal_positional_embedding", "vision_encoder.proj"} <= names
    assert {"text_encoder.token_embedding.weight", "text_encoder.text_projection"} <= names
    assert _weights()["vision_encoder.conv1.weight"].shape == (128, 3, 1, 8, 8)


def test_sizes_are_read_off_the_weights() -> None:
    assert read_sizes(_weights()) == _SIZES


def test_vectors_are_units_of_the_models_length(model: ViClip) -> None:
    assert (model.num_frames, model.dim) == (4, 48)
    for vector in (model.encode_video(_frames()), model.encode_text("a man walks to the left")):
        assert vector.shape == (48,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_order_of_frames_counts_by_the_temporal_embedding_alone() -> None:
    video = torch.randn(1, 4, 3, 24, 24, generator=torch.Generator().manual_seed(7))
    weights = _weights()
    weights["vision_encoder.temporal_positional_embedding"] *= 30
    net = ViClipNet.load(weights)
    assert (net.encode_videos(video) - net.encode_videos(video.flip(1))).abs().max() > 1e-3
    weights["vision_encoder.temporal_positional_embedding"].zero_()
    net = ViClipNet.load(weights)
    torch.testing.assert_close(
        net.encode_videos(video), net.encode_videos(video.flip(1)), atol=1e-5, rtol=1e-4
    )


def test_a_still_video_is_as_a_clip_model_sees_its_picture() -> None:
    """With one frame it is a plain CLIP picture encoder: compared with open_clip's own."""
    import open_clip
    from open_clip import CLIPTextCfg, CLIPVisionCfg

    sizes = _SIZES._replace(num_frames=1, vocabulary=50)
    net = ViClipNet(sizes)
    with torch.no_grad():
        for one in net.parameters():
            one.normal_(0, 0.1, generator=torch.Generator().manual_seed(one.numel()))
        net.vision_encoder.temporal_positional_embedding.zero_()
    clip = open_clip.CLIP(
        48,
        CLIPVisionCfg(image_size=24, patch_size=8, width=128, layers=2, head_width=64),
        CLIPTextCfg(context_length=32, vocab_size=50, width=64, heads=1, layers=3),
        quick_gelu=True,
    ).eval()
    theirs = net.vision_encoder.state_dict()
    theirs["conv1.weight"] = theirs["conv1.weight"][:, :, 0]
    del theirs["temporal_positional_embedding"]
    known = {f"visual.{name}": one for name, one in theirs.items()}
    clip.load_state_dict(known | net.text_encoder.state_dict(), strict=False)
    video = torch.randn(2, 1, 3, 24, 24, generator=torch.Generator().manual_seed(8))
    ids = torch.tensor([[3, 9, 4, 49] + [0] * 28, [7, 49] + [0] * 30])
    with torch.no_grad():
        torch.testing.assert_close(
            net.encode_videos(video), clip.encode_image(video[:, 0], normalize=True)
        )
        torch.testing.assert_close(net.encode_words(ids), clip.encode_text(ids, normalize=True))


def test_long_words_are_cut_to_the_context(model: ViClip) -> None:
    vector = model.encode_text("a man walks " * 40)
    assert np.isfinite(vector).all()
    assert not np.allclose(vector, model.encode_text("a man"))


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="ViCLIP") as caught:
        ViClip(tmp_path)
    assert "model.safetensors" in caught.value.hint
    weights = _weights()
    del weights["vision_encoder.ln_post.weight"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(ModelUnavailableError, match="ln_post"):
        ViClip(tmp_path)
