"""Troupes to plan for: a small one that can be taught the rest, and the theatre's whole world."""

from __future__ import annotations

from pipeline.packs.record import load_record
from pipeline.plan.troupe import Troupe, troupe_of
from pipeline.theatre.world import load_world

WORLD = load_world()
_MOTIONS = ("stands", "walks", "jumps", "waves", "flies", "sleeps")


def _shipped() -> Troupe:
    names = load_record("theatre").troupe
    assert names is not None
    return troupe_of(names)


SHIPPED = _shipped()
PLAYED = Troupe(
    kinds=("witch", "fox", "robot", "rabbit"),
    colours=("red", "yellow", "green", "blue", "purple"),
    motions=_MOTIONS,
    backdrops=("forest", "beach", "castle", "room"),
    learnable=tuple(motion for motion in WORLD.motions if motion not in _MOTIONS),
)
EVERYONE = Troupe(
    kinds=WORLD.kinds,
    colours=WORLD.playable_colours,
    motions=WORLD.playable_motions,
    backdrops=WORLD.playable_backdrops,
    learnable=WORLD.held_out.motions,
)
