"""The world file: what is playable and what is held out."""

from __future__ import annotations

from pipeline.theatre.world import load_world


def test_held_out_and_playable_names_divide_the_world() -> None:
    world = load_world()
    assert world.kinds == ("witch", "fox", "robot", "rabbit")
    assert world.playable_colours == ("red", "yellow", "green", "blue", "purple")
    assert world.playable_motions == ("stands", "walks", "jumps", "waves", "flies", "sleeps")
    assert world.playable_backdrops == ("forest", "beach", "castle", "room")
    assert set(world.held_out.motions) == {"dances", "spins", "bows"}
    assert world.held_out.backdrops == ("snow",)


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
