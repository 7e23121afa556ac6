"""The events of the page, as plain functions."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from pipeline.errors import InputError, PipelineError
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project, list_projects
from studio.handlers import (
    DRAFT,
    FULL,
    NEUTRAL,
    Handlers,
    Steps,
    guarded,
    guarded_steps,
    shown,
)
from tests.studio.fixtures import add_take

# Where each thing stands among the updates of the page.
PROJECT, WELCOME, STORY, BOARD, JOBS, FILM, SHELF, RENDER_ALL, MAKE_FILM = range(9)
THINKING, BEGIN = 9, 10
IDEA = "A shy fox wants to fly and meets a dragon."


def request(query: str) -> gr.Request:
    scope = {"type": "http", "query_string": query.encode(), "headers": []}
    return gr.Request(Request(scope))


PLAN_FILE = Path(__file__).resolve().parents[1] / "pipeline/plan/exchange/two_scenes.txt"


def event(data: object) -> gr.EventData:
    return gr.EventData(None, data)


def do(handlers: Handlers, **op: object) -> dict[str, Any]:
    return handlers.do({"project": "the-shy-fox", **op}, quality=FULL, seed=0).board


def made(handlers: Handlers, idea: str, seed: float | None = 0) -> tuple[Any, ...]:
    *_, last = handlers.make_story(idea, seed, "builtin")
    return last


def test_empty_page_invites_and_lists_the_stories(handlers: Handlers, project: Project) -> None:
    updates = handlers.open_page(request(""))
    assert updates[PROJECT] == ""
    assert (updates[WELCOME]["visible"], updates[STORY]["visible"]) == (True, False)
    assert [story["title"] for story in updates[SHELF]["stories"]] == ["The shy fox"]


def test_address_opens_its_story(handlers: Handlers, project: Project) -> None:
    updates = handlers.open_page(request(f"p={project.id}"))
    assert updates[PROJECT] == project.id == updates[JOBS]["project"]
    assert (updates[WELCOME]["visible"], updates[STORY]["visible"]) == (False, True)
    assert updates[BOARD]["title"] == "The shy fox"


def test_unknown_address_invites_and_makes_nothing(handlers: Handlers, settings: Settings) -> None:
    with pytest.warns(UserWarning, match="no story"):
        updates = handlers.open_page(request("p=unknown"))
    assert updates[WELCOME]["visible"]
    assert list_projects(settings) == []


def test_idea_becomes_a_storyboard(handlers: Handlers, settings: Settings) -> None:
    updates = made(handlers, IDEA)
    assert [one.id for one in list_projects(settings)] == [updates[PROJECT]]
    assert 5 <= len(updates[BOARD]["scenes"]) <= 8
    assert all(scene["regions"] for scene in updates[BOARD]["scenes"])


@pytest.mark.parametrize("idea", ["", "  \n", "x" * 100_000])
def test_no_idea_and_too_long_ones_are_told_back(
    handlers: Handlers, settings: Settings, idea: str
) -> None:
    with pytest.warns(UserWarning, match=r"idea"):
        updates = made(handlers, idea)
    assert not updates[THINKING]["active"]
    assert list_projects(settings) == []


def test_edits_are_saved_and_shown(handlers: Handlers, project: Project) -> None:
    board = do(handlers, op="edit", scene="dawn", field="title", value="Morning")
    assert board["scenes"][0]["title"] == "Morning"
    board = do(handlers, op="title", value="The brave fox")
    assert (board["title"], board["revision"]) == ("The brave fox", 2)
    board = do(handlers, op="remove", scene="dawn")
    assert [scene["id"] for scene in board["scenes"]] == ["dusk"]


def test_shots_overlaps_and_casting_are_edits(handlers: Handlers, project: Project) -> None:
    board = do(handlers, op="shot", scene="dawn", value="medium")
    assert board["scenes"][0]["shot_size"] == "medium"
    board = do(handlers, op="edit", scene="dawn", field="camera", value="follows her")
    assert board["scenes"][0]["camera"] == "follows her"
    both = ["mia", "dragon"]
    board = do(handlers, op="overlap", scene="dusk", regions=both, value="they embrace")
    assert board["scenes"][1]["overlaps"][0]["description"] == "they embrace"
    board = do(handlers, op="recast", character="dragon", kind="rabbit", colour="blue")
    assert board["cast"][1]["played"] == "the blue rabbit"


def test_findings_are_fixed_one_by_one_or_together(handlers: Handlers, project: Project) -> None:
    for words in ("she sleeps", "the little one"):
        board = do(handlers, op="describe", scene="dawn", region="mia", value=words)
    found = next(one for one in board["scenes"][0]["findings"] if "sleeps" in one["fix"])
    assert board["mend"] == 1
    board = do(handlers, op="fix", finding=found["key"])
    assert (board["mend"], board["revision"], board["notice"]) == (0, 3, None)
    assert board["scenes"][0]["regions"][0]["description"] == "the little one sleeps"
    do(handlers, op="describe", scene="dawn", region="mia", value="the little one")
    board = do(handlers, op="mend")
    assert board["notice"]["title"] == "1 thing was mended"
    assert board["scenes"][0]["regions"][0]["description"] == "the little one sleeps"


@pytest.mark.parametrize(
    "op",
    [
        {"op": "burn"},
        {"op": []},
        {"op": "fix", "finding": "0" * 16},
        {"op": "shot", "scene": "dawn", "value": "near"},
        {"op": "recast", "character": "dragon", "kind": "fox", "colour": "red"},
        {"op": "edit", "scene": "nowhere", "field": "title", "value": "x"},
        {"op": "render", "scene": "nowhere"},
        {"op": "choose", "scene": "dawn", "take": "../take"},
        {"op": "edit", "project": "../x"},
    ],
)
def test_what_the_page_cannot_mean_is_refused(
    handlers: Handlers, project: Project, queue: Queue, op: dict[str, object]
) -> None:
    with pytest.raises(PipelineError):
        do(handlers, **op)
    assert queue.jobs() == []


def test_refused_edit_shows_what_is_kept(handlers: Handlers, project: Project) -> None:
    op = {"op": "edit", "scene": "dawn", "field": "title", "value": "x" * 100_000}
    with pytest.warns(UserWarning, match="These words cannot be kept"):
        updates = handlers.change(FULL, 0, event({"project": project.id, **op}))
    assert updates[BOARD]["scenes"][0]["title"] == "Dawn"


@pytest.mark.parametrize("data", [None, "text", [], {"op": {}}])
def test_nonsense_becomes_a_message(handlers: Handlers, data: object) -> None:
    with pytest.raises(gr.Error, match="Reload the page"):
        handlers.change(FULL, 0, event(data))


def replanned(handlers: Handlers, **told: object) -> list[tuple[Any, ...]]:
    return list(handlers.replan(FULL, event({"project": "the-shy-fox", **told})))


def test_a_scene_is_planned_anew_and_its_takes_stay(handlers: Handlers, project: Project) -> None:
    add_take(project, "dawn")
    updates = replanned(handlers, scene="dawn", note="at night on the beach")[-1]
    scene = updates[BOARD]["scenes"][0]
    assert "night" in scene["setting"]
    assert len(scene["takes"]) == 1
    assert updates[BOARD]["replanned"] == "dawn"
    assert updates[BOARD]["planning"]["repairs"]
    assert updates[BOARD]["scenes"][1]["setting"] == "the beach"


@pytest.mark.parametrize(
    "told",
    [
        {"scene": "nowhere", "note": "x"},
        {"scene": "dawn", "note": " "},
        {"scene": "dawn"},
        {"scene": "dawn", "note": "night " * 400},
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
    updates = handlers.open_plan(event({"name": "two.txt", "text": text}))
    assert updates[PROJECT] in {one.id for one in list_projects(settings)}
    assert "2 stories were opened" in updates[BOARD]["notice"]["title"]
    for nonsense in (None, {}, {"name": "/etc/hostname", "text": "fox"}):
        with pytest.raises(gr.Error):
            handlers.open_plan(event(nonsense))


def test_render_queues_one_scene_with_the_chosen_quality(
    handlers: Handlers, project: Project, queue: Queue
) -> None:
    handlers.change(DRAFT, 7, event({"op": "render", "project": project.id, "scene": "dawn"}))
    (job,) = queue.jobs(project=project.path)
    draft_steps = job.arguments["steps"]
    assert (job.kind, job.arguments["scene_id"], job.arguments["seed"]) == ("render", "dawn", 7)
    queue.control(job.id, "cancel")
    handlers.change(FULL, 7, event({"op": "render", "project": project.id, "scene": "dawn"}))
    (job,) = queue.jobs(project=project.path, active=True)
    assert job.arguments["steps"] > draft_steps


def test_another_take_gets_another_seed(handlers: Handlers, project: Project, queue: Queue) -> None:
    add_take(project, "dawn")
    do(handlers, op="render", scene="dawn")
    assert queue.jobs(project=project.path)[0].arguments["seed"] == 1


def test_render_all_queues_what_is_missing(
    handlers: Handlers, project: Project, queue: Queue
) -> None:
    add_take(project, "dawn")
    handlers.render_all(project.id, FULL, 0)
    jobs = queue.jobs(project=project.path, active=True)
    assert [job.arguments["scene_id"] for job in jobs] == ["dusk"]


def test_buttons_say_their_cost_once_it_is_known(handlers: Handlers, project: Project) -> None:
    updates = handlers.open_page(request(f"p={project.id}"))
    assert updates[RENDER_ALL]["value"] == "Render all scenes"
    add_take(project, "dawn", seconds=8.0, steps=16)
    updates = handlers.reprice(project.id, FULL)
    assert "about" in updates[RENDER_ALL]["value"]
    assert updates[BOARD]["scenes"][1]["cost"].startswith("about")
    assert updates[MAKE_FILM]["value"] == "Make the film of 1 rendered scene"
    add_take(project, "dusk")
    updates = handlers.reprice(project.id, FULL)
    assert not updates[RENDER_ALL]["interactive"]
    assert updates[MAKE_FILM]["value"] == "Make the film"


def test_film_needs_a_take(handlers: Handlers, project: Project, queue: Queue) -> None:
    with pytest.raises(gr.Error, match="Render at least one scene"):
        handlers.make_film(project.id, FULL)
    add_take(project, "dawn")
    handlers.make_film(project.id, FULL)
    assert [job.kind for job in queue.jobs(project=project.path)] == ["film"]


def test_failed_work_is_told_and_what_was_made_is_shown(
    handlers: Handlers, project: Project, queue: Queue
) -> None:
    job_id = queue.submit("film", project.path, {})
    queue.claim("worker-1")
    queue.fail(job_id, "the takes could not be joined", "Render again.")
    add_take(project, "dawn")
    told = {"project": project.id, "ids": [job_id]}
    with pytest.warns(UserWarning, match=r"The takes could not be joined\. Render again\."):
        updates = handlers.finished(FULL, event(told))
    assert len(updates[BOARD]["scenes"][0]["takes"]) == 1


def test_what_failed_while_the_page_was_closed_is_told_once(
    handlers: Handlers, project: Project, queue: Queue
) -> None:
    queue.submit("render", project.path, {"scene_id": "dusk"})
    job = queue.claim("worker-1")
    assert job is not None
    queue.fail(job.id, "the pack is damaged", "Fetch it again.")
    with pytest.warns(UserWarning, match=r"“Dusk”: The pack is damaged\. Fetch it again\."):
        handlers.open_page(request(f"p={project.id}"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        handlers.open_page(request(f"p={project.id}"))


def test_seed_must_be_a_number(handlers: Handlers) -> None:
    for seed in (-1, None, float("nan"), "7"):
        with pytest.warns(UserWarning, match="seed"):
            made(handlers, "A shy fox.", seed)  # pyright: ignore[reportArgumentType]


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
