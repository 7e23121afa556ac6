"""Where the rules begin: just within each limit nothing is said, just beyond it something is."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from pipeline.errors import InvalidStoryError
from pipeline.plan.draft import story_of
from pipeline.plan.lint import Limits, lint, repair
from tests.pipeline.plan.lint.plans import broken


def rules(edits: dict[str, JsonValue], limits: Limits | None = None) -> list[str]:
    return [one.rule for one in lint(broken(edits), limits=limits or Limits())]


def box(x0: float, x1: float, y0: float = 0.3, y1: float = 0.8) -> JsonValue:
    return {"box": {"x0": x0, "y0": y0, "x1": x1, "y1": y1}}


@pytest.mark.parametrize(
    ("path", "longest"),
    [
        ("title", 200),
        ("characters.1.name", 200),
        ("characters.1.kind", 200),
        ("characters.1.look", 4000),
        ("characters.1.trigger", 200),
        ("motions.4.words", 200),
        ("scenes.0.title", 200),
        ("scenes.0.setting", 200),
        ("scenes.0.background", 4000),
        ("scenes.0.camera", 200),
        ("scenes.1.regions.1.description", 4000),
        ("scenes.2.overlaps.0.description", 4000),
    ],
)
def test_texts_may_be_as_long_as_a_story_holds(path: str, longest: int) -> None:
    assert "text-long" not in rules({path: "z" * longest})
    assert "text-long" in rules({path: "z" * (longest + 1)})
    story_of(broken({path: "z" * longest}))
    story_of(repair(broken({path: "z" * (longest + 1)})).draft)


@pytest.mark.parametrize(
    ("x0", "said"),
    [(0.5, []), (0.46, ["overlap-unsaid"]), (0.42, ["overlap-unsaid"]), (0.4, ["boxes-collide"])],
)
def test_overlaps_are_told_from_a_fifth_and_collide_from_a_half(x0: float, said: list[str]) -> None:
    still: JsonValue = [box(0.3, 0.52), None, None, None, None, box(0.3, 0.52)]
    other: JsonValue = [box(x0, x0 + 0.4), None, None, None, None, box(x0, x0 + 0.4)]
    edits: dict[str, JsonValue] = {
        "scenes.1.regions.0.keys": still,
        "scenes.1.regions.1.keys": other,
    }
    assert rules(edits) == said


@pytest.mark.parametrize(("x0", "counted"), [(0.9, True), (1.01, False)])
def test_who_is_beside_the_picture_does_not_crowd_it(x0: float, counted: bool) -> None:
    keys: JsonValue = [None, box(x0, x0 + 0.3), None, None, box(x0, x0 + 0.3), None]
    buoy: JsonValue = {"id": "buoy", "keys": keys}
    assert ("figures-many" in rules({"scenes.1.regions.+": buoy}, Limits(at_once=2))) is counted


@pytest.mark.parametrize(("seconds", "said"), [(3.0, ["box-fast"]), (6.0, [])])
def test_the_same_way_is_slower_in_a_longer_scene(seconds: float, said: list[str]) -> None:
    keys: JsonValue = [box(0.1, 0.4), box(0.4, 0.7), None, None, None, box(0.4, 0.7)]
    assert rules({"scenes.4.regions.0.keys": keys}, Limits(seconds=seconds)) == said


def test_a_finer_grid_takes_smaller_boxes_if_they_are_wanted() -> None:
    keys: JsonValue = [box(0.1, 0.22), None, None, None, None, box(0.1, 0.22)]
    edits: dict[str, JsonValue] = {"scenes.4.regions.0.keys": keys}
    assert rules(edits) == ["box-small"]
    assert rules(edits, Limits(columns=8)) == ["box-tiny"]
    assert rules(edits, Limits(columns=45, rows=30, side=0.1)) == []


def test_a_hidden_box_may_be_of_any_size_and_stays_so() -> None:
    small: dict[str, JsonValue] = {"x0": 0.5, "y0": 0.5, "x1": 0.53, "y1": 0.54}
    hidden: JsonValue = {"box": {**small}, "visible": False}
    edits: dict[str, JsonValue] = {"scenes.4.regions.0.keys.5": hidden}
    assert rules(edits) == []
    draft = broken({**edits, "scenes.4.regions.0.keys.0": box(0.3, 0.42)})
    keys = repair(draft).draft.scenes[4].regions[0].keys
    assert keys[0] is not None
    assert keys[0].box.x1 - keys[0].box.x0 == pytest.approx(0.2)
    assert keys[5] == draft.scenes[4].regions[0].keys[5]


def test_a_scene_has_words_for_two_hundred_overlaps_and_no_more() -> None:
    overlap: JsonValue = {"region_ids": ["nell", "whale"], "description": "Nell on the whale"}
    many: list[JsonValue] = [overlap] * 201
    most: dict[str, JsonValue] = {"scenes.1.overlaps": many[1:]}
    more: dict[str, JsonValue] = {"scenes.1.overlaps": many}
    assert "lists-long" not in rules(most)
    story_of(broken(most))
    assert "lists-long" in rules(more)
    with pytest.raises(InvalidStoryError, match="not a whole story") as caught:
        story_of(broken(more))
    assert caught.value.problems[0][0] == "scene 2, overlaps"
