"""Shares over figures, keyframes and scenes, with bootstrap intervals over the scenes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tests.benchmarks.theatre_pack.judging import Figure
from tests.benchmarks.theatre_pack.results import Result

_RESAMPLES = 1000
HEIGHTS = (0.35, 0.5, 0.65)
OVERLAPS = (0.02, 0.25)

Count = tuple[float, int]
"""A sum, and of how many."""


@dataclass(frozen=True)
class Value:
    """A mean over `count` things, with its bootstrap 95 % interval over scenes."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.2f} ({self.low:.2f}-{self.high:.2f})"


def _share(mark_is_right: Sequence[bool]) -> Count:
    return sum(mark_is_right), len(mark_is_right)


OF_FIGURES: dict[str, Callable[[Figure], Count]] = {
    "colour": lambda figure: _share([m.colour == figure.colour for m in figure.marks]),
    "kind": lambda figure: _share([m.kind == figure.kind for m in figure.marks]),
    "iou": lambda figure: (sum(mark.iou for mark in figure.marks), len(figure.marks)),
    "bound": lambda figure: _share(
        [(m.kind, m.colour) == (figure.kind, figure.colour) for m in figure.marks]
    ),
    "present": lambda figure: _share([mark.present for mark in figure.marks]),
    "swapped": lambda figure: _share([mark.swapped for mark in figure.marks]),
    "motion": lambda figure: (
        float(figure.named_motion == figure.motion),
        int(figure.named_motion is not None),
    ),
}
OF_SCENES: dict[str, Callable[[Result], Count]] = {
    "extra": lambda result: (float(result.extra), 1),
    "backdrop": lambda result: (float(result.named_backdrop == result.backdrop), 1),
}
METRICS = (*OF_FIGURES, *OF_SCENES)
GROUPS: dict[str, Callable[[Result, Figure], str]] = {
    "box height": lambda _, figure: _bin(figure.height, HEIGHTS),
    "place": lambda _, figure: figure.cell,
    "overlap": lambda _, figure: _bin(figure.overlap, OVERLAPS),
    "actors": lambda result, _: str(result.num_actors),
    "kind": lambda _, figure: figure.kind,
    "colour": lambda _, figure: figure.colour,
    "motion": lambda _, figure: figure.motion,
    "backdrop": lambda result, _: result.backdrop,
}


def _bin(value: float, edges: Sequence[float]) -> str:
    """The bin of a value in words that sort as the bins do."""
    below = [edge for edge in edges if edge <= value]
    above = [edge for edge in edges if edge > value]
    if not below:
        return f"0.00-{above[0]:.2f}"
    return f"{below[-1]:.2f}-{above[0]:.2f}" if above else f"{below[-1]:.2f} and more"


def summarise(results: Sequence[Result], scenes: Sequence[int]) -> dict[str, Value]:
    """Every metric over all figures and scenes."""
    picks = _resample(len(scenes))
    table = {name: _tally(results, scenes, name) for name in METRICS}
    return {name: _interval(counts, picks) for name, counts in table.items() if counts[1].sum()}


def summarise_groups(
    results: Sequence[Result], scenes: Sequence[int], group: str
) -> dict[str, dict[str, Value]]:
    """The figures' metrics for each bin of a group, with the bins in order."""
    label = GROUPS[group]
    bins = sorted({label(result, figure) for result in results for figure in result.figures})
    table = {}
    for one in bins:
        kept = [
            result.model_copy(
                update={"figures": tuple(f for f in result.figures if label(result, f) == one)}
            )
            for result in results
        ]
        whole = summarise(kept, scenes)
        table[one] = {name: value for name, value in whole.items() if name in OF_FIGURES}
    return table


def compare(
    results: Sequence[Result], others: Sequence[Result], scenes: Sequence[int], metric: str
) -> Value:
    """The metric of some results as a share of that of others on the same scenes."""
    sums, counts = _tally(results, scenes, metric)
    other_sums, other_counts = _tally(others, scenes, metric)
    shares = sums / counts.sum(), other_sums / other_counts.sum()
    return replace(_interval(shares, _resample(len(scenes))), count=int(counts.sum()))


def mean_of(numbers: Sequence[float]) -> Value:
    """The mean of single measurements, resampled one by one."""
    counts = np.array(numbers), np.ones(len(numbers))
    return _interval(counts, _resample(len(numbers)))


def confusions(results: Sequence[Result], *, limit: int = 12) -> list[tuple[str, str, int]]:
    """What was named instead of what was asked, the most frequent first: (asked, named, times)."""
    found: dict[tuple[str, str], int] = {}
    for figure in (figure for result in results for figure in result.figures):
        pairs = [(figure.kind, mark.kind) for mark in figure.marks]
        pairs += [(figure.colour, mark.colour) for mark in figure.marks]
        pairs += [(figure.motion, figure.named_motion)] if figure.named_motion is not None else []
        for asked, named in pairs:
            if asked != named:
                found[asked, named or "nothing"] = found.get((asked, named or "nothing"), 0) + 1
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return [(asked, named, times) for (asked, named), times in ordered[:limit]]


def _tally(
    results: Sequence[Result], scenes: Sequence[int], metric: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts (S,) of a metric, scene by scene."""
    place = {scene: index for index, scene in enumerate(scenes)}
    sums, counts = np.zeros(len(scenes)), np.zeros(len(scenes))
    for result in results:
        for value, count in _counts(result, metric):
            sums[place[result.scene]] += value
            counts[place[result.scene]] += count
    return sums, counts


def _counts(result: Result, metric: str) -> list[Count]:
    if metric in OF_SCENES:
        return [OF_SCENES[metric](result)]
    return [OF_FIGURES[metric](figure) for figure in result.figures]


def _resample(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, size, (_RESAMPLES, size))


def _interval(counts: tuple[np.ndarray, np.ndarray], picks: np.ndarray) -> Value:
    sums, sizes = counts
    drawn = sizes[picks].sum(1)
    means = sums[picks].sum(1)[drawn > 0] / drawn[drawn > 0]
    low, high = np.percentile(means, [2.5, 97.5])
    mean = float(sums.sum() / sizes.sum())
    return Value(round(mean, 4), round(float(low), 4), round(float(high), 4), int(sizes.sum()))
