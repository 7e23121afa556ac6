"""A take's keyframes side by side: the frame in the middle of each part."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.assemble import stills
from pipeline.assemble.stills import STILL_WIDTH_PX, keyframe_sheet, middle_frames
from pipeline.errors import AssemblyError
from pipeline.vision.encode import encode_frames


def make_video(path: Path, num_frames: int) -> Path:
    """Frames of one grey each: 10, 20, 30, ..."""
    frames = np.empty((num_frames, 32, 48, 3), np.uint8)
    for number in range(num_frames):
        frames[number] = 10 * (number + 1)
    encode_frames(frames, path, fps=8)
    return path


def greys_of(sheet: bytes, count: int) -> list[float]:
    with Image.open(io.BytesIO(sheet)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (count * STILL_WIDTH_PX, 240)
        pixels = np.asarray(picture.convert("L"), float)
    return [float(part.mean()) for part in np.split(pixels, count, axis=1)]


def test_each_keyframe_shows_the_middle_of_its_part(tmp_path: Path) -> None:
    video = make_video(tmp_path / "take.mp4", 24)
    assert middle_frames(24, 6) == [2, 6, 10, 14, 18, 22]
    greys = greys_of(keyframe_sheet(video, 6), 6)
    assert greys == pytest.approx([30, 70, 110, 150, 190, 230], abs=4)


@pytest.mark.parametrize(("num_frames", "middles"), [(1, [0] * 6), (3, [0, 0, 1, 1, 2, 2])])
def test_a_short_video_shows_frames_twice(
    tmp_path: Path, num_frames: int, middles: list[int]
) -> None:
    video = make_video(tmp_path / "short.mp4", num_frames)
    assert middle_frames(num_frames, 6) == middles
    greys = greys_of(keyframe_sheet(video, 6), 6)
    assert greys == pytest.approx([10 * (middle + 1) for middle in middles], abs=4)


def test_what_is_no_video_has_no_stills(tmp_path: Path) -> None:
    file = tmp_path / "take.mp4"
    file.write_bytes(b"no video at all")
    for path in (file, tmp_path / "absent.mp4"):
        with pytest.raises(AssemblyError, match="cannot be read"):
            keyframe_sheet(path, 6)


def test_what_is_far_longer_than_a_take_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video(tmp_path / "take.mp4", 24)
    monkeypatch.setattr(stills, "MAX_PIXELS", 24 * 32 * 48)
    assert keyframe_sheet(video, 6)
    monkeypatch.setattr(stills, "MAX_PIXELS", 24 * 32 * 48 - 1)
    with pytest.raises(AssemblyError, match="longer or larger"):
        keyframe_sheet(video, 6)


def test_a_video_is_decoded_once_the_one_before_is(tmp_path: Path) -> None:
    video, made = make_video(tmp_path / "take.mp4", 6), threading.Event()
    second = threading.Thread(target=lambda: keyframe_sheet(video, 6) and made.set())
    with stills._decoding:
        second.start()
        assert not made.wait(0.5)
    assert made.wait(20)
    second.join()
