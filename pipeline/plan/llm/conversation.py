"""One question to the model, its answers checked and sent back until one is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from pipeline.artifacts import PlanAttempt
from pipeline.errors import InvalidStoryError
from pipeline.plan.llm.answers import problems_in
from pipeline.plan.llm.endpoint import Answer, Endpoint, Question
from pipeline.plan.llm.hearing import Hear
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.prompting import again_prompt

T = TypeVar("T")
_NO_ANSWER = "(no answer)"
"""Stands for an empty answer: some servers take no empty message."""


@dataclass(frozen=True)
class Errand(Generic[T]):
    """A question and what is made of its answers.

    `read` raises InvalidStoryError where an answer cannot be read; `check` says what is wrong
    with one that can.
    """

    level: Literal["story", "scene"]
    scene_id: str | None
    question: Question
    read: Callable[[str, Mode], T]
    check: Callable[[T], tuple[str, ...]]


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """The best of the answers, None where none could be read; its problems; all attempts."""

    value: T | None
    problems: tuple[str, ...]
    attempts: tuple[PlanAttempt, ...]


async def converse(endpoint: Endpoint, errand: Errand[T], *, tries: int, hear: Hear) -> Outcome[T]:
    """Ask until an answer has no problems, `tries` times at most.

    Of several with problems the one with the fewest is the best, of these the last.
    """
    best: T | None = None
    left: tuple[str, ...] = ()
    said: list[tuple[str, str]] = []
    attempts: list[PlanAttempt] = []
    for number in range(1, tries + 1):
        answer = await endpoint.ask(errand.question, said=said, hear=hear)
        value, problems = _judge(errand, answer, endpoint)
        attempts.append(_attempt(errand, number, answer, problems))
        if value is not None and (best is None or len(problems) <= len(left)):
            best, left = value, problems
        elif best is None:
            left = problems
        if not problems:
            break
        said.append((answer.text or _NO_ANSWER, again_prompt(problems)))
        if number < tries:
            hear(f"{len(problems)} things to mend, asking again")
    return Outcome(best, left, tuple(attempts))


def _judge(
    errand: Errand[T], answer: Answer, endpoint: Endpoint
) -> tuple[T | None, tuple[str, ...]]:
    try:
        value = errand.read(answer.text, answer.mode)
    except InvalidStoryError as error:
        endpoint.learn_form(answer, is_json=bool(error.problems))
        return None, problems_in(error)
    endpoint.learn_form(answer, is_json=True)
    return value, errand.check(value)


def _attempt(
    errand: Errand[T], number: int, answer: Answer, problems: tuple[str, ...]
) -> PlanAttempt:
    return PlanAttempt(
        level=errand.level,
        scene_id=errand.scene_id,
        number=number,
        mode=answer.mode,
        seconds=round(answer.seconds, 3),
        answer=answer.text,
        problems=problems,
    )
