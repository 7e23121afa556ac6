from __future__ import annotations

import json
import logging
import socket
import time
from dataclasses import replace

import pytest

from pipeline.errors import InputError, PipelineError, PlanningError
from pipeline.plan.llm import LlmOptions, plan_story
from pipeline.plan.llm.troubles import redacted, without_key
from pipeline.progress import finish
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.asking import chat_server, failed, good, in_turn, options_of, planned
from tests.pipeline.plan.llm.chat_server import Asked, Fails, Hangs, Reply, Says, Sends

PASSING: dict[str, Reply] = {
    "busy": Fails(429, "slow down", headers={"retry-after": "0.02"}),
    "busy-until-a-date": Fails(429, headers={"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}),
    "error": Fails(500, "boom"),
    "overloaded": Fails(503),
    "gateway": Fails(502, "<html>Bad gateway</html>"),
    "dropped": Sends(b'{"choices": [{"mess', drops=True),
    "dropped-stream": Sends(b'data: {"choices": []}\n\n', "text/event-stream", drops=True),
    "error-in-stream": Sends(b'data: {"error": {"message": "gone"}}\n\n', "text/event-stream"),
    "no-json-in-stream": Sends(b"data: {oh\n\n", "text/event-stream"),
    "no-choices": Sends(b'{"object": "list", "data": []}'),
    "odd-choices": Sends(b'{"choices": [{"message": "hello"}]}'),
    "no-json": Sends(b"hello"),
    "empty-stream": Sends(b"data: [DONE]\n\n", "text/event-stream"),
}


@pytest.mark.parametrize("what", ["story", "scene-2"])
def test_trouble_that_passes_is_waited_out(what: str) -> None:
    with chat_server(in_turn(what, *PASSING.values())) as server:
        result = planned(server, retries=len(PASSING), backoff_seconds=0)
    assert sum(asked.what == what for asked in server.asked) == len(PASSING) + 1
    assert [attempt.number for attempt in result.record.attempts] == [1] * 6


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING.keys())
def test_trouble_that_stays_is_an_error_naming_the_host(trouble: Reply) -> None:
    with chat_server(lambda _: trouble) as server:
        error = failed(server)
    assert isinstance(error, PlanningError)
    assert f"127.0.0.1:{server.server_port}" in error.message
    assert len(server.asked) == 3


def test_a_busy_endpoint_is_asked_after_the_time_it_names() -> None:
    busy = Fails(429, "slow down", headers={"retry-after": "0.4"})
    with chat_server(in_turn("story", busy)) as server:
        work = plan_story(told.IDEA, options=options_of(server), troupe=None)
        start = time.monotonic()
        notes = [record.note for record in work]
    assert time.monotonic() - start >= 0.4
    assert any("is busy: slow down" in note and "asking again" in note for note in notes)


def test_a_wait_of_minutes_is_not_waited() -> None:
    with chat_server(lambda _: Fails(429, headers={"retry-after": "3600"})) as server:
        error = failed(server)
    assert len(server.asked) == 1
    assert "busy" in error.message


@pytest.mark.parametrize("hangs", [Hangs(), Hangs(pings=True)], ids=["silent", "only-pings"])
def test_an_endpoint_that_says_nothing_times_out(hangs: Hangs) -> None:
    with chat_server(lambda _: hangs) as server:
        error = failed(server, timeout_seconds=0.1, retries=0)
    assert isinstance(error, PlanningError)
    assert "0.1 s" in error.message or "1 s" in error.message
    assert "OPENAI_TIMEOUT_SECONDS" in error.hint


def test_one_silence_is_forgiven() -> None:
    with chat_server(in_turn("scene-1", Hangs())) as server:
        result = planned(server, timeout_seconds=0.6)
    assert len(server.asked) == 1 + len(result.story.scenes) + 1  # the silent answer once more


def test_nobody_at_the_address_is_an_error_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        options = LlmOptions(
            f"http://127.0.0.1:{port}/v1", told.KEY, "tiny", backoff_seconds=0, retries=1
        )
        with pytest.raises(PlanningError) as caught:
            finish(plan_story(told.IDEA, options=options, troupe=None))
    assert caught.value.message.startswith(f"cannot reach 127.0.0.1:{port}")
    assert "built-in planner" in caught.value.hint


FATAL: dict[str, tuple[Reply, type[PipelineError], str, str]] = {
    "no-key": (
        Fails(401, f"Incorrect API key: {told.KEY}"),
        InputError,
        "does not take the key: Incorrect API key: ***",
        "OPENAI_API_KEY",
    ),
    "other-key": (
        Fails(401, "Incorrect API key: sk-pro*****cdef. Get one"),
        InputError,
        "Incorrect API key: *** Get one",
        "OPENAI_API_KEY",
    ),
    "forbidden": (Fails(403, "region"), InputError, "does not take the key", "OPENAI_API_KEY"),
    "no-credit": (
        Fails(429, "quota", code="insufficient_quota"),
        PlanningError,
        "no credit left",
        "built-in planner",
    ),
    "no-model": (
        Fails(404, 'model "tiny" not found, try pulling it first'),
        InputError,
        "has no model 'tiny'",
        "OPENAI_MODEL",
    ),
    "too-long": (
        Fails(400, "This model reads 4096 tokens", code="context_length_exceeded"),
        InputError,
        "too long for the model 'tiny'",
        "Shorten",
    ),
    "filtered-idea": (Fails(400, "no", code="content_filter"), PlanningError, "refuses", "Change"),
    "refusal": (
        Says(None, refusal="I will not tell this."),
        PlanningError,
        "refuses to plan this: I will not tell this.",
        "Change the idea",
    ),
    "filtered": (Says("{", finish="content_filter"), PlanningError, "refuses", "Change the idea"),
    "cut-off": (
        Says(told.story()[:900], finish="length"),
        PlanningError,
        "was cut off after 900 characters",
        "Shorten the idea",
    ),
    "endless": (Says("la " * 70_000), PlanningError, "was cut off", "Shorten the idea"),
}


WHOLE = {
    f"{name}-whole": (replace(reply, streams=False), *rest)
    for name, (reply, *rest) in FATAL.items()
    if isinstance(reply, Says)
}
ALL = FATAL | WHOLE


@pytest.mark.parametrize(("reply", "kind", "message", "hint"), ALL.values(), ids=ALL.keys())
def test_what_asking_again_cannot_help_is_an_error_at_once(
    reply: Reply, kind: type[PipelineError], message: str, hint: str
) -> None:
    with chat_server(lambda _: reply) as server:
        error = failed(server)
    assert type(error) is kind
    assert message in error.message
    assert hint in error.hint
    assert len(server.asked) == 1


def test_one_scene_that_is_refused_ends_the_planning() -> None:
    with chat_server(in_turn("scene-3", Says("no", refusal="not this one"))) as server:
        error = failed(server)
    assert "not this one" in error.message


def test_a_web_page_is_no_endpoint() -> None:
    page = Sends(b"<html>Welcome</html>", "text/html; charset=utf-8")
    with chat_server(lambda _: page) as server:
        error = failed(server)
    assert "no chat completion" in error.message
    assert "/v1" in error.hint


def test_a_schema_that_breaks_the_server_is_not_sent_again() -> None:
    def script(asked: Asked) -> Reply:
        broken = asked.format == "json_schema"
        return Fails(500, "failed to parse grammar") if broken else good(asked)

    with chat_server(script) as server:
        planned(server)
    assert server.formats("story") == ["json_schema", "json_object"]


def test_a_key_that_the_model_repeats_is_struck_out() -> None:
    said = json.dumps({**json.loads(told.plan()), "thoughts": f"The key is {told.KEY}."})
    with chat_server(in_turn("scene-1", Says(said))) as server:
        result = planned(server)
    assert "The key is ***." in result.record.attempts[1].answer


def test_the_key_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with chat_server(in_turn("story", PASSING["error"], FATAL["no-key"][0])) as server:
        failed(server)
    assert "/chat/completions" in caplog.text
    assert told.KEY not in caplog.text


@pytest.mark.parametrize("key", ["q7", "abc", "gpu-123", "sk-sehr-lang-1"])
def test_keys_of_any_length_are_struck_out(key: str) -> None:
    options = LlmOptions("http://localhost/v1", key, "tiny")
    assert redacted(f"bad key {key}, {key}", options) == "bad key ***, ***"
    assert without_key(f'{{"a": "key {key}."}}', options).count(key) == (len(key) < 4)


def test_what_only_looks_like_a_short_key_is_left() -> None:
    options = LlmOptions("http://localhost/v1", "fox", "tiny")
    assert redacted("foxes, fox", options) == "foxes, ***"
    nobody = LlmOptions("http://localhost/v1", "none", "tiny")
    assert without_key("none of them", nobody) == "none of them"
