"""Stories: boxes between keyframes, what does not hold together, JSON there and back."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.story import NUM_KEYFRAMES, Box, Ease, Key, Region, Scene, Story, slug
from tests.pipeline.stories import FIRST_BOX, LAST_BOX, make_region, make_story

FRACTIONS = st.floats(0, 1, allow_nan=False)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x0, y0 = draw(st.floats(-0.5, 1.3)), draw(st.floats(-0.5, 1.3))
    return Box(x0=x0, y0=y0, x1=x0 + draw(st.floats(0.01, 0.2)), y1=y0 + draw(st.floats(0.01, 0.2)))


@st.composite
def regions(draw: st.DrawFn) -> Region:
    eases = st.sampled_from(["linear", "ease", "hold"])
    key = st.builds(Key, box=boxes(), visible=st.booleans(), ease=eases)
    count = NUM_KEYFRAMES
    keys = draw(st.lists(st.none() | key, min_size=count, max_size=count).filter(any))
    return Region(id="r1", description=draw(st.text(max_size=30)), keys=tuple(keys))


@given(boxes(), boxes(), FRACTIONS)
def test_a_box_between_two_lies_edge_by_edge_between_them(a: Box, b: Box, amount: float) -> None:
    edges = zip(a.as_list(), b.as_list(), a.lerp(b, amount).as_list(), strict=True)
    assert all(min(p, q) - 1e-9 <= x <= max(p, q) + 1e-9 for p, q, x in edges)


@given(boxes(), boxes())
def test_a_box_goes_all_the_way(a: Box, b: Box) -> None:
    assert a.lerp(b, 0) == a
    assert a.lerp(b, 1).as_list() == pytest.approx(b.as_list())


@given(regions())
def test_a_region_shows_its_own_keys_and_ends_with_them(region: Region) -> None:
    shown = region.boxes()
    at = [k for k, key in enumerate(region.keys) if key]
    assert all(box is None for box in (*shown[: at[0]], *shown[at[-1] + 1 :]))
    for k in at:
        key = region.keys[k]
        assert key is not None
        assert shown[k] == (key.box if key.visible else None)


@given(regions())
def test_a_story_survives_json(region: Region) -> None:
    scenes = (Scene(id="s1", regions=(region,)), *make_story().scenes)
    story = make_story().revised(scenes=scenes)
    assert Story.model_validate_json(story.model_dump_json()) == story


def test_ease_is_slow_at_both_ends() -> None:
    shown = make_region().boxes()
    lefts = [box.x0 for box in shown if box]
    steps = [b - a for a, b in pairwise(lefts)]
    assert (shown[0], shown[4], shown[5]) == (FIRST_BOX, LAST_BOX, None)
    assert lefts[2] == pytest.approx(0.35)
    assert steps[0] < steps[1]
    assert steps[3] < steps[2]


def test_hold_stays_until_the_next_key() -> None:
    keys = (Key(box=FIRST_BOX, ease="hold"), None, Key(box=LAST_BOX), None, None, None)
    assert Region(id="r1", keys=keys).box_at(1) == FIRST_BOX


@pytest.mark.parametrize(
    ("ease", "expected"),
    [("linear", [0.1, 0.35, 0.6]), ("ease", [0.1, 0.178125, 0.6]), ("hold", [0.1, 0.1, 0.6])],
)
def test_a_box_goes_on_between_keyframes(ease: Ease, expected: list[float]) -> None:
    keys = (None, Key(box=FIRST_BOX, ease=ease), None, None, None, Key(box=LAST_BOX))
    region = Region(id="r1", keys=keys)
    times = (1, 3 if ease == "linear" else 2, 5)
    assert [b and b.x0 for b in map(region.box_between, times)] == pytest.approx(expected)
    assert region.box_between(0.99) is None


@given(regions())
def test_between_set_keys_nothing_jumps_but_what_holds_or_hides(region: Region) -> None:
    for k in range(NUM_KEYFRAMES - 1):
        key = next((one for one in reversed(region.keys[: k + 1]) if one), None)
        here, soon = region.box_between(k), region.box_between(k + 1e-7)
        if key and here and soon:
            assert soon.as_list() == pytest.approx(here.as_list(), abs=1e-5)


def test_a_hidden_key_hides_until_the_next() -> None:
    keys = (Key(box=FIRST_BOX, visible=False), None, Key(box=LAST_BOX), None, None, None)
    assert Region(id="r1", keys=keys).boxes()[:3] == (None, None, LAST_BOX)


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param([0.5, 0.1, 0.4, 0.9], id="right of left"),
        pytest.param([0.1, 0.6, 0.3, 0.6], id="no height"),
        pytest.param([0.1, float("nan"), 0.3, 0.6], id="nan"),
        pytest.param([-0.51, 0.1, 0.3, 0.6], id="too far out"),
    ],
)
def test_a_box_that_is_none_is_refused(edges: list[float]) -> None:
    with pytest.raises(ValidationError):
        Box.of(edges)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        (["scenes", 0, "regions", 0, "character_id"], "ghost", "unknown character 'ghost'"),
        (["scenes", 0, "regions", 0, "motion_id"], "flies", "unknown motion 'flies'"),
        (["scenes", 1, "id"], "meadow", "two scenes have the id 'meadow'"),
        (["schema_version"], 4, "schema_version"),
        (["id"], "../up", "id"),
        (["scenes"], [], "scenes"),
        (["surprise"], 1, "surprise"),
    ],
)
def test_a_story_that_does_not_join_is_refused(
    place: list[str | int], value: object, words: str
) -> None:
    content = json.loads(make_story().model_dump_json())
    part = content
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    with pytest.raises(ValidationError, match=words):
        Story.model_validate(content)


@pytest.mark.parametrize(
    ("what", "most"), [("characters", 200), ("motions", 400), ("overlaps", 200), ("region_ids", 18)]
)
def test_a_story_holds_so_many_and_no_more(what: str, most: int) -> None:
    assert _with_many(what, most) == most
    with pytest.raises(ValidationError, match=f"at most {most} items"):
        _with_many(what, most + 1)


def _with_many(what: str, count: int) -> int:
    """How many of something a story has that was made with so many."""
    story = make_story().model_dump()
    overlap = {"region_ids": ["fox-walks", "fox-walks"], "description": "both"}
    if what == "region_ids":
        overlap["region_ids"] = ["fox-walks"] * count
        story["scenes"][0]["overlaps"] = [overlap]
        return len(Story.model_validate(story).scenes[0].overlaps[0].region_ids)
    if what == "overlaps":
        story["scenes"][0]["overlaps"] = [overlap] * count
        return len(Story.model_validate(story).scenes[0].overlaps)
    first = story[what][0]
    story[what] = [first, *({**first, "id": f"other-{n}"} for n in range(count - 1))]
    return len(getattr(Story.model_validate(story), what))


def test_revisions_are_numbers_that_a_browser_can_hold() -> None:
    assert Story.model_validate({**make_story().model_dump(), "revision": 2**53 - 1})
    with pytest.raises(ValidationError, match="revision"):
        Story.model_validate({**make_story().model_dump(), "revision": 2**53})


def test_replacing_a_scene_makes_a_new_revision_and_keeps_the_old() -> None:
    story = make_story(revision=4)
    edited = story.replace_scene(story.scene("shore").model_copy(update={"title": "Calm"}))
    assert (edited.revision, edited.scene("shore").title) == (5, "Calm")
    assert (story.revision, story.scene("shore").title) == (4, "The storm")
    assert [scene.id for scene in edited.scenes] == ["meadow", "shore"]


def test_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="moon"):
        make_story().scene("moon")


def test_a_story_has_a_json_schema_with_its_version() -> None:
    schema = Story.model_json_schema()
    assert schema["properties"]["schema_version"]["const"] == 3
    assert {"Scene", "Region", "Key", "Box"} <= schema["$defs"].keys()


@pytest.mark.parametrize(
    ("text", "expected"), [("The Red Fox", "the-red-fox-3"), ("  Öl! ", "l"), ("狐", "x")]
)
def test_slugs_are_free_ids(text: str, expected: str) -> None:
    assert slug(text, taken=["the-red-fox", "the-red-fox-2"]) == expected
