"""Shares, intervals and comparisons of hand-made results."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.benchmarks.theatre_pack.checks import Checks
from tests.benchmarks.theatre_pack.judging import Figure, Mark
from tests.benchmarks.theatre_pack.report import Report
from tests.benchmarks.theatre_pack.results import Result
from tests.benchmarks.theatre_pack.scores import compare, confusions, summarise, summarise_groups

RIGHT = Mark(kind="fox", colour="blue", iou=0.6, present=True, swapped=False)
WRONG_KIND = Mark(kind="rabbit", colour="blue", iou=0.3, present=False, swapped=True)
MISSED = Mark(kind="", colour="", iou=0, present=False, swapped=False)


def make_result(
    scene: int,
    *marks: Mark,
    condition: str = "regions",
    motion: str | None = "walks",
    height: float = 0.4,
    extra: bool = False,
) -> Result:
    figure = Figure(
        kind="fox",
        colour="blue",
        motion="walks",
        height=height,
        cell="middle left",
        overlap=0,
        marks=marks,
        named_motion=motion,
    )
    return Result(
        scene=scene,
        seed=0,
        condition=condition,
        run="x",
        seconds=1.5,
        num_actors=1,
        backdrop="beach",
        named_backdrop="beach",
        extra=extra,
        figures=(figure,),
    )


def test_shares_count_keyframes_figures_and_scenes() -> None:
    results = [
        make_result(0, RIGHT, RIGHT, WRONG_KIND, motion="waves"),
        make_result(1, MISSED, extra=True, motion=None),
    ]
    means = {name: value.mean for name, value in summarise(results, [0, 1]).items()}
    assert means["colour"] == 0.75
    assert means["kind"] == 0.5
    assert means["iou"] == pytest.approx(0.375)
    assert means["motion"] == 0
    assert (means["extra"], means["backdrop"]) == (0.5, 1)


def test_interval_holds_the_mean_and_narrows_to_it_when_all_agree() -> None:
    scenes = range(40)
    mixed = summarise([make_result(n, RIGHT if n % 4 else WRONG_KIND) for n in scenes], scenes)
    assert mixed["kind"].mean == pytest.approx(0.75)
    assert 0.55 < mixed["kind"].low < 0.7 < 0.8 < mixed["kind"].high < 0.92
    assert (mixed["colour"].low, mixed["colour"].high, mixed["colour"].count) == (1, 1, 40)


def test_comparison_is_the_share_of_the_others_mean_on_the_same_scenes() -> None:
    own = [make_result(n, WRONG_KIND, WRONG_KIND) for n in range(5)]
    others = [make_result(n, RIGHT, condition="coded") for n in range(5)]
    value = compare(own, others, range(5), "iou")
    assert (value.mean, value.low, value.high, value.count) == (0.5, 0.5, 0.5, 10)


def test_groups_keep_their_own_figures_in_order() -> None:
    results = [make_result(0, RIGHT, height=0.7), make_result(1, MISSED, MISSED, height=0.3)]
    table = summarise_groups(results, [0, 1], "box height")
    assert list(table) == ["0.00-0.35", "0.65 and more"]
    assert [values["colour"].mean for values in table.values()] == [0, 1]
    assert table["0.00-0.35"]["colour"].count == 2


def test_confusions_are_counted_most_frequent_first() -> None:
    results = [make_result(0, WRONG_KIND, WRONG_KIND, RIGHT, motion="waves"), make_result(1, RIGHT)]
    assert confusions(results) == [("fox", "rabbit", 2), ("walks", "waves", 1)]


def make_report(regions: Sequence[Result], *, final_seconds: float) -> Report:
    others = [r.model_copy(update={"condition": c}) for r in regions for c in ("coded", "unseen")]
    checks = Checks(
        run="x",
        device="cpu",
        threads=2,
        free_cores=3,
        final_seconds=(final_seconds,) * 3,
        draft_seconds=(4.5,) * 3,
        vae_psnr=31.2,
        vae_figure_psnr=24.6,
    )
    return Report("x", ("coded", "regions", "unseen"), [*regions, *others], checks)


def test_verdict_says_which_bars_are_met() -> None:
    regions = [make_result(n, RIGHT, WRONG_KIND, extra=n == 0) for n in range(5)]
    verdicts = {v.what: v.met for v in make_report(regions, final_seconds=21.5).verdicts()}
    assert verdicts == {
        "right colour in the box": True,
        "right kind in the box": False,
        "IoU as a share of the judges' own": True,
        "motion recognised": True,
        "an extra figure": False,
        "backdrop right": True,
        "seconds per scene, final": False,
        "seconds per scene, draft": True,
    }
