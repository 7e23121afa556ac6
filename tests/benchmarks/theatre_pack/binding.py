"""Who is in whose box: regions against one plain caption, on scenes of two and three actors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.theatre_pack.judging import LEAST_OVERLAP
from tests.benchmarks.theatre_pack.results import Result
from tests.benchmarks.theatre_pack.scores import Value, compare, summarise

CONDITIONS = ("coded", "caption", "regions")
REPORT_FILE = "binding.md"
METRICS = {
    "present": "right character anywhere",
    "bound": "right character in the right box",
    "kind": "right kind in the box",
    "colour": "right colour in the box",
    "swapped": "attributes swapped",
    "iou": "IoU with the asked box",
    "extra": "an extra figure",
}
_BOUND_BAR, _IOU_BAR, _GAIN_BAR = 0.9, 0.8, 2.0


@dataclass(frozen=True)
class Bar:
    """What is wanted, what it is, and the least it shall be; None = it is only told."""

    what: str
    value: Value
    least: float | None

    @property
    def met(self) -> bool | None:
        """Whether the mean reaches it."""
        return None if self.least is None else self.value.mean >= self.least

    def row(self) -> str:
        """The bar as a row of the table."""
        least = "" if self.least is None else f"{self.least:g}"
        met = {None: "", True: "yes", False: "no"}[self.met]
        return f"| {self.what} | {self.value} | {least} | {met} |"


@dataclass(frozen=True)
class Binding:
    """The report of scenes that were judged under all of `CONDITIONS`."""

    run: str
    results: Sequence[Result]

    def write(self, folder: Path) -> None:
        """Write `binding.md` and `binding.json`."""
        data = json.dumps(self._as_data(), indent=1)
        (folder / "binding.json").write_text(f"{data}\n", encoding="utf-8")
        (folder / REPORT_FILE).write_text("\n".join([*self._lines(), ""]), encoding="utf-8")

    def bars(self) -> list[Bar]:
        """The bars with their values; one whose other side is zero is left out."""
        coded, caption, regions = (self._of(name) for name in CONDITIONS)
        scenes = self._scenes(None)
        table = summarise(regions, scenes)
        found = [Bar("right character in the right box", table["bound"], _BOUND_BAR)]
        for what, others, metric, least in (
            ("IoU as a share of the judges' own (coded)", coded, "iou", _IOU_BAR),
            ("right character in the right box, times the caption's", caption, "bound", _GAIN_BAR),
            ("right character anywhere, times the caption's", caption, "present", None),
        ):
            if summarise(others, scenes)[metric].mean:
                found.append(Bar(what, compare(regions, others, scenes, metric), least))
        return found

    def _of(self, condition: str, actors: int | None = None) -> list[Result]:
        return [
            result
            for result in self.results
            if result.condition == condition and actors in {None, result.num_actors}
        ]

    def _scenes(self, actors: int | None) -> list[int]:
        return sorted({r.scene for r in self.results if actors in {None, r.num_actors}})

    def _tables(self) -> Iterator[tuple[str, dict[str, dict[str, Value]]]]:
        """For all scenes, then for each number of actors, the conditions' metrics."""
        for actors in (None, *sorted({result.num_actors for result in self.results})):
            title = "all scenes" if actors is None else f"{actors} actors"
            scenes = self._scenes(actors)
            yield title, {c: summarise(self._of(c, actors), scenes) for c in CONDITIONS}

    def _as_data(self) -> dict[str, Any]:
        tables = {
            title: {
                condition: {metric: asdict(values[metric]) for metric in METRICS}
                for condition, values in table.items()
            }
            for title, table in self._tables()
        }
        bars = [asdict(bar) | {"met": bar.met} for bar in self.bars()]
        return {"run": self.run, "scenes": len(self._scenes(None)), "bars": bars, **tables}

    def _lines(self) -> Iterator[str]:
        figures = sum(len(result.figures) for result in self._of("regions"))
        yield f"{self.run}. {len(self._scenes(None))} scenes, {figures} figures, the same noise for"
        yield "caption and regions. Means with bootstrap 95 % intervals over the scenes. A figure"
        yield f"stands in a box if what the judges find overlaps it (IoU) by {LEAST_OVERLAP}."
        yield ""
        yield "| regions | value | at least | met |"
        yield "| --- | --- | --- | --- |"
        yield from (bar.row() for bar in self.bars())
        for title, table in self._tables():
            yield ""
            yield f"| {title} | {' | '.join(METRICS.values())} |"
            yield "| --- " * (len(METRICS) + 1) + "|"
            for condition, values in table.items():
                cells = " | ".join(str(values[metric]) for metric in METRICS)
                yield f"| {condition} | {cells} |"
