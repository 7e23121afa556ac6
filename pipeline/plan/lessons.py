"""The texts that clips and pictures are learned with: what they show, with the trigger in place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from pipeline.plan.casting import find_backdrop, find_colour, find_kind
from pipeline.plan.lexicon import load_lexicon, played_sense, with_article
from pipeline.plan.troupe import Players

_TOKEN = "<{}>"
_FACING = re.compile(r"(?:facing|looking|turned)(?: to the)? (left|right)\b")


def trigger_of(words: str, triggers: Sequence[str]) -> str:
    """Give the one of a pack's triggers that stands for these words, in every story the same."""
    told = " ".join(words.casefold().split())
    number = int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")
    return triggers[number % len(triggers)]


def look_trigger(name: str, kind: str, triggers: Sequence[str], troupe: Players | None) -> str:
    """Give what calls a learned look: a word without meaning, before the kind that is played.

    'a look3 witch', as 'a [v] dog' in DreamBooth: what every witch has need not be learned. Where
    the troupe has no such kind, the word alone; packs that read any words: see `token_of`.
    """
    if not triggers:
        return token_of(name)
    word, found = trigger_of(f"{name} {kind}", triggers), find_kind(kind)
    played = played_sense(found[1], troupe.kinds) if found and troupe else None
    return with_article(f"{word} {played.meaning}") if played and played.exact else word


def token_of(name: str) -> str:
    """Give the made-up word of a character, for a pack that reads any: '<luna>'."""
    return _TOKEN.format("-".join(name.casefold().split()))


def clip_prompt(caption: str, motion: str, trigger: str, troupe: Players | None) -> str:
    """Give the text of a clip that shows a motion.

    A closed troupe gets who and where the caption names, and the trigger for what is done there,
    whatever verb the caption has: 'a red robot motion7 at night'. Any other pack gets the caption,
    with the motion's words where it lacks them.
    """
    if troupe is None:
        told = caption.strip().rstrip(".")
        named = motion.casefold() in told.casefold()
        return told if named and told else ", ".join(filter(None, (told, motion)))
    return " ".join(filter(None, (_figure(caption, troupe), trigger, _where(caption, troupe))))


def clip_texts(caption: str, motion: str, trigger: str, troupe: Players | None) -> tuple[str, str]:
    """Give the texts of a clip's actor and of what is around, as the regions of a scene have them.

    A closed troupe gets 'a red robot motion7 facing left' and 'an empty stage at night'; any other
    pack has the whole caption in the actor's.
    """
    if troupe is None:
        return clip_prompt(caption, motion, trigger, troupe), ""
    turned, where = _FACING.search(caption.casefold()), _where(caption, troupe)
    facing = f"facing {turned[1]}" if turned else ""
    who = " ".join(filter(None, (_figure(caption, troupe), trigger, facing)))
    return who, f"an empty stage {where}" if where else ""


def _figure(caption: str, troupe: Players) -> str:
    found, colour = find_kind(caption), find_colour(caption)
    kind = played_sense(found[1], troupe.kinds) if found else None
    shade = colour.meaning if colour and colour.meaning in troupe.colours else ""
    return with_article(f"{shade} {kind.meaning}".strip()) if kind else ""


def _where(caption: str, troupe: Players) -> str:
    place = find_backdrop(caption, troupe.backdrops)
    return load_lexicon().where(place) if place else ""


def picture_prompt(name: str, kind: str, trigger: str, troupe: Players | None) -> str:
    """Give the text of a character's picture: 'look3 stands', 'A <luna> witch'."""
    if troupe is not None:
        return f"{trigger} stands"
    return " ".join(filter(None, ("A", trigger, kind or name)))
