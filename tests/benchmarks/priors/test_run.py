"""The benchmarks run on a tiny pack, keep what they made, and go on from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.full_size import sizes
from tests.benchmarks.priors.__main__ import BENCHMARKS
from tests.benchmarks.priors.full_size import count_step, floor_of
from tests.benchmarks.priors.stage import Options, Stage
from tests.benchmarks.theatre_pack.test_run import build_trained_pack


def make_options(folder: Path) -> Options:
    return Options(
        out=folder / "out",
        motions=("bows",),
        looks=("luna",),
        scenes=1,
        train_steps=2,
        render_steps=1,
        threads=1,
        pack=build_trained_pack(folder / "tiny"),
    )


@pytest.mark.slow
def test_learning_is_done_once(tmp_path: Path) -> None:
    options = make_options(tmp_path)
    first = BENCHMARKS["learns"](Stage(options, "learns"))
    made = {path: path.stat().st_mtime_ns for path in options.out.rglob("*") if path.is_file()}
    assert len([path for path in made if path.suffix == ".npz"]) == 6
    assert len([path for path in made if path.suffix == ".safetensors"]) == 2
    again = BENCHMARKS["learns"](Stage(options, "learns"))
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in made} == made
    text = "\n".join(first)
    assert "| bows |" in text
    assert "| luna |" in text
    assert "change outside / inside" in text
    more = BENCHMARKS["learns"](Stage(replace(options, motions=()), "learns"))
    assert "| bows |" not in "\n".join(more)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["disentangles", "table3", "bleeds", "recipes"])
def test_every_benchmark_prints_its_table(tmp_path: Path, name: str) -> None:
    options = make_options(tmp_path)
    if name == "bleeds":
        options = replace(options, motions=("spins", "bows"))
    lines = BENCHMARKS[name](Stage(options, name))
    assert sum(line.startswith("| ") for line in lines) >= 5
    assert "nan" not in "\n".join(lines)


def test_checkpointing_costs_another_forward() -> None:
    theatre = sizes()["theatre"]
    small = replace(theatre, transformer={**theatre.transformer, "num_layers": 2})
    kept, again = (count_step(small, "motion", checkpointing=way) for way in (False, True))
    assert 1.2 < again / kept < 1.6
    assert floor_of(790 * 10**12) == 1
