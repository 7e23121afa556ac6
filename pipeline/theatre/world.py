"""The theatre's world: every kind, colour, motion and backdrop, and what training never sees.

`world.json` is frozen at version 2, and so is how its names are drawn, posed and worded. Packs,
judges, learned motions and looks, and published scores all stand on it: a name that is added,
dropped, reordered or drawn otherwise changes what a seed samples and what "held out" means,
and makes old weights and scores incomparable with new ones. It holds more than any one pack
plays; what a pack plays is the `troupe` in its `pack.json`, a choice of names from here.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).with_name("world.json")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MotionWords(_Frozen):
    """How a motion is said, whether it travels, and whether its feet leave the ground for good."""

    words: tuple[str, ...]
    locomotion: bool
    airborne: bool


class BackdropWords(_Frozen):
    """The phrases that name a backdrop; the first is the one rendering uses."""

    words: tuple[str, ...]


class Look(_Frozen):
    """One particular figure: a kind in a colour, perhaps with a hat."""

    kind: str
    colour: str
    hat: str | None = None


class HeldOut(_Frozen):
    """What can be drawn but is kept out of training for ever, so that it can be learned later."""

    motions: tuple[str, ...]
    looks: dict[str, Look]
    backdrops: tuple[str, ...]
    colours: tuple[str, ...]
    hats: tuple[str, ...]


class Reserved(_Frozen):
    """Words without a meaning of their own, which learned motions and looks take as triggers."""

    motions: tuple[str, ...]
    looks: tuple[str, ...]


class World(_Frozen):
    """Everything the theatre can draw and say; colours are RGB, 0..255."""

    version: int
    kinds: tuple[str, ...]
    colours: dict[str, tuple[int, int, int]]
    motions: dict[str, MotionWords]
    backdrops: dict[str, BackdropWords]
    hats: tuple[str, ...]
    held_out: HeldOut
    reserved: Reserved

    @property
    def playable_colours(self) -> tuple[str, ...]:
        """The colours that training draws, in the order of the file."""
        return tuple(name for name in self.colours if name not in self.held_out.colours)

    @property
    def playable_motions(self) -> tuple[str, ...]:
        """The motions that training draws, in the order of the file."""
        return tuple(name for name in self.motions if name not in self.held_out.motions)

    @property
    def playable_backdrops(self) -> tuple[str, ...]:
        """The backdrops that training draws, in the order of the file."""
        return tuple(name for name in self.backdrops if name not in self.held_out.backdrops)


@lru_cache(maxsize=1)
def load_world() -> World:
    """The world of `world.json`, read once."""
    return World.model_validate_json(_FILE.read_text(encoding="utf-8"))
