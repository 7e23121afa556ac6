"""Asks one model at an OpenAI-compatible endpoint: streamed, patient, ended at once by a cancel."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from pipeline.errors import PlanningError
from pipeline.plan.llm.hearing import Hear, hear_out, pieces_of
from pipeline.plan.llm.manner import Manner, Mode, known_manner, learn_form, remember_manner
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.troubles import (
    LONGEST_ASK,
    BusyError,
    MannerRefusedError,
    endpoint_troubles,
    without_key,
)

_LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Question:
    """What a model is asked: in each mode its words, and the schema of its answer by a name."""

    name: str
    schema: dict[str, Any]
    prompt: Callable[[Mode], str]


@dataclass(frozen=True)
class Answer:
    """What a model said, how it was asked, and how long it took."""

    text: str
    mode: Mode
    seconds: float


class Endpoint:
    """A connection to a model; `async with` closes it."""

    def __init__(self, options: LlmOptions, *, seed: int) -> None:
        import openai

        self._options = options
        self._seed = seed
        connect = min(10.0, options.timeout_seconds)
        self._client = openai.AsyncOpenAI(
            api_key=options.api_key,
            base_url=options.base_url,
            max_retries=0,
            timeout=openai.Timeout(options.timeout_seconds, connect=connect),
            http_client=openai.DefaultAsyncHttpx2Client(verify=_tls()),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def ask(
        self, question: Question, *, said: Sequence[tuple[str, str]] = (), hear: Hear
    ) -> Answer:
        """Give the model's answer; `said` are its answers before and what was wrong with each.

        Raises:
            InputError: the key, the model or the length of the idea is not taken.
            PlanningError: the endpoint cannot be reached, fails for too long or refuses.
        """
        manner, start = known_manner(self._options), time.monotonic()
        known, lasting = manner, True
        while True:
            body = self._body(question, said, manner)
            try:
                text = await self._patiently(body, hear)
            except MannerRefusedError as refused:
                below = manner.without(refused.reason)
                if below is None:
                    raise self._useless(refused.reason) from None
                lasting = lasting and manner.is_about(refused.reason)
                manner = below
                continue
            if lasting and manner != known:
                remember_manner(self._options, manner)
            return Answer(text, manner.mode, time.monotonic() - start)

    def learn_form(self, answer: Answer, *, is_json: bool) -> None:
        """Learn whether the form of an answer is kept: later questions are asked accordingly."""
        learn_form(self._options, answer.mode, is_json=is_json)

    def _useless(self, reason: str) -> PlanningError:
        return PlanningError(
            f"{self._options.host} does not take the question: {reason}",
            hint="Check OPENAI_BASE_URL (it mostly ends with /v1) and OPENAI_MODEL.",
        )

    def _body(
        self, question: Question, said: Sequence[tuple[str, str]], manner: Manner
    ) -> dict[str, Any]:
        messages = [{"role": "user", "content": question.prompt(manner.mode)}]
        for answer, complaint in said:
            messages.append({"role": "assistant", "content": answer})
            messages.append({"role": "user", "content": complaint})
        body: dict[str, Any] = {"model": self._options.model, "messages": messages}
        if manner.mode == "json_schema":
            held = {"name": question.name, "strict": True, "schema": question.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": held}
        elif manner.mode == "json_object":
            body["response_format"] = {"type": "json_object"}
        if manner.seeded:
            body["seed"] = self._seed
        if manner.streamed:
            body["stream"] = True
        return body

    async def _patiently(self, body: dict[str, Any], hear: Hear) -> str:
        """The answer to a request that is sent again while the endpoint is busy or broken."""
        options = self._options
        for retry in range(options.retries + 1):
            try:
                return await self._once(body, hear)
            except BusyError as busy:
                wait = busy.wait_seconds
                wait = options.backoff_seconds * 2**retry if wait is None else wait
                if retry == options.retries or wait > _LONGEST_WAIT_SECONDS:
                    hint = busy.hint or "Try again later, or use the built-in planner."
                    raise PlanningError(busy.reason, hint=hint) from None
                hear(f"{busy.reason}; asking again in {wait:.0f} s")
                await asyncio.sleep(wait)
        raise AssertionError("the last retry returns or raises")

    async def _once(self, body: dict[str, Any], hear: Hear) -> str:
        with endpoint_troubles(self._options):
            async with asyncio.timeout(LONGEST_ASK * self._options.timeout_seconds):
                reply = await self._client.chat.completions.create(**body)
                text = await hear_out(pieces_of(reply), self._options, hear)
        return without_key(text, self._options)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The certificates that are trusted; to read them takes a tenth of a second."""
    import httpx2

    return httpx2.create_ssl_context()
