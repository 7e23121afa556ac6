"""What a model has to offer that says how near a clip is to words, and what all of them share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from pipeline.errors import ModelUnavailableError

if TYPE_CHECKING:
    from torch import nn


class VideoEncoder(Protocol):
    """Puts clips and words into one space; what lies near means the same.

    Attributes:
        id: the model's name, the hash of its weights and the version of its preprocessing: vectors
            of different ids must never be compared.
        dim: the length of its vectors.
        num_frames: how many frames it looks at; of more it takes that many, spread evenly.
    """

    id: str
    dim: int
    num_frames: int

    def encode_video(self, frames: np.ndarray) -> np.ndarray:
        """Encode a clip's frames uint8 RGB (F, H, W, 3) as a unit vector float32 (dim,)."""
        ...

    def encode_text(self, text: str) -> np.ndarray:
        """Encode words as a unit vector float32 (dim,)."""
        ...


def sample_frames(frames: np.ndarray, count: int) -> np.ndarray:
    """Take the middle frame of each of `count` equal parts: (count, H, W, 3) of (F, H, W, 3).

    Frames of a clip that has fewer than `count` are taken more than once.

    Raises:
        ValueError: there are no frames, or they are not RGB pictures.
    """
    if frames.ndim != 4 or not len(frames) or frames.shape[3] != 3:
        raise ValueError(f"frames must be (F, H, W, 3) with F > 0, not {frames.shape}")
    middles = (np.arange(count) + 0.5) / count * len(frames)
    return frames[middles.astype(int)]


def squash(frames: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    """Resize frames (F, H, W, 3) to a size, whatever their shape was."""
    shrinks = frames.shape[1] >= height_px and frames.shape[2] >= width_px
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.stack([cv2.resize(one, (width_px, height_px), interpolation=how) for one in frames])


def as_unit(vector: np.ndarray) -> np.ndarray:
    """Give a vector (D,) of length 1, float32; a vector of zeros stays as it is."""
    flat = np.asarray(vector, np.float32).reshape(-1)
    return flat / max(float(np.linalg.norm(flat)), 1e-12)


def hash_weights(module: nn.Module) -> str:
    """Give the first 12 hex digits of the SHA-256 of a module's weights and their names."""
    digest = hashlib.sha256()
    for name, one in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(one.detach().cpu().contiguous().numpy().data)
    return digest.hexdigest()[:12]


def hash_words(of: object) -> str:
    """Give the first 6 hex digits of the SHA-256 of what something says of itself (`repr`).

    Where its functions lie in memory does not count.
    """
    return hashlib.sha256(re.sub(r" at 0x[0-9a-f]+", "", repr(of)).encode()).hexdigest()[:6]


@contextmanager
def explain_missing(what: str, hint: str) -> Iterator[None]:
    """Turn what goes wrong while a model is loaded into an error for a person.

    Raises:
        ModelUnavailableError: a package is missing or does not fit the others (torchvision's own
            parts fail with a RuntimeError then), or files are missing or are not a model's.
    """
    from safetensors import SafetensorError

    try:
        yield
    except ImportError as error:
        raise ModelUnavailableError(
            f"{what} needs a package that cannot be imported: {error}",
            hint="Install what the project needs: python -m pip install -r requirements.txt",
        ) from error
    except RuntimeError as error:
        if "torchvision" not in str(error):
            raise ModelUnavailableError(f"{what} cannot be loaded: {error}", hint=hint) from error
        raise ModelUnavailableError(
            f"{what} cannot be loaded: torchvision does not fit torch ({error})",
            hint="Install them together: python -m pip install --upgrade torch torchvision",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelUnavailableError(f"{what} cannot be loaded: {error}", hint=hint) from error
