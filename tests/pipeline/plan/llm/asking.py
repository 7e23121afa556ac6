"""Plannings against a server of this machine, with waits too short to notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.errors import PipelineError
from pipeline.plan.lint import lint
from pipeline.plan.llm import LlmOptions, Planned, plan_story
from pipeline.progress import finish
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import (
    Asked,
    ChatServer,
    Reply,
    Says,
    Script,
    chat_server,
)


def options_of(server: ChatServer, **changes: float) -> LlmOptions:
    options = LlmOptions(server.url, told.KEY, "tiny", timeout_seconds=5, backoff_seconds=0.01)
    return replace(options, **{"retries": 2, **changes})


def planned(server: ChatServer, **changes: float) -> Planned:
    """Plan to the end; the story has no errors, and the key is nowhere."""
    options = options_of(server, **changes)
    result = finish(plan_story(told.IDEA, options=options, troupe=None, seed=7))
    assert [f for f in lint(result.story) if f.severity == "error"] == []
    assert told.KEY not in result.record.model_dump_json()
    return result


def failed(server: ChatServer, **changes: float) -> PipelineError:
    """Plan and give the error it must end in, which has a hint and no key."""
    with pytest.raises(PipelineError) as caught:
        planned(server, **changes)
    error = caught.value
    assert error.hint
    assert told.KEY not in str(error)
    assert error.__cause__ is None or told.KEY not in str(error.__cause__)
    return error


def good(asked: Asked) -> Reply:
    """A model that does all as it is asked to."""
    if asked.what == "story":
        return Says(told.story())
    return Says(told.plan_text() if asked.format == "plan_text" else told.plan())


def in_turn(what: str, *replies: Reply) -> Script:
    """A good model, but for its first answers to one question."""
    left = list(replies)

    def script(asked: Asked) -> Reply:
        return left.pop(0) if asked.what == what and left else good(asked)

    return script


__all__ = ["chat_server", "failed", "good", "in_turn", "options_of", "planned"]
