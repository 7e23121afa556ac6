"""Scripts in words: many ways to say one thing, all from one small closed vocabulary."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from pipeline.theatre.script import Actor, Script
from pipeline.theatre.world import load_world

MAX_WORDS = 23
_RESERVED_CHANCE = 0.03
_BIG, _SMALL = 0.65, 0.42
_SIZES = {"big": ("big", "large"), "small": ("small", "little")}
_PLACES = {
    "left": ("on the left", "at the left"),
    "middle": ("in the middle", "in the centre"),
    "right": ("on the right", "at the right"),
}
_JOINERS = (" and ", " and ", " while ", ", ")
_EMPTY = ("an empty stage", "nobody", "no one", "a quiet scene")
_GOING = ("{}", "{}", "to the {}", "towards the {}")
_FACING = ("facing {}", "facing {}", "looking {}", "turned to the {}")


def words_of(text: str) -> list[str]:
    """The words of a text as the tokenizer counts them: lower case, each comma by itself."""
    return re.findall(r"\w+|[^\w\s]", text.lower())


def vocabulary() -> list[str]:
    """Every word that captions of playable scripts can use, and every reserved word, sorted."""
    world = load_world()
    phrases: list[str] = ["a", "an", "the", ",", "and", "while", "left", "right"]
    phrases += [*world.kinds, *world.playable_colours, *_EMPTY, *_GOING, *_FACING]
    phrases += [*world.reserved.motions, *world.reserved.looks]
    phrases += [word for words in (*_SIZES.values(), *_PLACES.values()) for word in words]
    for motion in world.playable_motions:
        phrases += world.motions[motion].words
    for backdrop in world.playable_backdrops:
        phrases += world.backdrops[backdrop].words
    return sorted({word for phrase in phrases for word in words_of(phrase) if word not in "{}"})


def caption(script: Script, rng: random.Random) -> str:
    """A whole scene in at most MAX_WORDS words, actors in any order, up to three of them.

    A held-out motion, colour or backdrop is called by its name, which `vocabulary` lacks.
    """
    for chance in (0.5, 0.5, 0.3, 0.15):
        text = _compose(script, rng, chance)
        if len(words_of(text)) <= MAX_WORDS:
            return text
    return _compose(script, rng, 0.0)


def region_caption(actor: Actor, rng: random.Random) -> str:
    """One actor in words, mostly like "a blue fox walks left"; its hat goes unmentioned."""
    return _actor_words(actor, rng, size_chance=0.3, direction_chance=0.6)


def background_caption(backdrop: str, rng: random.Random) -> str:
    """The stage without its actors, like "an empty stage in the forest"."""
    where = rng.choice(load_world().backdrops[backdrop].words)
    return f"{rng.choice(_EMPTY)} {where}"


def canonical_region_text(kind: str, colour: str, motion: str, facing: str | None = None) -> str:
    """The one phrasing of a region that rendering uses, like "a blue fox walks left".

    `kind` may be a reserved look, then `colour` is not said; `motion` may be a reserved
    motion; `facing` is "left", "right" or None for a text without a direction.
    """
    world = load_world()
    figure = kind if kind in world.reserved.looks else with_article(f"{colour} {kind}".strip())
    known = world.motions.get(motion)
    told = [figure, known.words[0] if known else motion]
    if facing:
        told.append(facing if known and known.locomotion else f"facing {facing}")
    return " ".join(told)


def canonical_background_text(backdrop: str) -> str:
    """The one phrasing of an empty stage that rendering uses."""
    return f"{_EMPTY[0]} {load_world().backdrops[backdrop].words[0]}"


def with_article(noun: str) -> str:
    """The noun with "a" or "an" before it."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _compose(script: Script, rng: random.Random, chance: float) -> str:
    where = rng.choice(load_world().backdrops[script.backdrop].words)
    if not script.actors:
        return background_caption(script.backdrop, rng)
    told = rng.sample(script.actors, min(3, len(script.actors)))
    text = _join((_placed_words(actor, rng, chance) for actor in told), rng)
    if rng.random() < 0.1:
        return text
    return f"{text} {where}" if rng.random() < 0.7 else f"{where} {text}"


def _join(parts: Iterable[str], rng: random.Random) -> str:
    text, *rest = parts
    for part in rest:
        text += rng.choice(_JOINERS) + part
    return text


def _placed_words(actor: Actor, rng: random.Random, chance: float) -> str:
    words = _actor_words(actor, rng, size_chance=0.6 * chance, direction_chance=0.8 * chance)
    if rng.random() >= chance:
        return words
    place = rng.choice(_PLACES[_place_of(actor)])
    first = words.endswith(("left", "right")) or rng.random() < 0.5
    return f"{place} {words}" if first else f"{words} {place}"


def _place_of(actor: Actor) -> str:
    middle = sum(mark.x for mark in actor.marks) / len(actor.marks)
    return "left" if middle < 0.37 else "right" if middle > 0.63 else "middle"


def _actor_words(
    actor: Actor, rng: random.Random, *, size_chance: float, direction_chance: float
) -> str:
    told = [_figure_words(actor, rng, size_chance), _motion_words(actor, rng)]
    if rng.random() < direction_chance:
        travels = load_world().motions[actor.motion].locomotion
        told.append(rng.choice(_GOING if travels else _FACING).format(actor.facing))
    return " ".join(told)


def _figure_words(actor: Actor, rng: random.Random, size_chance: float) -> str:
    if rng.random() < _RESERVED_CHANCE:
        return rng.choice(load_world().reserved.looks)
    noun = f"{actor.colour} {actor.kind}"
    height = sum(mark.height for mark in actor.marks) / len(actor.marks)
    size = "big" if height > _BIG else "small" if height < _SMALL else None
    if size and rng.random() < size_chance:
        noun = f"{rng.choice(_SIZES[size])} {noun}"
    return f"the {noun}" if rng.random() < 0.12 else with_article(noun)


def _motion_words(actor: Actor, rng: random.Random) -> str:
    if rng.random() < _RESERVED_CHANCE:
        return rng.choice(load_world().reserved.motions)
    first, *others = load_world().motions[actor.motion].words
    return first if not others or rng.random() < 0.5 else rng.choice(others)
