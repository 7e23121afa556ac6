"""What holds for repair, whatever the draft."""

from __future__ import annotations

import cProfile

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from pipeline.plan.draft import DraftStory, draft_of, story_of
from pipeline.plan.lint import Limits, apply_fix, lint, repair, tell
from pipeline.plan.lint.texts import LONG
from tests.pipeline.plan.lint.drafts import stories
from tests.pipeline.plan.lint.plans import base, broken

GRIDS = [Limits(), Limits(columns=3, rows=2, at_once=1), Limits(45, 30, 4, 6.0, side=0.05)]


@given(stories, st.sampled_from(GRIDS))
@settings(max_examples=80, deadline=None)
def test_repair_leaves_nothing_that_is_safe_to_mend(draft: DraftStory, limits: Limits) -> None:
    repaired = repair(draft, limits=limits)
    assert not any(one.safe for one in lint(repaired.draft, limits=limits))
    assert repair(repaired.draft, limits=limits).applied == ()
    assert all(one.safe and one.fix for one in repaired.applied)
    assert (repaired.draft == draft) == (repaired.applied == ())


@given(stories)
@settings(max_examples=80, deadline=None)
def test_a_repaired_draft_is_a_story_if_it_has_scenes_and_no_endless_narration(
    draft: DraftStory,
) -> None:
    long = any(len(scene.narration) > LONG for scene in draft.scenes)
    repaired = repair(draft).draft
    if draft.scenes and not long:
        story = story_of(repaired)
        assert lint(story) == lint(draft_of(story))
        assert not any(one.severity == "error" for one in lint(story))


@given(stories)
@settings(max_examples=60, deadline=None)
def test_every_finding_can_be_told_and_its_fix_applied(draft: DraftStory) -> None:
    for finding in lint(draft):
        assert tell(finding, draft)
        after = apply_fix(draft, finding)
        assert (after is draft) == (not finding.fix)


@given(stories)
@settings(max_examples=60, deadline=None)
def test_a_fix_left_to_the_person_makes_its_finding_go_away(draft: DraftStory) -> None:
    repaired = repair(draft).draft
    for finding in lint(repaired):
        if finding.fix:
            left = [(one.rule, one.place) for one in lint(apply_fix(repaired, finding))]
            assert (finding.rule, finding.place) not in left


@given(stories)
@settings(max_examples=60, deadline=None)
def test_findings_come_by_their_weight_and_leave_the_draft_as_it_is(draft: DraftStory) -> None:
    before = draft.model_dump_json()
    order = [("error", "warning", "hint").index(one.severity) for one in lint(draft)]
    assert order == sorted(order)
    assert draft.model_dump_json() == before


def test_repair_reports_every_step_from_one_fault_to_the_next() -> None:
    away: JsonValue = {"x0": 2.4, "y0": 0.93, "x1": 2.31, "y1": 0.41}
    draft = broken({"scenes.0.id": "The Shore", "scenes.0.regions.0.keys.5.box": away})
    repaired = repair(draft)
    told = [(one.rule, one.place.scene_id) for one in repaired.applied]
    assert told == [
        ("id-invalid", "The Shore"),
        ("box-inverted", "the-shore"),
        ("box-outside", "the-shore"),
        ("box-tiny", "the-shore"),
    ]
    key = repaired.draft.scenes[0].regions[0].keys[5]
    assert key is not None
    assert round(key.box.x0, 3) == 1.3
    assert (key.box.y0, key.box.x1, key.box.y1) == (0.41, 1.5, 0.93)


def test_a_whole_plan_is_left_alone() -> None:
    assert repair(base()).draft is not None
    assert repair(base()).applied == ()


def test_what_a_person_meant_is_not_chosen_for_them() -> None:
    draft = broken({
        "scenes.1.regions.0.description": "Nell jumps for joy",
        "scenes.0.background": "a wide shore, Nell in the distance",
        "scenes.2.narration": "on and on " * 500,
    })  # fmt: skip
    assert repair(draft).draft == draft


def _calls_to_repair(num_scenes: int) -> int:
    """How many functions are called to repair that many scenes, each as broken as the others."""
    scene = broken({"scenes.0.regions.0.id": "The Box!"}).scenes[0]
    scenes = tuple(scene.model_copy(update={"id": f"part-{n}"}) for n in range(num_scenes))
    draft = base().model_copy(update={"scenes": scenes})
    profile = cProfile.Profile()
    repaired = profile.runcall(repair, draft)
    assert len(repaired.applied) == num_scenes
    return sum(entry.callcount for entry in profile.getstats())


def test_what_a_repair_costs_grows_with_the_faults_and_no_faster() -> None:
    assert _calls_to_repair(80) < 7 * _calls_to_repair(20)


def test_scenes_of_one_id_are_told_apart_and_each_box_mended_in_its_own() -> None:
    away: JsonValue = {"x0": 0.93, "y0": 0.3, "x1": 0.41, "y1": 0.9}
    first = base().scenes[0].id
    edits: dict[str, JsonValue] = {"scenes.1.id": first, "scenes.1.regions.0.keys.0.box": away}
    repaired = repair(broken(edits)).draft
    assert len({scene.id for scene in repaired.scenes}) == len(base().scenes)
    key = repaired.scenes[1].regions[0].keys[0]
    assert key is not None
    assert (key.box.x0, key.box.x1) == (0.41, 0.93)
    assert repaired.scenes[0] == base().scenes[0]


def test_two_boxes_of_one_lost_character_get_the_same_new_one() -> None:
    edits: dict[str, JsonValue] = {
        "scenes.0.regions.0.character_id": "The Wolf",
        "scenes.1.regions.0.character_id": "the wolf",
    }
    repaired = repair(broken(edits))
    told = [one.fix for one in repaired.applied if one.rule == "unknown-character"]
    assert [fix.split(" ")[0] for fix in told] == ["add", "take"]
    assert len(repaired.draft.characters) == len(base().characters) + 1
