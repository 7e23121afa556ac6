"""Paths between keyframes, stretched and drawn together: nothing jumps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.editing.paths import (
    UNSEEN,
    drawn_together,
    keys_of,
    priors_in_half,
    priors_in_whole,
    stretched,
)
from pipeline.story import Box, Ease, Key, PriorUse, Region
from tests.pipeline.editing.any_keys import any_keys

Keys = tuple[Key | None, ...]


def _key(x: float, *, visible: bool = True, ease: Ease = "linear") -> Key:
    return Key(box=Box(x0=x, y0=0.2, x1=x + 0.25, y1=0.7), visible=visible, ease=ease)


def _region(*keys: Key | None) -> Region:
    return Region(id="fox", keys=(*keys, *[None] * (6 - len(keys))))


def _xs(region: Region) -> list[float | None]:
    return [box and round(box.x0, 6) for box in region.boxes()]


@given(any_keys(), st.integers(0, 1))
@settings(deadline=None)
def test_a_half_begins_and_ends_where_the_path_is(keys: Keys, half: int) -> None:
    region = Region(id="fox", keys=keys)
    made = stretched(region, half)
    ends = (region.box_at(3 * half), region.box_at(3 * half + 2))
    if not any(made):
        assert ends == (None, None)
        return
    boxes = Region(id="fox", keys=made).boxes()
    for box, end in zip((boxes[0], boxes[-1]), ends, strict=True):
        assert (box is None) == (end is None)
        if box and end:
            assert box.as_list() == pytest.approx(end.as_list(), abs=1e-8)
    seen = [region.box_at(3 * half + k // 2) is not None for k in range(6)]
    assert [box is not None for box in boxes] == seen


@given(any_keys())
@settings(deadline=None)
def test_what_was_seen_is_seen_when_it_is_drawn_together(keys: Keys) -> None:
    region = Region(id="fox", keys=keys)
    boxes = region.boxes()
    seen = [bool(boxes[k] or boxes[k + 1]) for k in (0, 2, 4)]
    for shown in ((*drawn_together(region), *UNSEEN), (*UNSEEN, *drawn_together(region))):
        made = keys_of(shown)
        after = Region(id="fox", keys=made).boxes() if any(made) else (None,) * 6
        assert [box is not None for box in after] == [
            *(seen if any(shown[:3]) else [False] * 3),
            *(seen if any(shown[3:]) else [False] * 3),
        ]


@pytest.mark.parametrize(
    ("ease", "first", "then"),
    [
        ("linear", [0.1, 0.14, 0.18, 0.22, 0.26, 0.3], [0.4, 0.44, 0.48, 0.52, 0.56, 0.6]),
        ("hold", [0.1] * 6, [0.1, 0.1, 0.1, 0.1, 0.1, 0.6]),
        (
            "ease",
            [0.1, 0.109088, 0.134304, 0.172576, 0.220832, 0.276],
            [0.424, 0.479168, 0.527424, 0.565696, 0.590912, 0.6],
        ),
    ],
)
def test_a_stretched_path_keeps_its_pace(ease: Ease, first: list[float], then: list[float]) -> None:
    region = _region(_key(0.1, ease=ease), None, None, None, None, _key(0.6))
    halves = [_xs(Region(id="fox", keys=stretched(region, half))) for half in (0, 1)]
    assert halves == [pytest.approx(first, abs=1e-6), pytest.approx(then, abs=1e-6)]


def test_a_held_box_jumps_where_it_did() -> None:
    region = _region(_key(0.1, ease="hold"), _key(0.5, ease="hold"), _key(0.7))
    keys = stretched(region, 0)
    assert _xs(Region(id="fox", keys=keys)) == [0.1, 0.1, 0.1, 0.5, 0.5, 0.7]
    assert {key.ease for key in keys[:5] if key} == {"hold"}


def test_who_is_seen_for_one_keyframe_is_seen_in_its_half() -> None:
    region = _region(None, _key(0.3))
    assert _xs(Region(id="fox", keys=stretched(region, 0))) == [None, None, 0.3, 0.3, None, None]
    assert stretched(region, 1) == (None,) * 6
    together = keys_of((*UNSEEN, *drawn_together(region)))
    assert _xs(Region(id="fox", keys=together)) == [None, None, None, 0.3, None, None]


def test_who_leaves_and_comes_back_is_hidden_between() -> None:
    keys = keys_of((_key(0.1), None, None, None, _key(0.5), _key(0.6)))
    assert _xs(_region(*keys)) == [0.1, None, None, None, 0.5, 0.6]


@pytest.mark.parametrize(
    ("span", "first", "then"),
    [((0, 5), (0, 5), (0, 5)), ((1, 3), (2, 5), (0, 1)), ((4, 4), None, (2, 3))],
)
def test_what_is_learned_goes_with_its_keyframes(
    span: tuple[int, int], first: tuple[int, int] | None, then: tuple[int, int] | None
) -> None:
    prior = PriorUse(motion_id="walks", scale=0.7, from_keyframe=span[0], to_keyframe=span[1])
    for half, wanted in enumerate((first, then)):
        made = priors_in_half([prior], half)
        assert [(one.from_keyframe, one.to_keyframe) for one in made] == [wanted] * bool(wanted)
    (whole,) = priors_in_whole([prior], 1)
    assert (whole.from_keyframe, whole.to_keyframe) == (3 + span[0] // 2, 3 + span[1] // 2)
    assert whole.scale == 0.7
