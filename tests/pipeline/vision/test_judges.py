"""The shipped judges on drawn clips, and how they read boxes and maps."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ModelUnavailableError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.judging.clips import draw_labelled, sample_any
from pipeline.theatre.script import sample_script
from pipeline.theatre.world import load_world
from pipeline.vision.colour import box_overlap
from pipeline.vision.judges import WEIGHTS, Judges, crop_figure, cut_figure, read_maps


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges.load()


def test_shipped_judges_know_the_whole_world_and_are_small(judges: Judges) -> None:
    world = load_world()
    assert set(judges.names.kinds) == set(world.kinds)
    assert set(judges.names.colours) == set(world.colours)
    assert set(judges.names.motions) == set(world.motions)
    assert set(judges.names.backdrops) == set(world.backdrops)
    assert len(judges.revision) == 16
    assert WEIGHTS.stat().st_size <= 1_500_000


@pytest.mark.parametrize("content", [None, b"", b"not weights at all"])
def test_missing_or_broken_weights_say_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelUnavailableError, match=r"judging\.training") as caught:
        Judges.load(path)
    assert str(path) in caught.value.message


def test_drawn_figures_are_found_and_named(judges: Judges) -> None:
    rng = random.Random(23)
    found = right = total = 0
    for clip in (draw_labelled(sample_any(rng), num_frames=2) for _ in range(20)):
        for index, figure in enumerate(clip.figures):
            box = clip.boxes[index, 1]
            if clip.shares[index, 1] < 0.6 or box[3] - box[1] < 0.3:
                continue
            total += 1
            near = [one for one in judges.find(clip.frames)[1] if box_overlap(one.box, box) > 0.5]
            found += bool(near)
            right += any((one.kind, one.colour) == (figure.kind, figure.colour) for one in near)
    assert total > 15
    assert found >= 0.95 * total
    assert right >= 0.9 * total


def test_empty_stages_hold_no_figure(judges: Judges) -> None:
    rng, backdrops = random.Random(5), list(load_world().backdrops)
    scripts = [sample_script(rng, num_actors=0, backdrops=[name]) for name in backdrops]
    frames = np.concatenate([draw_clip(script, num_frames=1).frames for script in scripts])
    assert judges.find(frames) == [[] for _ in backdrops]


def test_finds_are_the_same_in_larger_frames_and_best_first(judges: Judges) -> None:
    script = sample_script(random.Random(31), num_actors=2)
    small = draw_clip(script, num_frames=1).frames
    large = draw_clip(script, num_frames=1, width_px=288, height_px=192).frames
    (one,), (other,) = judges.find(small), judges.find(large)
    assert [seen.colour for seen in one] == [seen.colour for seen in other]
    assert [seen.score for seen in one] == sorted((seen.score for seen in one), reverse=True)
    for a, b in zip(one, other, strict=True):
        assert box_overlap(a.box, b.box) > 0.8
        assert 0.3 <= a.score <= 1
        assert ((a.box >= 0) & (a.box <= 1)).all()


def test_motions_and_backdrops_of_drawn_clips_are_named(judges: Judges) -> None:
    rng, world = random.Random(3), load_world()
    right, total, backdrops = 0, 0, 0
    for motion in world.motions:
        for clip in (draw_labelled(sample_any(rng, motions=[motion])) for _ in range(3)):
            backdrops += judges.name_backdrop(clip.frames) != clip.backdrop
            for boxes, shares in zip(clip.boxes, clip.shares, strict=True):
                if shares.min() > 0.8:
                    total += 1
                    right += judges.name_motion(clip.frames, boxes) == motion
    assert total > len(world.motions)
    assert right >= 0.85 * total
    assert backdrops == 0


def test_frames_of_another_type_are_refused(judges: Judges) -> None:
    with pytest.raises(ValueError, match="uint8"):
        judges.find(np.zeros((2, 96, 144, 3), np.float32))


def test_a_figure_that_is_never_there_has_no_motion() -> None:
    with pytest.raises(ValueError, match="absent"):
        crop_figure(np.zeros((24, 96, 144, 3), np.uint8), np.full((24, 4), np.nan))


def test_crops_follow_a_steady_walk_and_show_a_hop() -> None:
    frames = np.zeros((24, 96, 144, 3), np.uint8)
    walk = np.array([0.1, 0.4, 0.3, 0.9]) + np.outer(np.arange(24) / 60, [1, 0, 1, 0])
    _, steady = crop_figure(frames, walk)
    assert np.abs(steady[:, :2]).max() < 1e-5
    assert steady[0, 4] > 0.1
    hop = 0.2 * np.sin(np.pi * (np.arange(24) + 0.5) / 24)
    _, hopping = crop_figure(frames, walk - np.outer(hop, [0, 1, 0, 1]))
    assert np.ptp(hopping[:, 1]) > 0.15


def test_portraits_show_the_box_with_a_rim_around_it() -> None:
    frame = np.zeros((96, 144, 3), np.uint8)
    frame[20:60, 100:120] = (10, 20, 30)
    crop = cut_figure(frame, np.array([100 / 144, 20 / 96, 120 / 144, 60 / 96]))
    assert crop.shape == (40, 40, 4)
    assert crop[20, 20].tolist() == [10, 20, 30, 255]
    assert crop[2, 20, 3] == crop[37, 20, 3] == crop[20, 10, 3] == crop[20, 29, 3] == 0
    assert (crop[..., 3] > 0).mean() == pytest.approx(0.5 / 1.25**2, abs=0.05)


def test_gaps_in_a_track_are_filled_and_marked() -> None:
    frames = np.zeros((24, 96, 144, 3), np.uint8)
    boxes = np.tile([0.2, 0.3, 0.5, 0.8], (24, 1))
    whole, marked = crop_figure(frames, boxes)
    boxes[4:9] = np.nan
    crops, tracks = crop_figure(frames, boxes)
    assert np.array_equal(crops, whole)
    assert crops.shape == (12, 48, 48, 4)
    assert marked[:, 6].tolist() == [1] * 12
    assert tracks[:, 6].tolist() == [1] * 2 + [0, 0] + [1] * 8


def make_maps(*figures: tuple[int, int, float, int]) -> dict[str, np.ndarray]:
    """Maps with figures (row, column, heat, colour), all of 24 x 40 px."""
    maps = {
        "heat": np.zeros((24, 36)),
        "sides": np.tile(np.array([12.0, 20, 12, 20])[:, None, None], (1, 24, 36)),
        "colours": np.zeros((3, 24, 36)),
    }
    for row, column, heat, colour in figures:
        maps["heat"][row, column] = heat
        maps["colours"][colour, row, column] = 1
    return maps


def test_a_peak_becomes_a_figure_with_its_box_in_the_frame() -> None:
    (peak,) = read_maps(make_maps((12, 1, 0.9, 2), (4, 20, 0.2, 0)))
    assert (peak.colour, peak.score) == (2, 0.9)
    assert peak.box == pytest.approx([0, 30 / 96, 18 / 144, 70 / 96])


def test_of_two_finds_of_one_figure_the_better_stays() -> None:
    seen = read_maps(make_maps((12, 11, 0.6, 1), (12, 9, 0.8, 1)))
    assert [one.score for one in seen] == [0.8]


def test_overlapping_figures_of_two_colours_both_stay() -> None:
    seen = read_maps(make_maps((12, 11, 0.6, 0), (12, 9, 0.8, 1)))
    assert [one.colour for one in seen] == [1, 0]
