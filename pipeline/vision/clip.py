"""How near single frames are to words: an open_clip model, a clip being the mean of its frames."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.vision.encoders import (
    as_unit,
    explain_missing,
    hash_weights,
    hash_words,
    sample_frames,
)

if TYPE_CHECKING:
    from torch import Tensor

CLIP_FRAMES = 8
_VERSION = "p1"
"""Of what happens to frames before the model; another version makes stored vectors useless."""
_TEXTS_KEPT = 256
_WEIGHTS = "open_clip_model.safetensors"
_HINT = (
    "Give a folder with open_clip_config.json and open_clip_model.safetensors, or an open_clip "
    "model and its weights that are on this machine, such as ViT-B-32/laion2b_s34b_b79k"
)


class FrameClip:
    """Encodes clips by their frames, without their order (Radford et al., 2021).

    Args:
        model: a folder as open_clip's `local-dir:` wants it, or a published model as
            `ViT-B-32/laion2b_s34b_b79k`.
        may_download: whether a published model that is not on this machine may be fetched.
        device: `cpu` or `cuda:<n>`.

    Raises:
        ModelUnavailableError: a package or the model's files are missing or do not fit.
    """

    num_frames = CLIP_FRAMES

    def __init__(
        self, model: Path | str, *, may_download: bool = False, device: str = "cpu"
    ) -> None:
        with explain_missing(f"the CLIP model {model}", _HINT):
            if isinstance(model, Path):
                parts, name = _load_folder(model), model.name
            else:
                parts, name = _load_published(model, may_download), model
        self._model, self._prepare, self._tokenizer = parts
        self._model.eval().to(device)
        self._device = device
        self.id = f"{name}:{hash_weights(self._model)}:{hash_words(self._prepare)}:{_VERSION}"
        self.dim = int(self.encode_text("a").shape[0])
        self.encode_text = lru_cache(_TEXTS_KEPT)(self.encode_text)

    def encode_video(self, frames: np.ndarray) -> np.ndarray:
        """Encode frames uint8 RGB (F, H, W, 3) as a unit vector float32 (dim,).

        It is the mean of the unit vectors of eight frames, spread evenly, made a unit again.
        """
        import torch
        from PIL import Image

        seen = [self._prepare(Image.fromarray(one)) for one in sample_frames(frames, CLIP_FRAMES)]
        with torch.inference_mode():
            found: Tensor = self._model.encode_image(
                torch.stack(seen).to(self._device), normalize=True
            )
        return as_unit(found.float().mean(0).cpu().numpy())

    def encode_text(self, text: str) -> np.ndarray:
        """Encode words as a unit vector float32 (dim,)."""
        import torch

        with torch.inference_mode():
            tokens = self._tokenizer([text]).to(self._device)
            found: Tensor = self._model.encode_text(tokens, normalize=True)
        return as_unit(found.float().cpu().numpy())


def _load_folder(folder: Path) -> tuple[Any, Any, Any]:
    """Load the model, what prepares a picture, and the tokenizer; nothing is fetched."""
    import open_clip

    if not (folder / _WEIGHTS).is_file():
        raise FileNotFoundError(f"{folder / _WEIGHTS} is missing")
    _hush()
    name = f"local-dir:{folder}"
    model, _, prepare = open_clip.create_model_and_transforms(name)
    tokenizer = open_clip.get_tokenizer(name, local_files_only=True)
    return model, prepare, tokenizer


def _load_published(model: str, may_download: bool) -> tuple[Any, Any, Any]:
    import open_clip
    from huggingface_hub import constants

    _hush()
    name, _, tag = model.partition("/")
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not may_download
    try:
        made, _, prepare = open_clip.create_model_and_transforms(
            name, pretrained=tag or None, require_pretrained=True
        )
        return made, prepare, open_clip.get_tokenizer(name)
    finally:
        constants.HF_HUB_OFFLINE = before


def _hush() -> None:
    """open_clip tells the root logger at length how it finds its files."""
    logging.getLogger("open_clip").setLevel(logging.WARNING)
