"""Sampled scripts: what training sees, and what it never sees."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.theatre.script import NUM_MARKS, sample_script
from pipeline.theatre.world import load_world


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_sampled_scripts_hold_nothing_held_out(seed: int) -> None:
    world = load_world()
    script = sample_script(random.Random(seed))
    assert script.backdrop in world.playable_backdrops
    for actor in script.actors:
        assert actor.kind in world.kinds
        assert actor.colour in world.playable_colours
        assert actor.motion in world.playable_motions
        assert actor.hat is None


@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_travellers_face_their_way_slowly_and_colours_differ(seed: int) -> None:
    world = load_world()
    script = sample_script(random.Random(seed))
    colours = [actor.colour for actor in script.actors]
    assert len(set(colours)) == len(colours)
    for actor in script.actors:
        assert len(actor.marks) == NUM_MARKS
        assert all(0.25 * 0.84 <= mark.height <= 0.9 * 1.19 for mark in actor.marks)
        travel = actor.marks[-1].x - actor.marks[0].x
        assert abs(travel) <= 0.45
        if world.motions[actor.motion].locomotion:
            assert (travel > 0) == (actor.facing == "right")


def test_the_number_of_actors_follows_its_shares() -> None:
    rng = random.Random(5)
    counts = Counter(len(sample_script(rng).actors) for _ in range(1500))
    shares = [counts[number] / 1500 for number in range(4)]
    assert shares == pytest.approx([0.06, 0.38, 0.50, 0.06], abs=0.04)


def test_asked_for_names_are_drawn_even_when_held_out() -> None:
    script = sample_script(
        random.Random(2),
        num_actors=2,
        kinds=["robot"],
        colours=["teal", "orange"],
        motions=["spins"],
        backdrops=["snow"],
    )
    assert script.backdrop == "snow"
    assert {actor.colour for actor in script.actors} == {"teal", "orange"}
    assert {(actor.kind, actor.motion) for actor in script.actors} == {("robot", "spins")}


def test_the_same_seed_gives_the_same_script() -> None:
    assert sample_script(random.Random(41)) == sample_script(random.Random(41))
    assert sample_script(random.Random(41)) != sample_script(random.Random(42))
