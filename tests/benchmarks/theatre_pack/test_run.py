"""The benchmark runs on a tiny pack with untrained judges, takes up where it stopped, reports."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.theatre.train.data import draw_random
from pipeline.theatre.train.plans import TINY
from pipeline.vision.judges import Judges, Names
from tests.benchmarks.theatre_pack.checks import distance, find_nearest
from tests.benchmarks.theatre_pack.run import Options, run
from tests.benchmarks.theatre_pack.takes import CONDITIONS, NOISELESS
from tests.pipeline.packs.fixtures import TROUPE, build_tiny_pack


def make_judges() -> Judges:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        names = Names(TROUPE.kinds, TROUPE.colours, TROUPE.motions, TROUPE.backdrops)
        return Judges.build(names, "untrained")


def build_trained_pack(folder: Path) -> str:
    (build_tiny_pack(folder) / "training.json").write_text(
        json.dumps({"plan": TINY.model_dump()}), encoding="utf-8"
    )
    return str(folder)


@pytest.mark.slow
def test_benchmark_writes_its_report_and_resumes(tmp_path: Path) -> None:
    pack, judges, out = build_trained_pack(tmp_path / "tiny"), make_judges(), tmp_path / "out"
    options = Options(out, pack, scenes=2, steps=1, guidance=2, timed_threads=1, compared_clips=5)
    options = replace(options, part=(1, 2))
    run(options, judges)
    assert not (out / "blind.png").exists()
    options = replace(options, part=(0, 2))
    results = run(options, judges)
    assert {(r.scene, r.condition) for r in results} == {(s, c) for s in (0, 1) for c in CONDITIONS}
    report = json.loads((out / "results.json").read_text(encoding="utf-8"))
    assert report["scenes"] == 2
    assert list(report["conditions"]) == list(CONDITIONS)
    assert len(report["checks"]["final_seconds"]) == 3
    assert {v["what"] for v in report["verdicts"]} >= {"right colour in the box", "backdrop right"}
    text = (out / "results.md").read_text(encoding="utf-8")
    assert "| regions, by box height |" in text
    assert "PSNR" in text
    for name in ("sheet.png", "nearest.png", "blind.png"):
        assert (out / name).stat().st_size > 1000
    answers = json.loads((out / "blind-key.json").read_text(encoding="utf-8"))
    assert sorted(answers) == ["1", "2"]
    assert {answer["scene"] for answer in answers.values()} == {0, 1}
    first = out / "part-0-of-2.jsonl"
    lines = first.read_text(encoding="utf-8").splitlines()
    first.write_text("\n".join(lines[:-1]) + "\n{cut", encoding="utf-8")
    assert len(run(options, judges)) == len(results)
    assert len(first.read_text(encoding="utf-8").splitlines()) == len(lines) + 1
    more = run(replace(options, scenes=1, seeds=2, part=(0, 1)), judges)
    noisy = {r.condition for r in more if r.seed == 1}
    assert noisy == set(CONDITIONS) - set(NOISELESS)


def test_nearest_training_clip_is_the_one_that_was_copied() -> None:
    rng = random.Random("clips to compare with")
    clips = [draw_random(rng, TINY)[1].frames for _ in range(6)]
    noisy = np.clip(clips[4].astype(int) + 3, 0, 255).astype(np.uint8)
    inside = np.ones(noisy.shape[:3], bool)
    (near,), (usual,) = find_nearest([noisy], [inside], TINY, num_clips=6)
    assert np.array_equal(near.frames, clips[4])
    assert 1 < near.distance <= 3 < usual


def test_only_pixels_inside_are_compared() -> None:
    one, other = np.zeros((2, 24, 32, 48, 3), np.uint8)
    other[:, 20:] = 250
    inside = np.zeros((24, 32, 48), bool)
    inside[:, :20] = True
    assert distance(one, other, inside) == 0
    assert distance(one, other, ~inside) == 250
