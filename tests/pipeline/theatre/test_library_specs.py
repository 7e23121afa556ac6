"""The library's specs: as committed, as many of each motion, troublemakers marked and true."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from pipeline.theatre.library.casting import write_specs
from pipeline.theatre.library.drawing import draw_spec
from pipeline.theatre.library.phrases import PLAIN, words_of
from pipeline.theatre.library.specs import (
    SPECS_FILE,
    ClipSpec,
    approvable,
    load_specs,
)
from pipeline.theatre.world import load_world

SPECS = load_specs()


def _with(trouble: str) -> list[ClipSpec]:
    found = [spec for spec in SPECS if spec.trouble == trouble]
    assert found
    return found


def _tells_of(caption: str) -> set[str]:
    words = set(words_of(caption))
    return {motion for motion, row in PLAIN.items() if any(words & set(verb) for verb in row)}


def test_the_file_is_what_the_generator_writes(tmp_path: Path) -> None:
    write_specs(tmp_path / "clips.jsonl")
    assert (tmp_path / "clips.jsonl").read_bytes() == SPECS_FILE.read_bytes()
    assert SPECS_FILE.stat().st_size < 250_000


def test_every_motion_has_as_many_clips() -> None:
    counts = Counter(spec.motion for spec in SPECS)
    assert set(counts) == set(load_world().motions)
    assert set(counts.values()) == {35}
    assert len({spec.path for spec in SPECS}) == len(SPECS) == 420
    assert len({(spec.path.split("/")[0], spec.backdrop, spec.seed) for spec in SPECS}) == 45


def test_a_share_makes_trouble_and_most_clips_show_the_usual_kinds() -> None:
    troubles = Counter(spec.trouble for spec in SPECS)
    assert 0.13 < 1 - (troubles[""] + troubles["portrait"]) / len(SPECS) < 0.18
    usual = sum(spec.figures[0].kind in ("witch", "fox", "robot", "rabbit") for spec in SPECS)
    assert 0.78 < usual / len(SPECS) < 0.92
    assert sum(not spec.caption for spec in SPECS) > 10


def test_figures_stay_in_the_frame_but_for_those_cut_off() -> None:
    for spec in SPECS:
        inside = bool((spec.boxes() > 0).all() and (spec.boxes() < 1).all())
        assert inside == (spec.trouble != "cut_off"), spec.path


def test_less_of_a_cut_off_figure_is_seen_than_not() -> None:
    for spec in _with("cut_off"):
        boxes = spec.boxes()[0]
        seen = np.clip(boxes, 0, 1)
        shares = np.prod(seen[:, 2:] - seen[:, :2], 1) / np.prod(boxes[:, 2:] - boxes[:, :2], 1)
        assert shares.mean() < 0.65, spec.path


def test_captions_tell_of_another_motion_only_where_that_is_the_trouble() -> None:
    for spec in SPECS:
        told = _tells_of(spec.caption)
        if spec.trouble == "wrong_caption":
            assert len(told) == 1
            assert spec.motion not in told
        else:
            assert told <= {spec.motion}


def test_of_two_figures_as_large_the_caption_tells_of_the_first() -> None:
    for spec in _with("two_actors"):
        one, two = spec.figures
        assert _tells_of(spec.caption) == {one.motion}
        assert one.motion != two.motion
        assert one.kind != two.kind
        assert abs(one.height - two.height) < 0.01
        a, b = spec.boxes()
        assert (a[:, 2].max() < b[:, 0].min()) != (b[:, 2].max() < a[:, 0].min())


def test_travelling_figures_go_where_they_face() -> None:
    for spec in SPECS:
        figure = spec.figures[0]
        if load_world().motions[figure.motion].locomotion and spec.trouble != "cut_off":
            way = figure.end[0] - figure.start[0]
            assert (way > 0) == (figure.facing == "right")
            assert abs(way) > 0.05


def test_a_duplicate_shows_nearly_the_same_as_its_twin() -> None:
    by_path = {spec.path: spec for spec in SPECS}
    twins = [spec for spec in SPECS if spec.duplicate_of]
    assert len(twins) == len(load_world().motions)
    for spec in twins[:3]:
        twin = by_path[spec.duplicate_of or ""]
        assert spec.motion == twin.motion
        one, two = (draw_spec(each).frames[7].astype(int) for each in (spec, twin))
        assert 0 < np.abs(one - two).mean() < 6


def test_boxes_are_those_of_the_drawn_clip() -> None:
    for trouble in ("", "two_actors", "too_short", "portrait"):
        spec = _with(trouble)[0]
        assert (spec.boxes() == draw_spec(spec).boxes).all()


def test_a_person_would_approve_what_shows_one_whole_figure_long_enough() -> None:
    assert all(approvable(spec) for spec in [*_with(""), *_with("wrong_caption")])
    unfit = [*_with("cut_off"), *_with("two_actors"), *_with("too_short"), *_with("portrait")]
    assert not any(approvable(spec) for spec in unfit)
    assert all(spec.num_frames < 40 for spec in _with("too_short"))
    assert all(spec.width_px / spec.height_px < 0.9 for spec in _with("portrait"))
