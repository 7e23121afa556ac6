"""How near a clip is to words: ViCLIP, the model of the paper, from its safetensors file.

Its published folder brings Python code along; none of that is run, only `model.safetensors` is
read. The licence of the published weights is not for commercial use, as far as it is known.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.vision.encoders import as_unit, explain_missing, hash_weights, sample_frames, squash

_VERSION = "p1"
"""Of what happens to frames before the model; another version makes stored vectors useless."""
_WEIGHTS = "model.safetensors"
_TEXTS_KEPT = 256
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_STD = np.array([0.229, 0.224, 0.225], np.float32)
_HINT = (
    "Give the folder of a ViCLIP model with its model.safetensors, for example a copy of "
    "OpenGVLab/ViCLIP-B-16-hf"
)


class ViClip:
    """Encodes clips with ViCLIP-B or -L; the sizes are read off the weights.

    Eight frames, squashed to a square and normalised as ImageNet's; words by CLIP's tokens, cut
    to the model's context (32).

    Args:
        folder: where `model.safetensors` lies.
        device: `cpu` or `cuda:<n>`.

    Raises:
        ModelUnavailableError: a package or the file is missing, or it is not ViCLIP's.
    """

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        with explain_missing(f"the ViCLIP model {folder}", _HINT):
            from open_clip import SimpleTokenizer
            from safetensors.torch import load_file

            from pipeline.vision.viclip_nets import ViClipNet

            self._net = ViClipNet.load(load_file(folder / _WEIGHTS)).to(device)
            sizes = self._net.sizes
            self._tokenizer = SimpleTokenizer(context_length=sizes.context)
        self._device = device
        self._image_px, self.num_frames, self.dim = sizes.image_px, sizes.num_frames, sizes.dim
        self.id = f"{folder.name}:{hash_weights(self._net)}:{_VERSION}"
        self.encode_text = lru_cache(_TEXTS_KEPT)(self.encode_text)

    def encode_video(self, frames: np.ndarray) -> np.ndarray:
        """Encode frames uint8 RGB (F, H, W, 3), in their order, as a unit vector float32 (dim,)."""
        import torch

        small = squash(sample_frames(frames, self.num_frames), self._image_px, self._image_px)
        normal = (small.astype(np.float32) / 255 - _MEAN) / _STD
        video = torch.from_numpy(normal.transpose(0, 3, 1, 2)[None]).to(self._device)
        with torch.inference_mode():
            return as_unit(self._net.encode_videos(video).cpu().numpy())

    def encode_text(self, text: str) -> np.ndarray:
        """Encode words as a unit vector float32 (dim,)."""
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer([text]).long().to(self._device)
            return as_unit(self._net.encode_words(tokens).cpu().numpy())
