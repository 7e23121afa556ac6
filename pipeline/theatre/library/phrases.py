"""Words for motions: what captions say, what the theatre's CLIP learns, and what tests ask.

The three sets are disjoint as phrases. A caption (`library_caption`) uses the plain verbs of
`world.json` and places of its own; a training phrase (`training_phrase`) uses those verbs and a
thesaurus; a test phrase (`asked_phrases`) uses words of training only, in sentences that neither
of them makes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from itertools import cycle
from string import Formatter
from typing import Literal, NamedTuple

from pipeline.theatre.captions import with_article
from pipeline.theatre.script import Actor, Facing
from pipeline.theatre.world import load_world


class Verb(NamedTuple):
    """One verb in the three forms that phrases use."""

    base: str
    does: str
    doing: str


def _verbs(table: Mapping[str, str]) -> dict[str, tuple[Verb, ...]]:
    return {
        motion: tuple(Verb(*forms.split()) for forms in row.split(", "))
        for motion, row in table.items()
    }


PLAIN = _verbs({
    "stands": "stand stands standing, wait waits waiting",
    "walks": "walk walks walking, stroll strolls strolling",
    "jumps": "jump jumps jumping, hop hops hopping",
    "waves": "wave waves waving",
    "flies": "fly flies flying, float floats floating",
    "sleeps": "sleep sleeps sleeping, nap naps napping",
    "gives": "give gives giving",
    "hugs": "hug hugs hugging, cuddle cuddles cuddling",
    "chases": "chase chases chasing, run runs running",
    "dances": "dance dances dancing",
    "spins": "spin spins spinning",
    "bows": "bow bows bowing",
})  # fmt: skip
"""The verbs of each motion's words in `world.json`: those that captions use."""

THESAURUS = _verbs({
    "stands": "pause pauses pausing, linger lingers lingering, stay stays staying, "
    "pose poses posing, idle idles idling, loiter loiters loitering",
    "walks": "amble ambles ambling, wander wanders wandering, march marches marching, "
    "pace paces pacing, trudge trudges trudging, saunter saunters sauntering",
    "jumps": "leap leaps leaping, bounce bounces bouncing, spring springs springing, "
    "bound bounds bounding, skip skips skipping, vault vaults vaulting",
    "waves": "greet greets greeting, beckon beckons beckoning, signal signals signalling, "
    "gesture gestures gesturing, salute salutes saluting, hail hails hailing",
    "flies": "soar soars soaring, glide glides gliding, hover hovers hovering, "
    "flutter flutters fluttering, swoop swoops swooping, flap flaps flapping",
    "sleeps": "doze dozes dozing, snooze snoozes snoozing, slumber slumbers slumbering, "
    "snore snores snoring, dream dreams dreaming, rest rests resting",
    "gives": "offer offers offering, present presents presenting, deliver delivers delivering, "
    "bring brings bringing, donate donates donating, pass passes passing",
    "hugs": "embrace embraces embracing, squeeze squeezes squeezing, hold holds holding, "
    "snuggle snuggles snuggling, clasp clasps clasping, cradle cradles cradling",
    "chases": "pursue pursues pursuing, race races racing, dash dashes dashing, "
    "sprint sprints sprinting, rush rushes rushing, hunt hunts hunting",
    "dances": "waltz waltzes waltzing, groove grooves grooving, sway sways swaying, "
    "boogie boogies boogieing, jig jigs jigging, jive jives jiving",
    "spins": "twirl twirls twirling, whirl whirls whirling, rotate rotates rotating, "
    "swirl swirls swirling, revolve revolves revolving, pirouette pirouettes pirouetting",
    "bows": "curtsy curtsies curtsying, kneel kneels kneeling, stoop stoops stooping, "
    "bend bends bending, nod nods nodding, crouch crouches crouching",
})  # fmt: skip
"""Other verbs for each motion, written by hand; no caption holds one of them."""

VerbSet = Literal["plain", "thesaurus"]

_OBJECTS = {"wave": " hello", "give": " a parcel"}
KIND_NAMES = {
    "witch": ("sorceress",), "fox": ("vixen",), "robot": ("android",), "rabbit": ("bunny", "hare"),
    "child": ("kid",), "king": ("monarch",), "dragon": ("drake",), "bird": ("songbird",),
    "bear": ("grizzly",), "mermaid": ("nixie",), "astronaut": ("spaceman",),
}  # fmt: skip
"""Other names of the kinds, which no caption uses."""
_SIZES = {"big": 0.65, "small": 0.42}
_GOING = ("{}", "to the {}", "towards the {}")
_FACING = ("facing {}", "looking {}", "turned to the {}")
_SIDES: tuple[Facing, ...] = ("left", "right")
_HOW = ("slowly", "happily", "alone", "again", "quietly", "gently")
_CAPTION_PLACES = {
    "forest": ("through the forest", "in the woods"),
    "beach": ("along the beach", "beside the sea"),
    "castle": ("before the castle", "outside a castle"),
    "room": ("in the living room", "indoors"),
    "night": ("by night", "in the moonlight"),
    "rain": ("through the rain", "on a rainy day"),
    "snow": ("through the snow", "on a snowy day"),
}
_EMPTY_SHARE = 0.06
_CAPTIONS = (
    "{A_figure} {does} {place}.", "{A_figure} {does} {place}.", "{A_sized} {does} {place}.",
    "{figure} {doing}, paper puppet", "{figure} {doing} {number}", "{figure} {doing} {number}",
    "paper theatre: {a_figure} {does}", "{figure} is {doing}, {heading}, clip {number}",
    "The {figure} {does} {heading} {place}.", "{kind} {doing} {place}", "Clip {number}: {doing}",
    "{Place}, {a_sized} {does}.", "{Doing} {kind}, cut-out animation", "{kind} {number} {doing}",
    "stop motion {sized} {doing} {place}", "cut-out {figure}, {place}", "paper {kind}: {does}",
)  # fmt: skip
_TRAINING = (
    "{does}", "{doing}", "{base}", "{does} {heading}", "{doing} {heading}", "someone {does}",
    "{a_figure} {does}", "{a_figure} {does}", "{a_figure} {does} {heading}",
    "{a_figure} {does} {heading}", "{a_sized} {does}", "the {figure} {does} {where}",
    "{a_figure} is {doing} {where}", "{where} {a_figure} {does}", "{figure} {doing}",
    "{a_kind} {does} {how}", "{a_kind} is {doing} {heading}", "somebody is {doing} {how}",
    "a picture of {a_figure} {doing}", "{a_kind} who {does}", "the {kind} begins to {base}",
    "one figure that {does} {heading}", "{how} {a_figure} {does}", "how to {base}",
)  # fmt: skip
_ASKED: dict[VerbSet, tuple[str, ...]] = {
    "plain": (
        "the one who {does}", "{doing} {how} {where}", "somebody who is {doing}",
        "picture of someone {doing}", "{how} the {figure} begins to {base}",
        "{where} somebody {does}",
    ),
    "thesaurus": (
        "{kind} begins {doing}", "one figure {doing} {how}", "how {a_kind} {does} {where}",
        "to {base} {how}", "someone that {does} {how}", "the {kind} is {doing} again",
    ),
}  # fmt: skip
_ASKED_KINDS = ("witch", "fox", "robot", "rabbit", "sorceress", "vixen", "android", "bunny")


def words_of(text: str) -> list[str]:
    """The words of a phrase: lower case, without punctuation."""
    return re.findall(r"\w+", text.lower())


def library_caption(rng: random.Random, actor: Actor, backdrop: str) -> str:
    """What the caption of a library clip says of its actor; empty in 6 %."""
    if rng.random() < _EMPTY_SHARE:
        return ""
    words = _verb_words(rng, rng.choice(PLAIN[actor.motion]))
    words |= _figure_words(rng, actor, actor.kind)
    words |= {"place": rng.choice(_CAPTION_PLACES[backdrop]), "number": f"{rng.randint(1, 40):02d}"}
    return _filled(rng.choice(_CAPTIONS), words)


def training_phrase(rng: random.Random, actor: Actor, backdrop: str) -> str:
    """One of many ways to say what an actor does, for the theatre's CLIP to learn."""
    kind = rng.choice((actor.kind, actor.kind, *KIND_NAMES[actor.kind]))
    words = _verb_words(rng, rng.choice((*PLAIN[actor.motion], *THESAURUS[actor.motion])))
    words |= _figure_words(rng, actor, kind)
    words |= {"where": rng.choice(load_world().backdrops[backdrop].words), "how": rng.choice(_HOW)}
    return _filled(rng.choice(_TRAINING), words)


def training_words() -> list[str]:
    """Every word that a training phrase can hold, lower case, sorted."""
    world = load_world()
    literals = [text for template in _TRAINING for text, *_ in Formatter().parse(template)]
    phrases = [*literals, *_HOW, *_OBJECTS.values(), *_SIZES, *world.kinds, *world.colours, "an"]
    phrases += [heading.format(side) for heading in (*_GOING, *_FACING) for side in _SIDES]
    phrases += [name for names in KIND_NAMES.values() for name in names]
    phrases += [words for backdrop in world.backdrops.values() for words in backdrop.words]
    for verbs in (*PLAIN.values(), *THESAURUS.values()):
        phrases += [form for verb in verbs for form in verb]
    return sorted({word for phrase in phrases for word in words_of(phrase)})


def asked_phrases(motion: str) -> dict[VerbSet, tuple[str, ...]]:
    """The phrases that a search for a motion is tested with: six of plain verbs, six of others."""
    rng = random.Random(f"asked of {motion}")
    sets: tuple[tuple[VerbSet, tuple[Verb, ...]], ...] = (
        ("plain", PLAIN[motion]),
        ("thesaurus", THESAURUS[motion]),
    )
    return {
        name: tuple(
            _asked_phrase(rng, template, verb)
            for template, verb in zip(_ASKED[name], cycle(verbs), strict=False)
        )
        for name, verbs in sets
    }


def caption_words(motion: str) -> tuple[str, ...]:
    """The one or two words that stories and captions alike have for a motion ("walks")."""
    return tuple(verb.does for verb in PLAIN[motion])


def _asked_phrase(rng: random.Random, template: str, verb: Verb) -> str:
    world = load_world()
    kind = rng.choice(_ASKED_KINDS)
    words = verb._asdict() | {"kind": kind, "a_kind": with_article(kind), "how": rng.choice(_HOW)}
    words["figure"] = f"{rng.choice(world.playable_colours)} {kind}"
    words["where"] = rng.choice(world.backdrops[rng.choice(list(world.backdrops))].words)
    return _filled(template, words)


def _verb_words(rng: random.Random, verb: Verb) -> dict[str, str]:
    object_words = _OBJECTS.get(verb.base, "") if rng.random() < 0.4 else ""
    return verb._asdict() | {"does": verb.does + object_words}


def _figure_words(rng: random.Random, actor: Actor, kind: str) -> dict[str, str]:
    figure = f"{actor.colour} {kind}"
    height = sum(mark.height for mark in actor.marks) / len(actor.marks)
    size = "big " if height > _SIZES["big"] else "small " if height < _SIZES["small"] else ""
    headings = _GOING if load_world().motions[actor.motion].locomotion else _FACING
    words = {"kind": kind, "figure": figure, "sized": size + figure}
    words |= {f"a_{name}": with_article(noun) for name, noun in words.items()}
    return words | {"heading": rng.choice(headings).format(actor.facing)}


def _filled(template: str, words: Mapping[str, str]) -> str:
    """Fill a template; a field that begins with a capital letter begins its words with one."""
    capitals = {name.capitalize(): text[0].upper() + text[1:] for name, text in words.items()}
    return template.format(**words, **capitals)
