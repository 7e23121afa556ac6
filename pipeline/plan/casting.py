"""Casting: who of a troupe plays each character, motion and place of a story."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from pipeline.artifacts import Casting, MotionPart, Part, PlacePart
from pipeline.plan.lexicon import Sense, Senses, load_lexicon, played_sense, words_of
from pipeline.plan.troupe import Players
from pipeline.story import Character, Motion, Scene, Story

_NOBODY: Mapping[str, Part] = MappingProxyType({})


def cast_story(
    story: Story, *, troupe: Players, pack: str = "theatre", previous: Casting | None = None
) -> Casting:
    """Cast a story; the same story is always cast alike.

    Words win ('a blue rabbit' is blue); other colours are chosen so that no two characters
    share colour and kind, and no two a colour while there are enough. What `previous` says is
    kept where the troupe still plays it and the story's words have not changed. What was learned
    stays as it was; whether it is there is for `pipeline.playing.with_learned` to say.
    """
    kept = {p.character_id: p for p in (previous.parts if previous else ())}
    moves = {p.motion_id: p for p in (previous.motions if previous else ())}
    places = {p.scene_id: p for p in (previous.places if previous else ())}
    learned = previous.learned if previous and previous.pack == pack else ()
    return Casting(
        pack=pack,
        learned=learned,
        parts=cast_characters(story.characters, troupe, kept),
        motions=tuple(cast_motion(m, troupe, moves.get(m.id)) for m in story.motions),
        places=tuple(_place_part(s, troupe, places.get(s.id)) for s in story.scenes),
    )


def play_part(character: Character, kind: str, colour: str) -> Part:
    """Give the part of a character played by that figure, with the note that says so."""
    lexicon = load_lexicon()
    asked = asked_colour(character)
    same_kind = _is_exactly(lexicon.senses_of_kind(noun_of(character)), kind)
    same_colour = asked is None or _is_exactly((asked,), colour)
    exact = same_kind and same_colour
    told = f"the {character.look}" if same_kind and character.look else called(character)
    note = "" if exact else f"{told} is played by the {colour} {kind}"
    return Part(character_id=character.id, kind=kind, colour=colour, exact=exact, note=note)


def play_motion(motion: Motion, name: str) -> MotionPart:
    """Give the part of a motion played as that motion of the theatre."""
    exact = name in words_of(motion.words) or _is_exactly(motion_senses(motion.words), name)
    lexicon = load_lexicon()
    note = "" if exact else f"{doing(motion)} is played as {lexicon.gerund(name)}"
    return MotionPart(motion_id=motion.id, motion=name, exact=exact, note=note)


def play_place(scene: Scene, backdrop: str) -> PlacePart:
    """Give the part of a scene's place played before that backdrop."""
    exact = wanted_backdrops(scene) == {Sense(backdrop, exact=True)}
    place = scene.setting or "the scene"
    note = "" if exact else f"{place} is played {load_lexicon().where(backdrop)}"
    return PlacePart(scene_id=scene.id, backdrop=backdrop, exact=exact, note=note)


def called(character: Character) -> str:
    """Give what a sentence calls a character: 'Mara', 'the dragon'."""
    name = character.name
    if words_of(name)[-1:] == words_of(character.kind)[-1:] and words_of(name):
        return f"the {name[0].lower()}{name[1:]}"
    return name


def doing(motion: Motion) -> str:
    """Give what a sentence calls a motion: 'dancing', '“gives a parcel”'."""
    return f"“{motion.words}”" if " " in motion.words else load_lexicon().gerund(motion.words)


def find_kind(text: str) -> tuple[str, Senses] | None:
    """Give the first noun of a text that a theatre can play, and who may play it."""
    lexicon = load_lexicon()
    found = ((word, lexicon.senses_of_kind(word)) for word in words_of(text))
    return next(((word, senses) for word, senses in found if senses), None)


def find_colour(text: str) -> Sense | None:
    """Give the first colour of a text."""
    colours = load_lexicon().colours
    return next((colours[word] for word in words_of(text) if word in colours), None)


def find_motion(text: str) -> Sense | None:
    """Give the motion of the first verb of a text that moves the body ('left' is a side)."""
    return next(iter(motion_senses(text)), None)


def motion_senses(text: str) -> Senses:
    """Give all that the verb of `find_motion` may be played as, the best first."""
    lexicon = load_lexicon()
    found = (lexicon.senses_of_motion(word) for word in words_of(text) if word != "left")
    return next((senses for senses in found if senses), ())


@lru_cache(maxsize=4096)
def motion_meaning(words: str) -> frozenset[str]:
    """Give what a motion's words mean, so that two of one meaning share something of it.

    That is what its verb is exactly on the theatre's stage ('twirls': spins), else the verb in its
    base form, else the words themselves.
    """
    exact = frozenset(sense.meaning for sense in motion_senses(words) if sense.exact)
    if exact:
        return exact
    verbs = load_lexicon().verbs
    forms = (verbs[word].lemma for word in words_of(words) if word in verbs and word != "left")
    lemmas = (lemma for lemma in forms if lemma != "be")  # 'is baking'
    return frozenset({next(lemmas, " ".join(words.casefold().split()))})


def find_backdrop(text: str, backdrops: Collection[str]) -> str | None:
    """Give which backdrop shows the place of a text best, or None where it names no place.

    Night and weather go before a place out of doors; an exact word goes before a close one.
    """
    lexicon = load_lexicon()
    words = words_of(text)
    skies = [lexicon.skies[word] for word in words if word in lexicon.skies]
    senses = sorted(_places_in(words), key=lambda sense: not sense.exact)
    indoors = [sense.meaning for sense in senses[:1] if sense.meaning == "room"]
    order = [*indoors, *skies, *(sense.meaning for sense in senses)]
    return next((name for name in order if name in backdrops), None)


def named_backdrop(scene: Scene, backdrops: Collection[str]) -> str | None:
    """Give the backdrop that shows what a scene's words name, None where none does exactly."""
    texts = (scene.background, scene.setting)
    found = next(filter(None, (find_backdrop(text, backdrops) for text in texts)), None)
    return found if found and Sense(found, exact=True) in wanted_backdrops(scene) else None


def wanted_backdrops(scene: Scene) -> set[Sense]:
    """Give all that a scene's words ask to be seen behind it: its place, outdoors its sky too."""
    lexicon = load_lexicon()
    for text in (scene.background, scene.setting):
        words = words_of(text)
        places = sorted(_places_in(words), key=lambda sense: not sense.exact)
        skies = {Sense(lexicon.skies[word], exact=True) for word in words if word in lexicon.skies}
        if places and places[0].meaning == "room":
            return {places[0]}
        if places or skies:
            return {*places[:1], *skies}
    return set()


def _places_in(words: Iterable[str]) -> list[Sense]:
    places = load_lexicon().places
    return [sense for word in words for sense in places.get(word, ())]


def cast_characters(
    characters: tuple[Character, ...], troupe: Players, previous: Mapping[str, Part] = _NOBODY
) -> tuple[Part, ...]:
    """Give every character its part; `previous` by character id is kept where it still holds."""
    cast: dict[str, Part] = {}
    for character in characters:
        part = previous.get(character.id)
        if part and _still_holds(character, part, troupe):
            cast[character.id] = part
    named = [c for c in characters if asked_colour(c)]
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
    noun = noun_of(character)
    if noun in troupe.kinds:
        return noun
    senses = load_lexicon().senses_of_kind(noun) or (Sense("witch", exact=False),)
    sense = played_sense(senses, troupe.kinds)
    return sense.meaning if sense else troupe.kinds[0]


def _choose_colour(character: Character, kind: str, troupe: Players, cast: Iterable[Part]) -> str:
    """The colour asked for, else the natural one, else one nobody has yet."""
    lexicon = load_lexicon()
    taken = {(part.kind, part.colour) for part in cast}
    worn = {colour for _, colour in taken}
    asked = asked_colour(character)
    if asked and asked.meaning in troupe.colours and (kind, asked.meaning) not in taken:
        return asked.meaning
    natural = lexicon.natural_colours.get(noun_of(character)) or lexicon.kind_colours.get(kind, "")
    wishes = [natural] if natural in troupe.colours else []
    order = [*wishes, *troupe.colours]
    free = [c for c in order if c not in worn] or [c for c in order if (kind, c) not in taken]
    return (free or order)[0]


def cast_motion(motion: Motion, troupe: Players, previous: MotionPart | None = None) -> MotionPart:
    """Give how the troupe plays a motion; `previous` is kept where it still holds.

    A motion that the troupe can be taught is never played as another one: its part says that it is
    to learn. The part is the one without a prior: 'learned' is said by who knows the priors.
    """
    exact = _exact_motion(motion, (*troupe.motions, *troupe.learnable))
    if exact and exact not in troupe.motions:
        return play_motion(motion, exact).model_copy(update={"state": "to_learn"})
    if previous and previous.motion in troupe.motions:
        again = play_motion(motion, previous.motion)
        if again == previous.model_copy(update={"state": "known"}):
            return again
    return play_motion(motion, exact or stand_in(motion, troupe))


def stand_in(motion: Motion, troupe: Players) -> str:
    """Give the nearest motion that a troupe plays already."""
    found = played_sense(motion_senses(motion.words), troupe.motions)
    wanted = found.meaning if found else "walks" if motion.locomotion else "stands"
    return wanted if wanted in troupe.motions else troupe.motions[0]


def _exact_motion(motion: Motion, names: Collection[str]) -> str | None:
    """Which of those motions the words name: by its own name, or by a verb that means it."""
    lexicon = load_lexicon()
    words = [word for word in words_of(motion.words) if word != "left"]
    senses = (sense for word in words for sense in lexicon.senses_of_motion(word) if sense.exact)
    named = [word for word in words if word in names]
    return next((n for n in [*named, *(s.meaning for s in senses)] if n in names), None)


def _place_part(scene: Scene, troupe: Players, previous: PlacePart | None) -> PlacePart:
    if previous and previous.backdrop in troupe.backdrops:
        again = play_place(scene, previous.backdrop)
        if again == previous:
            return previous
    found = [find_backdrop(text, troupe.backdrops) for text in (scene.background, scene.setting)]
    return play_place(scene, next(filter(None, found), troupe.backdrops[0]))


def asked_colour(character: Character) -> Sense | None:
    """Give the colour that the story gives a character."""
    return find_colour(character.look) or find_colour(character.kind)


def noun_of(character: Character) -> str:
    """Give the noun a character is: the last known word of its kind, else of its look or name."""
    lexicon = load_lexicon()
    for text in (character.kind, character.look, character.name):
        known = [word for word in words_of(text) if lexicon.kind_of(word)]
        if known:
            return lexicon.singular(known[-1])
    return re.sub(r"\W+", "-", character.kind.lower())


def _is_exactly(senses: Senses, name: str) -> bool:
    return Sense(name, exact=True) in senses
