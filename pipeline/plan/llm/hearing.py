"""Reads a chat completion, streamed or whole, as little of it as is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel

from pipeline.errors import PlanningError
from pipeline.plan.llm.options import LlmOptions
from pipeline.plan.llm.troubles import refusal_error

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletion, ChatCompletionChunk

LONGEST_ANSWER = 200_000
"""Characters of an answer; a model that says more has lost its way."""
_TOLD_EVERY = 400

Hear = Callable[[str], None]
"""Is told in a few words what is being waited for."""


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    delta: _Said | None = None
    message: _Said | None = None
    finish_reason: str | None = None


class Piece(BaseModel):
    """A chunk of a stream, or a whole completion."""

    choices: tuple[_Choice, ...] | None = None


async def pieces_of(
    reply: AsyncStream[ChatCompletionChunk] | ChatCompletion,
) -> AsyncIterator[Piece]:
    """Give the pieces of a reply; a server that was asked to stream may answer whole.

    ValueError: it is neither.
    """
    from openai import AsyncStream

    if not isinstance(reply, AsyncStream):
        yield Piece.model_validate(reply.to_dict(mode="json", warnings=False))
        return
    kind = reply.response.headers.get("content-type", "")
    if "json" in kind and "stream" not in kind:
        yield Piece.model_validate_json(await reply.response.aread())
    elif "html" in kind:
        raise ValueError("a web page")
    else:
        async for chunk in reply:
            yield Piece.model_validate(chunk.to_dict(mode="json", warnings=False))


async def hear_out(pieces: AsyncIterator[Piece], options: LlmOptions, hear: Hear) -> str:
    """Give the whole text of a reply.

    Raises:
        PlanningError: the model refuses, or its answer was cut off.
        ValueError: the reply holds no answer at all.
    """
    text, refusal, finish, told, empty = "", "", "", 0, True
    async for piece in pieces:
        for choice in (piece.choices or ())[:1]:
            said = choice.delta or choice.message or _Said()
            text += said.content or ""
            refusal += said.refusal or ""
            finish = choice.finish_reason or finish
            empty = False
        if len(text) >= told + _TOLD_EVERY:
            told = len(text)
            hear(f"{told:,} characters so far")
        if len(text) > LONGEST_ANSWER:
            finish = "length"
            break
    if empty:
        raise ValueError("no choices")
    if refusal or finish == "content_filter":
        raise refusal_error(refusal, options)
    if finish == "length":
        raise _cut_off(text, options)
    return text


def _cut_off(text: str, options: LlmOptions) -> PlanningError:
    return PlanningError(
        f"the answer of {options.model!r} was cut off after {len(text):,} characters",
        hint="Shorten the idea, choose a model that may answer at greater length, "
        "or give your own server a larger context.",
    )
