"""How the studio's own routes read what a browser sends, and answer: JSON in, JSON out.

Nothing is parsed before its size is known, and nothing is used before it is checked.
"""

from __future__ import annotations

import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from pipeline.errors import InputError, PipelineError
from pipeline.files import details_of, problem_of
from pipeline.settings import Settings
from pipeline.story import Record
from studio.refusals import (
    ConflictError,
    NotAllowedError,
    NotThereError,
    TooLargeError,
    boundary,
)
from studio.visitors import UnknownVisitorError, Visitors

API_PREFIX = "/gradio_api/studio/api"
TOKEN_HEADER = "X-Studio-Token"
MAX_JSON_BYTES = 6_000_000
MAX_VALUES = 100_000
"""All values in a body; a story of 40 scenes with 18 boxes each has 45 000."""
_LONGEST_HINT = 400
_LENGTHS = ("string_too_long", "string_too_short", "string_unicode")

View = dict[str, Any]
T = TypeVar("T")
B = TypeVar("B", bound=Record)


@dataclass(frozen=True)
class Asked:
    """A request of a known visitor: whose studio it sees, what it asks for, and what it sent."""

    settings: Settings
    query: Mapping[str, str]
    body: bytes


Work = Callable[[Asked], View]
Endpoint = Callable[[Request], Awaitable[Response]]


def answering(work: Work, visitors: Visitors, *, at_most: int = MAX_JSON_BYTES) -> Endpoint:
    """Give the endpoint of a route: `work` runs in a thread of its own, its view is the answer.

    Args:
        work: Gives a view that JSON can hold, or raises a PipelineError.
        visitors: Who the token of a request belongs to.
        at_most: Bytes of a body; one that is longer is refused with 413, not read to its end.
    """

    def answer(asked: Asked) -> Response:
        return _json(work(asked))

    async def endpoint(request: Request) -> Response:
        try:
            with boundary():
                settings = visitors.settings_of(request.headers.get(TOKEN_HEADER))
                body = b"".join([chunk async for chunk in chunks(request, at_most)])
                asked = Asked(settings, request.query_params, body)
                return await run_in_threadpool(answer, asked)
        except PipelineError as error:
            return refusal(error)

    return endpoint


def refusal(error: PipelineError) -> Response:
    """Give the answer that tells an error: what happened, what to do, what is there instead."""
    message = error.message[:1].upper() + error.message[1:]
    told: View = {"error": {"message": message, "hint": error.hint}}
    if isinstance(error, ConflictError) and error.theirs is not None:
        told["theirs"] = error.theirs
    return _json(told, status=_status_of(error))


def parsed(body: bytes, kind: TypeAdapter[T]) -> T:
    """Give what a JSON body holds, checked.

    Raises:
        InputError: it is no JSON, holds a number that is none, or is not of that kind.
        TooLargeError: it holds so many values that to check them takes long.
    """
    hint = "Reload the page."
    try:
        told = json.loads(body, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InputError("The page sent something unreadable", hint=hint) from error
    if _has_too_many(told):
        raise TooLargeError("This is more than the studio takes at once", hint="Send less.")
    try:
        return kind.validate_python(told)
    except ValidationError as error:
        raise refused(error) from error


def reading(kind: type[B], answer: Callable[[Settings, B], View]) -> Work:
    """Give the work of a route whose body is of that kind."""
    adapter: TypeAdapter[B] = TypeAdapter(kind)
    return lambda asked: answer(asked.settings, parsed(asked.body, adapter))


def refused(error: ValidationError) -> InputError:
    """Give what to tell of values that cannot be kept: the first of them, and why."""
    first = details_of(error)[0]
    place, why = problem_of(first)
    hint = ": ".join(filter(None, [place, why]))[:_LONGEST_HINT].rstrip(".") + "."
    if first["type"] in _LENGTHS:
        return InputError("These words cannot be kept", hint=hint)
    return InputError("The page sent something that cannot be kept", hint=hint)


def _has_too_many(told: object) -> bool:
    """Whether a value holds more others than any story; each costs a hundred times its bytes."""
    held, waiting = 0, [told]
    while waiting and held <= MAX_VALUES:
        one = waiting.pop()
        inside = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        held += len(inside)
        waiting += inside
    return held > MAX_VALUES


def _finite(text: str) -> float:
    number = float(text)  # also of "NaN" and "Infinity", which JSON does not have
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is no number")
    return number


async def chunks(
    request: Request, at_most: int, *, hint: str = "Send less."
) -> AsyncIterator[bytes]:
    """Give a body as it arrives, never more than `at_most` bytes of it.

    Raises:
        InputError: the page went away meanwhile.
        TooLargeError: it is longer; nothing is read where its header says so.
    """
    declared = request.headers.get("content-length", "")
    received = int(declared[:20]) if declared.isdecimal() else 0
    most = f"This is larger than {at_most // 1_000_000} MB, the most that the studio takes at once"
    if received > at_most:
        raise TooLargeError(most, hint=hint)
    received = 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received > at_most:
                raise TooLargeError(most, hint=hint)
            yield chunk
    except ClientDisconnect as error:
        raise InputError("The page went away before it had sent all") from error


def _status_of(error: PipelineError) -> int:
    kinds: tuple[tuple[type[PipelineError], int], ...] = (
        (UnknownVisitorError, 401),
        (NotAllowedError, 403),
        (NotThereError, 404),
        (ConflictError, 409),
        (TooLargeError, 413),
        (InputError, 400),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 500)


def _json(view: View, *, status: int = 200) -> Response:
    text = json.dumps(view, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    content = text.encode("utf-8", "replace")  # half of a letter is no letter
    headers = {"Cache-Control": "no-store"}
    return Response(content, status, headers, media_type="application/json")
