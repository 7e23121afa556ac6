"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.benchmarks.priors.rows import Row
from tests.benchmarks.priors.scoring import share
from tests.benchmarks.theatre_pack.scores import Value, mean_of


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """The lines of a table, an empty one before it."""
    lines = ["", f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    return [*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)]


def of_condition(rows: Iterable[Row], condition: str, subject: str | None = None) -> list[Row]:
    """The rows under a condition, of one subject or of all."""
    return [r for r in rows if r.condition == condition and subject in {None, r.subject}]


def right(rows: Iterable[Row], name: str) -> Value:
    """The share of rows with a truth in their numbers (1 or 0), with its Wilson interval."""
    return share([row.numbers[name] == 1 for row in rows])


def mean(rows: Sequence[Row], name: str) -> Value:
    """The mean of a number, with its bootstrap interval over the rows."""
    return mean_of([row.numbers[name] for row in rows])


def bar(what: str, value: float, *, least: float | None = None, most: float | None = None) -> str:
    """A figure and whether it is what was wanted, in words."""
    wanted = f"at least {least:g}" if least is not None else f"at most {most:g}"
    met = value >= least if least is not None else value <= (most or 0)
    return f"- {what}: {value:.3g} ({wanted}: {'met' if met else 'not met'})"
