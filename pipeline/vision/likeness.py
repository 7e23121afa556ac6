"""Whether two clips are nearly the same pictures: perceptual hashes of a few frames each."""

from __future__ import annotations

import numpy as np

from pipeline.vision.encoders import sample_frames

NUM_HASHED = 3
HASH_BITS = 64
HASH_ID = f"phash-{NUM_HASHED}x{HASH_BITS}-1"
"""Names this way of hashing, for what is kept of it."""


def hash_clip(frames: np.ndarray) -> np.ndarray:
    """Hash three frames of a clip uint8 RGB (F, H, W, 3), spread evenly: bool (3, 64).

    Each hash keeps the signs of the lowest frequencies of the grey picture (imagehash's phash):
    size, compression and small changes of light leave most bits as they are.
    """
    import imagehash
    from PIL import Image

    seen = sample_frames(frames, NUM_HASHED)
    hashes = [imagehash.phash(Image.fromarray(one)).hash.reshape(-1) for one in seen]
    return np.stack(hashes).astype(bool)


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Give the bits of 64 that differ, 0 to 64, in the pair of frames that differ most."""
    return float((one != other).sum(axis=1).max())
