"""The benchmark's tables as the pack's own record of how well it obeys boxes.

`python -m tests.benchmarks.theatre_pack.obedience results.json` prints it for results of before.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.packs.obedience import (
    OBEDIENCE_FILE,
    Measure,
    Obedience,
    PlaceMeasure,
    RangeMeasure,
)

_METRICS = ("colour", "kind", "iou")
_LARGEST = 1.0  # a height or a share of the frame


def obedience_of(results: Mapping[str, Any]) -> Obedience:
    """The record of the data of a `results.json`, of takes rendered with regions."""
    tables, run = results["conditions"]["regions"], results["run"]
    return Obedience(
        run=run,
        pack_revision=run.partition(",")[0].split()[-1],
        all=Measure(**_shares(tables["all"])),
        height=_ranges(tables["box height"]),
        place=tuple(PlaceMeasure(place=p, **_shares(row)) for p, row in tables["place"].items()),
        overlap=_ranges(tables["overlap"]),
    )


def write_obedience(results: Mapping[str, Any], folder: Path) -> None:
    """Write `obedience.json`; beside the `pack.json` of the measured pack it is read."""
    text = obedience_of(results).model_dump_json(indent=1)
    (folder / OBEDIENCE_FILE).write_text(text + "\n", encoding="utf-8")


def _ranges(table: Mapping[str, Any]) -> tuple[RangeMeasure, ...]:
    """Rows of the bins `0.35-0.50`, ..., `0.65 and more`, in their order."""
    return tuple(_range(label, row) for label, row in sorted(table.items()))


def _range(label: str, row: Mapping[str, Any]) -> RangeMeasure:
    low, _, high = label.removesuffix(" and more").partition("-")
    ends = {"from": float(low), "to": float(high) if high else _LARGEST}
    return RangeMeasure.model_validate({**_shares(row), **ends})


def _shares(row: Mapping[str, Any]) -> dict[str, Any]:
    shares = {name: row[name]["mean"] for name in _METRICS}
    return {**shares, "count": row["colour"]["count"]}


if __name__ == "__main__":
    read = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(obedience_of(read).model_dump_json(indent=1))
