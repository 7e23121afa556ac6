"""Where what the openai package and its connection raise becomes ours, or a reason to ask again.

No text of the endpoint is shown without `redacted`: some servers repeat the key they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.errors import InputError, PipelineError, PlanningError
from pipeline.plan.llm.manner import FORMATS
from pipeline.plan.llm.options import NO_KEY, LlmOptions

if TYPE_CHECKING:
    import openai

LONGEST_ASK = 10
"""How many times `timeout_seconds` one answer may take, where it trickles in."""
_ADDRESS = "Check OPENAI_BASE_URL: it mostly ends with /v1."
_BUSY = (408, 409, 425, 429)
_KEYS = re.compile(r"\b(?:sk|key|gsk|hf|pk)[-_][\w*.-]{6,}")
_LONG_KEY = 8
"""Letters of a key that is struck out also within a word."""
_SHORTEST_IN_ANSWERS = 4
"""Shorter ones ('x', '1'), for servers that ask for no key, could be any word of a story."""
_LONGEST_TEXT = 240


class BusyError(Exception):
    """The endpoint failed in a way that may pass; `wait_seconds` is what it asks for, if any."""

    def __init__(self, reason: str, *, wait_seconds: float | None = None, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_seconds = wait_seconds
        self.hint = hint


class MannerRefusedError(Exception):
    """The endpoint does not take the question in this manner; `reason` is what it says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def without_key(text: str, options: LlmOptions) -> str:
    """Give an answer with the key, where it stands in it, made unreadable."""
    return text if len(options.api_key) < _SHORTEST_IN_ANSWERS else _masked(text, options)


def redacted(text: str, options: LlmOptions) -> str:
    """Give a text of the endpoint in one short line without the key, nor anything like one."""
    plain = " ".join(_masked(text, options).split())
    plain = _KEYS.sub("***", plain)
    return plain if len(plain) <= _LONGEST_TEXT else f"{plain[:_LONGEST_TEXT]}..."


def _masked(text: str, options: LlmOptions) -> str:
    """The text without the key; a short one is struck out only where it is a word of its own."""
    key = re.escape(options.api_key)
    if len(options.api_key) < _LONG_KEY:
        key = rf"(?<!\w){key}(?!\w)"
    return text if options.api_key == NO_KEY else re.sub(key, "***", text)


def refusal_error(reason: str, options: LlmOptions) -> PlanningError:
    """Give the error of a model that will not answer."""
    told = redacted(reason, options)
    return PlanningError(
        f"the model {options.model!r} refuses to plan this{f': {told}' if told else ''}",
        hint="Change the idea, or choose another model or the built-in planner.",
    )


@contextmanager
def endpoint_troubles(options: LlmOptions) -> Iterator[None]:
    """Turn what a request raises into a BusyError, a MannerRefusedError or one of our errors.

    The causes are left behind: their texts are the endpoint's own.
    """
    import httpx2
    import openai

    try:
        yield
    except (openai.APITimeoutError, httpx2.TimeoutException):
        raise _too_slow("said nothing for", options.timeout_seconds, options) from None
    except TimeoutError:
        most = LONGEST_ASK * options.timeout_seconds
        raise _too_slow("took longer than", most, options) from None
    except openai.APIStatusError as error:
        raise _status_error(error, options) from None
    except openai.APIConnectionError as error:
        raise _unreachable(options, error.__cause__) from None
    except openai.APIError as error:  # told in the middle of a stream
        raise BusyError(f"{options.host} broke off: {redacted(error.message, options)}") from None
    except (httpx2.HTTPError, OSError) as error:
        raise _unreachable(options, error) from None
    except ValueError:  # no JSON, or not the shape of an answer
        raise BusyError(
            f"{options.host} sent something that is no chat completion", hint=_ADDRESS
        ) from None


def _too_slow(what: str, seconds: float, options: LlmOptions) -> BusyError:
    return BusyError(
        f"{options.host} {what} {seconds:g} s",
        hint="Try again later, choose a faster model, or set OPENAI_TIMEOUT_SECONDS higher.",
    )


def _unreachable(options: LlmOptions, cause: BaseException | None) -> BusyError:
    reason = redacted(str(cause or ""), options)
    return BusyError(
        f"cannot reach {options.host}{f' ({reason})' if reason else ''}",
        hint="Check that the server runs, OPENAI_BASE_URL and the network, "
        "or use the built-in planner.",
    )


def _status_error(
    error: openai.APIStatusError, options: LlmOptions
) -> PipelineError | BusyError | MannerRefusedError:
    status, told = error.status_code, redacted(_said(error), options)
    known = _account_error(error, options) or _question_error(error, options)
    if known is not None:
        return known
    if status >= 500 and (status == 501 or FORMATS.search(told)):
        return MannerRefusedError(told)
    if status in _BUSY or status >= 500:
        what = "is busy" if status == 429 else f"failed with status {status}"
        wait = _seconds(error.response.headers.get("retry-after"))
        return BusyError(f"{options.host} {what}: {told}", wait_seconds=wait)
    return MannerRefusedError(told)


def _account_error(error: openai.APIStatusError, options: LlmOptions) -> PipelineError | None:
    host, told = options.host, redacted(_said(error), options)
    if error.status_code in (401, 403):
        return InputError(f"{host} does not take the key: {told}", hint="Check OPENAI_API_KEY.")
    if error.status_code == 402 or error.code == "insufficient_quota":
        return PlanningError(
            f"the account at {host} has no credit left: {told}",
            hint="Top it up, or use the built-in planner.",
        )
    return None


def _question_error(error: openai.APIStatusError, options: LlmOptions) -> PipelineError | None:
    host, told = options.host, redacted(_said(error), options)
    lacks_model = error.status_code == 404 and re.search(r"\bmodel\b", told, re.IGNORECASE)
    if error.code == "model_not_found" or lacks_model:
        return InputError(
            f"{host} has no model {options.model!r}: {told}",
            hint="Set OPENAI_MODEL to a model that it has.",
        )
    if error.code == "context_length_exceeded" or error.status_code == 413:
        return InputError(
            f"the idea is too long for the model {options.model!r}: {told}",
            hint="Shorten it, or choose a model that reads more.",
        )
    if error.code in ("content_filter", "content_policy_violation"):
        return refusal_error(told, options)
    return None


def _said(error: openai.APIStatusError) -> str:
    """The endpoint's own words, without the package's."""
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or body.get("detail") or error.message)


def _seconds(header: str | None) -> float | None:
    try:
        return max(0.0, float(header or ""))
    except ValueError:  # a date, or nothing
        return None
