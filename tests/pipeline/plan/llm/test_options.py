from __future__ import annotations

import pytest

from pipeline.errors import InputError
from pipeline.plan.llm import LlmOptions, options_from_env

NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_TIMEOUT_SECONDS")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_a_key_is_all_that_openai_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-one \n")
    options = options_from_env()
    assert (options.host, options.model, options.api_key) == ("api.openai.com", "gpt-4o", "sk-one")
    assert options.timeout_seconds == 120


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:11434/v1")
    monkeypatch.setenv("OPENAI_MODEL", "qwen3")
    monkeypatch.setenv("OPENAI_TIMEOUT_SECONDS", "300")
    options = options_from_env()
    assert (options.host, options.model, options.timeout_seconds) == (
        *("localhost:11434", "qwen3", 300.0),
    )


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InputError, match="OPENAI_API_KEY is not set"):
        options_from_env()


@pytest.mark.parametrize("seconds", ["soon", "0", "nan", "-3", "1e9"])
def test_a_timeout_is_a_number_of_seconds(seconds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-two")
    monkeypatch.setenv("OPENAI_TIMEOUT_SECONDS", seconds)
    with pytest.raises(InputError, match="OPENAI_TIMEOUT_SECONDS"):
        options_from_env()


@pytest.mark.parametrize(
    "url", ["localhost:11434", "ftp://a/v1", "http://", "http://[::1", "http://a:99999/v1", ""]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        LlmOptions(url, "sk-three", "m")
    assert "OPENAI_BASE_URL" in caught.value.hint


@pytest.mark.parametrize("key", ["", " ", "sk-ключ", "sk-a\nb"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(InputError) as caught:
        LlmOptions("https://a.example/v1", key, "m")
    assert "sk-" not in str(caught.value)


def test_the_key_is_not_shown() -> None:
    options = LlmOptions("https://a.example:8443/v1", "sk-four", "m")
    assert options.host == "a.example:8443"
    assert "sk-four" not in repr(options)


@pytest.mark.parametrize("url", ["https://mia:secret@a.example/v1", "https://a.example/v1?key=9"])
def test_secrets_do_not_stand_in_the_address(url: str) -> None:
    with pytest.raises(InputError) as caught:
        LlmOptions(url, "sk-six", "m")
    assert "secret" not in str(caught.value)
    assert "OPENAI_API_KEY" in caught.value.hint


def test_a_model_has_a_name() -> None:
    with pytest.raises(InputError, match="no model"):
        LlmOptions("https://a.example/v1", "sk-five", " ")
