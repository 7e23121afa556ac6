"""The events of the page, as plain functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pipeline.errors import InputError
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project, list_projects, projects_dir
from studio.bodies import Copy
from studio.bundles import arrived
from studio.copies import remember
from studio.handlers import Handlers, Steps, guarded, guarded_steps, shown
from studio.projects import MAX_STORIES, check_room
from studio.refusals import NEUTRAL
from studio.visitors import Visitors
from tests.studio.fixtures import add_take, make_casting, make_story
from tests.studio.talking import MINE

# Where each thing stands among the updates of a planning.
STORY, THINKING, BEGIN = range(3)
IDEA = "A shy fox wants to fly and meets a dragon."
PLAN_FILE = Path(__file__).resolve().parents[1] / "pipeline/plan/exchange/two_scenes.txt"


def event(data: object) -> gr.EventData:
    return gr.EventData(None, data)


def made(handlers: Handlers, idea: str, token: str = MINE) -> tuple[Any, ...]:
    *_, last = handlers.make_story(idea, "builtin", token)
    return last


def test_idea_becomes_a_story_that_the_page_opens(handlers: Handlers, settings: Settings) -> None:
    story, thinking, begin = made(handlers, IDEA)
    (summary,) = list_projects(settings)
    assert (story["project"], story["notice"]) == (summary.id, None)
    assert 5 <= summary.num_scenes <= 8
    assert (thinking["active"], begin["interactive"]) == (False, True)
    assert made(handlers, IDEA)[STORY]["stamp"] > story["stamp"]


@pytest.mark.parametrize("idea", ["", "  \n", "x" * 100_000, None])
def test_no_idea_and_too_long_ones_are_told_back(
    handlers: Handlers, settings: Settings, idea: str
) -> None:
    with pytest.warns(UserWarning, match=r"idea"):
        updates = made(handlers, idea)
    assert not updates[THINKING]["active"]
    assert list_projects(settings) == []


@pytest.mark.parametrize("token", ["", "short", None, 7])
def test_nothing_is_planned_for_nobody(handlers: Handlers, settings: Settings, token: str) -> None:
    with pytest.warns(UserWarning, match="not known"):
        made(handlers, IDEA, token)
    with pytest.raises(gr.Error, match="not known"):
        handlers.open_plan(event({"name": "a.txt", "text": "x", "token": token}))
    assert list_projects(settings) == []


def test_each_visitor_plans_for_itself(settings: Settings) -> None:
    open_house = replace(settings, visitors=True)
    made(Handlers(open_house), IDEA)
    mine, theirs = (Visitors(open_house).settings_of(token) for token in (MINE, "t" * 43))
    assert (len(list_projects(mine)), list_projects(theirs)) == (1, [])


def test_nobody_replans_anothers_story(settings: Settings) -> None:
    open_house = replace(settings, visitors=True)
    mine = Visitors(open_house).settings_of(MINE)
    project = create_project(make_story(), make_casting(), settings=mine)
    told = {"scene": "dawn", "note": "at night on the beach"}
    with pytest.warns(UserWarning, match="There is no story"):
        (updates,) = replanned(Handlers(open_house), token="t" * 43, **told)
    assert (updates[STORY], project.reload().revision) == (gr.skip(), 0)
    replanned(Handlers(open_house), **told)
    assert project.reload().revision == 1


def test_a_visitor_has_so_many_stories_and_no_more(settings: Settings) -> None:
    open_house = replace(settings, visitors=True)
    mine = Visitors(open_house).settings_of(MINE)
    for number in range(MAX_STORIES - 1):
        (projects_dir(mine) / f"story-{number}").mkdir(parents=True)
    handlers = Handlers(open_house)
    made(handlers, IDEA)
    with pytest.warns(UserWarning, match=f"You have {MAX_STORIES} stories"):
        made(handlers, IDEA)
    with pytest.raises(gr.Error, match=f"You have {MAX_STORIES} stories"):
        handlers.open_plan(event({"name": "a.txt", "text": "fox", "token": MINE}))
    with pytest.raises(InputError, match="more are not kept"):
        remember(Copy(story=make_story().model_dump(mode="json")), mine)
    with pytest.raises(InputError, match="more are not kept"):
        arrived(settings.home / "story.zip", mine)
    made(handlers, IDEA, "t" * 43)
    check_room(replace(mine, visitors=False))


def replanned(handlers: Handlers, **told: object) -> list[tuple[Any, ...]]:
    asked = {"project": "the-shy-fox", "token": MINE, **told}
    return list(handlers.replan(event(asked)))


def test_a_scene_is_planned_anew_and_its_takes_stay(handlers: Handlers, project: Project) -> None:
    add_take(project, "dawn")
    updates = replanned(handlers, scene="dawn", note="at night on the beach")[-1]
    assert (updates[STORY]["project"], updates[STORY]["selected"]) == (project.id, "dawn")
    story = project.reload()
    assert "night" in story.scene("dawn").setting
    assert story.scene("dusk").setting == "the beach"
    assert len(project.takes("dawn")) == 1


@pytest.mark.parametrize(
    "told",
    [
        {"scene": "nowhere", "note": "x"},
        {"scene": "dawn", "note": " "},
        {"scene": "dawn"},
        {"scene": "dawn", "note": "night " * 400},
        {"scene": "dawn", "note": "x", "project": "there"},
    ],
)
def test_what_cannot_be_replanned_leaves_an_idle_page(
    handlers: Handlers, project: Project, told: dict[str, object]
) -> None:
    with pytest.warns(UserWarning, match="there|note"):
        (updates,) = replanned(handlers, **told)
    assert not updates[THINKING]["active"]
    assert updates[BEGIN]["interactive"]
    assert project.reload().revision == 0


def test_an_error_nobody_foresaw_ends_a_planning_in_words() -> None:
    @guarded_steps
    def clumsy() -> Steps:
        yield ()
        raise KeyError("/home/secret")

    with pytest.warns(UserWarning, match=NEUTRAL) as told:
        assert not list(clumsy())[-1][THINKING]["active"]
    assert "secret" not in str(told[0].message)


def test_a_plan_is_opened(handlers: Handlers, settings: Settings) -> None:
    text = PLAN_FILE.read_text(encoding="utf-8")
    story = handlers.open_plan(event({"name": "two.txt", "text": text, "token": MINE}))
    assert story["project"] in {one.id for one in list_projects(settings)}
    assert "2 stories were opened" in story["notice"]["title"]
    for nonsense in (None, {}, {"name": "/etc/hostname", "text": "fox", "token": MINE}):
        with pytest.raises(gr.Error):
            handlers.open_plan(event(nonsense))


def test_errors_become_messages_and_secrets_stay_inside() -> None:
    @guarded
    def clumsy() -> None:
        raise KeyError("/home/secret")

    with pytest.raises(gr.Error) as caught:
        clumsy()
    assert caught.value.message == NEUTRAL


def test_message_of_an_error_is_words_not_markup() -> None:
    told = shown(InputError("no <b>idea</b>", hint="Write one."))
    assert told.message == "No &lt;b&gt;idea&lt;/b&gt;. Write one."
