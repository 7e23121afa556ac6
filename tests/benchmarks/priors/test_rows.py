"""Rows on disk: nothing is measured twice, lines cut short are measured again."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.priors.rows import Ledger, Row
from tests.benchmarks.priors.tables import bar, mean, of_condition, right, table


def make_row(
    scene: int = 0, *, condition: str = "after", made: str = "x", motion: float = 1
) -> Row:
    return Row(
        benchmark="learns",
        condition=condition,
        subject="bows",
        scene=scene,
        seed=7,
        made=made,
        numbers={"motion0": motion},
    )


def blank_of(row: Row) -> Row:
    return row.model_copy(update={"numbers": {}})


def test_a_ledger_measures_once_and_again_what_was_cut_short(tmp_path: Path) -> None:
    path, measured = tmp_path / "new" / "learns.jsonl", []

    def measure(row: Row) -> Row:
        measured.append(row.scene)
        return row

    for _ in range(2):
        ledger = Ledger(path)
        for row in (make_row(0), make_row(1), make_row(1, made="another")):
            assert ledger.get(blank_of(row), lambda row=row: measure(row)) == row
    assert measured == [0, 1, 1]
    path.write_text(path.read_text(encoding="utf-8")[:-9], encoding="utf-8")
    cut = make_row(1, made="another")
    assert Ledger(path).get(blank_of(cut), lambda: measure(cut)) == cut
    assert measured == [0, 1, 1, 1]
    again = Ledger(path)
    again.forget(blank_of(make_row(0)))
    again.get(blank_of(make_row(0)), lambda: measure(make_row(0)))
    assert measured == [0, 1, 1, 1, 0]


def test_tables_tell_conditions_apart() -> None:
    rows = [make_row(n, motion=float(n < 3)) for n in range(4)]
    rows += [make_row(0, condition="before", motion=0)]
    after = of_condition(rows, "after", "bows")
    assert (right(after, "motion0").mean, right(after, "motion0").count) == (0.75, 4)
    assert mean(of_condition(rows, "before"), "motion0").mean == 0
    assert table(["a", "b"], [[1, "x"]]) == ["", "| a | b |", "| --- | --- |", "| 1 | x |"]


def test_bars_say_whether_they_are_met() -> None:
    assert bar("after", 0.8, least=0.8) == "- after: 0.8 (at least 0.8: met)"
    assert bar("before", 0.31, most=0.3) == "- before: 0.31 (at most 0.3: not met)"
