"""Whose turn it is: grades go before turns, turns before age, and nobody's own order is broken."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from pipeline.turns import Waiting, in_turn

JOBS = st.lists(
    st.builds(
        Waiting,
        id=st.integers(1, 500),
        user=st.sampled_from(["ada", "bob", "cleo"]),
        grade=st.integers(0, 2),
        band=st.integers(0, 2),
        place=st.floats(0, 50),
        begun=st.booleans(),
    ),
    unique_by=lambda job: job.id,
    max_size=14,
)


def _waiting(job_id: int, user: str, grade: int, *, begun: bool = False) -> Waiting:
    return Waiting(job_id, user, grade, grade, job_id, begun)


def test_drafts_of_everybody_come_before_finals_and_learning_in_turns() -> None:
    jobs = [
        *(_waiting(number, "ada", 0) for number in (1, 2)),
        *(_waiting(number, "ada", 1) for number in (3, 4)),
        _waiting(5, "bob", 2),
        _waiting(6, "bob", 0),
        *(_waiting(number, "cleo", 1) for number in (7, 8)),
    ]
    assert [*in_turn(jobs, {})] == [1, 6, 2, 7, 3, 8, 4, 5]


def test_who_was_served_longest_ago_is_next() -> None:
    jobs = [_waiting(1, "ada", 1), _waiting(2, "bob", 1), _waiting(3, "cleo", 1)]
    assert [*in_turn(jobs, {"ada": 30.0, "bob": 10.0, "cleo": 20.0})] == [2, 3, 1]
    assert [*in_turn(jobs, {"bob": 10.0})] == [1, 3, 2]


def test_what_was_begun_is_ended_before_another_of_its_grade() -> None:
    jobs = [
        _waiting(1, "ada", 2),
        _waiting(2, "bob", 2, begun=True),
        _waiting(3, "cleo", 0),
    ]
    assert [*in_turn(jobs, {"bob": 99.0})] == [3, 2, 1]


def test_a_user_may_put_learning_before_drafts_of_their_own() -> None:
    moved = Waiting(9, "ada", 2, 0, 0.5)
    jobs = [_waiting(1, "ada", 0), moved, _waiting(2, "bob", 1)]
    assert [*in_turn(jobs, {})] == [2, 9, 1]


@given(JOBS)
def test_everybody_is_served_once_and_in_their_own_order(jobs: list[Waiting]) -> None:
    order = [*in_turn(jobs, {})]
    assert sorted(order) == sorted(job.id for job in jobs)
    by_user = sorted(jobs, key=lambda job: (job.user, job.band, job.place, job.id))
    for _, own in groupby(by_user, key=lambda job: job.user):
        ids = [job.id for job in own]
        assert [one for one in order if one in ids] == ids


@given(JOBS)
def test_nobody_of_a_grade_is_passed_over_twice(jobs: list[Waiting]) -> None:
    plain = [job._replace(begun=False, band=job.grade) for job in jobs]
    grades = {job.id: (job.grade, job.user) for job in plain}
    order = [grades[one] for one in in_turn(plain, {})]
    assert [grade for grade, _ in order] == sorted(grade for grade, _ in order)
    for at in range(len(order) - 1):
        if order[at] == order[at + 1]:  # twice in a row: nobody else has one of that grade left
            assert {one for one in order[at:] if one[0] == order[at][0]} == {order[at]}
