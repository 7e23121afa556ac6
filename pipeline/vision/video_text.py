"""How near a clip is to words, the order of its frames included: X-CLIP of transformers."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pipeline.vision.encoders import (
    as_unit,
    explain_missing,
    hash_weights,
    hash_words,
    sample_frames,
    squash,
)

if TYPE_CHECKING:
    from torch import Tensor

_VERSION = "p1"
"""Of what happens to frames before the model; another version makes stored vectors useless."""
_TEXTS_KEPT = 256
_NUMBERS = "preprocessor_config.json"
_HINT = (
    "Give the folder of an X-CLIP model (config.json, model.safetensors, preprocessor_config.json "
    "and a tokenizer), or allow that microsoft/xclip-base-patch32 is downloaded"
)


class Preparation(NamedTuple):
    """What happens to frames: sides in px, whether they are cut or squashed, and RGB numbers."""

    height_px: int
    width_px: int
    crop: bool
    mean: np.ndarray
    std: np.ndarray


class XClip:
    """Encodes clips with X-CLIP (Ni et al., 2022), for example microsoft/xclip-base-patch32.

    Both sides are encoded apart: the prompt generator, which bends each text to each video, is
    left out, so that a clip's vector can be stored and compared with any words.

    Args:
        model: a folder, or a model's id on the Hugging Face hub.
        may_download: whether a model that is not on this machine may be fetched.
        device: `cpu` or `cuda:<n>`.

    Raises:
        ModelUnavailableError: a package or the model's files are missing or do not fit.
    """

    def __init__(
        self, model: Path | str, *, may_download: bool = False, device: str = "cpu"
    ) -> None:
        with explain_missing(f"the video-text model {model}", _HINT):
            self._model, self._tokenizer, numbers = _load(str(model), may_download)
            self._preparation = read_preparation(numbers)
            self._context = int(self._model.config.text_config.max_position_embeddings)
        self._model.to(device)
        self._device = device
        self.num_frames = int(self._model.config.vision_config.num_frames)
        self.dim = int(self._model.config.projection_dim)
        name = model.name if isinstance(model, Path) else model
        self.id = f"{name}:{hash_weights(self._model)}:{hash_words(self._preparation)}:{_VERSION}"
        self.encode_text = lru_cache(_TEXTS_KEPT)(self.encode_text)

    def encode_video(self, frames: np.ndarray) -> np.ndarray:
        """Encode frames uint8 RGB (F, H, W, 3), in their order, as a unit vector float32 (dim,)."""
        import torch

        seen = prepare(sample_frames(frames, self.num_frames), self._preparation)
        with torch.inference_mode():
            pixels = torch.from_numpy(seen)[None].to(self._device)
            found = self._model.get_video_features(pixel_values=pixels)
        return as_unit(_pooled(found).cpu().numpy())

    def encode_text(self, text: str) -> np.ndarray:
        """Encode words as a unit vector float32 (dim,)."""
        import torch

        asked = self._tokenizer(
            [text], truncation=True, max_length=self._context, return_tensors="pt"
        ).to(self._device)
        with torch.inference_mode():
            found = self._model.get_text_features(
                input_ids=asked["input_ids"], attention_mask=asked["attention_mask"]
            )
        return as_unit(_pooled(found).cpu().numpy())


def _load(model: str, may_download: bool) -> tuple[Any, Any, dict[str, Any]]:
    """Load the model in eval mode, its tokenizer, and the numbers of its preprocessing."""
    import torch
    from huggingface_hub import hf_hub_download
    from transformers import AutoTokenizer, XCLIPModel
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    where: dict[str, Any] = {"local_files_only": not may_download}
    made = XCLIPModel.from_pretrained(model, use_safetensors=True, dtype=torch.float32, **where)
    tokenizer = AutoTokenizer.from_pretrained(model, **where)
    folder = Path(model)
    file = folder / _NUMBERS if folder.is_dir() else hf_hub_download(model, _NUMBERS, **where)
    return made.eval(), tokenizer, json.loads(Path(file).read_text(encoding="utf-8"))


def read_preparation(numbers: dict[str, Any]) -> Preparation:
    """Read `preprocessor_config.json`; a size of one number means that frames are cut square.

    Raises:
        KeyError: it names no size, mean or standard deviation.
    """
    size = numbers.get("crop_size") if numbers.get("do_center_crop") else None
    size = size or numbers["size"]
    if isinstance(size, int):
        size = {"shortest_edge": size}
    edge = size.get("shortest_edge")
    return Preparation(
        height_px=int(edge or size["height"]),
        width_px=int(edge or size["width"]),
        crop=bool(numbers.get("do_center_crop")),
        mean=np.asarray(numbers["image_mean"], np.float32),
        std=np.asarray(numbers["image_std"], np.float32),
    )


def prepare(frames: np.ndarray, how: Preparation) -> np.ndarray:
    """Make frames uint8 (F, H, W, 3) what a model sees: float32 (F, 3, height, width)."""
    if how.crop:
        frames = _cut_middle(frames, how.width_px / how.height_px)
    small = squash(frames, how.height_px, how.width_px)
    normal = (small.astype(np.float32) / 255 - how.mean) / how.std
    return np.ascontiguousarray(normal.transpose(0, 3, 1, 2), np.float32)


def _cut_middle(frames: np.ndarray, aspect: float) -> np.ndarray:
    """Give the largest middle part of an aspect (width over height)."""
    height, width = frames.shape[1:3]
    wide = min(width, max(1, round(height * aspect)))
    tall = min(height, max(1, round(width / aspect)))
    x, y = (width - wide) // 2, (height - tall) // 2
    return frames[:, y : y + tall, x : x + wide]


def _pooled(found: Any) -> Tensor:  # noqa: ANN401 (transformers is imported late)
    """Since 5.0 transformers gives an output object, before it gave the tensor."""
    return getattr(found, "pooler_output", found).float()
