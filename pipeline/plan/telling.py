"""Tells a story's scenes: the idea's own clauses, and beats that fit round them."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.plan.acting import first_and_last, motions_in
from pipeline.plan.clauses import Clause, has_verb
from pipeline.plan.lexicon import POSSESSIVE, load_lexicon, words_of
from pipeline.plan.measures import MOST_TOGETHER
from pipeline.plan.phrases import Phrase, Place, find_places, find_sky
from pipeline.plan.reading import Figure, Idea, Mention

_FILE = Path(__file__).with_name("beats.json")
_ROOM = "little house"
BEATS = ("home", "wish", "meeting", "trouble", "turn", "rest")
_CUES = {
    "home": "live dwell once born",
    "wish": "want wish dream hope long need love decide set leave search seek",
    "meeting": "meet befriend friend discover",
    "trouble": "lose storm break steal fall trap hide forget attack fight fear dark angry curse "
    "vanish disappear danger fire flood cry quarrel destroy threaten catch miss afraid sad",
    "turn": "learn help save rescue together solve win defeat teach share repair fix forgive "
    "escape realise realize finally",
    "rest": "home return sleep happily end celebrate forever marry peace rest dance sing",
}
_STOPS = (".", "!", "?", "…", "。", "\uff01", "\uff1f", '"', "”")
_TENSED = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_START = re.compile(r"(?:^|(?<=[.!?] ))[“\"]?[a-zà-ÿ]")


@dataclass(frozen=True)
class Beat:
    """A scene as it is told: words, who does what, and where.

    `acts` gives by figure the words of one motion, or of one and then another.
    """

    title: str
    narration: str
    acts: Mapping[int, tuple[str, ...]]
    place: Place
    light: str
    leaving: bool = False
    """Whether who walks goes away from the other."""
    sky: str | None = None
    """Backdrop of the time of day or the weather, where the words speak of it."""


@dataclass
class Teller:
    """Knows whom the story has introduced: 'a shy fox' at first, 'the fox' from then on."""

    figures: Sequence[Figure]
    past: bool
    known: set[int] = field(default_factory=set)

    def call(self, index: int) -> str:
        """Give what a figure is called now, and remember that it is known from here on."""
        figure = self.figures[index]
        told = figure.definite if index in self.known else figure.indefinite
        self.known.add(index)
        return told

    def _call_as(self, phrase: Phrase, index: int) -> str:
        """What a phrase's figure is called now; what the phrase says of it anew is kept."""
        figure = self.figures[index]
        if not phrase.name and set(phrase.adjectives) - {*figure.adjectives, figure.colour}:
            return " ".join(["the", *phrase.adjectives, phrase.noun])
        return self.call(index)

    def fill(self, text: str, place: Place) -> str:
        """Fill a beat's text: tense, figures and place."""
        tensed = _TENSED.sub(lambda m: m.group(2 if self.past else 1), text)
        roles = {"hero": 0, "friend": 1, "other": 2}

        def word(match: re.Match[str]) -> str:
            name = match.group(1)
            return place.where if name == "place" else self.call(roles[name])

        return capitalise(_SLOT.sub(word, tensed))

    def retell(self, clause: Clause) -> str:
        """Give a clause as a sentence, its figures called as the story calls them by now."""
        text = clause.text
        out, last = "", 0
        for mention in clause.mentions:
            phrase = mention.phrase
            if phrase is not None and len(mention.figures) == 1 and not phrase.possessive:
                index = mention.figures[0]
                first = index not in self.known
                bare = not phrase.determiner and not phrase.name
                plain = phrase.determiner in {"a", "an", "the", ""} and not _is_own(text, mention)
                if bare or (not first and plain):
                    out += text[last : mention.start] + self._call_as(phrase, index)
                    last = mention.end
            self.known.update(mention.figures)
        told = out + text[last:]
        if clause.subject:
            one = len(clause.subject) == 1
            told = f"{self.call(clause.subject[0]) if one else 'they'} {told}"
        return punctuate(capitalise(f"{clause.lead} {told}".strip()))


def _is_own(text: str, mention: Mention) -> bool:
    """Whether a named phrase says more: 'the twins' of 'the twins Ada and Bo', 'Ada's brother'."""
    phrase = mention.phrase
    if phrase is None or not (phrase.name and phrase.noun):
        return False
    alone = phrase.noun in words_of(text[mention.start : mention.end])
    return not alone or POSSESSIVE.search(text[: mention.start].rstrip()) is not None


def tell(idea: Idea, clauses: Sequence[Clause], *, rng: random.Random, topic: str) -> list[Beat]:
    """Give the six beats of a small story round up to four clauses of the idea.

    `idea.figures` has hero and friend at least. A `topic` is named at the beginning.
    """
    together = is_together(idea, clauses)
    slots = place_clauses(clauses, together=together)
    places = _choose_places(idea, slots, rng)
    forms = _choose_forms(slots, together=together, others=len(idea.figures) > 2, rng=rng)
    teller = Teller(idea.figures, idea.past)
    beats = []
    for name in BEATS:
        clause = slots.get(name)
        options = forms[name]
        if name == "meeting" and 1 in teller.known and not together:
            options = _beats()["alone"]["meeting_known"]
        form = rng.choice(_fresh(options, beats))
        if clause is not None:
            text = teller.retell(clause)
            text = text if "home" in slots else _with_day(text, clause, name, teller)
            title = _own_title(name, clause, teller)
            usual = _beats()["plain"][name]
        else:
            text, title = teller.fill(form["text"], places[name]), form["title"]
            usual = form
        if name == "home" and topic:
            text = f"{teller.fill('This [is|was] a tale of ', places[name])}{topic}. {text}"
        acts = _acts(usual, clause, teller)
        leaving = clause is None and "leaves" in form
        light = _beats()["lights"][name]
        beats.append(Beat(title, text, acts, places[name], light, leaving, find_sky(text)))
    return beats


def _fresh(options: list[dict[str, str]], beats: Sequence[Beat]) -> list[dict[str, str]]:
    """The options whose hero does something else than in the beat before, if there are any."""
    before = beats[-1].acts.get(0) if beats else None
    return [form for form in options if (form.get("hero"),) != before] or options


def place_clauses(clauses: Sequence[Clause], *, together: bool) -> dict[str, Clause]:
    """Give each clause (at most six) its beat, in their order, where its words fit best."""
    wishes = _wishes(clauses, together)
    ways = itertools.combinations(range(len(BEATS)), len(clauses))
    met = next((i for i, c in enumerate(clauses) if 1 in c.figures), len(clauses))

    def cost(way: tuple[int, ...]) -> float:
        total = sum(abs(at - wish) for at, wish in zip(way, wishes, strict=True))
        unmet = not together and any(at == 2 and i < met for i, at in enumerate(way))
        early = not together and met < len(clauses) and way[met] < 2
        early += way[:1] == (0,) and wishes[0] > 0
        return total + 3 * unmet + 2 * early

    return {BEATS[at]: c for at, c in zip(min(ways, key=cost), clauses, strict=True)}


def is_together(idea: Idea, clauses: Sequence[Clause]) -> bool:
    """Whether the story begins with two characters side by side."""
    if not clauses:
        return len(idea.figures) > 1
    first = clauses[0]
    lead = [m for m in first.mentions[:2] if m.start < 12 or len(m.figures) > 1]
    if any(len(m.figures) > 1 for m in lead[:1]):
        return True
    if len(first.mentions) < 2 or set(first.figures[:2]) != {0, 1}:
        return False
    between = first.text[first.mentions[0].end : first.mentions[1].start]
    return between.strip().lower() in {"and", ",", "&", "and his", "and her", "and their"}


def capitalise(text: str) -> str:
    """Give the text with a capital at the start of each sentence."""
    return _START.sub(lambda m: m.group().upper(), text)


def punctuate(text: str) -> str:
    """Give the text with a stop at its end."""
    trimmed = text.strip().rstrip(",;:-— ")
    return trimmed if trimmed.endswith(_STOPS) else f"{trimmed}."


def short_title(text: str, *, longest: int = 40) -> str:
    """Give the first words of a text as a title."""
    first = re.split(r"[.!?;:,…。]", text.strip(" \"“”'"))[0].strip() or text.strip()
    if len(first) <= longest:
        return first.rstrip(".")
    return f"{first[:longest].rsplit(' ', 1)[0].rstrip(' ,')} …"


@lru_cache(maxsize=1)
def _beats() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _wishes(clauses: Sequence[Clause], together: bool) -> list[int]:
    """The beat that each clause's words ask for."""
    wishes: list[int] = []
    met = together
    for clause in clauses:
        asks = clause.text.endswith("?")
        cued = (
            [0]
            if asks
            else [i for i, beat in enumerate(BEATS) if clause.lemmas & set(_CUES[beat].split())]
        )
        if not met and 1 in clause.figures:
            met = True
            wishes.append(2)
        else:
            wishes.append(cued[0] if cued else 1)
    return wishes


def _choose_forms(
    slots: Mapping[str, Clause], *, together: bool, others: bool, rng: random.Random
) -> dict[str, list[dict[str, str]]]:
    """The texts to choose from for each beat; trouble and turn belong together."""
    beats = _beats()
    forms = dict(beats["together" if together else "alone"])
    unseen = others and not any(2 in clause.figures for clause in slots.values())
    pair = beats["stranger"] if unseen else rng.choice(beats["troubles"])
    forms["trouble"] = beats["any_trouble"] if "turn" in slots else [pair["trouble"]]
    forms["turn"] = beats["any_turn"] if "trouble" in slots else [pair["turn"]]
    forms["rest"] = beats["rest"] + forms["rest"]
    return forms


def _choose_places(idea: Idea, slots: Mapping[str, Clause], rng: random.Random) -> dict[str, Place]:
    """Where each beat is: a clause without a place is where the clauses before it were."""
    told = {name: clause.places[-1] for name, clause in slots.items() if clause.places}
    named = [p for sentence in idea.sentences for p in find_places(sentence)]
    home = told.get("home") or (named[0] if named and not told else None)
    if home is None:
        home = backdrop_place(load_lexicon().home(idea.figures[0].noun))
    told = {name: home if place.noun == "home" else place for name, place in told.items()}
    later = [p for p in named if p.noun != "home" and _backdrop(p) != _backdrop(home)]
    far = [b for b in ("forest", "beach", "castle") if b != _backdrop(home)]
    away = later[0] if later else backdrop_place(rng.choice(far))
    now = {"home": home, "wish": home, "meeting": away, "rest": home}
    places, current, said = {}, home, home
    for name in BEATS:
        said = told.get(name, said)
        current = said if name in slots else now.get(name, current)
        places[name] = current
    return places


def lights() -> tuple[str, ...]:
    """Give the words of light that planned backgrounds end with: 'in warm sunlight'."""
    return tuple(_beats()["lights"].values())


def own_words() -> tuple[str, ...]:
    """Give what planned backgrounds say of themselves, beside the places of an idea."""
    return (*lights(), _ROOM)


def backdrop_place(backdrop: str) -> Place:
    """Give the place that a backdrop shows."""
    noun = _ROOM if backdrop == "room" else backdrop
    return Place(f"the {noun}", load_lexicon().where(noun), noun.split()[-1])


def _backdrop(place: Place) -> str:
    return load_lexicon().places[place.noun][0].meaning


def _with_day(text: str, clause: Clause, beat: str, teller: Teller) -> str:
    """'One day' before the clause that sets the story going."""
    first = clause.mentions[0] if clause.mentions else None
    led = clause.subject == (0,) or (first is not None and first.start == 0 and not clause.subject)
    if not has_verb(text, plural=True) or beat != "wish" or clause.lead or not led:
        return text
    if not re.match(_DAY + _name(teller), text):
        return text
    lower = text if re.match(_name(teller), text) else text[0].lower() + text[1:]
    return f"One day {lower}"


_DAY = r"(?:The|A|An|Two|Three)\b|"


def _name(teller: Teller) -> str:
    names = [re.escape(f.name) for f in teller.figures if f.name]
    return rf"(?:{'|'.join(names)})\b" if names else r"(?!)"


def _own_title(beat: str, clause: Clause, teller: Teller) -> str:
    if beat == "meeting" and {0, 1} <= set(clause.figures):
        hero, friend = (teller.figures[i].definite for i in (0, 1))
        return capitalise(f"{hero} and {friend}")
    return _beats()["titles"][beat]


def _acts(
    form: Mapping[str, str], clause: Clause | None, teller: Teller
) -> dict[int, tuple[str, ...]]:
    """Motions of the beat's figures: what the clause says, else what the beat suggests.

    Beside somebody who moves in the clause the others stand.
    """
    roles = {0: "hero", 1: "friend", 2: "other"}
    usual = {i: (form[role],) for i, role in roles.items() if role in form}
    if clause is None:
        return usual
    said = motions_in(clause)
    if said:
        usual = {}
    present = [0, *([1] if 1 in teller.known else []), *clause.figures]
    told = list(dict.fromkeys([*clause.figures, *present]))[:MOST_TOGETHER]
    return {i: first_and_last(said.get(i) or usual.get(i, ("stands",))) for i in sorted(told)}
