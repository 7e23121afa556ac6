"""Paths reduced to the keys they need, never farther from before than half a token."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checking import import_plans
from pipeline.editing import reduce_keys, reduce_scene, reduce_story
from pipeline.progress import finish
from pipeline.settings import Settings
from pipeline.story import Box, Ease, Key, Region
from pipeline.workspace import open_project
from tests.pipeline.editing.any_keys import any_keys, near_keys
from tests.pipeline.stories import make_story

Keys = tuple[Key | None, ...]
HALF_A_TOKEN = (1 / 36, 1 / 24)
keys_of_all_kinds = st.one_of(any_keys(), near_keys())


def _key(x: float, *, visible: bool = True, ease: Ease = "linear") -> Key:
    return Key(box=Box(x0=x, y0=0.2, x1=x + 0.25, y1=0.7), visible=visible, ease=ease)


def _set(keys: Keys) -> list[int]:
    return [k for k, key in enumerate(keys) if key]


def _boxes(keys: Keys) -> tuple[Box | None, ...]:
    return Region(id="fox", keys=keys).boxes()


@given(keys_of_all_kinds)
@settings(deadline=None, max_examples=300)
def test_no_edge_ever_tears(keys: Keys) -> None:
    wide, tall = HALF_A_TOKEN
    for before, after in zip(_boxes(keys), _boxes(reduce_keys(keys, HALF_A_TOKEN)), strict=True):
        assert (before is None) == (after is None)
        if before and after:
            far = [abs(a - b) for a, b in zip(before.as_list(), after.as_list(), strict=True)]
            assert max(far[0], far[2]) <= wide
            assert max(far[1], far[3]) <= tall


@given(keys_of_all_kinds)
@settings(deadline=None, max_examples=300)
def test_what_was_reduced_is_not_reduced_again(keys: Keys) -> None:
    once = reduce_keys(keys, HALF_A_TOKEN)
    assert reduce_keys(once, HALF_A_TOKEN) == once


@given(keys_of_all_kinds)
@settings(deadline=None, max_examples=300)
def test_both_ends_stay_and_nothing_is_invented(keys: Keys) -> None:
    reduced = reduce_keys(keys, HALF_A_TOKEN)
    assert (_set(reduced)[0], _set(reduced)[-1]) == (_set(keys)[0], _set(keys)[-1])
    assert all(new in (old, None) for old, new in zip(keys, reduced, strict=True))


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        pytest.param([_key(0.1 * k) for k in range(6)], [0, 5], id="straight"),
        pytest.param([_key(x) for x in (0, 0.1, 0.5, 0.6, 0.7, 0.8)], [0, 1, 2, 5], id="bends"),
        pytest.param([_key(0.3)] * 6, [0, 5], id="still"),
        pytest.param([None, _key(0.3), None, _key(0.3), _key(0.3), None], [1, 4], id="absent"),
        pytest.param(
            [_key(0.3), _key(0.3, visible=False), _key(0.3), None, None, _key(0.3)],
            [0, 1, 2, 5],
            id="hidden",
        ),
        pytest.param(
            [_key(0.1, ease="hold"), None, None, _key(0.1), None, _key(0.5)], [0, 3, 5], id="hold"
        ),
        pytest.param([None, None, _key(0.3), None, None, None], [2], id="one"),
    ],
)
def test_the_path_keeps_what_it_needs(keys: list[Key | None], left: list[int]) -> None:
    assert _set(reduce_keys(tuple(keys), HALF_A_TOKEN)) == left


def test_steps_that_would_add_up_to_a_tear_are_not_taken() -> None:
    """Without the keys 2..4 the path is near enough, and without key 1 near enough to that."""
    keys = tuple(_key(x) for x in (0.004, 0.033, 0.075, 0.136, 0.223, 0.254))
    reduced = reduce_keys(keys, HALF_A_TOKEN)
    assert _set(reduced) == [0, 2, 4, 5]
    assert reduce_keys(reduced, HALF_A_TOKEN) == reduced


def test_a_finer_grid_keeps_more_and_a_locked_region_all() -> None:
    keys = tuple(_key(x) for x in (0.0, 0.12, 0.2, 0.3, 0.4, 0.5))
    free = Region(id="fox", keys=keys)
    locked = free.model_copy(update={"id": "owl", "locked": True})
    scene = make_story().scenes[0].model_copy(update={"regions": (free, locked)})
    coarse, fine = reduce_scene(scene, (6, 9)), reduce_scene(scene, (120, 180))
    assert _set(coarse.regions[0].keys) == [0, 5]
    assert _set(fine.regions[0].keys) == [0, 1, 2, 5]
    assert coarse.regions[1].keys == fine.regions[1].keys == keys


def test_a_story_keeps_its_revision_and_all_else() -> None:
    story = make_story(revision=7)
    assert reduce_story(story, (12, 18)) == story


def test_what_is_imported_has_no_needless_keys(tmp_path: Path) -> None:
    region = Region(id="fox-walks", character_id="fox", keys=tuple(_key(0.1 * k) for k in range(6)))
    story = make_story()
    scene = story.scenes[0].model_copy(update={"regions": (region,)})
    (tmp_path / "tale.json").write_text(story.replace_scene(scene).model_dump_json(), "utf-8")
    home = Settings(home=tmp_path / "home")
    (arrival,) = finish(import_plans(tmp_path / "tale.json", None, settings=home))
    assert not hasattr(arrival, "problems")
    project = open_project(next((tmp_path / "home").rglob("story.json")))
    assert _set(project.story.scenes[0].regions[0].keys) == [0, 5]
