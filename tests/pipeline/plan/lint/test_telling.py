from __future__ import annotations

import pytest

from pipeline.plan.draft import story_of
from pipeline.plan.lint import Finding, lint, tell
from tests.pipeline.plan.lint.plans import base, broken


def finding(**place: str | int | None) -> Finding:
    return Finding.model_validate(
        {"rule": "any", "severity": "hint", "place": place, "message": "it is odd"}
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (finding(scene_id="call", region_id="nell", keyframe=2), "Scene 2, keyframe 3, Nell"),
        (finding(scene_id="ride", region_id="whale", other_id="rider"), "Scene 3, Old Bo and Nell"),
        (finding(scene_id="gulls"), "Scene 4"),
        (finding(scene_id="gulls", region_id="gull", other_id="nobody"), "Scene 4, Pip"),
        (finding(scene_id="gone", region_id="gull"), "Scene “gone”"),
        (finding(character_id="gull"), "Pip"),
        (finding(motion_id="flies"), "Is flying"),
        (finding(), "The story"),
    ],
)
def test_a_place_is_told_in_words(found: Finding, told: str) -> None:
    assert tell(found, base()) == tell(found, story_of(base())) == f"{told}: it is odd"


def test_on_its_own_card_a_scene_needs_no_number() -> None:
    found = finding(scene_id="call", region_id="whale", keyframe=0)
    assert tell(found, base(), with_scene=False) == "Keyframe 1, Old Bo: it is odd"
    assert tell(finding(scene_id="call"), base(), with_scene=False) == "It is odd"


def test_who_has_no_name_is_told_of_by_description_or_id() -> None:
    nameless = broken({"scenes.1.regions.0.character_id": None})
    assert tell(finding(scene_id="call", region_id="nell"), nameless) == (
        "Scene 2, Nell is waving: it is odd"
    )
    wordless = broken(
        {"scenes.0.regions.0.character_id": None, "scenes.0.regions.0.description": ""}
    )
    assert tell(finding(scene_id="shore", region_id="nell"), wordless) == "Scene 1, nell: it is odd"


def test_the_sentences_of_a_bad_plan() -> None:
    draft = broken({
        "title": "", "scenes.0.regions.0.keys.5.box.x1": 1.7, "scenes.3.narration": "",
        "scenes.0.background": "Nell on a wide shore",
    })  # fmt: skip
    assert [tell(one, draft) for one in lint(draft)] == [
        "The story: the title is empty",
        "Scene 1, keyframe 6, Nell: the box lies too far outside the picture",
        "Scene 1: the background names Nell, who would be painted into it",
        "Scene 4: nothing is narrated, so the film has no subtitle here",
    ]
