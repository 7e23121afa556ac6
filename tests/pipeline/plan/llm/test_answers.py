from __future__ import annotations

import json

import pytest

from pipeline.errors import InvalidStoryError
from pipeline.plan.llm.answers import problems_in, read_json, read_plan
from pipeline.plan.llm.placing import known_id, placed_of_plan, placed_of_text
from pipeline.plan.llm.wire import WirePlan, WireStory
from tests.pipeline.plan.llm import told

IDS = {
    "characters": {"mia": "mia", "bolt": "bolt"},
    "motions": {"walks": "walks", "waves": "waves"},
}


@pytest.mark.parametrize(
    "text",
    [
        told.story(),
        f"Sure!\n```json\n{told.story()}\n```",
        f"<think>maybe {{}}?</think>\n{told.story()} - that is all {{}}",
        told.story().replace("Teil 1.", "Teil\n1."),
    ],
    ids=["bare", "fenced", "thought", "raw-newline"],
)
def test_json_is_found_between_words(text: str) -> None:
    assert read_json(text, WireStory).title == "Der verlorene Drachen"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the answer holds no whole JSON object"),
        (told.story()[:-9], "the answer holds no whole JSON object"),
        ('{"a":' * 20_000, "the answer holds no whole JSON object"),
        ('["title"]', "the answer holds no whole JSON object"),
        (told.story(title="\ud800"), "title"),
        (told.story(title=None), "title: Input should be a valid string"),
        (told.plan(mia={"keyframes": []}), "title: Field required"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, problem: str) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        read_json(text, WireStory)
    assert problems_in(caught.value)[0].startswith(problem)


@pytest.mark.parametrize("edge", ["NaN", "Infinity", '"left"', "null"])
def test_edges_are_finite_numbers(edge: str) -> None:
    text = told.plan().replace('"left": 3', f'"left": {edge}', 1)
    with pytest.raises(InvalidStoryError) as caught:
        read_json(text, WirePlan)
    assert "region 1, keyframe 1, left" in problems_in(caught.value)[0]


def test_plan_text_and_json_say_the_same() -> None:
    plan = placed_of_plan(read_json(told.plan(), WirePlan), **IDS)
    text = placed_of_text(read_plan(f"```\n{told.plan_text()}\n```"), **IDS)
    assert text.background == "a windy beach under grey clouds"
    assert [r.model_dump(exclude={"keys"}) for r in text.regions] == [
        r.model_dump(exclude={"keys"}) for r in plan.regions
    ]
    for a, b in zip(text.regions, plan.regions, strict=True):
        assert [k is None for k in a.keys] == [k is None for k in b.keys]


def test_bold_plan_text_is_read() -> None:
    assert read_plan(told.plan_text().replace("Background:", "**Background:**")).frames


def test_things_of_a_plan_text_stay_without_a_character() -> None:
    text = told.plan_text().replace('"bolt", "waves"', '"a kite", "none"')
    kite = placed_of_text(read_plan(text), **IDS).regions[1]
    assert (kite.character_id, kite.motion_id) == (None, None)
    assert kite.description == "a small blue robot waves"


@pytest.mark.parametrize("text", ["", "Frame_1: []", "Background: a beach\nFrame_1: [[1]]"])
def test_plan_text_that_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        read_plan(text)
    assert problems_in(caught.value)


def test_keys_on_a_straight_path_are_left_out() -> None:
    walk = [*told.keys(3, step=5)[:4], *told.keys(3, step=5)[4:]]
    walk[4] = {**walk[4], "left": 40, "right": 69}
    plan = WirePlan.model_validate_json(told.plan(mia={"keyframes": walk}))
    keys = placed_of_plan(plan, **IDS).regions[0].keys
    assert [k is not None for k in keys] == [True, False, False, True, True, True]
    assert [key.box.x0 for key in keys if key] == [0.03, 0.18, 0.4, 0.28]


def test_ids_are_tidied_and_unknown_ones_kept_for_lint() -> None:
    told_ids = {"id": "Mia Walks", "character_id": " MIA", "motion_id": "None"}
    other = {"id": "mia walks", "character_id": "mia2"}
    overlaps = [{"region_ids": ["Mia Walks", "mia walks"], "description": "both"}]
    text = told.plan(mia=told_ids, bolt=other, overlaps=overlaps)
    placed = placed_of_plan(WirePlan.model_validate(json.loads(text)), **IDS)
    first, second = placed.regions
    assert (first.id, first.character_id, first.motion_id) == ("mia-walks", "mia", None)
    assert (second.id, second.character_id) == ("mia-walks-2", "mia2")
    assert placed.overlaps[0].region_ids == ("mia-walks", "mia-walks-2")


@pytest.mark.parametrize(
    ("told_id", "ours"),
    [
        ("熊", "character"),
        ("狐狸", None),
        ("bär", "b-r"),
        (" BÄR!", "b-r"),
        ("bür", None),
        ("b-r", None),
        ("Red Fox", "red-fox"),
        ("", None),
        ("?", None),
        ("x", None),
    ],
)
def test_ids_are_joined_by_their_letters_in_any_script(told_id: str, ours: str | None) -> None:
    ids = {"熊": "character", "bär": "b-r", "red_fox": "red-fox", "!": "marks"}
    assert known_id(told_id, ids) == ours
