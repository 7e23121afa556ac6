"""The tracker on drawn clips, and ultralytics kept off the network and away from pip."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.clips import Track
from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import find_pack
from pipeline.theatre.draw import DrawnClip, draw_clip
from pipeline.theatre.script import Actor, Mark, Script
from pipeline.vision import yolo
from pipeline.vision.colour import box_overlap
from pipeline.vision.tracking import YoloTracker

WEIGHTS = find_pack("theatre") / "sight" / "detector" / "yolov5n.pt"
NUM_FRAMES = 12
WATCHED = """
    import subprocess, sys
    from pathlib import Path

    seen = []
    def watch(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            seen.append((event, str(arguments)))
        elif event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"):
            if "pip" in str(arguments) or "http" in str(arguments):
                seen.append((event, str(arguments)))
    sys.addaudithook(watch)

    import numpy as np
    from pipeline.vision.tracking import YoloTracker

    tracker = YoloTracker(Path(sys.argv[1]), image_px=192)
    frames = np.zeros((3, 96, 144, 3), np.uint8)
    tracker.track(frames, range(3))
    assert "ultralytics" in sys.modules and "lap" in sys.modules
    print("watched:", seen)
"""


@pytest.fixture(scope="module")
def tracker() -> YoloTracker:
    return YoloTracker(WEIGHTS, image_px=192, threads=1)


def _actor(kind: str, colour: str, start: float, end: float) -> Actor:
    steps = np.linspace(start, end, 6)
    marks = tuple(Mark(x, 0.92, 0.6) for x in steps.tolist())
    return Actor(kind, colour, "walks", "right" if end > start else "left", None, marks, 0.4)


def _drawn(*actors: Actor) -> DrawnClip:
    script = Script("beach", actors, 7)
    return draw_clip(script, width_px=288, height_px=192, num_frames=NUM_FRAMES)


def _mean_overlap(track: Track, boxes: np.ndarray, first: int = 0) -> float:
    pairs = zip(track.frames, track.boxes, strict=True)
    return float(np.mean([box_overlap(np.array(box), boxes[n - first]) for n, box in pairs]))


def test_two_kinds_are_followed_apart(tracker: YoloTracker) -> None:
    drawn = _drawn(_actor("fox", "red", 0.2, 0.4), _actor("robot", "blue", 0.8, 0.65))
    tracks = tracker.track(drawn.frames, range(30, 30 + NUM_FRAMES))
    for label, boxes in zip(("fox", "robot"), drawn.boxes, strict=True):
        longest = max((t for t in tracks if t.label == label), key=lambda one: len(one.frames))
        assert len(longest.frames) >= NUM_FRAMES - 2
        assert longest.frames[0] >= 30
        assert longest.frames[-1] <= 41
        assert _mean_overlap(longest, boxes, first=30) > 0.7


def test_clips_do_not_know_of_each_other(tracker: YoloTracker) -> None:
    drawn = _drawn(_actor("bear", "green", 0.3, 0.5))
    first = tracker.track(drawn.frames, range(NUM_FRAMES))
    tracker.track(drawn.frames[::-1], range(NUM_FRAMES))
    assert tracker.track(drawn.frames, range(NUM_FRAMES)) == first
    assert first


def test_an_empty_stage_has_no_figures(tracker: YoloTracker) -> None:
    assert tracker.track(_drawn().frames, range(NUM_FRAMES)) == []
    assert tracker.track(np.zeros((0, 192, 288, 3), np.uint8), []) == []


def test_the_id_names_weights_and_size(tracker: YoloTracker) -> None:
    assert tracker.id != YoloTracker(WEIGHTS, image_px=288).id
    assert tracker.id == YoloTracker(WEIGHTS, image_px=192).id
    assert tracker.labels[:3] == ("witch", "fox", "robot")


def test_threads_stay_as_they_were(tracker: YoloTracker) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        YoloTracker(WEIGHTS, image_px=192, threads=2).track(_drawn().frames, range(NUM_FRAMES))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_frames_and_numbers_belong_together(tracker: YoloTracker) -> None:
    with pytest.raises(ValueError, match="2 frames, but 3 numbers"):
        tracker.track(np.zeros((2, 32, 48, 3), np.uint8), range(3))


@pytest.mark.parametrize("named", ["yolov5nu.pt", "/nowhere/yolov5nu.pt", "/etc/hostname"])
def test_weights_that_are_not_there_are_not_looked_for(named: str) -> None:
    with pytest.raises(ModelUnavailableError, match="no detector's weights"):
        YoloTracker(Path(named))


class _Harmful:
    """What a bad file could run; unpickling it makes the file `touched`."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.touched), "w")


@pytest.mark.parametrize("kind", ["pickle", "noise", "empty", "tensors"])
def test_weights_that_are_none_are_refused(tmp_path: Path, kind: str) -> None:
    touched, weights = tmp_path / "touched", tmp_path / "bad.pt"
    harmful = io.BytesIO()
    torch.save({"model": _Harmful(touched)}, harmful)
    tensors = io.BytesIO()
    torch.save({"weight": torch.ones(3)}, tensors)
    contents = {
        "pickle": harmful.getvalue(),
        "noise": b"\x07\x09" * 5000,
        "empty": b"",
        "tensors": tensors.getvalue(),
    }
    weights.write_bytes(contents[kind])
    with pytest.raises(ModelUnavailableError, match="bad"):
        YoloTracker(weights)
    assert not touched.exists()


def test_the_harm_is_real(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    pickle.loads(pickle.dumps(_Harmful(touched))).close()  # noqa: S301
    assert touched.exists()


def test_a_torchvision_that_does_not_fit_is_named() -> None:
    error = RuntimeError("operator torchvision::nms does not exist")
    told = yolo._mismatch(error)
    assert isinstance(told, ModelUnavailableError)
    assert "pip install" in told.hint
    other = RuntimeError("out of memory")
    assert yolo._mismatch(other) is other


def test_nothing_is_asked_of_the_network_or_of_pip(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WATCHED), str(WEIGHTS)],
        env={"PATH": "", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "watched: []" in done.stdout
    assert list((tmp_path / "cache").rglob("Arial.ttf"))


def test_functions_of_other_packages_stay_theirs(tracker: YoloTracker) -> None:
    import cv2
    from PIL import Image

    functions = (Image.open, torch.save, cv2.imwrite, cv2.imshow)
    assert [one for one in functions if "ultralytics" in str(one.__module__)] == []
