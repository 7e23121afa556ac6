"""Why a take shows something else than would be rendered now, for a card and for a note."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.artifacts import RegionPrompt, ScenePrompt, Take
from studio.staging import StagedScene
from studio.takes import played, same_but_learned


class Change(NamedTuple):
    """What has changed since a take was rendered."""

    short: str
    """For a mark: 'boxes changed'."""
    words: str
    """As part of a sentence: 'its boxes have changed since'."""


_LEARNED = Change("something was learned", "something in it was learned since")
_LEARNED_ANEW = Change("what was learned changed", "what was learned has changed since")
_WHO = Change("who is in it changed", "who is in it has changed since")
_BOXES = Change("boxes changed", "its boxes have changed since")
_WORDS = Change("words changed", "its words have changed since")
_BOTH = Change("boxes and words changed", "its boxes and words have changed since")


def change_since(take: Take, staged: StagedScene) -> Change | None:
    """Give what has changed since a take was rendered; None where it shows what is asked for.

    Args:
        take: One of the scene's takes.
        staged: The scene as it would be rendered now.
    """
    now = [staged.prompt, *([staged.plain] if take.is_comparison else [])]
    if played(take.prompt) in map(played, now):
        return None
    if played(take.prompt) == played(staged.plain):
        return _LEARNED
    if same_but_learned(take.prompt, staged.prompt):
        return _LEARNED_ANEW
    return _change(take.prompt, staged.prompt)


def _change(before: ScenePrompt, now: ScenePrompt) -> Change:
    if {one.region_id for one in before.regions} != {one.region_id for one in now.regions}:
        return _WHO
    boxes = _boxes(before) != _boxes(now)
    words = _words(before, boxes=boxes) != _words(now, boxes=boxes)
    if boxes and words:
        return _BOTH
    return _BOXES if boxes else _WORDS


def _boxes(prompt: ScenePrompt) -> list[tuple[object, ...]]:
    return [(one.boxes, one.held) for one in _in_order(prompt)]


def _words(prompt: ScenePrompt, *, boxes: bool) -> tuple[object, ...]:
    """All words, and in which order the regions lie over each other.

    Where the `boxes` differ, words for their overlaps do not count: they come and go with them.
    """
    texts = [(one.region_id, one.text) for one in prompt.regions]
    overlaps = () if boxes else prompt.overlaps
    return texts, overlaps, prompt.background, prompt.priors


def _in_order(prompt: ScenePrompt) -> list[RegionPrompt]:
    return sorted(prompt.regions, key=lambda one: one.region_id)
