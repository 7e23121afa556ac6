"""Reads a note about one scene: what is to change of its place, its figures, what they do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.errors import InputError
from pipeline.plan.acting import first_and_last, motions_in
from pipeline.plan.casting import called, noun_of
from pipeline.plan.clauses import read_clause
from pipeline.plan.lexicon import WORD, load_lexicon, words_of
from pipeline.plan.phrases import Place, find_phrases, find_places, find_skies
from pipeline.plan.reading import GROUP_COLOURS, Figure, Idea, Mention, find_mentions
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
_NOT = re.compile(
    r"\b(?:not|never|nobody|nothing|neither|nor|except|instead of|rather than|they but"
    r"|\w+n['\u2019]t)\b",
    re.I,
)
_REMOVE = re.compile(
    r"^(?:\W*(?:please|but)\s+)*(?:without|remove|drop|delete|take|no|stop(?=\s+the\b))\b", re.I
)
_BE_AT = re.compile(r"^\W*(?:please\s+)?(?:make|let)\s+it\s+(?:be\s+)?(?=(?:an?|the)\b)", re.I)
_ADD = re.compile(
    r"^(?:\W*(?:please|but|and)\s+)*(?:add|bring|put|include|insert|with|also|plus)\b", re.I
)
_DAY = frozenset(
    ["day", "daytime", "daylight", "sun", "sunny", "sunshine", "morning", "noon", "bright"]
)
_CLOSER = frozenset(["closer", "nearer", "near", "close-up", "closeup", "in"])
_WIDER = frozenset(["wider", "further", "farther", "away", "back", "out"])
_SHOT_WORDS = (_CLOSER | _WIDER | {"zoom"}) - {"near", "in", "away", "back", "out"}
_THEY = re.compile(r"\b(?:they|them)\b", re.I)
_IDLE = frozenset([
    "add", "bring", "put", "include", "insert", "plus", "make", "let", "please", "scene", "turn",
    "set", "change", "move", "remove", "drop", "delete", "take", "stop", "play", "plays", "happen",
    "happens", "get", "gets", "start", "starts", "begin", "begins", "fall", "falls", "hello",
    "place", "setting", "time", "weather",
])  # fmt: skip
"""Words of a note that ask for nothing by themselves, beside the lexicon's function words."""
_TELLING = frozenset(["morning", "evening", "two", "three", "four", "five", "six", "seven"])
"""Function words that a note must not lose."""
_GIFTS = frozenset(["parcel", "gift", "present"])
_EVERYONE = re.compile(r"\b(?:everyone|everybody|all of them|both of them|both|all)\b", re.I)


@dataclass
class Wish:
    """What a note asks for; what is None or empty stays as it is."""

    place: Place | None = None
    skies: tuple[str, ...] | None = None
    """Backdrops of the time of day and the weather; none of them is a clear day."""
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
        InputError: a word of it is not understood, it says what shall not be, or who is to go is
            not in the scene.
    """
    present = [c for c in story.characters if c.id in _ids_in(scene)]
    people = [*present, *(c for c in story.characters if c not in present)]
    wish = Wish()
    doers: tuple[int, ...] = ()
    for part in filter(None, map(str.strip, _PARTS.split(_named(note, people)))):
        doers = _read_part(part, people, present, scene, wish, doers) or doers
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
    part: str,
    people: Sequence[Character],
    present: Sequence[Character],
    scene: Scene,
    wish: Wish,
    last: tuple[int, ...],
) -> tuple[int, ...]:
    """Read a part into the wish; give who does something in it. `last` did so before."""
    if _NOT.search(part):
        raise InputError(
            f"“{part[:80]}” says what shall not be",
            hint="Say what it shall be instead, such as “make it day” or “the fox sleeps”.",
        )
    if _REMOVE.match(part):
        _check_understood(part, _read_removal(part, people, present, scene, wish))
        return ()
    known = len(wish.figures)
    idea = _idea_of(part, people, wish)
    ids = [*(person.id for person in people), *(f"#{i}" for i in range(len(wish.figures)))]
    before = {i: wish.doing[ids[i]] for i in last}
    doing = _read_acts(part, idea, len(present), before)
    for figure, words in doing.items():
        wish.doing[ids[figure]] = words
    if not _ADD.match(part) and not any(figure >= len(people) + known for figure in doing):
        del wish.figures[known:]  # who is only spoken of, as in 'the king's castle'
    idea = _idea(people, wish.figures)
    mentions = find_mentions(part, idea, last=tuple(range(len(present))))
    told = [i for mention in mentions for i in mention.figures]
    if _ADD.match(part) or doing:
        _bring(told, doing, people, present, wish)
    used = _words_of_acts(doing, people) | _words_of_figures(mentions, people, wish.figures)
    if not told and (shot := _shot_in(part, scene.shot_size)):
        wish.shot = shot
        used |= {*SIZES, *_CLOSER, *_WIDER, "zoom", "shot"}
    _check_understood(part, used | _read_place(part, wish))
    return tuple(doing)


def _check_understood(part: str, used: set[str]) -> None:
    """Refuse a part of a note with a word that changes nothing."""
    lexicon = load_lexicon()
    idle = (lexicon.function_words - _TELLING) | _IDLE | used
    words = zip(WORD.findall(part), words_of(part), strict=True)
    lost = next((t for t, w in words if w not in idle and lexicon.singular(w) not in used), "")
    if lost:
        what = "" if lost == part else f" in “{part[:80]}”"
        raise InputError(f"“{lost}”{what} is not understood", hint=UNDERSTOOD)


def _bring(
    told: Sequence[int],
    doing: Mapping[int, tuple[str, ...]],
    people: Sequence[Character],
    present: Sequence[Character],
    wish: Wish,
) -> None:
    """Bring the people in whom the note names and who are not there."""
    named = [people[i] for i in dict.fromkeys(told) if i < len(people)]
    new = [one.id for one in named if one not in present and one.id not in wish.added]
    if named and not (new or doing or wish.figures):
        raise InputError(
            f"{called(named[0])} is in this scene already", hint="Say what changes there."
        )
    wish.added += new


def _words_of_acts(doing: Mapping[int, tuple[str, ...]], people: Sequence[Character]) -> set[str]:
    """Every form of the verbs that somebody does, and whom or what they may be done to."""
    verbs = load_lexicon().verbs
    lemmas = {verbs[words].lemma for acts in doing.values() for words in acts}
    forms = {word for word, form in verbs.items() if form.lemma in lemmas}
    partners = {word for person in people for word in words_of(person.name)} if doing else set()
    return forms | partners | (_GIFTS if "give" in lemmas else set())


def _words_of_figures(
    mentions: Sequence[Mention], people: Sequence[Character], new: Sequence[Figure]
) -> set[str]:
    """The words that say whom a note means, and how many."""
    looks = [f"{c.name} {c.kind} {c.look}" for c in people] + [figure.look for figure in new]
    meant = {i for mention in mentions for i in mention.figures}
    counts = {(m.phrase.determiner, len(m.figures)) for m in mentions if m.phrase}
    words = {word for i in meant for word in words_of(looks[i])}
    return words | {word for word, count in counts if count == {"two": 2, "three": 3}.get(word)}


def _read_removal(
    part: str, people: Sequence[Character], present: Sequence[Character], scene: Scene, wish: Wish
) -> set[str]:
    """Read who is to go, or which weather; give the words that say so."""
    skies = load_lexicon().skies
    mentions = find_mentions(part, _idea(people, ()))
    meant = {i for mention in mentions for i in mention.figures}
    if _THEY.search(part):
        meant = set(range(len(present)))
    gone = [people[i].id for i in sorted(meant) if people[i] in present]
    now = wish.skies or find_skies(f"{scene.setting}. {scene.background}")
    ending = {word: skies[word] for word in words_of(part) if skies.get(word) in now}
    if not gone and not ending:
        here = ", ".join(map(called, present)) or "nobody"
        raise InputError(
            f"what is to go (“{part.strip()[:80]}”) is not in this scene",
            hint=f"In it: {', '.join([here, *now])}.",
        )
    wish.removed += gone
    if ending:
        wish.skies = tuple(sky for sky in now if sky not in ending.values())
    there = [m for m in mentions if any(people[i] in present for i in m.figures)]
    return _words_of_figures(there, people, ()) | set(ending)


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
            for colour in GROUP_COLOURS[: phrase.count] if phrase.count > 1 else [""]:
                wish.figures.append(Figure(phrase.noun, "", phrase.adjectives, colour))
            nouns.add(phrase.noun)
    return _idea(people, wish.figures)


def _read_acts(
    part: str, idea: Idea, present: int, before: Mapping[int, tuple[str, ...]]
) -> dict[int, tuple[str, ...]]:
    """Who does what; a verb alone is for who did something `before`, else for everyone."""
    here = tuple(range(present))
    clause = read_clause(part, idea, last=here)
    bare = not clause.mentions and not clause.places
    if bare:
        clause = read_clause(f"they {part}", idea)
    acts = motions_in(clause)
    if bare or re.match(r"\W*(?:let |make )?(?:they|them)\b", part, re.IGNORECASE):
        together = next(iter(acts.values()), ())
        doers = before if bare and before else dict.fromkeys(here, ())
        acts = {i: (*done, *together) for i, done in doers.items() if together}
    most = max((len(set(words)) for words in acts.values()), default=0)
    if most > 2:
        raise InputError(
            f"{most} motions one after the other; a scene has room for two",
            hint="Leave some out, or note them for the next scene.",
        )
    return {i: first_and_last(words) for i, words in acts.items()}


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


def _read_place(part: str, wish: Wish) -> set[str]:
    """Read where and under which sky it shall be; give the words that say so."""
    lexicon, words = load_lexicon(), words_of(part)
    skies = find_skies(part)
    day = _DAY.intersection(words)
    if skies or day:
        wish.skies = skies
    places = find_places(_BE_AT.sub("at ", part))
    if not places and len(words) <= 3:
        nouns = [word for word in words if word in lexicon.places]
        places = [Place(f"the {noun}", lexicon.where(noun), noun) for noun in nouns]
    under = {word for word in words if lexicon.skies.get(word) in skies}
    if not places:
        return under | day
    told = places[-1].words.split()
    wish.place = replace(places[-1], words=" ".join(w for w in told if w not in under | day))
    return under | day | set(words_of(places[-1].words))
