"""The troupe of everything the paper theatre plays."""

from __future__ import annotations

from pipeline.plan import Troupe
from pipeline.theatre.world import load_world

_WORLD = load_world()
PLAYED = Troupe(
    kinds=tuple(_WORLD.kinds),
    colours=tuple(_WORLD.playable_colours),
    motions=tuple(_WORLD.playable_motions),
    backdrops=tuple(_WORLD.playable_backdrops),
)
