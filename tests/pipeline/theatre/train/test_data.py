from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import PipelineError
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.codec import BlockCodec
from pipeline.theatre.train.data import (
    ClipPool,
    figure_coverage,
    fit_plan_codec,
    hold_poses,
    keyframe_boxes,
    script_from_record,
    swap_colours,
    write_shards,
)
from pipeline.theatre.train.loop import StopRequest
from pipeline.theatre.train.plans import TINY


def test_scripts_survive_being_written_down() -> None:
    script = sample_script(random.Random(8), num_actors=2)
    assert script_from_record(asdict(script)) == script


def test_coverage_is_the_share_of_figure_pixels_of_any_actor() -> None:
    masks = np.zeros((2, 8, 16, 24), bool)
    masks[0, 4:6, :8, :8] = True
    masks[1, 4:8, :4, :8] = True
    coverage = figure_coverage(masks, 4)
    assert coverage.shape == (2, 2, 3)
    assert coverage[1, 0, 0] == 0.75
    assert coverage.sum() == 0.75


def test_keyframe_boxes_are_unions_shared_by_the_latents_of_a_keyframe() -> None:
    plan = TINY.model_copy(update={"temporal_ratio": 2})
    boxes = np.full((2, 24, 4), np.nan, np.float32)
    boxes[0, 5] = (0.1, 0.2, 0.3, 0.4)
    boxes[0, 7] = (0.2, -0.1, 0.5, 0.3)
    boxes[1, 23] = (0.6, 0.5, 0.8, 0.9)
    united = keyframe_boxes(boxes, plan)
    assert united.shape == (2, 12, 4)
    for latent in (2, 3):
        np.testing.assert_allclose(united[0, latent], (0.1, -0.1, 0.5, 0.4), rtol=1e-6)
    for latent in (10, 11):
        np.testing.assert_allclose(united[1, latent], (0.6, 0.5, 0.8, 0.9), rtol=1e-6)
    assert np.isnan(united[0, [0, 1, *range(4, 12)]]).all()
    assert np.isnan(united[1, :10]).all()


def test_no_actors_give_no_boxes() -> None:
    assert keyframe_boxes(np.zeros((0, 24, 4), np.float32), TINY).shape == (0, 6, 4)


def test_held_poses_are_the_first_of_each_group() -> None:
    clip = draw_clip(sample_script(random.Random(5), num_actors=1, motions=["walks"]))
    held = hold_poses(clip, 3)
    for name in ("frames", "depth"):
        before, after = getattr(clip, name), getattr(held, name)
        np.testing.assert_array_equal(after, before[::3].repeat(3, axis=0))
    for name in ("boxes", "masks"):
        before, after = getattr(clip, name), getattr(held, name)
        np.testing.assert_array_equal(after, before[:, ::3].repeat(3, axis=1))
    assert not np.array_equal(held.frames, clip.frames)
    assert hold_poses(clip, 1) is clip


def test_pool_groups_clips_by_actors_and_reads_each_shard_once(trained_folder: Path) -> None:
    pool = ClipPool(trained_folder / "data")
    pool.rescan()
    assert len(pool) == 24
    pool.rescan()
    assert len(pool) == 24
    for count, scripts in pool.scripts.items():
        assert {len(script.actors) for script in scripts} == {count}
        assert len(pool.latents[count]) == len(pool.coverage[count]) == len(scripts)
        assert pool.boxes[count].shape == (len(scripts), count, 6, 4)


def test_pool_without_clips_says_where_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="run the part `data` first"):
        ClipPool(tmp_path).load()


def test_drawing_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    rng, stop = random.Random(4), StopRequest()
    stop.stopped = True
    codec = fit_plan_codec(TINY, rng)
    write_shards(tmp_path, codec, TINY, num_clips=20, rng=rng, stop=stop)
    assert list(tmp_path.iterdir()) == []


def test_shards_are_the_same_however_many_processes_draw_them(
    trained_folder: Path, tmp_path: Path
) -> None:
    codec = BlockCodec.load(trained_folder / "codec.safetensors")
    plan = TINY.model_copy(update={"data": TINY.data.model_copy(update={"clips_per_shard": 2})})
    for workers in (1, 2):
        folder, rng, stop = tmp_path / str(workers), random.Random(5), StopRequest()
        write_shards(folder, codec, plan, num_clips=3, rng=rng, stop=stop, workers=workers)
    alone, together = ({p.name: p.read_bytes() for p in d.iterdir()} for d in tmp_path.iterdir())
    assert len(alone) == 2
    assert alone == together
    pool = ClipPool(tmp_path / "2")
    pool.load()
    assert len(pool) == 4


def test_swapped_colours_are_the_same_picture_in_other_channels() -> None:
    frames = np.random.default_rng(2).integers(0, 256, (4, 8, 8, 3), np.uint8)
    swapped = swap_colours(frames, random.Random(1), 1.0)
    np.testing.assert_array_equal(np.sort(swapped, -1), np.sort(frames, -1))
    np.testing.assert_array_equal(swap_colours(frames, random.Random(1), 0.0), frames)
