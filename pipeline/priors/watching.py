"""What a training's losses say: a curve for people, and whether they run away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.prior import LossPoint

if TYPE_CHECKING:
    from torch import Tensor

NUM_POINTS = 100
"""Of a curve, at most."""
WINDOW = 20
"""Steps of a running mean: a single loss says more about its noise than about the model."""
_WORSE, _LOST = 2.0, 4.0
"""Times the best running mean."""


def curve(history: Tensor, *, total: int, debiased: bool) -> tuple[LossPoint, ...]:
    """Means over equal parts of a training, of those that are done.

    Args:
        history: (steps, 2), L_org and L_ad of each step.
        total: steps that the training is to have.
        debiased: whether L_ad is used.
    """
    if not len(history):
        return ()
    each, points = -(-total // NUM_POINTS), []
    for number, part in enumerate(history.split(each), start=1):
        plain, other = part.mean(0).tolist()
        step = min(number * each, len(history))
        points.append(LossPoint(step=step, loss=plain, debiased=other if debiased else None))
    return tuple(points)


def recent_loss(history: Tensor) -> float:
    """The mean L_org (or L_spatial) of the last steps."""
    return float(history[-WINDOW:, 0].mean())


def worsens(history: Tensor) -> bool:
    """Whether the losses of the last steps are far above the best ones: not worth keeping."""
    return _times_best(history) > _WORSE


def runs_away(history: Tensor) -> bool:
    """Whether training has come apart: the last losses are several times the best ones."""
    return _times_best(history) > _LOST


def _times_best(history: Tensor) -> float:
    """The last running mean of the losses as a multiple of the best one."""
    if len(history) < WINDOW:
        return 1.0
    means = history.sum(1).unfold(0, WINDOW, 1).mean(1)
    return float(means[-1] / means.min().clamp(min=1e-12))
