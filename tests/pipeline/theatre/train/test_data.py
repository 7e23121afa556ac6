from __future__ import annotations

import random
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import PipelineError
from pipeline.theatre.script import sample_script
from pipeline.theatre.train.data import (
    ClipPool,
    figure_coverage,
    fit_plan_codec,
    latent_boxes,
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
    coverage = figure_coverage(masks)
    assert coverage.shape == (2, 2, 3)
    assert coverage[1, 0, 0] == 0.75
    assert coverage.sum() == 0.75


def test_latent_boxes_are_unions_over_four_frames() -> None:
    boxes = np.full((1, 8, 4), np.nan, np.float32)
    boxes[0, 1] = (0.1, 0.2, 0.3, 0.4)
    boxes[0, 3] = (0.2, -0.1, 0.5, 0.3)
    united = latent_boxes(boxes)
    np.testing.assert_allclose(united[0, 0], (0.1, -0.1, 0.5, 0.4), rtol=1e-6)
    assert np.isnan(united[0, 1]).all()


def test_no_actors_give_no_boxes() -> None:
    assert latent_boxes(np.zeros((0, 24, 4), np.float32)).shape == (0, 6, 4)


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


def test_swapped_colours_are_the_same_picture_in_other_channels() -> None:
    frames = np.random.default_rng(2).integers(0, 256, (4, 8, 8, 3), np.uint8)
    swapped = swap_colours(frames, random.Random(1), 1.0)
    np.testing.assert_array_equal(np.sort(swapped, -1), np.sort(frames, -1))
    np.testing.assert_array_equal(swap_colours(frames, random.Random(1), 0.0), frames)
