import random

import cv2
import numpy as np
import pytest

from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.vision.likeness import distance, hash_clip


def _draw(seed: int, width_px: int = 192) -> np.ndarray:
    script = sample_script(random.Random(seed), num_actors=1)
    return draw_clip(script, width_px=width_px, height_px=width_px * 2 // 3, num_frames=9).frames


def _compressed(frames: np.ndarray) -> np.ndarray:
    how = [cv2.IMWRITE_JPEG_QUALITY, 40]
    found = np.empty_like(frames)
    for kept, frame in zip(found, frames, strict=True):
        kept[...] = cv2.imdecode(cv2.imencode(".jpg", frame, how)[1], cv2.IMREAD_COLOR)
    return found


def test_the_same_pictures_smaller_and_compressed_are_near() -> None:
    frames = _draw(5)
    small = np.stack([cv2.resize(one, (150, 101), interpolation=cv2.INTER_AREA) for one in frames])
    assert distance(hash_clip(frames), hash_clip(frames)) == 0
    assert distance(hash_clip(frames), hash_clip(small)) <= 5
    assert distance(hash_clip(frames), hash_clip(_compressed(frames))) <= 5


def test_other_clips_are_far() -> None:
    hashes = [hash_clip(_draw(seed)) for seed in range(8)]
    apart = [distance(hashes[i], hashes[k]) for i in range(8) for k in range(i)]
    assert min(apart) > 5


def test_the_frame_that_differs_most_counts() -> None:
    one, other = np.zeros((3, 64), bool), np.zeros((3, 64), bool)
    other[2, :7] = True
    other[0, :3] = True
    assert distance(one, other) == 7


@pytest.mark.parametrize("shape", [(0, 8, 8, 3), (4, 8, 8), (2, 8, 8, 4)])
def test_what_is_no_clip_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="frames must be"):
        hash_clip(np.zeros(shape, np.uint8))
