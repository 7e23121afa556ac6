"""The world file: what is playable and what is held out."""

from __future__ import annotations

from pipeline.packs.record import load_record
from pipeline.theatre.world import load_world


def test_held_out_and_playable_names_divide_the_world() -> None:
    world = load_world()
    assert world.playable_colours == ("red", "yellow", "green", "blue", "purple")
    assert world.playable_motions == (
        "stands", "walks", "jumps", "waves", "flies", "sleeps", "gives", "hugs", "chases"
    )  # fmt: skip
    assert world.playable_backdrops == ("forest", "beach", "castle", "room", "night", "rain")
    assert set(world.held_out.motions) == {"dances", "spins", "bows"}
    assert world.held_out.backdrops == ("snow",)


def test_the_packs_troupe_is_part_of_the_world() -> None:
    world, troupe = load_world(), load_record("theatre").troupe
    assert troupe is not None
    assert set(troupe.kinds) <= set(world.kinds)
    assert set(troupe.motions) <= set(world.playable_motions)
    assert set(troupe.backdrops) <= set(world.playable_backdrops)


def test_phrases_are_short_enough_for_three_actors_and_a_place() -> None:
    world = load_world()
    for motion in world.motions.values():
        assert all(len(phrase.split()) <= 3 for phrase in motion.words)
    for backdrop in world.backdrops.values():
        assert all(len(phrase.split()) <= 3 for phrase in backdrop.words)


def test_held_out_looks_use_a_held_out_colour_and_hat() -> None:
    held_out = load_world().held_out
    looks = {name: (look.colour, look.kind, look.hat) for name, look in held_out.looks.items()}
    assert looks == {
        "luna": ("teal", "witch", "crown"),
        "rusty": ("orange", "robot", "top hat"),
        "pip": ("white", "rabbit", "scarf"),
    }
    assert {colour for colour, _, _ in looks.values()} == set(held_out.colours)
    assert {hat for _, _, hat in looks.values()} == set(held_out.hats)


def test_sixteen_reserved_words_each_stand_apart_from_the_plain_ones() -> None:
    world = load_world()
    reserved = {*world.reserved.motions, *world.reserved.looks}
    assert len(reserved) == 32
    assert not reserved & {*world.kinds, *world.motions, *world.colours}
