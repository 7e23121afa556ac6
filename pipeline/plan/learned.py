"""What of all that was learned a scene's regions use: the priors bound to them, their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.artifacts import Casting, Learned, PriorBinding
from pipeline.plan.casting import called, doing
from pipeline.plan.lexicon import load_lexicon, with_article, words_of
from pipeline.story import Character, PriorUse, Region, Story

Bound = tuple[Learned, PriorUse]
"""A prior that works in a region, and how much and when it does."""


@dataclass(frozen=True)
class Uses:
    """What a region uses of what was learned.

    `look` and `motion` are those that its words call; None where plain words do.
    """

    look: Learned | None = None
    motion: Learned | None = None
    bound: tuple[Bound, ...] = ()


def uses_of(region: Region, casting: Casting, *, look: bool = True, motion: bool = True) -> Uses:
    """Give what a region uses: its character's look and its motion, as far as they were learned.

    A prior use in the region says how much and when, or turns it off (scale 0); one of another
    character or motion is added, and gives the words where the region has none of its own.

    Args:
        region: The region.
        casting: Says what was learned.
        look: False where the region's words show somebody else than its character.
        motion: Likewise for what is done.
    """
    who, how = _own_uses(region)
    own = [use for use in (who, how) if use]
    left_out = [one for one, kept in ((who, look), (how, motion)) if one and not kept]
    told = {_of(use) for use in region.priors}
    wanted = [*region.priors, *(use for use in own if _of(use) not in told)]
    bound = tuple(
        (learned, use)
        for use in wanted
        if use.scale > 0 and _of(use) not in map(_of, left_out)
        if (learned := casting.learned_of(character_id=use.character_id, motion_id=use.motion_id))
    )
    looks = [one for one in bound if one[1].character_id]
    motions = [one for one in bound if one[1].motion_id]
    return Uses(look=_called_by(looks, who), motion=_called_by(motions, how), bound=bound)


def bindings(uses: Mapping[str, Uses]) -> tuple[PriorBinding, ...]:
    """Give the priors of a scene, each with its regions; `uses` by region id."""
    regions: dict[tuple[Learned, float, int, int], list[str]] = {}
    for region_id, one in uses.items():
        for learned, use in one.bound:
            key = (learned, use.scale, use.from_keyframe, use.to_keyframe)
            regions.setdefault(key, []).append(region_id)
    return tuple(
        PriorBinding(
            prior=learned.prior or "",
            kind="character" if learned.character_id else "motion",
            region_ids=tuple(dict.fromkeys(ids)),
            scale=scale,
            from_keyframe=first,
            to_keyframe=last,
        )
        for (learned, scale, first, last), ids in regions.items()
    )


def not_learned(regions: Iterable[Region], story: Story, casting: Casting) -> list[str]:
    """Say of which characters and motions regions ask for what was never learned."""
    wanted = (use for region in regions for use in region.priors if use.scale > 0)
    lost = [
        use
        for use in wanted
        if not casting.learned_of(character_id=use.character_id, motion_id=use.motion_id)
    ]
    people = {one.id: f"how {called(one)} looks" for one in story.characters}
    moves = {one.id: doing(one) for one in story.motions}
    names = [people.get(use.character_id or "") or moves.get(use.motion_id or "") for use in lost]
    return [f"nothing was learned of {name} yet" for name in dict.fromkeys(names) if name]


def with_look(text: str, trigger: str, who: Character) -> str:
    """Give a free text with the word that calls a character's look, at whom it is of.

    'a tall witch flies' is 'a tall [luna] witch flies', 'Luna flies' is 'a [luna] witch flies'; a
    text that names neither begins with the figure.
    """
    figure = with_article(f"{trigger} {who.kind}".strip())
    if trigger.casefold() in text.casefold():
        return text
    if who.kind and (found := _find(_whole(who.kind), text)):
        return f"{text[: found.start()]}{trigger} {text[found.start() :]}"
    if found := _find(rf"(\b(an?|the)\s+)?{_whole(who.name)}", text):
        return f"{text[: found.start()]}{figure}{text[found.end() :]}"
    return ", ".join(filter(None, [figure, text]))


def with_motion(text: str, trigger: str) -> str:
    """Give a free text with a learned motion's words, unless it says them in some form."""
    words = {_base(word) for word in words_of(trigger)} or {trigger.casefold()}
    if words <= {_base(word) for word in words_of(text)} or trigger.casefold() in text.casefold():
        return text
    return ", ".join(filter(None, [text.rstrip(" .,;:"), trigger]))


def _own_uses(region: Region) -> tuple[PriorUse | None, PriorUse | None]:
    """Those of its character and of its motion, in full and all the time."""
    who = PriorUse(character_id=region.character_id) if region.character_id else None
    return who, PriorUse(motion_id=region.motion_id) if region.motion_id else None


def _of(use: PriorUse) -> tuple[str | None, str | None]:
    return use.character_id, use.motion_id


def _called_by(bound: Sequence[Bound], own: PriorUse | None) -> Learned | None:
    """The one that the region's words call: its own, else, where it has none, the first."""
    fits = (learned for learned, use in bound if own is None or _of(use) == _of(own))
    return next(fits, None)


def _find(pattern: str, text: str) -> re.Match[str] | None:
    return re.search(pattern, text, re.IGNORECASE)


def _whole(words: str) -> str:
    return rf"(?<!\w){re.escape(words)}(?!\w)"


def _base(word: str) -> str:
    form = load_lexicon().verbs.get(word)
    return form.lemma if form else word
