"""The end of a planning: what the answers left wrong is mended, and all of it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.artifacts import PlanAttempt
from pipeline.errors import InvalidStoryError, PlanningError
from pipeline.plan.draft import DraftStory, story_of
from pipeline.plan.lint import Finding, apply_fix, lint, repair, tell
from pipeline.plan.llm.answers import problems_in
from pipeline.plan.llm.options import LlmOptions
from pipeline.story import Story

_OVERLAPS = ("boxes-collide", "overlap-unsaid")
"""Their fix gives an overlap its words: a planner's own task, where the model left it out."""
_SHOWN_PROBLEMS = 3


@dataclass(frozen=True)
class Settled:
    """A story that holds together, and what was changed to make it so, one sentence each."""

    story: Story
    repairs: tuple[str, ...]


def settle(
    draft: DraftStory, options: LlmOptions, *, numbered_in: DraftStory | None = None
) -> Settled:
    """Mend what is safe to mend, and give every overlap its words.

    Boxes are held to the usual limits, those of the theatre, whichever pack plays.
    `numbered_in` is the whole story where the draft is a part of it: its scenes are counted.

    Raises:
        PlanningError: what is left is no story.
    """
    repaired = repair(draft)
    merged, words = _with_overlap_words(repaired.draft)
    try:
        story = story_of(merged)
    except InvalidStoryError as error:
        raise unusable(problems_in(error), options) from error
    told = (
        f"{_scene_number(finding, numbered_in or draft)}"
        f"{tell(finding, draft, with_scene=False)}: {finding.fix}"
        for finding in (*repaired.applied, *words)
    )
    return Settled(story, tuple(dict.fromkeys(told)))


def unusable(
    problems: Sequence[str], options: LlmOptions, *, attempts: Sequence[PlanAttempt] = ()
) -> PlanningError:
    """Give the error of answers of which no story can be made; what was wrong before is added."""
    shown = "; ".join(problems[:_SHOWN_PROBLEMS])
    before = {one.problems[0]: one.number for one in reversed(attempts[:-1]) if one.problems}
    told = "; ".join(f"answer {number}: {one}" for one, number in reversed(before.items()))
    return PlanningError(
        f"no story can be made of what {options.model!r} answered: {shown}",
        hint=f"{f'Before that, {told}. ' if told else ''}"
        "Try again, or choose another model or the built-in planner.",
    )


def _scene_number(finding: Finding, draft: DraftStory) -> str:
    scenes = enumerate(draft.scenes, start=1)
    at = next((number for number, s in scenes if s.id == finding.place.scene_id), None)
    return f"Scene {at}, " if at else ""


def _with_overlap_words(draft: DraftStory) -> tuple[DraftStory, list[Finding]]:
    found = [finding for finding in lint(draft) if finding.rule in _OVERLAPS]
    for finding in found:
        draft = apply_fix(draft, finding)
    return draft, found
