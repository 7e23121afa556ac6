"""One short question to a language model: whether it answers at all, how, and how fast."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.plan.llm.background import Report, work_of
from pipeline.plan.llm.endpoint import Endpoint, Question
from pipeline.plan.llm.manner import Mode
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.wire import WireWords, wire_schema
from pipeline.progress import Progress, Work

PATIENCE_SECONDS = 30.0
_PROMPT = 'Answer with this JSON object and nothing else: {"words": ["hello"]}'


@dataclass(frozen=True)
class Greeting:
    """How a model answered: in which form, and after how many seconds."""

    mode: Mode
    seconds: float


def greet(options: LlmOptions) -> Work[Greeting]:
    """Ask a model for one word, once.

    Raises:
        InputError: the key or the model is not taken.
        PlanningError: the endpoint cannot be reached, or does not answer in time.
    """
    hasty = replace(
        options, timeout_seconds=min(options.timeout_seconds, PATIENCE_SECONDS), retries=0
    )
    first = Progress(stage="plan", step=0, total=1, note=f"asking {options.model}")
    question = Question("words", wire_schema(WireWords), lambda _: _PROMPT)

    async def ask(_: Report) -> Greeting:
        async with Endpoint(hasty, seed=0) as endpoint:
            answer = await endpoint.ask(question, hear=lambda _: None)
        return Greeting(answer.mode, answer.seconds)

    return work_of(ask, first)
