"""Patches of a scene's layout: what they change, and what they are refused for."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.editing import apply_patch, read_patch
from pipeline.errors import InputError, InvalidStoryError
from pipeline.story import MAX_REGIONS, Story
from tests.pipeline.stories import make_story


def _keys(*boxes: list[float] | None) -> list[dict[str, Any] | None]:
    keys = [None if box is None else {"box": box} for box in boxes]
    return [*keys, *[None] * (6 - len(keys))]


def _patched(value: object, story: Story | None = None, scene: str = "meadow") -> Story:
    return apply_patch(story or make_story(), scene, read_patch(value))


def _two() -> Story:
    """The story with a second region in its meadow, and words for where the two overlap."""
    owl = {"keys": _keys([0.5, 0.1, 0.75, 0.35]), "description": "an owl sits", "layer": 5}
    overlaps = [{"region_ids": ["fox-walks", "owl"], "description": "the owl on the fox"}]
    return _patched({"regions": {"owl": owl}, "overlaps": overlaps})


def test_a_field_that_is_not_given_stays() -> None:
    story = _patched({"regions": {"fox-walks": {"layer": 8}}})
    before, after = make_story().scenes[0].regions[0], story.scenes[0].regions[0]
    assert after == before.model_copy(update={"layer": 8})
    assert (story.revision, story.scenes[1]) == (1, make_story().scenes[1])


def test_a_character_is_taken_from_a_region_by_null() -> None:
    story = _patched({"regions": {"fox-walks": {"character_id": None}}})
    region = story.scenes[0].regions[0]
    assert (region.character_id, region.motion_id) == (None, "walks")


def test_a_new_region_comes_last() -> None:
    scene = _two().scenes[0]
    assert [region.id for region in scene.regions] == ["fox-walks", "owl"]
    assert (scene.regions[1].layer, scene.regions[1].description) == (5, "an owl sits")
    assert scene.overlaps[0].description == "the owl on the fox"


def test_with_a_region_go_its_overlaps() -> None:
    scene = _patched({"regions": {"owl": None}}, _two()).scenes[0]
    assert [region.id for region in scene.regions] == ["fox-walks"]
    assert scene.overlaps == ()


def test_fields_change_and_others_stay() -> None:
    scene = _patched({"fields": {"shot_size": "close", "camera": "still"}}).scenes[0]
    assert (scene.shot_size, scene.camera, scene.title) == ("close", "still", "The kite")


def test_overlaps_are_given_anew_as_a_whole() -> None:
    assert _patched({"overlaps": []}, _two()).scenes[0].overlaps == ()


def test_a_patch_and_the_one_back_leave_the_scene_as_it_was() -> None:
    region = make_story().scenes[0].regions[0]
    there = _patched({"regions": {"fox-walks": {"keys": _keys([0.2, 0.3, 0.41, 0.62])}}})
    assert there.scenes[0].regions[0].keys[4] is None
    keys = [key and {**key.model_dump(), "box": key.box.as_list()} for key in region.keys]
    back = _patched({"regions": {"fox-walks": {"keys": keys}}}, there)
    assert back.scenes == make_story().scenes
    assert back.revision == 2


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        pytest.param({}, "changes nothing", id="empty"),
        pytest.param({"regions": {}}, "changes nothing", id="no regions"),
        pytest.param({"regions": {"owl": None}}, "no longer in the scene", id="removes nobody"),
        pytest.param({"regions": {"owl": {"layer": 3}}}, "no longer in the scene", id="no keys"),
        pytest.param({"regions": {"owl": {"keys": None}}}, "keys", id="null keys"),
        pytest.param({"regions": {"owl": {"keys": _keys()}}}, "needs a box", id="no box"),
        pytest.param({"regions": {"owl": {"keys": [None] * 5}}}, "at least 6", id="five keys"),
        pytest.param(
            {"regions": {"fox-walks": {"keys": _keys([0.1, 0.2, 0.3])}}}, "box", id="three edges"
        ),
        pytest.param({"regions": {"fox-walks": {"layer": 100}}}, "layer", id="layer"),
        pytest.param({"regions": {"fox-walks": {"size": 1}}}, "size", id="unknown field"),
        pytest.param({"regions": {"Fox!": {"layer": 1}}}, "pattern", id="no id"),
        pytest.param(
            {"regions": {"fox-walks": {"character_id": "bear"}}}, "'bear'", id="unknown character"
        ),
        pytest.param(
            {"regions": {"fox-walks": {"keys": _keys([0.5, 0.2, 0.4, 0.3])}}}, "x0 < x1", id="box"
        ),
        pytest.param(
            {"regions": {"fox-walks": {"keys": _keys([float("nan"), 0.2, 0.4, 0.3])}}},
            "finite",
            id="nan",
        ),
        pytest.param({"fields": {"narration": "x" * 4001}}, "4000 characters", id="too long"),
        pytest.param({"fields": {"id": "other"}}, "id", id="another id"),
        pytest.param(
            {"overlaps": [{"region_ids": ["fox-walks", "bear"], "description": "hugs"}]},
            "unknown region",
            id="overlap with nobody",
        ),
        pytest.param([], "valid dictionary", id="no object"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(patch: object, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _patched(patch)
    assert "\n" not in str(caught.value)


def test_a_scene_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="no scene 'cave'"):
        _patched({"fields": {"title": "The cave"}}, scene="cave")


def test_regions_are_counted_before_they_are_looked_at() -> None:
    many = {f"bird-{n}": {"size": 1} for n in range(2 * MAX_REGIONS + 1)}
    with pytest.raises(InvalidStoryError, match=f"at most {MAX_REGIONS} boxes") as caught:
        _patched({"regions": many})
    assert len(caught.value.problems) == 1
    all_anew = {**dict.fromkeys(map("b{}".format, range(MAX_REGIONS))), **_birds(MAX_REGIONS)}
    full = _patched({"regions": {"fox-walks": None, **_birds(MAX_REGIONS, "b")}})
    scene = _patched({"regions": all_anew}, full).scenes[0]
    assert [region.id for region in scene.regions] == [*_birds(MAX_REGIONS)]


def _birds(number: int, name: str = "bird-") -> dict[str, Any]:
    return {f"{name}{n}": {"keys": _keys([0.01 * n, 0.1, 0.4, 0.5])} for n in range(number)}


def test_a_scene_holds_so_many_regions_and_no_more() -> None:
    many = _birds(MAX_REGIONS)
    with pytest.raises(InputError, match=f"at most {MAX_REGIONS} boxes"):
        _patched({"regions": many})
    many.popitem()
    assert len(_patched({"regions": many}).scenes[0].regions) == MAX_REGIONS
