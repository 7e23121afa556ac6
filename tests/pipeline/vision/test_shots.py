from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.errors import UnreadableVideoError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.vision.encode import encode_frames
from pipeline.vision.shots import find_shots, shots_in

FPS = 8


def _drawn(seed: int, num_frames: int) -> NDArray[np.uint8]:
    script = sample_script(random.Random(seed), num_actors=1 + seed % 3)
    return draw_clip(script, width_px=288, height_px=192, num_frames=num_frames).frames


def _shots(path: Path, *clips: NDArray[np.uint8], fps: int = FPS) -> list[tuple[int, int]]:
    encode_frames(np.concatenate(clips), path, fps=fps)
    return find_shots(path)


@pytest.mark.parametrize("seed", range(8))
def test_moving_figures_are_no_cut(tmp_path: Path, seed: int) -> None:
    assert _shots(tmp_path / "clip.mp4", _drawn(seed, 48)) == [(0, 48)]


@pytest.mark.parametrize("seed", [20, 30])
def test_joined_clips_are_parted_where_they_were_joined(tmp_path: Path, seed: int) -> None:
    lengths = (31, 12, 48, 17)
    clips = [_drawn(seed + place, length) for place, length in enumerate(lengths)]
    expected = [(0, 31), (31, 43), (43, 91), (91, 108)]
    assert _shots(tmp_path / "joined.mp4", *clips) == expected


def test_a_cut_is_found_where_two_chunks_of_a_long_video_meet(tmp_path: Path) -> None:
    first, second = (_drawn(seed, 50)[:, ::3, ::3] for seed in (41, 42))
    there_and_back = [first, first[::-1]] * 10
    shots = _shots(tmp_path / "long.mp4", *there_and_back, second, second[::-1], fps=30)
    assert shots == [(0, 1000), (1000, 1100)]


def test_a_flash_begins_no_shot_of_a_few_frames(tmp_path: Path) -> None:
    clip = _drawn(7, 48)
    clip[20] = 255
    shots = _shots(tmp_path / "flash.mp4", clip)
    assert min(end - start for start, end in shots) >= FPS // 2


@pytest.mark.parametrize("num_frames", [1, 2, 4])
def test_few_frames_are_one_shot(tmp_path: Path, num_frames: int) -> None:
    assert _shots(tmp_path / "short.mp4", _drawn(3, num_frames)) == [(0, num_frames)]


def test_frames_that_were_read_are_parted_like_their_video() -> None:
    frames = np.concatenate([_drawn(20, 31), _drawn(21, 25)])
    assert shots_in(frames, float(FPS)) == [(0, 31), (31, 56)]
    assert shots_in(frames[:31], float(FPS)) == [(0, 31)]


def test_what_is_no_video_has_no_shots(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>", encoding="utf-8")
    with pytest.raises(UnreadableVideoError, match="web page"):
        find_shots(tmp_path / "page.mp4")
