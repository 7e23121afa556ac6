"""Plans broken in one place each: what the rules say of them, and what their fixes do."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.plan.draft import DraftStory, story_of
from pipeline.plan.lint import RULES, Finding, Limits, Place, apply_fix, lint, repair, tell
from tests.pipeline.plan.lint.plans import CORPUS, base, broken

UNREPAIRABLE = {"scenes-none", "scenes-excess", "regions-excess", "lists-long", "narration-long"}
"""The rules whose breach keeps a repaired draft from being a story."""
each_plan = pytest.mark.parametrize("row", CORPUS, ids=[row["name"] for row in CORPUS])


def without_flabber(text: str) -> tuple[str, tuple[str, ...]]:
    """A pack that has no word for 'flabberly'."""
    known = [word for word in text.split() if word != "flabberly"]
    changes = () if len(known) == len(text.split()) else ("“flabberly” is left out",)
    return " ".join(known), changes


def read(row: dict[str, Any]) -> tuple[DraftStory, Limits, tuple[Finding, ...]]:
    draft = broken(row.get("set", {}), row.get("copy"))
    limits = Limits(at_once=row.get("at_once", 3))
    normalise = without_flabber if "pack" in row else None
    return draft, limits, lint(draft, limits=limits, normalise=normalise)


def test_the_whole_plan_gives_no_finding() -> None:
    assert lint(base()) == lint(story_of(base())) == ()
    assert lint(base(), normalise=without_flabber) == ()


@each_plan
def test_a_broken_plan_gives_its_finding_and_no_other(row: dict[str, Any]) -> None:
    _, _, found = read(row)
    besides = row.get("besides", [])
    told = [(f.rule, f.severity, f.place) for f in found if f.rule not in besides]
    wanted = [(rule, severity, Place(**place)) for rule, severity, place in row["finds"]]
    assert told == wanted


@each_plan
def test_every_finding_is_one_sentence_with_its_place(row: dict[str, Any]) -> None:
    draft, _, found = read(row)
    for finding in found:
        told = tell(finding, draft)
        assert told[0].isupper()
        assert not told.endswith(".")
        assert "\n" not in told
        assert len(told) < 160
        if finding.place.scene_id:
            assert told.startswith("Scene ")


@each_plan
def test_the_offered_fix_makes_its_finding_go_away(row: dict[str, Any]) -> None:
    draft, limits, found = read(row)
    for finding in found:
        after = apply_fix(draft, finding, limits=limits)
        if finding.fix:
            left = [(one.rule, one.place) for one in lint(after, limits=limits)]
            assert (finding.rule, finding.place) not in left
        else:
            assert after is draft
            assert not finding.safe


@each_plan
def test_repair_applies_what_is_safe_says_so_and_leaves_a_story(row: dict[str, Any]) -> None:
    draft, limits, found = read(row)
    repaired = repair(draft, limits=limits)
    assert all(finding in repaired.applied for finding in found if finding.safe)
    assert (repaired.draft == draft) == (not repaired.applied)
    left = lint(repaired.draft, limits=limits)
    assert not any(finding.safe for finding in left)
    if not {finding.rule for finding in left} & UNREPAIRABLE:
        story_of(repaired.draft)


def test_every_rule_is_broken_somewhere() -> None:
    assert len(CORPUS) >= 40
    assert {rule for row in CORPUS for rule, _, _ in row["finds"]} == {*RULES}


def test_a_finding_that_is_no_longer_true_changes_nothing() -> None:
    row = next(row for row in CORPUS if row["name"] == "left and right swapped")
    _, limits, (finding,) = read(row)
    assert apply_fix(base(), finding, limits=limits) == base()
    unknown = finding.model_copy(update={"rule": "of-another-version"})
    assert apply_fix(base(), unknown) == base()
