"""The names a plan plays, and the words that captions of its clips are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import PipelineError
from pipeline.theatre.captions import vocabulary, words_of
from pipeline.theatre.world import World, load_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.theatre.train.plans import DataPlan

_OF_EVERY_CAPTION = frozenset(("a", "an", "the", "in", "on", "at"))


@dataclass(frozen=True)
class Names:
    """Kinds, colours, motions and backdrops, as the world calls them."""

    kinds: tuple[str, ...]
    colours: tuple[str, ...]
    motions: tuple[str, ...]
    backdrops: tuple[str, ...]

    def phrases(self, world: World) -> set[str]:
        """Every way the names are said."""
        motions = [words for name in self.motions for words in world.motions[name].words]
        backdrops = [words for name in self.backdrops for words in world.backdrops[name].words]
        return {*self.kinds, *self.colours, *motions, *backdrops}


def playable_names() -> Names:
    """All names of the world that are not held out."""
    world = load_world()
    return Names(
        kinds=world.kinds,
        colours=world.playable_colours,
        motions=world.playable_motions,
        backdrops=world.playable_backdrops,
    )


def played_names(data: DataPlan) -> Names:
    """The names a plan plays: its own, and where it gives none all that are playable.

    Raises:
        PipelineError: the plan gives a name that is unknown or held out of training.
    """
    known = playable_names()
    return Names(
        kinds=_choose("kinds", data.kinds, known.kinds),
        colours=_choose("colours", data.colours, known.colours),
        motions=_choose("motions", data.motions, known.motions),
        backdrops=_choose("backdrops", data.backdrops, known.backdrops),
    )


def _choose(field: str, chosen: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    if unknown := [name for name in chosen if name not in known]:
        raise PipelineError(
            f"the plan's {field} name {unknown[0]!r}, which the world does not play",
            hint=f"Choose from {', '.join(known)}.",
        )
    return chosen or known


def spoken_words(names: Names) -> list[str]:
    """Every word of captions that use only `names`, and every reserved word, sorted."""
    world = load_world()
    all_words = _words(playable_names().phrases(world))
    unsaid = all_words - _words(names.phrases(world)) - _OF_EVERY_CAPTION
    return sorted({word.lower() for word in vocabulary()} - unsaid)


def _words(phrases: Iterable[str]) -> set[str]:
    return {word for phrase in phrases for word in words_of(phrase)}
