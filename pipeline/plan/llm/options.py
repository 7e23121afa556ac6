"""Which language model plans: its endpoint, its name, and how patiently it is asked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pipeline.errors import InputError
from pipeline.preferences import Preferences, read_model
from pipeline.settings import Settings

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4o"
NO_KEY = "none"
"""What servers at home are sent, which ask for no key."""


@dataclass(frozen=True)
class LlmOptions:
    """An OpenAI-compatible endpoint and its model; the key is shown nowhere.

    `timeout_seconds` is how long the endpoint may stay silent, `max_tries` how many answers are
    asked for before one is taken as it is, `at_once` how many scenes are asked for together. A
    busy or broken endpoint is asked `retries` times more, first after `backoff_seconds`, then
    after twice as long each time.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    timeout_seconds: float = 120
    max_tries: int = 3
    at_once: int = 4
    retries: int = 4
    backoff_seconds: float = 1.0

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise InputError("no model is named", hint="Set OPENAI_MODEL to the model's name.")
        if not (self.api_key.isascii() and self.api_key.isprintable() and self.api_key.strip()):
            raise InputError(
                "the key of the language model is no key", hint="Set OPENAI_API_KEY again."
            )
        if not self.host:
            raise InputError(
                "the address of the language model is no web address",
                hint="Set OPENAI_BASE_URL to one such as http://localhost:11434/v1.",
            )
        if any(mark in self.base_url for mark in "@?#"):  # these would stand in logs
            raise InputError(
                "the address of the language model holds more than host and path",
                hint="Take name, password and query out of OPENAI_BASE_URL; "
                "the key belongs in OPENAI_API_KEY.",
            )

    @property
    def host(self) -> str:
        """Host and port of the endpoint; empty where the address is none."""
        try:
            parts = urlsplit(self.base_url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:  # a port or an IPv6 address that is none
            return ""
        return f"{parts.hostname or ''}{port}" if parts.scheme in ("http", "https") else ""


def language_model(settings: Settings) -> LlmOptions:
    """Give the language model that was chosen in the settings window, else the environment's.

    Both never mix: a key goes to no address but the one that it was given for. In a studio with
    visitors the environment alone says which model it is.

    Raises:
        InputError: none is chosen and none is named, or what is there cannot be used or made out.
        WorkspaceError: what was chosen cannot be read.
    """
    kept, key = (Preferences(), "") if settings.visitors else read_model(settings.home)
    if not (kept.endpoint or key):
        return options_from_env()
    return LlmOptions(
        base_url=kept.endpoint or DEFAULT_BASE_URL,
        api_key=key or NO_KEY,
        model=kept.model or DEFAULT_MODEL,
    )


def options_from_env() -> LlmOptions:
    """Read `OPENAI_API_KEY`, `OPENAI_BASE_URL`, `OPENAI_MODEL` and `OPENAI_TIMEOUT_SECONDS`.

    An endpoint of one's own (Ollama, llama.cpp, vLLM) may need no key.

    Raises:
        InputError: the key is missing, or a variable holds what cannot be used.
    """
    base_url = os.environ.get("OPENAI_BASE_URL", "").strip()
    key = os.environ.get("OPENAI_API_KEY", "").strip()
    if not key and not base_url:
        raise InputError(
            "OPENAI_API_KEY is not set",
            hint="Set it, or set OPENAI_BASE_URL to a server of your own, "
            "or plan with the built-in planner.",
        )
    return LlmOptions(
        base_url=base_url or DEFAULT_BASE_URL,
        api_key=key or NO_KEY,
        model=os.environ.get("OPENAI_MODEL", "").strip() or DEFAULT_MODEL,
        timeout_seconds=_timeout(os.environ.get("OPENAI_TIMEOUT_SECONDS", "").strip() or "120"),
    )


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= 3600:
        raise InputError(
            f"OPENAI_TIMEOUT_SECONDS is {text[:40]!r}; it is a number of seconds from 1 to 3600"
        )
    return seconds
