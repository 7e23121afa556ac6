"""What the judges learn from: shares seen, damage, ruined figures, and the maps asked for."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.theatre.judging.batches import Examples, draw_maps
from pipeline.theatre.judging.clips import (
    Labelled,
    draw_labelled,
    load_clips,
    on_twos,
    sample_any,
    save_clips,
)
from pipeline.theatre.judging.damage import degrade, ruin
from pipeline.theatre.judging.training import read_world_names
from pipeline.theatre.script import Actor, Mark, Script
from pipeline.theatre.world import load_world


def actor(kind: str, colour: str, x: float, height: float = 0.5) -> Actor:
    return Actor(kind, colour, "walks", "right", None, (Mark(x, 0.9, height),) * 6, 0.4)


def draw(*actors: Actor) -> Labelled:
    return draw_labelled(Script("beach", actors, 7), num_frames=4)


def test_share_is_what_others_and_the_edge_leave_of_a_figure() -> None:
    apart = draw(actor("fox", "red", 0.25), actor("witch", "blue", 0.75))
    assert apart.shares == pytest.approx(1)
    behind = draw(actor("fox", "red", 0.3, 0.4), actor("witch", "blue", 0.32, 0.6))
    assert (behind.shares[0] < 0.5).all()
    assert behind.shares[1] == pytest.approx(1)
    leaving = draw(actor("fox", "red", 0.0))
    assert (leaving.shares[0] < 0.8).all()
    assert leaving.boxes.min() == 0


def test_every_name_of_the_world_is_sampled() -> None:
    rng, world = random.Random(2), load_world()
    scripts = [sample_any(rng) for _ in range(400)]
    actors = [one for script in scripts for one in script.actors]
    assert {script.backdrop for script in scripts} == set(world.backdrops)
    assert {one.motion for one in actors} == set(world.motions)
    assert {one.kind for one in actors} == set(world.kinds)
    assert {one.colour for one in actors} == set(world.colours)
    assert {one.hat for one in actors} == {None, *world.hats}
    assert all(len({one.colour for one in s.actors}) == len(s.actors) for s in scripts)


def test_on_twos_shows_every_second_frame_twice() -> None:
    clip = draw(actor("fox", "red", 0.4))
    twice = on_twos(clip)
    assert np.array_equal(twice.frames, clip.frames[[0, 0, 2, 2]])
    assert np.array_equal(twice.boxes, clip.boxes[:, [0, 0, 2, 2]])


def test_clips_come_back_from_their_file(tmp_path: Path) -> None:
    clip = draw(actor("fox", "red", 0.4), actor("robot", "white", 0.7))
    save_clips([clip], tmp_path / "clips.pt")
    (back,) = load_clips(tmp_path / "clips.pt")
    assert np.array_equal(back.frames, clip.frames)
    assert np.array_equal(back.shares, clip.shares)
    assert (back.figures, back.backdrop) == (clip.figures, "beach")


@pytest.mark.parametrize("seed", range(6))
def test_damage_is_mild_and_keeps_the_clip_as_it_was(seed: int) -> None:
    clip = draw(actor("fox", "red", 0.4))
    before = clip.frames.copy()
    spoilt = degrade(random.Random(seed), clip.frames)
    assert (spoilt.shape, spoilt.dtype) == (before.shape, np.uint8)
    assert np.abs(spoilt.astype(int) - before).mean() < 40
    assert np.array_equal(clip.frames, before)


def test_a_ruined_figure_is_no_longer_listed_and_the_other_is_untouched() -> None:
    clip = draw(actor("fox", "red", 0.25), actor("witch", "blue", 0.75))
    rest = ruin(random.Random(4), clip)
    assert len(rest.figures) == len(rest.boxes) == len(rest.shares) == 1
    kept = clip.figures.index(rest.figures[0])
    half = (slice(None), slice(None), slice(72, None) if kept else slice(0, 72))
    other = (slice(None), slice(None), slice(0, 72) if kept else slice(72, None))
    assert np.array_equal(rest.frames[half], clip.frames[half])
    assert not np.array_equal(rest.frames[other], clip.frames[other])


def test_overlapping_figures_are_not_ruined() -> None:
    clip = draw(actor("fox", "red", 0.4), actor("witch", "blue", 0.5))
    assert ruin(random.Random(4), clip) is clip


def test_maps_peak_at_the_middle_of_each_figure() -> None:
    names = read_world_names()
    clip = draw(actor("fox", "red", 0.25), actor("witch", "blue", 0.75))
    maps = draw_maps(clip, 2, names)
    assert maps["heat"].shape == (24, 36)
    peaks = (maps["heat"] == 1).nonzero().tolist()
    assert len(peaks) == 2
    for (row, column), index in zip(sorted(peaks, key=lambda at: at[1]), (0, 1), strict=True):
        x, y = (column + 0.5) * 4, (row + 0.5) * 4
        left, top, right, bottom = maps["sides"][:, row, column].tolist()
        box = np.array([(x - left) / 144, (y - top) / 96, (x + right) / 144, (y + bottom) / 96])
        assert box == pytest.approx(clip.boxes[index, 2], abs=1e-5)
        assert names.colours[maps["colours"][row, column]] == clip.figures[index].colour


def test_nearly_hidden_figures_may_be_found_or_not() -> None:
    names = read_world_names()
    clip = draw(actor("fox", "red", 0.5))
    shown, hidden = (
        draw_maps(replace(clip, shares=np.full((1, 4), share, np.float32)), 1, names)
        for share in (0.9, 0.2)
    )
    assert shown["heat"].max() == 1
    assert shown["care"].min() == 1
    assert hidden["heat"].max() == 0
    assert hidden["care"].min() == 0


def test_batches_have_the_shapes_the_networks_want() -> None:
    examples = Examples(random.Random(8), read_world_names(), coded=[])
    frames, maps = examples.frame_batch(3)
    assert frames.shape == (6, 96, 144, 3)
    assert maps["sides"].shape == (6, 4, 24, 36)
    assert maps["backdrops"].shape == (6,)
    portraits, kinds, colours = examples.figure_batch(4)
    assert portraits.shape[1:] == (40, 40, 4)
    assert len(portraits) == len(kinds) == len(colours)
    crops, tracks, motions = examples.motion_batch(6)
    assert crops.shape[1:] == (12, 48, 48, 4)
    assert tracks.shape[1:] == (12, 7)
    assert len(crops) == len(tracks) == len(motions)
