"""Findings: what a rule says of one place of a story, and the fix it offers."""

from __future__ import annotations

from typing import Literal

from pipeline.story import Record

Severity = Literal["error", "warning", "hint"]
"""error: no whole story; warning: a model will hardly obey; hint: a matter of taste."""


class Place(Record):
    """Where in a story; what is None does not narrow it down."""

    scene_id: str | None = None
    region_id: str | None = None
    keyframe: int | None = None
    """From 0 on."""
    other_id: str | None = None
    """The second region of a pair, or the id that leads nowhere."""
    character_id: str | None = None
    """Of the cast, where the finding is about no scene."""
    motion_id: str | None = None
    """Of the story's motions, where the finding is about no scene."""


class Finding(Record):
    """One thing that is wrong, said for a storyteller.

    `rule` names the rule ('box-outside'); `message` is one sentence without the place; `fix` says
    what `apply_fix` would do ('move the box into the picture'), empty where nothing is offered.
    """

    rule: str
    severity: Severity
    place: Place
    message: str
    fix: str = ""
    safe: bool = False
    """Whether `repair` applies the fix unasked: it keeps what was meant."""
