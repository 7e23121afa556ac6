"""What a pack with a closed cast can play, as the planner needs it: lists of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pydantic import Field

from pipeline.story import Record


class Players(Protocol):
    """Anything that names the kinds, colours, motions and backdrops that are played."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of figures."""
        ...

    @property
    def colours(self) -> Sequence[str]:
        """The colours they come in."""
        ...

    @property
    def motions(self) -> Sequence[str]:
        """What they do: 'walks', 'waves'."""
        ...

    @property
    def backdrops(self) -> Sequence[str]:
        """Where they play: 'forest', 'beach'."""
        ...

    @property
    def learnable(self) -> Sequence[str]:
        """Motions that the pack's library shows and that it does not know yet: 'dances'."""
        ...


class Troupe(Record):
    """A closed cast, each list of it with one name at least; the first stands in for the unknown.

    `learnable` are motions it can be taught; they are none of its own.
    """

    kinds: tuple[str, ...] = Field(min_length=1)
    colours: tuple[str, ...] = Field(min_length=1)
    motions: tuple[str, ...] = Field(min_length=1)
    backdrops: tuple[str, ...] = Field(min_length=1)
    learnable: tuple[str, ...] = ()


def troupe_of(players: Players) -> Troupe:
    """Give the troupe of a pack's own names."""
    return Troupe(
        kinds=tuple(players.kinds),
        colours=tuple(players.colours),
        motions=tuple(players.motions),
        backdrops=tuple(players.backdrops),
        learnable=tuple(players.learnable),
    )
