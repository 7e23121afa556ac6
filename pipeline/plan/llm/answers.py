"""Reads what a model said: JSON between whatever words, or plan text; nothing is trusted."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from pydantic import ValidationError

from pipeline.errors import InvalidStoryError
from pipeline.files import problems_of
from pipeline.plan.exchange.plan_text import PlanText, parse_plan
from pipeline.plan.llm.wire import Wire

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_PLAN = re.compile(r"^\W{0,4}Background\W{0,4}?:.*", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_DECODER = json.JSONDecoder(strict=False)

W = TypeVar("W", bound=Wire)


def read_json(text: str, kind: type[W]) -> W:
    """Read the JSON object in an answer, whatever is said around it.

    Raises:
        InvalidStoryError: there is none (then it has no `problems`), or it is no `kind`;
            `problems` says where and what.
    """
    try:
        return kind.model_validate(_object_in(_THOUGHTS.sub("", text)))
    except ValidationError as error:
        problems = problems_of(error)
        raise InvalidStoryError("the answer lacks what was asked for", problems=problems) from error


def read_plan(text: str) -> PlanText:
    """Read the plan text in an answer, whatever is said before it.

    Raises:
        InvalidStoryError: there is none, or it does not hold together.
    """
    found = _PLAN.search(_THOUGHTS.sub("", text))
    if found is None:
        raise InvalidStoryError("the answer has no line that begins with 'Background:'")
    return parse_plan(_without_end(found[0].replace("*", "")))


def problems_in(error: InvalidStoryError) -> tuple[str, ...]:
    """Give one sentence for each thing that is wrong."""
    told = [": ".join(filter(None, problem)) for problem in error.problems]
    return tuple(told) or (error.message,)


def _object_in(text: str) -> dict[str, Any]:
    start = text.find("{")
    try:
        found, _ = _DECODER.raw_decode(text, max(start, 0))
    except (ValueError, RecursionError):  # no JSON, or brackets without end
        found = None
    if not isinstance(found, dict):
        raise InvalidStoryError("the answer holds no whole JSON object")
    return found


def _without_end(text: str) -> str:
    """The plan without what is said after its last frame."""
    return text[: text.rfind("]") + 1]
