"""Where a scene plays: the words of its place moved elsewhere, or put under another sky."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.errors import InputError
from pipeline.plan.lexicon import load_lexicon, words_of
from pipeline.plan.staging import scenery
from pipeline.plan.telling import lights
from pipeline.story import Character, Scene

_DAY = "on a bright day"
_HOURS = ("dawn", "sunrise", "noon", "sunset", "dusk", "twilight", "nightfall")
"""Times of day that are no backdrop of their own."""
_BY_HAND = "Change the words of what is behind them by hand."


def resettle(
    scene: Scene,
    characters: Sequence[Character],
    *,
    place: str | None = None,
    skies: Sequence[str] | None = None,
) -> Scene:
    """Give the scene at another place, under other skies ('night', 'rain'; none = by day).

    What is None stays. In the background only the words of the old place and known words of light
    ('at night', 'in warm sunlight') give way to new ones.

    Raises:
        InputError: the background does not name the old place, or speaks of another sky in words
            of its own.
    """
    old, phrases = _parted(scene.setting)
    sky_phrases = load_lexicon().sky_phrases
    under = phrases if skies is None else " ".join(sky_phrases[sky] for sky in skies)
    seen = scene.background
    if place is not None and seen:
        moved = moved_background(seen, old, place, characters)
        if moved is None:
            raise InputError(
                f"what is behind them (“{seen[:80]}”) does not name the place it is moved from",
                hint=_BY_HAND,
            )
        seen = moved
    where = old if place is None else place
    if skies is not None:
        seen = _under(seen, skies, shown=scenery(where, characters))
    setting = f"{where} {under}".strip()[:200] if where else scene.setting
    return scene.model_copy(update={"setting": setting, "background": seen})


def moved_background(
    background: str, old: str, new: str, characters: Sequence[Character]
) -> str | None:
    """Give a background with its old place, in whole words, as the new one; None where it is not.

    'the castle' of 'the king's castle' is that place too, and so is 'the castle' of 'the castle at
    night': nobody is painted into a background.
    """
    bare, _ = _parted(old)
    seen = scenery(new, characters)

    def put(match: re.Match[str]) -> str:
        led = not match.start() or re.match(r"(?:the|an?)\s", match.group(), re.IGNORECASE)
        return seen if led else re.sub(r"^(?:the|an?)\s+", "", seen)

    for was in filter(None, (old, bare, scenery(bare, characters))):
        moved, times = re.subn(rf"(?<![\w-]){re.escape(was)}(?![\w-])", put, background, flags=re.I)
        if times:
            return moved
    return None


def _under(background: str, skies: Sequence[str], *, shown: str) -> str:
    """The background in another light; `shown` is all that our own ones say beside it."""
    lexicon = load_lexicon()
    words, _ = _parted(background)
    there = {lexicon.skies[word]: word for word in words_of(words) if word in lexicon.skies}
    other = next((word for sky, word in there.items() if sky not in skies), None)
    if other:
        raise InputError(
            f"what is behind them speaks of “{other}” (“{background[:80]}”)", hint=_BY_HAND
        )
    light = " ".join(lexicon.sky_phrases[sky] for sky in skies if sky not in there)
    light = light or ("" if skies else _DAY)
    return (" " if words == shown else ", ").join(filter(None, [words, light]))


def _parted(text: str) -> tuple[str, str]:
    """A text without its known words of light, and these."""
    found = [match.group().strip(" ,") for match in _light_words().finditer(text)]
    return re.sub(r"\s+,", ",", _light_words().sub("", text)).strip(" ,"), " ".join(found)


@lru_cache(maxsize=1)
def _light_words() -> re.Pattern[str]:
    """'at night', 'in heavy rain', 'in warm sunlight', with the comma before."""
    skies = "|".join([*load_lexicon().skies, *_HOURS])
    told = "|".join(map(re.escape, lights()))
    sky = rf"(?:at|by|in|under|during)\s+(?:(?:an?|the|heavy|light|deep|pouring)\s+)*(?:{skies})"
    ends = r"(?=\s*(?:$|[,.;:]|(?:and|with|over|at|in|on|by|under)\b))"
    return re.compile(rf"(?:^|,?\s+)\b(?:{told}|{sky})\b{ends}", re.IGNORECASE)
