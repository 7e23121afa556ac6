import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clips import Candidate, Clip, Scores, clip_id
from pipeline.retrieve.ranking import (
    WEIGHTS,
    Weights,
    ask_in_many_ways,
    choose_for_second_look,
    explain,
    mean_text,
    nearness,
    rank,
    standardise,
)


def _candidate(name: str, *, own: bool = False, **scores: float) -> Candidate:
    clip = Clip(id=clip_id(name, None, None), library="own", source=name, own=own)
    return Candidate(clip=clip, scores=Scores(**scores))


def _names(candidates: list[Candidate]) -> list[str]:
    return [one.clip.source for one in candidates]


def test_movement_outweighs_frames_and_caption() -> None:
    ranked = rank([
        _candidate("caption", bm25=9.0, clip=0.25, video_text=0.1),
        _candidate("frames", bm25=2.0, clip=0.35, video_text=0.1),
        _candidate("movement", bm25=2.0, clip=0.25, video_text=0.4),
    ])  # fmt: skip
    assert _names(ranked) == ["movement", "frames", "caption"]
    finals = [one.scores.final or 0.0 for one in ranked]
    assert finals == sorted(finals, reverse=True)
    assert all(0 < one < 1 for one in finals)


def test_the_final_score_is_the_weighed_mean_of_standard_values() -> None:
    ranked = rank(
        [_candidate("a", bm25=1.0, clip=0.2), _candidate("b", bm25=3.0, clip=0.1)],
        weights=Weights(bm25=3.0, clip=1.0, video_text=0.0),
    )
    share = (3 * 1.0 + 1 * -1.0) / 4
    assert _names(ranked) == ["b", "a"]
    assert ranked[0].scores.final == pytest.approx(1 / (1 + math.exp(-share)), abs=1e-6)
    assert ranked[1].scores.final == pytest.approx(1 / (1 + math.exp(share)), abs=1e-6)


def test_raw_values_stay_and_only_final_is_added() -> None:
    one = _candidate("a", bm25=2.5, picture=0.3, clip=0.2)
    ranked = rank([one, _candidate("b", bm25=1.5)])
    same = next(found for found in ranked if found.clip == one.clip)
    assert same.scores.model_copy(update={"final": None}) == one.scores


def test_a_clip_without_a_value_is_taken_for_the_lowest() -> None:
    assert standardise([3.0, None, 1.0]).tolist() == standardise([3.0, 1.0, 1.0]).tolist()
    ranked = rank(
        [_candidate("found by pictures", clip=0.3), _candidate("words", bm25=4, clip=0.3)]
    )
    assert _names(ranked) == ["words", "found by pictures"]


def test_equal_clips_stand_in_the_order_of_their_ids() -> None:
    same = [_candidate(name, bm25=2.0, clip=0.2) for name in "edcba"]
    ids = [one.clip.id for one in rank(same)]
    assert ids == sorted(ids)
    assert {one.scores.final for one in rank(same)} == {0.5}


def test_no_candidates_and_no_values() -> None:
    assert rank([]) == []
    assert rank([_candidate("a")])[0].scores.final == 0.5


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e3, 1e3)), min_size=1, max_size=30),
    st.floats(0.1, 50), st.floats(-50, 50),
)  # fmt: skip
def test_the_order_does_not_depend_on_the_scale(
    values: list[float | None], factor: float, shift: float
) -> None:
    other = [None if value is None else value * factor + shift for value in values]
    np.testing.assert_allclose(standardise(values), standardise(other), atol=1e-3)


def test_the_second_look_is_for_the_best_and_for_own_clips() -> None:
    candidates = [_candidate(f"clip {k:02d}", bm25=float(k), clip=0.01 * k) for k in range(12)]
    candidates.append(_candidate("mine", own=True, bm25=0.0, clip=0.0))
    chosen, left = choose_for_second_look(candidates, limit=4)
    assert _names(chosen) == ["mine", "clip 11", "clip 10", "clip 09"]
    assert _names(left) == [f"clip {k:02d}" for k in range(8, -1, -1)]
    assert all(one.scores.final is None for one in chosen + left)


def test_the_second_look_does_not_ask_the_slow_model() -> None:
    candidates = [
        _candidate("slow says yes", clip=0.1, video_text=0.9),
        _candidate("fast says yes", clip=0.2, video_text=0.0),
    ]
    chosen, _ = choose_for_second_look(candidates, limit=1)
    assert _names(chosen) == ["fast says yes"]


def test_a_text_is_asked_in_many_ways() -> None:
    vectors = {"a fox": [1.0, 0.0], "the fox": [0.0, 1.0]}
    mean = mean_text(lambda text: np.array(vectors[text]), list(vectors))
    np.testing.assert_allclose(mean, [math.sqrt(0.5)] * 2, rtol=1e-6)
    ways = ask_in_many_ways(" walks left ")
    assert ways[0] == "walks left"
    assert len(set(ways)) == len(ways) > 1
    assert all("walks left" in way for way in ways)
    with pytest.raises(ValueError, match="no words"):
        mean_text(lambda text: np.zeros(2), [])


def test_nearness_is_a_cosine_and_keeps_gaps() -> None:
    found = nearness([np.array([0.6, 0.8]), None], np.array([0.0, 1.0]))
    assert found == [pytest.approx(0.8), None]


def test_every_known_value_is_explained() -> None:
    lines = explain(Scores(bm25=2.5, clip=0.25, final=0.75))
    assert [(line.name, line.value) for line in lines] == [
        ("bm25", 2.5), ("clip", 0.25), ("final", 0.75),
    ]  # fmt: skip
    assert all(line.words for line in lines)
    assert explain(Scores()) == []


def test_default_weights_add_up() -> None:
    assert sum(WEIGHTS) == pytest.approx(1.0)
