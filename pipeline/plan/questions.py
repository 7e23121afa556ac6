"""Casting questions: who plays a character that the troupe does not have, and the answer to it."""

from __future__ import annotations

from pipeline.artifacts import Casting, Part
from pipeline.errors import InputError
from pipeline.plan.casting import asked_colour, called, noun_of, play_part
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.troupe import Players
from pipeline.story import Character, Record, Story

Figure = tuple[str, str]
"""Kind and colour of a figure of the troupe."""


class Question(Record):
    """Who plays a character that somebody stands in for.

    `asks` is the question in words; `choices` are the figures that nobody else plays, the present
    one first, then those of its kind.
    """

    character_id: str
    asks: str
    choices: tuple[Figure, ...]


def casting_questions(story: Story, casting: Casting, troupe: Players) -> tuple[Question, ...]:
    """Give a question for each character that is neither played as it is written nor learned."""
    parts = {part.character_id: part for part in casting.parts}
    return tuple(
        Question(
            character_id=character.id,
            asks=_asks(character, parts[character.id], troupe),
            choices=_choices(parts[character.id], casting, troupe),
        )
        for character in story.characters
        if character.id in parts
        and not parts[character.id].exact
        and not casting.learned_of(character_id=character.id)
    )


def recast(
    casting: Casting, story: Story, character_id: str, kind: str, colour: str, troupe: Players
) -> Casting:
    """Give the casting in which that figure plays the character; everything else stays.

    `cast_story` keeps the choice as long as the character's words stay the same.

    Raises:
        InputError: there is no such character or figure, or the figure plays somebody else.
    """
    character = next((c for c in story.characters if c.id == character_id), None)
    if character is None:
        known = ", ".join(c.id for c in story.characters) or "none"
        raise InputError(
            f"the story has no character {character_id!r}", hint=f"Its characters: {known}."
        )
    _check_figure(kind, colour, troupe)
    others = [part for part in casting.parts if part.character_id != character_id]
    taken = next((p for p in others if (p.kind, p.colour) == (kind, colour)), None)
    if taken is not None:
        raise InputError(
            f"the {colour} {kind} plays {called(story.character(taken.character_id))} already",
            hint="Choose another figure, or recast that one first.",
        )
    chosen = {part.character_id: part for part in casting.parts}
    chosen[character_id] = play_part(character, kind, colour)
    return casting.model_copy(update={"parts": tuple(chosen.values())})


def _check_figure(kind: str, colour: str, troupe: Players) -> None:
    for name, names, what in ((kind, troupe.kinds, "kind"), (colour, troupe.colours, "colour")):
        if name not in names:
            raise InputError(
                f"this troupe has no {what} {name!r}", hint=f"Choose from {', '.join(names)}."
            )


def _asks(character: Character, part: Part, troupe: Players) -> str:
    """'There is no dragon in this troupe. Who plays it?'."""
    noun = noun_of(character) or "figure"
    colour = asked_colour(character)
    wanted = noun
    if not character.kind and load_lexicon().kind_of(noun) is None:
        return f"Who plays {called(character)}?"
    if load_lexicon().kind_of(noun) is None:
        wanted = character.kind or "figure"
    elif noun in troupe.kinds and part.kind == noun and colour:
        word = next(w for w in words_of(character.look or character.kind) if _names(w))
        other = "other " if colour.meaning in troupe.colours and colour.exact else ""
        wanted = f"{other}{word} {noun}"
    elif noun in troupe.kinds:
        return f"Who plays {called(character)}?"
    name = called(character)
    whom = "it" if name.startswith("the ") else name
    return f"There is no {wanted} in this troupe. Who plays {whom}?"


def _names(word: str) -> bool:
    return word in load_lexicon().colours


def _choices(part: Part, casting: Casting, troupe: Players) -> tuple[Figure, ...]:
    now = (part.kind, part.colour)
    taken = {(p.kind, p.colour) for p in casting.parts} - {now}
    every = [(kind, colour) for kind in troupe.kinds for colour in troupe.colours]
    order = sorted(every, key=lambda figure: (figure != now, figure[0] != part.kind))
    return tuple(figure for figure in order if figure not in taken)
