"""The drawn library: whole files, resumed where it stopped, anew when its specs change."""

from __future__ import annotations

import json
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import WorkspaceError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.library.drawing import TABLE, draw_library, draw_spec, is_drawn
from pipeline.theatre.library.specs import LICENCE, ClipSpec, load_specs
from pipeline.theatre.poses import pose_motion
from pipeline.theatre.world import load_world
from tests.pipeline.decoded import all_frames


def _few() -> list[ClipSpec]:
    """Give seven clips, one of them short and one portrait."""
    specs = load_specs()
    odd = [
        next(spec for spec in specs if spec.trouble == trouble)
        for trouble in ("too_short", "portrait")
    ]
    return [*[spec for spec in specs if not spec.trouble][:5], *odd]


def _steps(folder: Path, specs: list[ClipSpec]) -> list[int]:
    return [progress.step for progress in draw_library(folder, specs)]


def test_clips_and_their_table_are_drawn(tmp_path: Path) -> None:
    specs, folder = _few(), tmp_path / "clips"
    assert _steps(folder, specs) == [1, 2, 3, 4, 5, 6, 7]
    rows = [json.loads(line) for line in (folder / TABLE).read_text("utf-8").splitlines()]
    assert [(row["path"], row["caption"]) for row in rows] == [
        (spec.path, spec.caption) for spec in specs
    ]
    assert {row["licence"] for row in rows} == {LICENCE}
    for spec in specs:
        frames = all_frames(folder / spec.path)
        assert frames.shape == (spec.num_frames, spec.height_px, spec.width_px, 3)
        assert np.abs(frames.astype(int) - draw_spec(spec).frames).mean() < 4


def test_drawing_goes_on_where_it_stopped(tmp_path: Path) -> None:
    specs = _few()
    work = draw_library(tmp_path, specs)
    assert [next(work).step, next(work).step] == [1, 2]
    work.close()
    assert not is_drawn(tmp_path, specs)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.mp4")}
    assert 2 <= len(times) < 7
    assert len(_steps(tmp_path, specs)) == 7 - len(times)
    assert is_drawn(tmp_path, specs)
    assert times == {path: path.stat().st_mtime_ns for path in times}
    assert _steps(tmp_path, specs) == []


def test_other_specs_are_drawn_anew(tmp_path: Path) -> None:
    specs = _few()
    list(draw_library(tmp_path, specs[:4]))
    other = [specs[1].model_copy(update={"caption": "told otherwise"}), *specs[4:]]
    assert not is_drawn(tmp_path, other)
    assert _steps(tmp_path, other) == [1, 2, 3, 4]
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.mp4")}
    assert left == {spec.path for spec in other}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.mp4").write_bytes(b"mine")
    with pytest.raises(WorkspaceError, match="more than drawn clips"):
        list(draw_library(tmp_path, _few()))
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.mp4"]


@pytest.mark.parametrize("motion", load_world().motions)
def test_a_long_clip_repeats_its_motion_at_the_same_pace(motion: str) -> None:
    phase = 0.2
    once = pose_motion(motion, 24, phase)
    twice = pose_motion(motion, 48, phase, cycle_frames=24)
    assert np.abs(once.lift[1:-2] - twice.lift[1:22]).max() < 1e-9
    for track in (twice.lift, twice.lean, twice.wide, *twice.angles.values()):
        assert np.abs(np.diff(track)).max() < 0.7  # no leap where the second performance begins
    if motion in ("jumps", "bows"):
        assert np.allclose(twice.lean[:24], twice.lean[24:])
        assert np.allclose(twice.lift[:24], twice.lift[24:])


def test_the_usual_length_is_drawn_as_ever() -> None:
    script = next(spec for spec in load_specs() if spec.motion == "jumps").script()
    assert (draw_clip(script).frames == draw_clip(script, cycle_frames=24).frames).all()


@pytest.mark.slow
def test_the_whole_library_is_drawn_in_a_minute(tmp_path: Path) -> None:
    cv2.setNumThreads(1)
    started = time.process_time()
    assert len(_steps(tmp_path, list(load_specs()))) == 420
    assert time.process_time() - started < 60
