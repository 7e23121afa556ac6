from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from pipeline.errors import UnreadableVideoError
from pipeline.vision.encode import encode_frames
from pipeline.vision.ffmpeg import run_ffmpeg
from pipeline.vision.frames import VideoFacts, probe_video, read_frames
from tests.odd_videos import (
    BAD,
    NUM_FRAMES,
    READABLE,
    OddVideo,
    make_odd_videos,
)
from tests.painted import painted_number

ROOT = Path(__file__).resolve().parents[3]
LIMIT_SECONDS = 20.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("videos")
    make_odd_videos(made / "odd", made / "sources")
    return made / "odd"


def _there(folder: Path, odd: OddVideo) -> Path:
    path = folder / odd.name
    if not os.path.lexists(path):
        pytest.skip("this machine cannot have such a file")
    return path


def _numbers(frames: np.ndarray) -> list[int]:
    return [painted_number(frame) for frame in frames]


def _decoding() -> psutil.Process:
    children = psutil.Process().children()
    (found,) = (one for one in children if "pipeline.vision.decoding" in one.cmdline())
    return found


@pytest.mark.parametrize("odd", READABLE, ids=lambda odd: odd.name[:40])
def test_odd_videos_are_read_frame_by_frame(folder: Path, odd: OddVideo) -> None:
    path = _there(folder, odd)
    facts = probe_video(path)
    assert facts.num_frames == len(odd.numbers)
    assert (facts.width, facts.height) == odd.size
    assert facts.fps == pytest.approx(odd.fps, rel=0.01)
    assert facts.duration_seconds == pytest.approx(facts.num_frames / facts.fps)
    frames = read_frames(path, range(facts.num_frames))
    assert frames.dtype == np.uint8
    assert frames.shape == (facts.num_frames, odd.size[1], odd.size[0], 3)
    assert _numbers(frames) == list(odd.numbers)


@pytest.mark.parametrize("odd", BAD, ids=lambda odd: odd.name[:40])
def test_bad_files_say_why(folder: Path, odd: OddVideo) -> None:
    path = _there(folder, odd)
    started = time.monotonic()
    with pytest.raises(UnreadableVideoError, match=odd.reason):
        probe_video(path, timeout_seconds=LIMIT_SECONDS)
    with pytest.raises(UnreadableVideoError, match=odd.reason) as caught:
        read_frames(path, range(NUM_FRAMES), timeout_seconds=LIMIT_SECONDS)
    assert caught.value.message.startswith(f"{odd.name} cannot be read: it")
    assert str(folder) not in str(caught.value)
    assert time.monotonic() - started < LIMIT_SECONDS


def test_there_are_forty_kinds_and_more() -> None:
    names = [odd.name for odd in (*READABLE, *BAD)]
    assert len(names) == len(set(names)) >= 40
    assert all(odd.reason for odd in BAD)


@pytest.mark.parametrize("name", ["plain.mp4", "one-key-frame.mp4", "av1.mp4", "rotated-90.mp4"])
def test_frames_come_in_the_order_asked_for(folder: Path, name: str) -> None:
    wanted = [17, 3, 3, 22, 0, 23, 11, 17]
    assert _numbers(read_frames(folder / name, wanted)) == wanted
    assert _numbers(read_frames(folder / name, [5, 6, 20])) == [5, 6, 20]
    assert _numbers(read_frames(folder / name, [4])) == [4]


@pytest.mark.parametrize("wrong", [NUM_FRAMES, -1, 10**12])
@pytest.mark.parametrize("name", ["plain.mp4", "animated.gif"])
def test_a_frame_that_is_not_there_is_an_error(folder: Path, name: str, wrong: int) -> None:
    with pytest.raises(UnreadableVideoError, match=f"no frame {wrong}: it has 24, counted from 0"):
        read_frames(folder / name, [2, wrong])


def test_no_frame_at_all_is_a_mistake(folder: Path) -> None:
    with pytest.raises(ValueError, match="one frame at least"):
        read_frames(folder / "plain.mp4", [])


def test_frames_can_be_had_smaller_but_not_larger(folder: Path) -> None:
    small = read_frames(folder / "rotated-90.mp4", [9, 12], longest_px=64)
    assert small.shape == (2, 48, 64, 3)
    assert _numbers(small) == [9, 12]
    assert read_frames(folder / "plain.mp4", [9], longest_px=900).shape == (1, 96, 128, 3)


def test_too_much_at_once_is_refused_before_it_fills_the_memory(folder: Path) -> None:
    one, path = folder / "one-large.mkv", folder / "many-large.mkv"
    picture = ["-f", "lavfi", "-i", "color=size=4096x4096", "-frames:v", "1", "-c:v", "mjpeg"]
    list(run_ffmpeg([*picture, one]))
    list(run_ffmpeg(["-stream_loop", "89", "-i", one, "-c", "copy", path]))
    with pytest.raises(UnreadableVideoError, match="90 frames of 4096 x 4096 are too much"):
        read_frames(path, range(90))
    with pytest.raises(UnreadableVideoError, match="99 frames of 4096 x 4096 are too much"):
        read_frames(path, [3] * 99)
    assert read_frames(path, range(0, 90, 45), longest_px=32).shape == (2, 32, 32, 3)


def test_a_file_that_is_replaced_is_read_anew(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "changing.mp4"
    path.write_bytes((folder / "plain.mp4").read_bytes())
    assert probe_video(path).num_frames == NUM_FRAMES
    path.write_bytes((folder / "begins-between.mp4").read_bytes())
    assert probe_video(path).num_frames == NUM_FRAMES - 12


def test_paths_may_be_relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert probe_video(Path("-loglevel.mp4")).num_frames == NUM_FRAMES


def test_what_takes_too_long_is_given_up_and_the_next_video_is_read(folder: Path) -> None:
    probe_video(folder / "plain.mp4")
    hanging = _decoding()
    hanging.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(UnreadableVideoError, match=r"takes longer than 0\.4 seconds"):
        read_frames(folder / "plain.mp4", [1], timeout_seconds=0.4)
    assert time.monotonic() - started < 5
    assert not hanging.is_running()
    assert _numbers(read_frames(folder / "plain.mp4", [1])) == [1]


def test_a_crash_of_the_decoder_is_the_fault_of_one_file(folder: Path) -> None:
    probe_video(folder / "plain.mp4")
    crashing = _decoding()
    crashing.send_signal(signal.SIGSTOP)
    threading.Timer(0.3, crashing.kill).start()
    with pytest.raises(UnreadableVideoError, match="crash"):
        probe_video(folder / "plain.mkv")
    assert probe_video(folder / "plain.mkv").num_frames == NUM_FRAMES


def test_many_threads_may_read_at_once(folder: Path) -> None:
    names = ["plain.mp4", "vp9.webm", "av1.mp4", "empty.mp4", "uneven.mp4", "animated.gif"]
    seen: dict[str, list[int]] = {}

    def read(name: str, first: int) -> None:
        try:
            seen[name] = _numbers(read_frames(folder / name, [first, first + 9, 2]))
        except UnreadableVideoError:
            seen[name] = []

    threads = [
        threading.Thread(target=read, args=(name, 3 + place)) for place, name in enumerate(names)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = {name: [3 + place, 12 + place, 2] for place, name in enumerate(names)}
    assert seen == {**expected, "empty.mp4": []}


def test_the_decoder_ends_with_the_one_who_asked(folder: Path) -> None:
    code = (
        "import psutil, sys, time; from pathlib import Path\n"
        "from pipeline.vision.frames import probe_video\n"
        "probe_video(Path(sys.argv[1]))\n"
        "print(psutil.Process().children()[0].pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, folder / "plain.mp4"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        decoding = psutil.Process(int(asking.stdout.readline()))
        asking.kill()
    decoding.wait(timeout=10)


def test_reading_needs_no_torch() -> None:
    code = "import pipeline.vision.decoding, decord, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_facts_are_named(folder: Path) -> None:
    facts = probe_video(folder / "begins-between.mp4")
    assert facts == VideoFacts(12, 24.0, 128, 96, 0.5)


def test_narrow_rows_are_no_fourth_colour(tmp_path: Path) -> None:
    drawn = np.zeros((5, 48, 72, 3), np.uint8)
    drawn[..., 0], drawn[:, :24, :, 2] = 200, 150
    path = tmp_path / "narrow.mp4"
    encode_frames(drawn, path, fps=8)
    read = read_frames(path, [0, 3])
    assert read.shape == (2, 48, 72, 3)
    assert np.abs(read.astype(int) - drawn[:2]).mean() < 6
