"""The retrieval benchmark: what counts as a hit, and which clips each stage would have shown."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.clips import Candidate, Clip, Crop, DropStage, Retrieval, Scores, Track, clip_id
from pipeline.theatre.library.specs import ClipSpec, load_specs
from tests.benchmarks.retrieval import (
    STAGES,
    Asked,
    asked_directions,
    is_hit,
    mean_and_spread,
    precision,
    stage_table,
)

CROP = Crop(start_frame=0, end_frame=1, windows=((0, 0, 1, 1),), width_px=24, height_px=16)


def _candidate(
    spec: ClipSpec,
    *,
    bm25: float | None = None,
    clip: float | None = None,
    stage: DropStage = "",
    follows: int | None = None,
) -> Candidate:
    track = None
    if follows is not None:
        boxes = spec.boxes()[follows][::6].clip(0, 1).tolist()
        facts = {"label": spec.figures[follows].kind, "frames": range(0, spec.num_frames, 6)}
        track = Track.model_validate({**facts, "boxes": boxes, "scores": [0.7] * len(boxes)})
    return Candidate(
        clip=Clip(id=clip_id(spec.path, None, None), library="theatre", source=spec.path),
        scores=Scores(bm25=bm25, clip=clip),
        track=track,
        crop=CROP if track else None,
        stage=stage,
    )


def _spec(trouble: str, motion: str = "") -> ClipSpec:
    return next(
        spec for spec in load_specs() if spec.trouble == trouble and motion in ("", spec.motion)
    )


@pytest.mark.parametrize(
    ("trouble", "hit"),
    [("", True), ("wrong_caption", True), ("cut_off", False), ("too_short", False)],
)
def test_the_true_motion_counts_and_that_the_clip_is_fit(trouble: str, hit: bool) -> None:
    spec = _spec(trouble)
    other = "waves" if spec.motion != "waves" else "bows"
    assert is_hit(Asked("any", spec.motion, ""), _candidate(spec), spec) is hit
    assert not is_hit(Asked("any", other, ""), _candidate(spec), spec)


def test_of_two_figures_the_one_that_the_crop_follows_counts() -> None:
    spec = _spec("two_actors")
    one, two = (Asked("any", figure.motion, "") for figure in spec.figures)
    assert not is_hit(one, _candidate(spec), spec)
    assert is_hit(one, _candidate(spec, follows=0), spec)
    assert not is_hit(one, _candidate(spec, follows=1), spec)
    assert is_hit(two, _candidate(spec, follows=1), spec)


def test_a_direction_has_to_be_the_one_that_was_asked() -> None:
    spec = _spec("", "walks")
    facing = spec.figures[0].facing
    other = "left" if facing == "right" else "right"
    assert is_hit(Asked("any", "walks", "", facing), _candidate(spec), spec)
    assert not is_hit(Asked("any", "walks", "", other), _candidate(spec), spec)
    assert {asked.motion for asked in asked_directions()} == {"walks", "flies", "chases"}


def test_places_left_empty_count_as_wrong() -> None:
    spec = _spec("")
    assert precision(Asked("any", spec.motion, ""), [_candidate(spec)] * 3) == 3 / 8


def test_each_stage_shows_what_was_left_after_it() -> None:
    a, b, c, d, e = [spec for spec in load_specs() if not spec.trouble][:5]
    found = Retrieval(
        motion_id="walks",
        words="walks",
        terms=("walks",),
        created="2026-01-02T03:04:05+00:00",
        candidates=(
            _candidate(a, clip=0.9, follows=0),
            _candidate(b, bm25=1.0, clip=0.7, follows=0),
            _candidate(c, bm25=3.0, stage="frames"),
            _candidate(d, bm25=2.0, stage="actor"),
            _candidate(e, bm25=4.0, clip=0.1, follows=0, stage="rank"),
        ),
    )
    shown = {name: [one.clip.source for one in stage(found)] for name, stage in STAGES.items()}
    assert shown == {
        "BM25 alone": [one.path for one in (e, c, d, b)],
        "+ filter": [one.path for one in (e, d, b)],
        "+ crop": [one.path for one in (e, b)],
        "+ CLIP": [one.path for one in (a, b, e)],
        "+ video-text": [one.path for one in (a, b)],
    }


def test_the_table_names_the_worth_of_each_stage() -> None:
    asked = [Asked("plain", "walks", "walks"), Asked("plain", "bows", "bows")]
    rows = [
        dict(zip(STAGES, values, strict=True)) for values in ((0, 0.25, 0.5, 0.5, 1), (0.5,) * 5)
    ]
    table = stage_table(dict(zip(asked, rows, strict=True))).splitlines()
    assert len(table) == 2 + len(STAGES)
    assert table[2].startswith("| BM25 alone | 0.25 (0.00 to 0.50)")
    assert "0.75 (0.50 to 1.00), +0.25 (+0.00 to +0.50)" in table[-1]
    assert np.allclose(mean_and_spread([0.375] * 4), 0.375)
