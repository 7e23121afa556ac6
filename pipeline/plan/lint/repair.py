"""Lint: what the rules say of a story; repair: the safe fixes applied, each one reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.plan.draft import DraftStory, draft_of
from pipeline.plan.lint.findings import Finding, Place
from pipeline.plan.lint.geometry import Limits
from pipeline.plan.lint.rules import FORM, JOINING, RULES, SENSE
from pipeline.plan.lint.sheet import Normalise, Rule, Sheet
from pipeline.story import Story

USUAL = Limits()
"""Limits where no pack says others: those of the theatre."""
_SEVERITIES = ("error", "warning", "hint")


@dataclass(frozen=True)
class Repaired:
    """A draft with its safe fixes applied, and the findings they mended, in that order."""

    draft: DraftStory
    applied: tuple[Finding, ...] = ()


def lint(
    story: Story | DraftStory, *, limits: Limits = USUAL, normalise: Normalise | None = None
) -> tuple[Finding, ...]:
    """Give what is wrong with a story or draft: errors first, then warnings, then hints.

    Each of the three comes in the order of the story. `normalise` is the pack's reading of a text;
    with it, words that the pack has no word for are hinted at. The story stays as it is.
    """
    draft = draft_of(story) if isinstance(story, Story) else story
    found = _find(RULES.values(), Sheet(draft, limits, normalise))
    scenes = {scene.id: at for at, scene in enumerate(draft.scenes)}

    def rank(finding: Finding) -> tuple[int, int]:
        return _SEVERITIES.index(finding.severity), scenes.get(finding.place.scene_id or "", -1)

    return tuple(sorted(found, key=rank))


def apply_fix(draft: DraftStory, finding: Finding, *, limits: Limits = USUAL) -> DraftStory:
    """Give the draft with the fix that a finding offers.

    A finding that offers none, or is not true of this draft (any more), changes nothing.
    """
    return _fixed(draft, finding, limits)[0]


def repair(draft: DraftStory, *, limits: Limits = USUAL) -> Repaired:
    """Apply the safe fixes until none is left, and say which.

    What stays: findings whose fix would choose for the storyteller. Of those, five keep a draft
    from being a story: no scenes, more than 40 of them, more boxes in a scene than it holds, more
    characters, motions or overlaps than are kept, and a narration longer than 4,000 letters (the
    story's own words are never cut unasked).
    """
    applied: list[Finding] = []
    for rules in (JOINING, (*FORM, *SENSE)):
        while found := [f for f in _find(rules, Sheet(draft, limits)) if f.safe]:
            draft = _apply(draft, found, applied, limits)
    return Repaired(draft, tuple(applied))


def _apply(
    draft: DraftStory, findings: Sequence[Finding], applied: list[Finding], limits: Limits
) -> DraftStory:
    """The draft with the fixes of findings; those still needed in their turn go to `applied`."""
    before = draft
    for finding in findings:
        draft, now = _fixed(draft, finding, limits)
        if now is not None:
            applied.append(now)
    assert draft != before, f"the fix of {findings[0].rule} changes nothing"
    return draft


def _fixed(
    draft: DraftStory, finding: Finding, limits: Limits
) -> tuple[DraftStory, Finding | None]:
    """The draft with the fix of a finding, and that finding as it is by now; None if it is gone."""
    rule = RULES.get(finding.rule)
    part = _part(draft, finding.place)
    sheet = Sheet(part, limits)
    if rule is None or rule.mend is None:
        return draft, None
    offered = (f for f in rule.findings(sheet) if f.place == finding.place and f.fix)
    now = next(offered, None)
    after = rule.mend(sheet, finding.place) if now else part
    return (draft, None) if after is part else (_with_part(draft, part, after), now)


def _part(draft: DraftStory, place: Place) -> DraftStory:
    """All that rules about a region look at: the cast, the motions and its scene."""
    if place.region_id is None:
        return draft
    scenes = tuple(scene for scene in draft.scenes if scene.id == place.scene_id)
    return draft.model_copy(update={"scenes": scenes})


def _with_part(draft: DraftStory, part: DraftStory, after: DraftStory) -> DraftStory:
    """The draft whose part is as it is after a fix."""
    if part is draft:
        return after
    changed = {scene.id: iter(after.scenes) for scene in part.scenes}
    scenes = tuple(next(changed[s.id]) if s.id in changed else s for s in draft.scenes)
    return after.model_copy(update={"scenes": scenes})


def _find(rules: Iterable[Rule], sheet: Sheet) -> list[Finding]:
    return [finding for rule in rules for finding in rule.findings(sheet)]
