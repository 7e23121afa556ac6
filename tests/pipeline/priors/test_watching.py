from __future__ import annotations

import pytest
import torch

from pipeline.priors.watching import curve, recent_loss, runs_away, worsens


def history(*losses: float) -> torch.Tensor:
    return torch.tensor([(loss, 2 * loss) for loss in losses], dtype=torch.float64)


def test_few_steps_are_a_point_each() -> None:
    points = curve(history(0.5, 0.25), total=100, debiased=True)
    assert [(p.step, p.loss, p.debiased) for p in points] == [(1, 0.5, 1.0), (2, 0.25, 0.5)]
    assert curve(history(), total=100, debiased=True) == ()


def test_many_steps_are_means_and_the_last_part_may_be_short() -> None:
    points = curve(history(*range(1, 8)), total=250, debiased=False)
    assert [(p.step, p.loss, p.debiased) for p in points] == [
        (3, 2.0, None),
        (6, 5.0, None),
        (7, 7.0, None),
    ]
    assert len(curve(history(*range(1, 20_001)), total=20_000, debiased=False)) == 100


def test_the_last_losses_are_told_by_their_mean() -> None:
    assert recent_loss(history(9, 9, *[1] * 19, 3)) == pytest.approx(1.1)
    assert recent_loss(history(4)) == 4


@pytest.mark.parametrize(
    ("losses", "worse", "lost"),
    [
        ([1] * 5 + [50], False, False),  # too few to say
        ([1] * 60, False, False),
        ([1] * 20 + [30], True, False),  # a single one weighs a twentieth
        ([1] * 20 + [3] * 20, True, False),
        ([1] * 20 + [5] * 20, True, True),
        ([5] * 20 + [1] * 20 + [1.5] * 20, False, False),
        ([0] * 40, False, False),
    ],
)
def test_what_runs_away_is_several_times_the_best(
    losses: list[float], worse: bool, lost: bool
) -> None:
    assert (worsens(history(*losses)), runs_away(history(*losses))) == (worse, lost)
