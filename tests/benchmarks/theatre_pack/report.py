"""The report: a verdict on every bar, the tables behind it, and the same in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.theatre_pack.checks import Checks
from tests.benchmarks.theatre_pack.judging import LEAST_OVERLAP
from tests.benchmarks.theatre_pack.obedience import write_obedience
from tests.benchmarks.theatre_pack.results import Result
from tests.benchmarks.theatre_pack.scenes import LEAST_SEEN
from tests.benchmarks.theatre_pack.scores import (
    GROUPS,
    METRICS,
    OF_FIGURES,
    Value,
    compare,
    confusions,
    mean_of,
    summarise,
    summarise_groups,
)

_NAMES = {
    "colour": "right colour in the box",
    "kind": "right kind in the box",
    "iou": "IoU with the asked box",
    "bound": "right character in the box",
    "present": "right character anywhere",
    "swapped": "attributes swapped",
    "motion": "motion recognised",
    "extra": "an extra figure",
    "backdrop": "backdrop right",
}
_BARS = {"colour": 0.95, "kind": 0.85, "motion": 0.7, "extra": -0.1, "backdrop": 0.99}
"""Least shares; a negative one is the most there may be."""
_IOU_BAR, _FINAL_SECONDS, _DRAFT_SECONDS = 0.8, 20.0, 8.0


@dataclass(frozen=True)
class Verdict:
    """One bar: what is measured, its value, the bar (negative: at most), and whether it is met."""

    what: str
    value: Value
    bar: float
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the mean reaches the bar."""
        return self.value.mean >= self.bar if self.bar > 0 else self.value.mean <= -self.bar

    def row(self) -> str:
        """The verdict as a row of the table."""
        sign = "at least" if self.bar > 0 else "at most"
        met = "yes" if self.met else "no"
        return f"| {self.what} | {self.value} | {sign} {abs(self.bar):g} | {met} | {self.note} |"


@dataclass(frozen=True)
class Report:
    """Everything to be told of one run: its whole scenes, and what was measured beside them."""

    run: str
    conditions: tuple[str, ...]
    results: Sequence[Result]
    checks: Checks | None

    @property
    def scenes(self) -> list[int]:
        """The scenes judged under every condition."""
        return sorted({result.scene for result in self.results})

    def of(self, condition: str) -> list[Result]:
        """The results of a condition."""
        return [result for result in self.results if result.condition == condition]

    def write(self, folder: Path) -> None:
        """Write `results.json`, `results.md` and, of the same tables, `obedience.json`."""
        data = self._as_data()
        text = json.dumps(data, indent=1)
        (folder / "results.json").write_text(text + "\n", encoding="utf-8")
        write_obedience(data, folder)
        text = "\n".join(self._lines())
        (folder / "results.md").write_text(text + "\n", encoding="utf-8")

    def verdicts(self) -> list[Verdict]:
        """Every bar with its value."""
        regions, unseen, coded = (self.of(name) for name in ("regions", "unseen", "coded"))
        table, other = summarise(regions, self.scenes), summarise(unseen, self.scenes)
        found = [
            Verdict(_NAMES[name], table[name], bar, f"new phrasing: {other[name]}")
            for name, bar in _BARS.items()
            if name in table
        ]
        ceiling = summarise(coded, self.scenes).get("iou")
        if ceiling and ceiling.mean:
            share = compare(regions, coded, self.scenes, "iou")
            note = f"{table['iou']} of {ceiling} on drawn, round-tripped clips"
            found.insert(2, Verdict("IoU as a share of the judges' own", share, _IOU_BAR, note))
        return found + self._timings()

    def _timings(self) -> list[Verdict]:
        if self.checks is None:
            return []
        checks = self.checks
        note = f"{checks.device}, {checks.threads} threads, {checks.free_cores} cores free"
        final, draft = mean_of(checks.final_seconds), mean_of(checks.draft_seconds)
        return [
            Verdict("seconds per scene, final", final, -_FINAL_SECONDS, note),
            Verdict("seconds per scene, draft", draft, -_DRAFT_SECONDS, note),
        ]

    def _as_data(self) -> dict[str, Any]:
        verdicts = [asdict(verdict) | {"met": verdict.met} for verdict in self.verdicts()]
        checks = self.checks.model_dump() if self.checks else None
        conditions = {name: self._condition_data(name) for name in self.conditions}
        return {
            "run": self.run,
            "scenes": len(self.scenes),
            "verdicts": verdicts,
            "checks": checks,
            "conditions": conditions,
        }

    def _condition_data(self, condition: str) -> dict[str, Any]:
        results = self.of(condition)
        groups = {
            name: {
                one: {metric: asdict(value) for metric, value in values.items()}
                for one, values in summarise_groups(results, self.scenes, name).items()
            }
            for name in GROUPS
        }
        whole = {name: asdict(value) for name, value in summarise(results, self.scenes).items()}
        seconds = asdict(mean_of([result.seconds for result in results]))
        mistaken = confusions(results, limit=40)
        return {"all": whole, "seconds": seconds, "confusions": mistaken, **groups}

    def _lines(self) -> Iterator[str]:
        noises = len({result.seed for result in self.results})
        figures = sum(len(result.figures) for result in self.of("drawn"))
        yield f"{self.run}. {len(self.scenes)} scenes of one to three actors, {figures} figures,"
        yield f"noise seeds: {noises}. Means with bootstrap 95 % intervals over the scenes."
        yield f"A figure is judged at keyframes where it fills {LEAST_SEEN:.0%} of its box or more;"
        yield f"it stands in its box if what the judges find overlaps it (IoU) by {LEAST_OVERLAP}."
        yield ""
        yield "| with regions | value | bar | met | |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (verdict.row() for verdict in self.verdicts())
        yield from self._vae_lines()
        yield from self._condition_lines()
        for group in GROUPS:
            yield from self._group_lines(group)
        yield from self._confusion_lines()

    def _vae_lines(self) -> Iterator[str]:
        if self.checks:
            yield ""
            yield f"Autoencoder on fresh clips: PSNR {self.checks.vae_psnr:.1f} dB,"
            yield f"{self.checks.vae_figure_psnr:.1f} dB on the pixels of moving figures."

    def _condition_lines(self) -> Iterator[str]:
        yield ""
        yield f"| condition | {' | '.join(_NAMES[name] for name in METRICS)} | s per clip |"
        yield "| --- " * (len(METRICS) + 2) + "|"
        for condition in self.conditions:
            results = self.of(condition)
            table = summarise(results, self.scenes)
            cells = [str(table.get(name, "-")) for name in METRICS]
            cells.append(f"{mean_of([r.seconds for r in results]).mean:.1f}")
            yield f"| {condition} | {' | '.join(cells)} |"

    def _group_lines(self, group: str) -> Iterator[str]:
        own = summarise_groups(self.of("regions"), self.scenes, group)
        others = {
            name: summarise_groups(self.of(name), self.scenes, group)
            for name in ("coded", "caption", "concatenated")
        }
        heads = [*OF_FIGURES, *(f"iou, {name}" for name in others)]
        yield ""
        yield f"| regions, by {group} | figures' keyframes | {' | '.join(heads)} |"
        yield "| --- " * (len(heads) + 2) + "|"
        for one, values in own.items():
            cells = [str(values.get(name, "-")) for name in OF_FIGURES]
            cells += [f"{table[one]['iou'].mean:.2f}" for table in others.values()]
            yield f"| {one} | {values['colour'].count} | {' | '.join(cells)} |"

    def _confusion_lines(self) -> Iterator[str]:
        yield ""
        yield "| regions: asked | named | times | of coded clips |"
        yield "| --- | --- | --- | --- |"
        coded = {(a, n): times for a, n, times in confusions(self.of("coded"), limit=999)}
        for asked, named, times in confusions(self.of("regions")):
            yield f"| {asked} | {named} | {times} | {coded.get((asked, named), 0)} |"
