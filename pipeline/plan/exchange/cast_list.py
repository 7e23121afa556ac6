"""Who is in a screenplay, and what each of them does in a scene."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.plan.casting import find_kind
from pipeline.plan.draft import DraftCharacter, DraftMotion
from pipeline.plan.exchange.arrivals import unexpected
from pipeline.plan.exchange.fountain import Part
from pipeline.plan.lexicon import load_lexicon
from pipeline.plan.stage import travels
from pipeline.story import MAX_CHARACTERS, slug

STANDS = "stands"
_TALKS = "talks"
_LONGEST_NAME = 100
_NOT_SEEN = {"narrator", "all", "both", "everyone", "everybody", "chorus", "voice"}
_MARKS = ",.;:!?()\"'“”"
_SENTENCE = re.compile(r"(?<=[.!?]) ")


@dataclass
class Person:
    """Someone of the script, and how the action is searched for the name."""

    id: str
    name: str
    look: str = ""

    def __post_init__(self) -> None:
        words = r"\s+".join(map(re.escape, self.name.split()))
        self.seen = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


@dataclass
class Cast:
    """Everyone of the script, and every motion met so far."""

    people: dict[str, Person] = field(default_factory=dict)
    """By name in small letters."""
    motions: dict[str, DraftMotion] = field(default_factory=dict)
    """By words."""


def find_cast(parts: Sequence[Part]) -> Cast:
    """Give who speaks, then who the action names in capitals ('RED FOX' is the FOX who speaks).

    Raises:
        InvalidStoryError: there are more than `MAX_CHARACTERS`.
    """
    cast = Cast()
    for part in parts:
        if part.kind == "speech":
            _add(cast, as_name(part.speaker), part.line)
    for line, run in ((part.line, run) for part in parts for run in _named_in_capitals(part)):
        words = run.lower().split()
        ends = (" ".join(words[n:]) for n in range(len(words)))
        speaker = next((cast.people[end] for end in ends if end in cast.people), None)
        person = speaker or _add(cast, as_name(run), line)
        person.look = person.look or run.lower()
    for person in cast.people.values():
        person.look = _look(person, parts) or person.look
    return cast


def _add(cast: Cast, name: str, line: int) -> Person:
    name = name[:_LONGEST_NAME].strip()
    if name.lower() not in cast.people:
        if len(cast.people) == MAX_CHARACTERS:
            raise unexpected(f"line {line}", f"at most {MAX_CHARACTERS} figures", name)
        taken = [person.id for person in cast.people.values()]
        made = slug(name, fallback="character", taken=taken)
        cast.people[name.lower()] = Person(made, name)
    return cast.people[name.lower()]


def _named_in_capitals(part: Part) -> Iterator[str]:
    """Figures that action names in capitals: those the word lists know as a character."""
    if part.kind != "action":
        return
    for is_upper, words in groupby(part.text.split(), _is_capitals):
        run = " ".join(word.strip(_MARKS) for word in words)
        run = run.removeprefix("A ").removeprefix("AN ").removeprefix("THE ")
        if is_upper and find_kind(run):
            yield run


def _is_capitals(word: str) -> bool:
    return word.strip(_MARKS).isupper()


def as_name(text: str) -> str:
    """Give 'MARA BELL' as 'Mara Bell'; a name that is not all in capitals stays as it is."""
    return " ".join(map(str.capitalize, text.split())) if text.isupper() else text


def _look(person: Person, parts: Sequence[Part]) -> str:
    """What the action says of someone on naming them: 'MARA, a young girl, runs'."""
    for part in parts:
        found = person.seen.search(part.text) if part.kind == "action" else None
        if found:
            after = part.text[found.end() : found.end() + 100]
            look = re.match(r"(?:,| \() ?((?:an?|the) [^,.;:()!?]{2,80})[,.;)]", after)
            return look[1] if look else ""
    return ""


def character_of(person: Person) -> DraftCharacter:
    """Give someone of the script as a character of a story."""
    noun = find_kind(person.name) or find_kind(person.look)
    return DraftCharacter(
        id=person.id, name=person.name, kind=noun[0] if noun else "person", look=person.look
    )


def players_in(parts: Sequence[Part], cast: Cast) -> list[tuple[Person, DraftMotion]]:
    """Give who is seen in a scene, in order of the script's cast, and what each does first."""
    action = [part.text for part in parts if part.kind == "action"]
    speaking = {p.speaker.lower() for p in parts if p.kind == "speech" and not p.off_stage}
    found: list[tuple[Person, DraftMotion]] = []
    for key, person in cast.people.items():
        acts = key not in _NOT_SEEN and any(map(person.seen.search, action))
        if acts or key in speaking - _NOT_SEEN:
            words = _first_motion(person, action) or (_TALKS if key in speaking else STANDS)
            found.append((person, _motion(words, cast)))
    return found


def _first_motion(person: Person, action: Sequence[str]) -> str:
    """The first verb of the body after someone's name in a sentence of the action: 'walks'."""
    lexicon = load_lexicon()
    for sentence in (one for text in action for one in _SENTENCE.split(text)):
        named = person.seen.search(sentence)
        for word in sentence[named.end() :].split() if named else ():
            bare = word.strip(_MARKS).lower()
            if lexicon.motion_of(bare) and lexicon.verbs[bare].tense != "base":
                return lexicon.third_person(lexicon.verbs[bare].lemma)
    return ""


def _motion(words: str, cast: Cast) -> DraftMotion:
    if words not in cast.motions:
        sense = load_lexicon().motion_of(words)
        going = travels(sense.meaning) if sense else False
        cast.motions[words] = DraftMotion(id=slug(words), words=words, locomotion=going)
    return cast.motions[words]
