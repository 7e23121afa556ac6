"""The report of the regions benchmark: JSON, a table, and a sheet to look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.benchmarks.region_scores import (
    Mark,
    Result,
    bin_of_height,
    bin_of_overlap,
    summarise,
)

NUM_PICTURED = 8
_PICTURED = ("drawn", "caption", "concatenated", "regions")
_METRICS = ("found", "near", "swapped", "iou")
_GROUPS: dict[str, Callable[[Mark], str]] = {
    "box height": bin_of_height,
    "place": lambda mark: mark.cell,
    "overlap": bin_of_overlap,
    "kind": lambda mark: mark.kind,
    "colour": lambda mark: mark.colour,
    "motion": lambda mark: mark.motion,
    "backdrop": lambda mark: mark.backdrop,
}
_LABEL_PX = 18


def write_report(
    results: Sequence[Result],
    out: Path,
    *,
    run: str,
    conditions: Sequence[str],
    captions: Sequence[str],
) -> None:
    """Write results.json, results.md and sheet.png of the scenes done under all conditions."""
    by_condition = _complete(results, conditions)
    report = {"run": run, "scenes": len(by_condition[conditions[0]]), "conditions": {}}
    for condition, group in by_condition.items():
        if group:
            report["conditions"][condition] = _summary(group)
    (out / "results.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (out / "results.md").write_text("\n".join(_tables(report)) + "\n", encoding="utf-8")
    _write_sheet(out, captions)


def _complete(results: Sequence[Result], conditions: Sequence[str]) -> dict[str, list[Result]]:
    """Results by condition, of scenes that have every condition."""
    scenes = [{r.scene for r in results if r.condition == c} for c in conditions]
    whole = set.intersection(*scenes)
    return {c: [r for r in results if r.condition == c and r.scene in whole] for c in conditions}


def _summary(group: list[Result]) -> dict[str, Any]:
    marks = [mark for result in group for mark in result.marks]
    summary: dict[str, Any] = {
        "all": summarise(group),
        "strays": round(float(np.mean([r.strays for r in group])), 4),
        "median_seconds": round(float(np.median([r.seconds for r in group])), 3),
    }
    for name, label in _GROUPS.items():
        summary[name] = {
            one: summarise(group, keep=lambda mark, one=one, label=label: label(mark) == one)
            for one in sorted({label(mark) for mark in marks})
        }
    return summary


def _tables(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['run']}; {report['scenes']} scenes of two characters. Means over figures and"
    yield "keyframes with bootstrap 95 % intervals over scenes. near: centre within 0.12 (x) and"
    yield "0.15 (y) of the box asked for; IoU counts figures not found as 0."
    yield ""
    yield "| condition | found | near | on the other's mark | IoU | stray colours | s per clip |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for condition, summary in report["conditions"].items():
        cells = [_cell(summary["all"], metric) for metric in _METRICS]
        cells += [f"{summary['strays']:.3f}", f"{summary['median_seconds']:.1f}"]
        yield f"| {condition} | {' | '.join(cells)} |"
    for group in _GROUPS:
        yield from _breakdown(report, group)


def _breakdown(report: dict[str, Any], group: str) -> Iterator[str]:
    conditions = report["conditions"]
    bins = sorted({one for summary in conditions.values() for one in summary[group]})
    yield ""
    yield f"| near, by {group} | marks | {' | '.join(conditions)} |"
    yield "| --- " * (len(conditions) + 2) + "|"
    for one in bins:
        found = [summary[group].get(one, {}) for summary in conditions.values()]
        count = max(cell.get("marks", 0) for cell in found)
        yield f"| {one} | {count} | {' | '.join(_cell(cell, 'near') for cell in found)} |"


def _cell(summary: dict[str, Any], metric: str) -> str:
    if metric not in summary:
        return "-"
    value = summary[metric]
    return f"{value['mean']:.2f} ({value['low']:.2f}-{value['high']:.2f})"


def _write_sheet(out: Path, captions: Sequence[str]) -> None:
    """One row per scene: what was asked, then the conditions, three keyframes each."""
    rows = []
    for scene, caption in enumerate(captions):
        paths = [out / "pictures" / f"{scene:03d}-{name}.png" for name in _PICTURED]
        if all(path.is_file() for path in paths):
            strips = [_labelled(_read(p), n) for p, n in zip(paths, _PICTURED, strict=True)]
            rows.append(_labelled(np.hstack(strips), caption))
    if rows:
        cv2.imwrite(str(out / "sheet.png"), np.vstack(rows))


def _read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.pad(picture, ((0, 0), (0, 6), (0, 0)), constant_values=255)


def _labelled(picture: np.ndarray, text: str) -> np.ndarray:
    band = np.full((_LABEL_PX, picture.shape[1], 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(band, text, (4, 13), font, 0.42, (40, 40, 40), 1, cv2.LINE_AA)
    return np.vstack([band, picture])
