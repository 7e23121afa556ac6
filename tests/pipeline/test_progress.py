"""Work functions: run to the end, scaled, closed."""

from __future__ import annotations

from pipeline.progress import Progress, Work, finish, scaled


def _count(total: int) -> Work[str]:
    for step in range(total):
        yield Progress(stage="count", step=step, total=total)
    return f"counted {total}"


def test_finish_gives_what_the_work_returns() -> None:
    assert finish(_count(3)) == "counted 3"


def test_scaled_steps_count_within_the_whole() -> None:
    records = list(scaled(_count(2), offset=5, total=9))
    assert [(one.step, one.total, one.stage) for one in records] == [
        (5, 9, "count"),
        (6, 9, "count"),
    ]
