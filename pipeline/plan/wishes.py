"""Reads a note about one scene: what is to change of its place, its figures, what they do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.errors import InputError
from pipeline.plan.acting import first_and_last, motions_in
from pipeline.plan.casting import called, noun_of
from pipeline.plan.clauses import read_clause
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.phrases import Place, find_phrases, find_places, find_sky
from pipeline.plan.reading import Figure, Idea, find_mentions
from pipeline.plan.staging import SIZES
from pipeline.story import Character, Scene, ShotSize, Story

UNDERSTOOD = (
    "A note can say: when or what weather (“make it night”), where (“at the beach”), what somebody "
    "does (“the fox dances”), “add a bear”, “without the robot”, “closer” or “wider”."
)
_PARTS = re.compile(
    r"[,;.!?]\s*|\s+and\s+(?=(?:make|let|add|remove|drop|delete|without|closer|wider|zoom|at|in|on"
    r"|by|it)\b)",
    re.IGNORECASE,
)
_REMOVE = re.compile(r"^(?:\W*(?:please|but)\s+)*(?:without|remove|drop|delete|take|no)\b", re.I)
_ADD = re.compile(
    r"^(?:\W*(?:please|but|and)\s+)*(?:add|bring|put|include|insert|with|also|plus)\b", re.I
)
_DAY = frozenset(["day", "daytime", "daylight", "sunny", "sunshine", "morning", "noon"])
_CLOSER = frozenset(["closer", "nearer", "near", "close-up", "closeup", "in"])
_WIDER = frozenset(["wider", "further", "farther", "away", "back", "out"])
_SHOT_WORDS = (_CLOSER | _WIDER | {"zoom"}) - {"near", "in", "away", "back", "out"}
_THEY = re.compile(r"\b(?:they|them)\b", re.I)
_EVERYONE = re.compile(r"\b(?:everyone|everybody|all of them|both of them|both|all)\b", re.I)


@dataclass
class Wish:
    """What a note asks for; what is None or empty stays as it is."""

    place: Place | None = None
    sky: str | None = None
    """Backdrop of a time of day or weather; empty for a clear day."""
    shot: ShotSize | None = None
    removed: list[str] = field(default_factory=list)
    """Ids of characters."""
    added: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    """Who is new to the story; `doing` names them by their number, as '#0'."""
    doing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """One or two motion words by id of a character, or number of a new figure."""

    @property
    def is_empty(self) -> bool:
        """Whether the note asks for nothing that is known."""
        return self == Wish()


def read_note(note: str, story: Story, scene: Scene) -> Wish:
    """Read a note about a scene.

    Raises:
        InputError: nothing in it is understood, or who is to go is not in the scene.
    """
    present = [c for c in story.characters if c.id in _ids_in(scene)]
    people = [*present, *(c for c in story.characters if c not in present)]
    wish = Wish()
    for part in filter(None, map(str.strip, _PARTS.split(_named(note, people)))):
        _read_part(part, people, present, scene, wish)
    if wish.is_empty:
        raise InputError(f"the note “{note.strip()[:80]}” is not understood", hint=UNDERSTOOD)
    return wish


def _named(note: str, people: Sequence[Character]) -> str:
    """The note with names as the story writes them, and 'they' for everyone."""
    for person in people:
        if not load_lexicon().kind_of(person.name):
            note = re.sub(rf"\b{re.escape(person.name)}\b", person.name, note, flags=re.I)
    return _EVERYONE.sub("they", note)


def _ids_in(scene: Scene) -> set[str]:
    return {region.character_id for region in scene.regions if region.character_id}


def _read_part(
    part: str, people: Sequence[Character], present: Sequence[Character], scene: Scene, wish: Wish
) -> None:
    if _REMOVE.match(part):
        wish.removed += _who_goes(part, people, present)
        return
    known = len(wish.figures)
    idea = _idea_of(part, people, wish)
    doing = _read_acts(part, idea, len(present))
    ids = [*(person.id for person in people), *(f"#{i}" for i in range(len(wish.figures)))]
    for figure, words in doing.items():
        wish.doing[ids[figure]] = words
    if not _ADD.match(part) and not any(figure >= len(people) + known for figure in doing):
        del wish.figures[known:]  # who is only spoken of, as in 'the king's castle'
    told = [i for mention in find_mentions(part, idea) for i in mention.figures]
    if _ADD.match(part) or doing:
        named = [people[i] for i in dict.fromkeys(told) if i < len(people)]
        new = [one.id for one in named if one not in present and one.id not in wish.added]
        if named and not (new or doing or wish.figures):
            raise InputError(
                f"{called(named[0])} is in this scene already", hint="Say what changes there."
            )
        wish.added += new
    if not told and (shot := _shot_in(part, scene.shot_size)):
        wish.shot = shot
    _read_place(part, wish)


def _who_goes(part: str, people: Sequence[Character], present: Sequence[Character]) -> list[str]:
    idea = _idea(people, ())
    mentioned = {i for mention in find_mentions(part, idea) for i in mention.figures}
    if _THEY.search(part):
        mentioned = set(range(len(present)))
    gone = [people[i].id for i in sorted(mentioned) if people[i] in present]
    if not gone:
        here = ", ".join(map(called, present)) or "nobody"
        raise InputError(
            f"who is to go (“{part.strip()[:80]}”) is not in this scene",
            hint=f"In it: {here}.",
        )
    return gone


def _idea(people: Sequence[Character], new: Sequence[Figure]) -> Idea:
    figures = tuple(Figure(noun_of(c), "" if _is_noun(c) else c.name) for c in people)
    return Idea("", (), (*figures, *new), past=False, names=True)


def _is_noun(character: Character) -> bool:
    return load_lexicon().kind_of(words_of(character.name or "x")[-1]) is not None


def _idea_of(part: str, people: Sequence[Character], wish: Wish) -> Idea:
    """Everyone the part can mean: the cast, and who it names for the first time."""
    nouns = {noun_of(person) for person in people}
    for phrase in find_phrases(part, names=False):
        if phrase.possessive:
            continue
        if phrase.noun not in nouns or phrase.determiner == "another":
            wish.figures.append(Figure(phrase.noun, adjectives=phrase.adjectives))
            nouns.add(phrase.noun)
    return _idea(people, wish.figures)


def _read_acts(part: str, idea: Idea, present: int) -> dict[int, tuple[str, ...]]:
    """Who does what; a verb alone is for everyone in the scene."""
    here = tuple(range(present))
    clause = read_clause(part, idea, last=here)
    bare = not clause.mentions and not clause.places
    if bare:
        clause = read_clause(f"they {part}", idea)
    acts = {i: first_and_last(words) for i, words in motions_in(clause).items()}
    if bare or re.match(r"\W*(?:let |make )?(?:they|them)\b", part, re.IGNORECASE):
        together = next(iter(acts.values()), None)
        return dict.fromkeys(here, together) if together else {}
    return acts


def _shot_in(part: str, now: ShotSize) -> ShotSize | None:
    """The shot a part asks for: by name, or one step from the present one."""
    words = re.findall(r"[a-z]+(?:-[a-z]+)?", part.lower())
    named: ShotSize | None = next((s for s in SIZES if s in words and "shot" in words), None)
    if named or not _SHOT_WORDS.intersection(words):
        return named
    step = 1 if _CLOSER.intersection(words) else -1 if _WIDER.intersection(words) else 0
    at = SIZES.index(now) + step
    if step and not 0 <= at < len(SIZES):
        raise InputError(
            f"the shot is as {'close' if step > 0 else 'wide'} as it gets",
            hint="Drag the boxes to make the figures larger or smaller.",
        )
    return SIZES[at] if step else None


def _read_place(part: str, wish: Wish) -> None:
    lexicon, words = load_lexicon(), words_of(part)
    sky = find_sky(part)
    wish.sky = sky if sky else "" if _DAY.intersection(words) else wish.sky
    places = find_places(part)
    if not places and len(words) <= 3:
        nouns = [word for word in words if word in lexicon.places]
        places = [Place(f"the {noun}", lexicon.where(noun), noun) for noun in nouns]
    wish.place = places[-1] if places else wish.place
