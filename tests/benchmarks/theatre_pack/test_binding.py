"""Who is anywhere, whose attributes went astray, and the report of regions against captions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.theatre.script import Actor
from pipeline.vision.judges import Seen
from tests.benchmarks.theatre_pack.binding import REPORT_FILE, Binding
from tests.benchmarks.theatre_pack.judging import Mark, find_anywhere
from tests.benchmarks.theatre_pack.results import Result
from tests.benchmarks.theatre_pack.scenes import ask
from tests.benchmarks.theatre_pack.test_scores import MISSED, RIGHT, make_result
from tests.pipeline.packs.fixtures import tiny_record

BOX = np.array([0.1, 0.2, 0.4, 0.9])


def make_actors() -> list[Actor]:
    """A blue fox and a red robot."""
    fox, robot = ask(tiny_record(), 1, actors=(2,)).script.actors
    return [
        replace(fox, kind="fox", colour="blue"),
        replace(robot, kind="robot", colour="red"),
    ]


@pytest.mark.parametrize(
    ("looks", "present", "swapped"),
    [
        (["blue fox", "red robot"], {0, 1}, set()),
        (["red fox", "blue robot"], set(), {0, 1}),
        (["red fox", "red robot"], {1}, {0}),
        (["red robot", "red robot"], {1}, set()),
        (["green fox", "red robot"], {1}, set()),
        ([], set(), set()),
    ],
)
def test_present_and_swapped(looks: list[str], present: set[int], swapped: set[int]) -> None:
    seen = [Seen(BOX, look.split()[1], look.split()[0], 0.9) for look in looks]
    assert find_anywhere(seen, make_actors()) == (present, swapped)


def test_the_unsure_swap_nothing() -> None:
    assert find_anywhere([Seen(BOX, "fox", "red", 0.3)], make_actors()) == (set(), set())


def make_results(scene: int, regions: Mark, caption: Mark) -> list[Result]:
    told = {"coded": RIGHT, "regions": regions, "caption": caption}
    return [make_result(scene, mark, condition=name) for name, mark in told.items()]


def test_report_compares_regions_with_captions(tmp_path: Path) -> None:
    results = [one for n in range(4) for one in make_results(n, RIGHT, RIGHT if n % 4 else MISSED)]
    report = Binding("x", results)
    bars = {bar.what: bar for bar in report.bars()}
    assert [bar.met for bar in bars.values()] == [True, True, False, None]
    times = bars["right character in the right box, times the caption's"].value
    assert times.mean == pytest.approx(4 / 3, abs=1e-3)
    report.write(tmp_path)
    data = json.loads((tmp_path / "binding.json").read_text("utf-8"))
    assert data["scenes"] == 4
    assert data["all scenes"]["caption"]["bound"]["mean"] == 0.75
    assert "| caption | 0.75" in (tmp_path / REPORT_FILE).read_text("utf-8")


def test_a_caption_that_binds_nothing_leaves_no_ratio(tmp_path: Path) -> None:
    results = [one for n in range(3) for one in make_results(n, RIGHT, MISSED)]
    assert [bar.least for bar in Binding("x", results).bars()] == [0.9, 0.8]
