"""Planning by a language model from the page: what is shown, what is ended, what is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

from pipeline.settings import Settings
from pipeline.workspace import list_projects
from studio.handlers import Handlers
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import (
    ChatServer,
    Fails,
    Hangs,
    chat_server,
)
from tests.studio.models import NIGHT, Model
from tests.studio.talking import MINE, Page

STORY, THINKING, BEGIN = range(3)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def server(model: Model, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with chat_server(model) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", told.KEY)
        monkeypatch.setenv("OPENAI_MODEL", "tiny")
        yield server


def planned(handlers: Handlers) -> list[tuple[Any, ...]]:
    return list(handlers.make_story(told.IDEA, "openai", MINE))


@pytest.mark.usefixtures("server")
def test_a_model_plans_scene_by_scene(handlers: Handlers, page: Page) -> None:
    *steps, last = planned(handlers)
    words = [step[THINKING]["words"] for step in steps]
    assert words[0] == "Thinking of the story …"
    assert "Scene 5 of 5 is laid out" in words
    assert not any(step[BEGIN]["interactive"] for step in steps)
    assert not last[THINKING]["active"]
    head = page.ask("open", project=last[STORY]["project"])["head"]
    assert head["title"] == told.STORY["title"]
    assert dict(head["planning"]["facts"])["Model"] == "tiny"
    assert head["model"].startswith("tiny at 127.0.0.1")
    assert told.KEY not in str((last, head))


def test_the_model_that_planned_a_story_replans_its_scenes(
    server: ChatServer, handlers: Handlers, page: Page
) -> None:
    project = planned(handlers)[-1][STORY]["project"]
    wish = {"project": project, "scene": "scene-1", "note": "make it night", "token": MINE}
    *steps, last = handlers.replan(gr.EventData(None, wish))
    assert steps[0][THINKING]["words"] == "Planning the scene anew …"
    assert last[STORY]["project"] == project
    scenes = page.ask("open", project=project)["scenes"]
    assert (scenes["scene-1"]["setting"], scenes["scene-2"]["setting"]) == (NIGHT, "a dune")
    assert server.asked[-1].what == "replan"


def test_closing_ends_what_the_model_does(
    server: ChatServer, model: Model, handlers: Handlers, settings: Settings
) -> None:
    model.says = lambda _: Hangs()
    steps = handlers.make_story(told.IDEA, "openai", MINE)
    while not server.asked:
        next(steps)
    start = time.monotonic()
    steps.close()
    assert time.monotonic() - start < 1
    assert server.gone.wait(2)
    assert list_projects(settings) == []
    assert handlers.cancelled()[0]["active"] is False


@pytest.mark.usefixtures("server")
def test_a_model_that_fails_leaves_an_idle_page(
    model: Model, handlers: Handlers, settings: Settings
) -> None:
    model.says = lambda _: Fails(401, "no such key", "invalid_api_key")
    with pytest.warns(UserWarning, match="does not take the key") as said:
        *_, last = planned(handlers)
    assert (last[THINKING]["active"], last[BEGIN]["interactive"]) == (False, True)
    assert told.KEY not in str(said[0].message)
    assert list_projects(settings) == []


def test_without_a_model_none_is_asked(handlers: Handlers, settings: Settings) -> None:
    with pytest.warns(UserWarning, match="OPENAI_API_KEY"):
        planned(handlers)
    assert list_projects(settings) == []
