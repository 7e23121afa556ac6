"""The regions benchmark runs, takes up where it stopped, and tells right from wrong."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from pipeline.artifacts import RenderSettings
from pipeline.theatre.draw import draw_clip
from pipeline.theatre.script import sample_script
from tests.benchmarks import regions
from tests.benchmarks.region_scores import Asked, Mark, Result, fit_finder, mark_clip, summarise
from tests.pipeline.packs.fixtures import build_tiny_pack


def make_asked(seed: int) -> Asked:
    script = sample_script(random.Random(seed), num_actors=2)
    return Asked.of(script, draw_clip(script), 6)


def test_drawn_scenes_score_high_and_mirrored_ones_low() -> None:
    growth = fit_finder([make_asked(seed) for seed in range(100, 120)])
    scenes = [make_asked(seed) for seed in range(12)]
    drawn = [mark for one in scenes for mark in mark_clip(one.clip.frames, one, growth)]
    mirrored = [
        mark for one in scenes for mark in mark_clip(one.clip.frames[:, :, ::-1], one, growth)
    ]
    assert np.mean([mark.near for mark in drawn]) > 0.93
    assert np.mean([mark.iou for mark in drawn]) > 0.7
    assert np.mean([mark.near for mark in mirrored]) < 0.5


def make_result(scene: int, *, near: bool) -> Result:
    mark = Mark(
        kind="fox",
        colour="blue",
        motion="walks",
        backdrop="beach",
        height=0.5,
        cell="middle left",
        overlap=0,
        found=True,
        near=near,
        swapped=False,
        iou=0.25,
    )
    return Result(scene=scene, condition="drawn", run="x", seconds=1, strays=0, marks=(mark,) * 3)


def test_interval_holds_the_mean_and_narrows_to_it_when_all_agree() -> None:
    mixed = summarise([make_result(n, near=n % 4 > 0) for n in range(40)])["near"]
    assert isinstance(mixed, dict)
    assert mixed["mean"] == pytest.approx(0.75)
    assert 0.55 < mixed["low"] < 0.7 < 0.8 < mixed["high"] < 0.92
    agreed = summarise([make_result(n, near=True) for n in range(5)])["near"]
    assert agreed == {"mean": 1, "low": 1, "high": 1}


def test_benchmark_writes_its_report_and_resumes(tmp_path: Path) -> None:
    options = regions.Options(
        out=tmp_path / "out",
        pack=str(build_tiny_pack(tmp_path / "tiny")),
        scenes=2,
        settings=RenderSettings(seed=3, num_inference_steps=1, guidance_scale=2),
    )
    results = regions.run(options)
    assert {(r.scene, r.condition) for r in results} == {
        (scene, condition) for scene in (0, 1) for condition in regions.CONDITIONS
    }
    report = json.loads((options.out / "results.json").read_text(encoding="utf-8"))
    assert report["scenes"] == 2
    assert list(report["conditions"]) == list(regions.CONDITIONS)
    assert (options.out / "sheet.png").stat().st_size > 1000
    asked = [make_asked(5000).script, make_asked(5001).script]
    summary = report["conditions"]["regions"]
    assert set(summary["kind"]) == {actor.kind for one in asked for actor in one.actors}
    assert set(summary["motion"]) == {actor.motion for one in asked for actor in one.actors}
    assert set(summary["colour"]) == {actor.colour for one in asked for actor in one.actors}
    assert set(summary["backdrop"]) == {one.backdrop for one in asked}
    table = (options.out / "results.md").read_text(encoding="utf-8")
    assert f"| {asked[0].actors[0].kind} |" in table.split("near, by kind")[1]
    lines = (options.out / "part-0-of-1.jsonl").read_text(encoding="utf-8").splitlines()
    (options.out / "part-0-of-1.jsonl").write_text(
        "\n".join(lines[:-1]) + "\n{cut", encoding="utf-8"
    )
    assert len(regions.run(options)) == len(results)
