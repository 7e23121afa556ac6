"""Latents of what is learned from: the right ones, once, kept whole or not at all."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_cogvideox import AutoencoderKLCogVideoX

from pipeline.diffusion.latents import encode
from pipeline.diffusion.model import Part, VideoModel
from pipeline.priors.latents import LatentCache, encode_windows
from pipeline.priors.pictures import still_video
from pipeline.progress import finish

ROOT = Path(__file__).resolve().parents[3]
REVISION = "abc123-float32"


@dataclass(frozen=True)
class Counted(VideoModel):
    """Tells which parts were asked for."""

    asked: list[str] = field(default_factory=list)

    @contextmanager
    def using(self, part: Part) -> Iterator[Any]:
        self.asked.append(part)
        yield getattr(self, part)


@pytest.fixture(scope="module")
def vae() -> AutoencoderKLCogVideoX:
    torch.manual_seed(8)
    options: dict[str, Any] = {
        "down_block_types": ("CogVideoXDownBlock3D",) * 4,
        "up_block_types": ("CogVideoXUpBlock3D",) * 4,
        "block_out_channels": (4, 4, 4, 4),
        "latent_channels": 3,
        "layers_per_block": 1,
        "norm_num_groups": 2,
        "scaling_factor": 0.7,
    }
    return AutoencoderKLCogVideoX(**options).eval().requires_grad_(False)


@pytest.fixture
def model(vae: AutoencoderKLCogVideoX) -> Counted:
    return Counted(None, None, None, vae, None, torch.device("cpu"))


def _video(seed: int, num_frames: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (num_frames, 32, 48, 3), np.uint8)


def test_latents_are_the_autoencoders(model: Counted, tmp_path: Path) -> None:
    windows = [_video(1), _video(2), _video(1)]
    latents = finish(encode_windows(model, windows, LatentCache(tmp_path, REVISION)))
    for window, one in zip(windows, latents, strict=True):
        assert one.shape == (2, 3, 4, 6)
        assert one.dtype == torch.float32
        assert torch.equal(one, encode(model.vae, window))


def test_pixels_reach_the_autoencoder_from_minus_one_to_one(model: Counted) -> None:
    seen: list[torch.Tensor] = []
    hook = model.vae.encoder.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    window = np.concatenate([np.zeros((4, 32, 48, 3)), np.full((4, 32, 48, 3), 255)])
    finish(encode_windows(model, [window.astype(np.uint8)]))
    hook.remove()
    pixels = torch.cat([one.flatten() for one in seen])
    assert pixels.unique().tolist() == [-1, 1]


def test_what_is_kept_is_not_encoded_again(model: Counted, tmp_path: Path) -> None:
    cache = LatentCache(tmp_path, REVISION)
    first = finish(encode_windows(model, [_video(1), _video(2)], cache))
    model.asked.clear()
    again = finish(encode_windows(model, [_video(2), _video(1)], cache))
    assert model.asked == []
    assert torch.equal(again[0], first[1])
    assert torch.equal(again[1], first[0])
    finish(encode_windows(model, [_video(2)], LatentCache(tmp_path, "other")))
    assert model.asked == ["vae"]
    assert cache.read(_video(1).reshape(8, 48, 32, 3)) is None


def test_progress_counts_what_is_missing(model: Counted, tmp_path: Path) -> None:
    cache = LatentCache(tmp_path, REVISION)
    finish(encode_windows(model, [_video(1)], cache))
    steps = list(encode_windows(model, [_video(1), _video(2), _video(3)], cache))
    assert [(one.stage, one.step, one.total) for one in steps] == [
        ("latents", 0, 2), ("latents", 1, 2)
    ]  # fmt: skip


def test_a_damaged_file_counts_as_missing(model: Counted, tmp_path: Path) -> None:
    cache = LatentCache(tmp_path, REVISION)
    (whole,) = finish(encode_windows(model, [_video(1)], cache))
    (file,) = (tmp_path / REVISION).iterdir()
    for content in (b"", b"\x00" * 40, file.read_bytes()[:-9]):
        file.write_bytes(content)
        assert cache.read(_video(1)) is None
        (again,) = finish(encode_windows(model, [_video(1)], cache))
        assert torch.equal(again, whole)
        assert cache.read(_video(1)) is not None


def test_a_disk_that_refuses_is_only_logged(
    model: Counted, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / REVISION).write_bytes(b"a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        (latents,) = finish(encode_windows(model, [_video(1)], LatentCache(tmp_path, REVISION)))
    assert torch.equal(latents, encode(model.vae, _video(1)))
    assert "encoded frames are not kept" in caplog.text


_FULL = """
import resource, signal, sys
from pathlib import Path
import numpy as np, torch
from pipeline.priors.latents import LatentCache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
cache = LatentCache(Path(sys.argv[1]), "r")
cache.write(np.zeros((1, 2, 2, 3), np.uint8), torch.zeros(1, 3, 40, 40))
"""


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "encoded frames are not kept" in done.stderr
    assert list((tmp_path / "r").iterdir()) == []


_ENDLESS = """
import sys
from pathlib import Path
import numpy as np, torch
from pipeline.priors.latents import LatentCache
cache = LatentCache(Path(sys.argv[1]), "r")
print("begun", flush=True)
for number in range(100_000):
    frames = np.full((1, 2, 2, 3), number % 50, np.uint8)
    cache.write(frames, torch.full((2, 3, 90, 90), float(number % 50)))
"""


def test_a_killed_process_leaves_whole_files(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _ENDLESS, tmp_path], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"begun\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    cache = LatentCache(tmp_path, "r")
    kept = [cache.read(np.full((1, 2, 2, 3), number, np.uint8)) for number in range(50)]
    files = [path for path in (tmp_path / "r").iterdir() if path.suffix == ".safetensors"]
    assert 0 < len(files) == sum(latents is not None for latents in kept)
    for number, latents in enumerate(kept):
        assert latents is None or (latents == number).all()


def test_one_frame_gives_the_latent_of_a_still_video(model: Counted) -> None:
    picture = _video(5, 1)[0]
    one, still = finish(encode_windows(model, [picture[None], still_video(picture, 9)]))
    assert one.shape == (1, 3, 4, 6)
    torch.testing.assert_close(one[0], still[0])
