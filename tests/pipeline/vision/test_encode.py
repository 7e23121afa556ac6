from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import AssemblyError, WorkspaceError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.vision.encode import encode_frames, read_comment
from pipeline.vision.ffmpeg import VideoInfo, probe, run_ffmpeg
from tests.pipeline.decoded import all_frames


def test_drawn_clip_comes_back(tmp_path: Path) -> None:
    drawn = draw_clip(sample_script(random.Random(3), num_actors=2)).frames
    encode_frames(drawn, tmp_path / "clip.mp4", fps=8)
    frames = all_frames(tmp_path / "clip.mp4")
    assert frames.shape == drawn.shape == (24, 96, 144, 3)
    errors = np.abs(frames.astype(int) - drawn).mean(axis=(1, 2, 3))
    assert errors.max() < 6


def test_enlarged_clip_is_the_same_picture(tmp_path: Path) -> None:
    drawn = draw_clip(sample_script(random.Random(4), num_actors=1)).frames[:3]
    encode_frames(drawn, tmp_path / "clip.mp4", fps=8, size=(720, 480))
    frames = all_frames(tmp_path / "clip.mp4")
    assert frames.shape == (3, 480, 720, 3)
    small = frames.reshape(3, 96, 5, 144, 5, 3).mean(axis=(2, 4))
    assert np.abs(small - drawn).mean() < 5
    shifted = np.abs(small - np.roll(drawn, 2, axis=2)).mean()
    assert np.abs(small - drawn).mean() < shifted / 2


def test_probe_tells_what_is_in_the_file(tmp_path: Path) -> None:
    encode_frames(np.zeros((11, 34, 50, 3), np.uint8), tmp_path / "clip.mp4", fps=12, size=(71, 45))
    assert probe(tmp_path / "clip.mp4") == VideoInfo(
        num_frames=11,
        fps=12.0,
        width=70,
        height=44,
        duration_seconds=11 / 12,
        has_subtitles=False,
    )


def test_failure_leaves_nothing_and_tells_ffmpegs_words(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="No such file"):
        list(run_ffmpeg(["-i", tmp_path / "absent.mp4", tmp_path / "out.mp4"]))
    assert not list(tmp_path.iterdir())


def test_unwritable_place_is_a_workspace_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"cannot write .*clip\.mp4"):
        encode_frames(np.zeros((2, 32, 48, 3), np.uint8), tmp_path / "file" / "clip.mp4", fps=8)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "plain",
        'a=b; #c \\ "d"\ncomment=other\n[x]\\',
        "die Füchse \u72d0",
        "{[1, 2.5]}" * 20_000,
        "\\one\\\ntwo\\\\",
    ],
)
def test_the_comment_comes_back(tmp_path: Path, comment: str) -> None:
    encode_frames(np.zeros((2, 32, 48, 3), np.uint8), tmp_path / "c.mp4", fps=8, comment=comment)
    kept = comment.replace("\\\n", "\\ \n") + " " * comment.endswith("\\")
    assert read_comment(tmp_path / "c.mp4") == kept
    assert probe(tmp_path / "c.mp4").num_frames == 2


def test_what_is_no_video_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "odd.mp4").write_bytes(b"words")
    for name in ("odd.mp4", "absent.mp4"):
        with pytest.raises(AssemblyError, match=name):
            read_comment(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"\x00\xff binary", b"words"])
def test_other_files_are_no_videos(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    with pytest.raises(AssemblyError, match=r"odd\.mp4 cannot be read as a video"):
        all_frames(path)
