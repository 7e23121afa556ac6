"""What a story learns, as the page asks for it: its cost, its queue, and what is used of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.clips import Verdict
from pipeline.learning import state_path
from pipeline.lessons import lesson_of
from pipeline.prior import TrainSettings
from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.retrieve.libraries import create_library, list_libraries
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio.api import api_routes
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.found import make_candidate, make_clip
from tests.studio.learned import keep_prior, make_look, make_plan, make_prior
from tests.studio.talking import MINE, Page

NAME = "the-shy-fox"
VERDICTS: tuple[Verdict, ...] = ("approved", "approved", "rejected")
MOTIONS = (
    Motion(id="walks", words="walks"),
    Motion(id="dances", words="dances"),
    Motion(id="bows", words="bows"),
)


def make_project(settings: Settings) -> Project:
    """A story whose fox dances."""
    story = make_story()
    dawn, dusk = story.scenes
    dances = {"motion_id": "dances", "description": "a red fox dances"}
    mia = dawn.regions[0].model_copy(update=dances)
    scenes = (dawn.model_copy(update={"regions": (mia,)}), dusk)
    told = story.model_copy(update={"motions": MOTIONS, "scenes": scenes})
    return create_project(told, make_casting(), settings=settings)


@pytest.fixture
def project(settings: Settings) -> Project:
    return make_project(settings)


def approve(
    project: Project, settings: Settings, number: int, verdict: Verdict = "approved"
) -> None:
    """Decide on a clip of dancing, the one of that number, whose video is a few bytes."""
    folder = settings.home / "films"
    if not folder.is_dir():
        folder.mkdir()
        create_library(settings, "The film club", "folder", root=folder)
    clip = make_clip(list_libraries(settings)[0].record.id, number)
    (folder / clip.source).write_bytes(b"video")
    project.decide_clip("dances", make_candidate(clip, number), verdict)


@pytest.fixture
def approved(project: Project, settings: Settings) -> None:
    """Two clips of dancing are approved, a third is rejected."""
    for number, verdict in enumerate(VERDICTS):
        approve(project, settings, number, verdict)


def learning(page: Page, motion: str = "dances") -> dict:
    return page.ask("learning", project=NAME, motion=motion)


def start(queue: Queue, job_id: int, note: str, step: int = 12) -> None:
    """Let the worker's side take a piece of learning, and come to a step."""
    queue.claim("worker-1")
    queue.report(job_id, Progress(stage="train", step=step, total=300, note=note))


def test_a_motion_is_learned_from_its_approved_clips(
    page: Page, queue: Queue, project: Project, approved: None
) -> None:
    view = learning(page)
    assert (view["ready"], view["why"], view["sources"]) == (True, "", 2)
    assert (view["state"], view["uses"], view["going"]) == ("none", None, None)
    view = page.ask("learn", project=NAME, motion="dances")
    (job,) = queue.jobs(active=True)
    assert (job.kind, job.arguments, job.user) == ("train", {"motion_id": "dances"}, "local")
    assert view["going"] == job.id


def test_steps_are_told_along(page: Page, queue: Queue, project: Project, approved: None) -> None:
    page.ask("learn", project=NAME, motion="dances", steps=40)
    assert queue.jobs(active=True)[0].arguments == {"motion_id": "dances", "steps": 40}


@pytest.mark.parametrize(("motion", "why"), [("dances", "clip"), ("walks", "knows this motion")])
def test_what_cannot_be_learned_says_why(
    page: Page, queue: Queue, project: Project, motion: str, why: str
) -> None:
    view = learning(page, motion)
    assert not view["ready"]
    assert why in view["why"]
    assert view["cost"] == ""
    told = page.refused("learn", 400, project=NAME, motion=motion)
    assert told["error"]["hint"] == view["why"]
    assert queue.jobs() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"motion": "dances", "character": "mia"},
        {"motion": "dances", "steps": 0},
        {"motion": "dances", "steps": 10**9},
        {"motion": "dances", "steps": 1.5},
        {"motion": "dances", "background": "remove"},
        {"motion": "dances", "background": "blur"},
        {"character": "mia", "background": "remove"},  # no picture
    ],
)
def test_nonsense_is_not_learned(
    page: Page, queue: Queue, project: Project, approved: None, body: dict
) -> None:
    page.refused("learn", 400, project=NAME, **body)
    assert queue.jobs() == []


@pytest.mark.parametrize("body", [{"motion": "flies"}, {"character": "nobody"}, {"motion": "../x"}])
def test_nobody_learns_what_the_story_does_not_have(
    page: Page, project: Project, body: dict
) -> None:
    for route in ("learning", "learn"):
        page.refused(route, 404, project=NAME, **body)
    page.refused("prior_use", 404, project=NAME, prior=None, **body)


def test_one_thing_is_learned_once_at_a_time(
    page: Page, queue: Queue, project: Project, approved: None
) -> None:
    page.ask("learn", project=NAME, motion="dances")
    page.refused("learn", 400, project=NAME, motion="dances", steps=40)
    assert len(queue.jobs()) == 1


def test_the_cost_is_a_guess_until_something_was_learned_here(
    page: Page, settings: Settings, project: Project, approved: None
) -> None:
    before = learning(page)
    assert not before["measured"]
    assert before["cost"].startswith("Learns from 2 clips, about ")
    plan = make_plan(trigger="motion3", words="juggles")
    keep_prior(settings, make_prior(plan, seconds_taken=30.0, steps=60))
    other = make_look(settings=TrainSettings(steps=10))
    keep_prior(settings, make_prior(other, seconds_taken=900.0))
    view = learning(page)
    assert view["measured"]
    seconds = round(view["steps"] * 0.5)
    minutes, rest = divmod(round(seconds, -1) if seconds >= 90 else seconds, 60)
    told = " ".join(f"{n} {unit}" for n, unit in ((minutes, "min"), (rest, "s")) if n)
    assert view["cost"] == f"Learns from 2 clips, about {told} on this machine"


def test_wishes_and_a_stop_reach_the_worker(
    page: Page, queue: Queue, project: Project, approved: None
) -> None:
    job_id = page.ask("learn", project=NAME, motion="dances")["going"]
    start(queue, job_id, "loss 0.412, step 12 of 300, about 2 min left")
    for word in ("save_now", "sample_now"):
        page.ask("learn_control", project=NAME, id=job_id, word=word)
        (job,) = page.ask("watch", project=NAME)["jobs"]
        assert job["wish"] == word
        assert queue.take_wish(job_id) == word
    assert (job["loss"], job["aside"]) == (0.412, "about 2 min left")
    assert (job["title"], job["motion"], job["eta"]) == ("Learning “dances”", "dances", None)
    page.ask("learn_control", project=NAME, id=job_id, word="stop")
    assert queue.report(job_id, Progress(stage="train", step=13, total=300)) == "stop"
    queue.cancelled(job_id)
    page.refused("learn_control", 404, project=NAME, id=job_id, word="stop")


def stop_at(
    queue: Queue, page: Page, settings: Settings, project: Project, steps: int | None = None
) -> None:
    """Learn dancing up to step 12 and stop, as the worker would leave it."""
    job_id = page.ask("learn", project=NAME, motion="dances", steps=steps)["going"]
    start(queue, job_id, "loss 0.412")
    queue.control(job_id, "stop")
    queue.cancelled(job_id)
    state = state_path(settings, lesson_of(project, settings, "dances", None, steps=steps).key)
    state.parent.mkdir(parents=True, exist_ok=True)
    state.write_bytes(b"state")


def test_what_was_stopped_goes_on_as_it_was(
    page: Page, queue: Queue, project: Project, settings: Settings, approved: None
) -> None:
    stop_at(queue, page, settings, project, steps=40)
    stopped = {"step": 12, "total": 300, "words": "stopped at step 12 of 300"}
    assert learning(page)["stopped"] == stopped
    assert page.ask("learn", project=NAME, motion="dances")["stopped"] is None
    (job,) = queue.jobs(active=True)
    assert job.arguments == {"motion_id": "dances", "steps": 40}


def test_with_other_clips_it_begins_anew(
    page: Page, queue: Queue, project: Project, settings: Settings, approved: None
) -> None:
    stop_at(queue, page, settings, project)
    approve(project, settings, 2)
    assert learning(page)["stopped"] is None
    for number in range(3):
        approve(project, settings, number, "rejected")
    assert learning(page)["stopped"] is None


def test_too_many_clips_are_not_learned(page: Page, project: Project, settings: Settings) -> None:
    for number in range(21):
        approve(project, settings, number)
    assert "20 clips or fewer" in learning(page)["why"]
    page.refused("learn", 400, project=NAME, motion="dances")


@pytest.mark.parametrize("word", ["cancel", "none", "explode", None])
def test_no_other_word_is_passed_on(
    page: Page, queue: Queue, project: Project, approved: None, word: str
) -> None:
    job_id = page.ask("learn", project=NAME, motion="dances")["going"]
    page.refused("learn_control", 400, project=NAME, id=job_id, word=word)


def test_other_work_hears_no_wish(
    page: Page, queue: Queue, project: Project, settings: Settings
) -> None:
    render = queue.submit("render", project.path, {"scene_id": "dawn"})
    elsewhere = queue.submit("train", "another story", {"motion_id": "dances"})
    for job_id in (render, elsewhere):
        page.refused("learn_control", 404, project=NAME, id=job_id, word="stop")
    assert all(job.state == "queued" for job in queue.jobs())


def test_learning_that_is_done_says_so(
    page: Page, queue: Queue, project: Project, approved: None
) -> None:
    job_id = page.ask("learn", project=NAME, motion="dances")["going"]
    start(queue, job_id, "loss 0.4")
    queue.finish(job_id, {"key": "0" * 24})
    (job,) = page.ask("watch", project=NAME, known=[job_id])["jobs"]
    assert (job["state"], job["outcome"]) == ("done", "“dances” is learned.")
    assert learning(page)["stopped"] is None


def test_what_was_learned_is_found_by_its_words(
    page: Page, project: Project, settings: Settings
) -> None:
    key = keep_prior(settings, make_prior(make_plan())).key
    view = learning(page)
    assert (view["state"], view["uses"]["id"], view["chosen"]) == ("learned", key, False)
    head = next(one for one in page.ask("motions", project=NAME)["motions"] if one["learned"])
    assert (head["id"], head["state"]) == ("dances", "learned")
    assert head["learned"]["words"] == "learned from 2 clips"
    assert head["learned"]["picture"] == view["uses"]["preview"]


def test_a_story_can_do_without(page: Page, project: Project, settings: Settings) -> None:
    key = keep_prior(settings, make_prior(make_plan())).key
    before = page.ask("open", project=NAME)
    told = page.ask("prior_use", project=NAME, motion="dances", prior=None)
    assert (told["learning"]["state"], told["learning"]["chosen"]) == ("off", True)
    assert told["story"]["revision"] == before["revision"] + 1
    assert [*told["story"]["scenes"]] == ["dawn"]  # the only one in which somebody dances
    played = before["scenes"]["dawn"]["regions"][0]["played"]
    assert "motion7" in played
    assert "motion7" not in told["story"]["scenes"]["dawn"]["regions"][0]["played"]
    assert told["learning"]["choices"][0]["id"] == key
    told = page.ask("prior_use", project=NAME, motion="dances", prior=None, chosen=False)
    assert (told["learning"]["state"], told["learning"]["chosen"]) == ("learned", False)


def test_another_one_can_be_chosen(page: Page, project: Project, settings: Settings) -> None:
    keep_prior(settings, make_prior(make_plan()))
    other = keep_prior(settings, make_prior(make_plan(words="twirls", trigger="motion9"))).key
    told = page.ask("prior_use", project=NAME, motion="dances", prior=other)
    assert (told["learning"]["uses"]["id"], told["learning"]["chosen"]) == (other, True)
    (entry,) = (one for one in project.casting.learned if one.chosen)
    assert (entry.motion_id, entry.prior, entry.trigger) == ("dances", other, "motion9")
    page.ask("prior_remove", project=NAME, prior=other, anyway=True)
    view = learning(page)
    assert "not here" in view["state_words"]


def test_only_what_fits_can_be_chosen(page: Page, project: Project, settings: Settings) -> None:
    look = keep_prior(settings, make_prior(make_look())).key
    old = keep_prior(settings, make_prior(make_plan(pack_revision="0" * 16))).key
    for key, status in ((look, 400), (old, 400), ("0" * 24, 404), ("../x", 404)):
        page.refused("prior_use", status, project=NAME, motion="dances", prior=key)
    told = page.ask("prior_use", project=NAME, character="mia", prior=look)
    assert told["learning"]["state"] == "learned"
    cast = {one["id"]: one["learned"] for one in told["story"]["head"]["cast"]}
    assert cast == {"mia": True, "dragon": False}


def test_visitors_learn_as_long_as_the_model_asks_for_and_no_longer(
    settings: Settings, queue: Queue
) -> None:
    public = replace(settings, visitors=True)
    page = Page(TestClient(FastAPI(routes=api_routes(public, queue))))
    mine = Visitors(public).settings_of(MINE)
    project = make_project(mine)
    approve(project, mine, 1)
    most = learning(page)["steps"]
    page.refused("learn", 403, project=NAME, motion="dances", steps=most + 1)
    page.ask("learn", project=NAME, motion="dances", steps=most)
    assert queue.jobs(active=True)[0].user == mine.user
