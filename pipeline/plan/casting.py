"""Casting: who of a troupe plays each character, motion and place of a story."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pipeline.artifacts import Casting, MotionPart, Part, PlacePart
from pipeline.plan.lexicon import Sense, load_lexicon, words_of
from pipeline.plan.troupe import Players
from pipeline.story import Character, Motion, Scene, Story

_NOBODY: Mapping[str, Part] = MappingProxyType({})


def cast_story(
    story: Story, *, troupe: Players, pack: str = "theatre", previous: Casting | None = None
) -> Casting:
    """Cast a story; the same story is always cast alike.

    Words win ('a blue rabbit' is blue); other colours are chosen so that no two characters
    share colour and kind, and no two a colour while there are enough. What `previous` says is
    kept where the troupe still plays it and the story's words have not changed.
    """
    kept = {p.character_id: p for p in (previous.parts if previous else ())}
    moves = {p.motion_id: p for p in (previous.motions if previous else ())}
    places = {p.scene_id: p for p in (previous.places if previous else ())}
    return Casting(
        pack=pack,
        parts=cast_characters(story.characters, troupe, kept),
        motions=tuple(cast_motion(m, troupe, moves.get(m.id)) for m in story.motions),
        places=tuple(_place_part(s, troupe, places.get(s.id)) for s in story.scenes),
    )


def play_part(character: Character, kind: str, colour: str) -> Part:
    """Give the part of a character played by that figure, with the note that says so."""
    lexicon = load_lexicon()
    asked = find_colour(character.look) or find_colour(character.kind)
    same_kind = _meant(lexicon.kind_of(_noun(character)), kind)
    same_colour = asked is None or _meant(asked, colour)
    exact = same_kind and same_colour
    told = f"the {character.look}" if same_kind and character.look else called(character)
    note = "" if exact else f"{told} is played by the {colour} {kind}"
    return Part(character_id=character.id, kind=kind, colour=colour, exact=exact, note=note)


def play_motion(motion: Motion, name: str) -> MotionPart:
    """Give the part of a motion played as that motion of the troupe."""
    verb = find_motion(motion.words)
    exact = name in words_of(motion.words) or _meant(verb, name)
    lexicon = load_lexicon()
    told = lexicon.gerund(motion.words) if " " not in motion.words else f"“{motion.words}”"
    note = "" if exact else f"{told} is played as {lexicon.gerund(name)}"
    return MotionPart(motion_id=motion.id, motion=name, exact=exact, note=note)


def play_place(scene: Scene, backdrop: str) -> PlacePart:
    """Give the part of a scene's place played before that backdrop."""
    exact = _meant(find_place(scene.background) or find_place(scene.setting), backdrop)
    lexicon = load_lexicon()
    place = scene.setting or "the scene"
    note = "" if exact else f"{place} is played {lexicon.where(backdrop)}"
    return PlacePart(scene_id=scene.id, backdrop=backdrop, exact=exact, note=note)


def called(character: Character) -> str:
    """Give what a sentence calls a character: 'Mara', 'the dragon'."""
    name = character.name
    if words_of(name)[-1:] == words_of(character.kind)[-1:] and words_of(name):
        return f"the {name[0].lower()}{name[1:]}"
    return name


def find_kind(text: str) -> tuple[str, Sense] | None:
    """Give the first noun of a text that the troupe can play, and its meaning."""
    lexicon = load_lexicon()
    found = ((word, lexicon.kind_of(word)) for word in words_of(text))
    return next(((word, sense) for word, sense in found if sense), None)


def find_colour(text: str) -> Sense | None:
    """Give the first colour of a text."""
    return _first(load_lexicon().colours.get(word) for word in words_of(text))


def find_motion(text: str) -> Sense | None:
    """Give the motion of the first verb of a text that moves the body ('left' is a side)."""
    words = [word for word in words_of(text) if word != "left"]
    return _first(load_lexicon().motion_of(word) for word in words)


def find_place(text: str) -> Sense | None:
    """Give the backdrop that a text names; an exact word goes before a close one."""
    places = load_lexicon().places
    senses = [places[word] for word in words_of(text) if word in places]
    return _first([s for s in senses if s.exact] or senses)


def cast_characters(
    characters: tuple[Character, ...], troupe: Players, previous: Mapping[str, Part] = _NOBODY
) -> tuple[Part, ...]:
    """Give every character its part; `previous` by character id is kept where it still holds."""
    cast: dict[str, Part] = {}
    for character in characters:
        part = previous.get(character.id)
        if part and _still_holds(character, part, troupe):
            cast[character.id] = part
    named = [c for c in characters if find_colour(c.look) or find_colour(c.kind)]
    for character in [*named, *(c for c in characters if c not in named)]:
        if character.id not in cast:
            kind = choose_kind(character, troupe)
            colour = _choose_colour(character, kind, troupe, cast.values())
            cast[character.id] = play_part(character, kind, colour)
    return tuple(cast[c.id] for c in characters)


def _still_holds(character: Character, part: Part, troupe: Players) -> bool:
    if part.kind not in troupe.kinds or part.colour not in troupe.colours:
        return False
    again = play_part(character, part.kind, part.colour)
    return again.exact == part.exact and (part.exact or again.note == part.note)


def choose_kind(character: Character, troupe: Players) -> str:
    """Give the kind of the troupe that stands for a character."""
    noun = _noun(character)
    if noun in troupe.kinds:
        return noun
    sense = load_lexicon().kind_of(noun) or Sense("witch", exact=False)
    return sense.meaning if sense.meaning in troupe.kinds else troupe.kinds[0]


def _choose_colour(character: Character, kind: str, troupe: Players, cast: Iterable[Part]) -> str:
    """The colour asked for, else the natural one, else one nobody has yet."""
    lexicon = load_lexicon()
    taken = {(part.kind, part.colour) for part in cast}
    worn = {colour for _, colour in taken}
    asked = find_colour(character.look) or find_colour(character.kind)
    if asked and asked.meaning in troupe.colours and (kind, asked.meaning) not in taken:
        return asked.meaning
    natural = lexicon.natural_colours.get(_noun(character)) or lexicon.kind_colours.get(kind, "")
    wishes = [natural] if natural in troupe.colours else []
    order = [*wishes, *troupe.colours]
    free = [c for c in order if c not in worn] or [c for c in order if (kind, c) not in taken]
    return (free or order)[0]


def cast_motion(motion: Motion, troupe: Players, previous: MotionPart | None = None) -> MotionPart:
    """Give how the troupe plays a motion; `previous` is kept where it still holds."""
    if previous and previous.motion in troupe.motions:
        again = play_motion(motion, previous.motion)
        if again == previous:
            return previous
    known = next((w for w in words_of(motion.words) if w in troupe.motions), None)
    sense = find_motion(motion.words)
    name = known or (sense.meaning if sense else _fallback_motion(motion, troupe))
    return play_motion(motion, name if name in troupe.motions else troupe.motions[0])


def _fallback_motion(motion: Motion, troupe: Players) -> str:
    wanted = "walks" if motion.locomotion else "stands"
    return wanted if wanted in troupe.motions else troupe.motions[0]


def _place_part(scene: Scene, troupe: Players, previous: PlacePart | None) -> PlacePart:
    if previous and previous.backdrop in troupe.backdrops:
        again = play_place(scene, previous.backdrop)
        if again == previous:
            return previous
    sense = find_place(scene.background) or find_place(scene.setting)
    backdrop = sense.meaning if sense else troupe.backdrops[0]
    return play_place(scene, backdrop if backdrop in troupe.backdrops else troupe.backdrops[0])


def _noun(character: Character) -> str:
    """The noun a character is: the last known word of its kind, else of its look or name."""
    lexicon = load_lexicon()
    for text in (character.kind, character.look, character.name):
        known = [word for word in words_of(text) if lexicon.kind_of(word)]
        if known:
            return lexicon.singular(known[-1])
    return re.sub(r"\W+", "-", character.kind.lower())


def _meant(sense: Sense | None, name: str) -> bool:
    return sense is not None and sense.exact and sense.meaning == name


def _first(senses: Iterable[Sense | None]) -> Sense | None:
    return next((sense for sense in senses if sense), None)
