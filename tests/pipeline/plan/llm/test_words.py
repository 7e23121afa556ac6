"""Other words for a movement, asked of a model on this machine."""

from __future__ import annotations

import json

import pytest

from pipeline.errors import PlanningError
from pipeline.plan.llm.words import MOST_WORDS, more_words
from pipeline.progress import finish
from tests.pipeline.plan.llm.asking import chat_server, options_of
from tests.pipeline.plan.llm.chat_server import Asked, Reply, Says


def answering(*answers: object) -> list[Asked]:
    """Ask for other words of a dance; gives what the server was asked."""
    left = list(answers)

    def script(asked: Asked) -> Reply:
        heard.append(asked)
        return Says(json.dumps(left.pop(0)))

    heard: list[Asked] = []
    with chat_server(script) as server:
        found.append(finish(more_words("dances slowly", options_of(server))))
    return heard


found: list[tuple[str, ...]] = []


def test_words_come_once_each_and_not_too_many() -> None:
    named = ["waltzes", "sways", "waltzes", *(f"moves {number}" for number in range(20))]
    (asked,) = answering({"words": named})
    words = found.pop()
    assert words[:3] == ("waltzes", "sways", "moves 0")
    assert len(words) == MOST_WORDS
    assert "dances slowly" in json.dumps(asked.body)


def test_an_answer_without_words_is_asked_for_again() -> None:
    assert len(answering({"words": []}, {"words": ["x" * 99]}, {"words": ["sways"]})) == 3
    assert found.pop() == ("sways",)


def test_no_usable_answer_is_an_error() -> None:
    with pytest.raises(PlanningError, match="named no other words"):
        answering(*[{"phrases": ["sways"]}] * 3)
