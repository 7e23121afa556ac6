"""The routes of a page but its edits: what it opens, watches, renders and keeps."""

from __future__ import annotations

import io
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline.packs.record import load_record
from pipeline.progress import Progress
from pipeline.queue import Job, Queue
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio.api import api_routes
from studio.rendering import MAX_WAITING
from studio.staging import stage
from tests.studio.fixtures import add_take, make_casting, make_story
from tests.studio.talking import Page

THEIRS = "t" * 43
WHOLE = "The story as it was made"


def jobs_of(queue: Queue, project: Project) -> list[Job]:
    return queue.jobs(project=project.path, active=True)


def test_a_story_is_opened_whole(page: Page, project: Project) -> None:
    story = page.ask("open", project=project.id)
    assert list(story["scenes"]) == story["order"] == ["dawn", "dusk"]
    assert (story["project"], story["revision"], story["notice"]) == (project.id, 0, None)
    assert story["head"]["title"] == "The shy fox"


def test_the_shelf_lists_the_stories(page: Page, project: Project) -> None:
    shelf = page.ask("shelf")
    (story,) = shelf["stories"]
    assert (story["id"], story["title"]) == ("the-shy-fox", "The shy fox")
    assert re.fullmatch(
        r"2 scenes, changed (today|on \d{4}-\d\d-\d\d) at \d\d:\d\d", story["detail"]
    )
    assert shelf["forgets"] is False


def test_a_studio_that_forgets_says_so(settings: Settings, queue: Queue, project: Project) -> None:
    sleepy = replace(settings, ephemeral=True)
    page = Page(TestClient(FastAPI(routes=api_routes(sleepy, queue))))
    assert page.ask("shelf")["forgets"] is True
    assert page.ask("open", project=project.id)["head"]["forgets"] is True


def test_work_is_watched_with_its_previews_and_cancelled(
    page: Page, project: Project, queue: Queue
) -> None:
    page.ask("render", project=project.id, scenes=["dawn"], quality="draft", seed=3)
    (job,) = jobs_of(queue, project)
    queue.claim("worker-1")
    queue.report(job.id, Progress(stage="render", step=3, total=8, preview=b"RIFF"))
    watched = page.ask("watch", project=project.id, known=[job.id], revision=0)
    (view,) = watched["jobs"]
    assert (view["step"], view["total"], view["scene_id"]) == (3, 8, "dawn")
    assert f"/{project.id}/jobs/{job.id}/3?u=local&s=" in view["preview"]
    assert watched["revision"] == 0
    assert page.ask("cancel", project=project.id, ids=[job.id]) == {}
    assert queue.jobs(active=True)[0].control == "cancel"


def test_a_page_hears_of_edits_in_other_windows(page: Page, project: Project) -> None:
    before = page.ask("watch", project=project.id, known=[], revision=0)
    project.save_story(project.story.revised(title="The brave fox"))
    after = page.ask("watch", project=project.id, known=[], revision=0)
    assert (before["revision"], after["revision"]) == (0, 1)
    assert after["saved"] >= before["saved"]


def test_one_scene_is_asked_for_after_its_take_arrived(page: Page, project: Project) -> None:
    add_take(project, "dusk")
    scenes = page.ask("scene", project=project.id, scene="dusk")["scenes"]
    assert list(scenes) == ["dusk"]
    assert [take["label"] for take in scenes["dusk"]["takes"]] == ["Take 1"]


@pytest.mark.parametrize(("seed", "used"), [("same", 40), ("new", 42), (7, 7)])
def test_a_take_has_the_seed_that_was_asked_for(
    page: Page, project: Project, queue: Queue, seed: object, used: int
) -> None:
    first = add_take(project, "dawn", seed=40)
    add_take(project, "dawn", seed=41)
    project.choose_take("dawn", first.id)
    page.ask("render", project=project.id, scenes=["dawn"], quality="final", seed=seed)
    (job,) = jobs_of(queue, project)
    record = load_record("theatre")
    assert (job.arguments["seed"], job.arguments["scene_id"]) == (used, "dawn")
    assert job.arguments["steps"] == record.num_inference_steps
    assert job.arguments["guidance"] == record.guidance_scale


def test_a_take_is_rendered_again_without_its_boxes(
    page: Page, project: Project, queue: Queue
) -> None:
    revision = load_record("theatre").revision
    first = add_take(project, "dawn", seed=40, steps=3, pack_revision=revision)
    add_take(project, "dawn", seed=41)
    project.choose_take("dawn", first.id)
    page.ask("render", project=project.id, scenes=["dawn"], without="boxes")
    page.ask("render", project=project.id, scenes=["dawn"], without="priors")
    boxes, priors = jobs_of(queue, project)
    same = {"scene_id": "dawn", "seed": 40, "steps": 3, "guidance": 4.0, "quality": "draft"}
    assert boxes.arguments == {**same, "render": {}, "use_regions": False}
    assert priors.arguments == {**same, "render": {}, "use_priors": False}
    watched = page.ask("watch", project=project.id, known=[boxes.id])["jobs"]
    assert [job["without"] for job in watched] == ["boxes", "priors"]
    assert watched[0]["title"] == "Rendering “Dawn” without boxes"


def test_there_is_nothing_to_compare_with_before_a_take(
    page: Page, project: Project, queue: Queue
) -> None:
    told = page.refused("render", 400, project=project.id, scenes=["dawn"], without="boxes")
    assert told["error"]["message"] == "There is no take yet to compare with"
    add_take(project, "dawn", pack_revision="an-earlier-one")
    told = page.refused("render", 400, project=project.id, scenes=["dawn"], without="boxes")
    assert told["error"]["message"] == "This take was made by another version of the model"
    assert jobs_of(queue, project) == []


def test_each_new_take_that_waits_has_a_seed_of_its_own(
    page: Page, project: Project, queue: Queue
) -> None:
    add_take(project, "dawn", seed=40)
    for quality in ("final", "final", "draft"):
        page.ask("render", project=project.id, scenes=["dawn"], quality=quality, seed="new")
    page.ask("render", project=project.id, scenes=["dusk"], seed="new")
    assert [job.arguments["seed"] for job in jobs_of(queue, project)] == [41, 42, 43, 0]


def test_so_much_waits_and_no_more(page: Page, project: Project, queue: Queue) -> None:
    for seed in range(MAX_WAITING):
        queue.submit("render", project.path, {"scene_id": "dawn", "seed": seed})
        queue.submit("render", "elsewhere", {"scene_id": "dawn", "seed": seed}, user="other")
    add_take(project, "dawn")
    film = ("film", {"anyway": True})
    for route, told in (("render", {"scenes": ["dusk"]}), film, ("animatic", {})):
        answer = page.refused(route, 400, project=project.id, **told)
        assert f"More than {MAX_WAITING}" in answer["error"]["message"]
    assert len(jobs_of(queue, project)) == MAX_WAITING
    page.ask("cancel", project=project.id, ids=[queue.jobs()[0].id])
    page.ask("animatic", project=project.id)


def test_a_draft_takes_few_steps_and_starts_with_seed_0(
    page: Page, project: Project, queue: Queue
) -> None:
    page.ask("render", project=project.id, scenes=["dawn"], quality="draft", seed="new")
    (job,) = jobs_of(queue, project)
    steps = load_record("theatre").draft_steps
    assert (job.arguments["seed"], job.arguments["steps"]) == (0, steps)


def test_all_that_waits_is_what_has_no_take_or_an_old_one(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    add_take(project, "dawn", prompt=stage(project, settings).prompts["dawn"])
    page.ask("render", project=project.id, scenes=None, quality="final", seed="same")
    assert [job.arguments["scene_id"] for job in jobs_of(queue, project)] == ["dusk"]
    page.edit("edit", scene="dawn", field="setting", value="the castle")
    page.ask("render", project=project.id, scenes=None, quality="final", seed="same")
    assert {job.arguments["scene_id"] for job in jobs_of(queue, project)} == {"dawn", "dusk"}


def test_a_film_of_old_takes_is_made_when_it_is_asked_for_again(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    page.refused("film", 400, project=project.id)
    add_take(project, "dawn")
    notice = page.ask("film", project=project.id)["notice"]
    assert notice["lines"] == ["Dawn"]
    assert jobs_of(queue, project) == []
    assert page.ask("film", project=project.id, anyway=True)["notice"] is None
    (job,) = jobs_of(queue, project)
    assert (job.kind, job.arguments) == ("film", {"only_rendered": True})


def test_a_film_of_fresh_takes_is_made_at_once(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    for scene_id, prompt in stage(project, settings).prompts.items():
        add_take(project, scene_id, prompt=prompt)
    assert page.ask("film", project=project.id)["notice"] is None
    assert [(job.kind, job.arguments) for job in jobs_of(queue, project)] == [("film", {})]


def test_an_animatic_needs_no_take(page: Page, project: Project, queue: Queue) -> None:
    page.ask("animatic", project=project.id)
    assert [job.kind for job in jobs_of(queue, project)] == ["animatic"]


def test_what_failed_while_the_page_was_closed_is_told_once(
    page: Page, project: Project, queue: Queue
) -> None:
    queue.submit("render", project.path, {"scene_id": "dusk"})
    job = queue.claim("worker-1")
    assert job is not None
    queue.fail(job.id, "the pack is damaged", "Fetch it again.")
    notice = page.ask("open", project=project.id)["notice"]
    assert notice["lines"] == ["Rendering “Dusk”: The pack is damaged. Fetch it again."]
    assert page.ask("open", project=project.id)["notice"] is None


def test_versions_say_when_and_what(page: Page, project: Project) -> None:
    page.edit("title", value="The brave fox")
    page.edit("edit", scene="dawn", field="narration", value="It was early.")
    page.edit("reorder", order=["dusk", "dawn"])
    versions = page.ask("versions", project=project.id)["versions"]
    assert [one["revision"] for one in versions] == [3, 2, 1, 0]
    assert [one["words"] for one in versions] == [
        "The order of the scenes",
        "“Dawn”: narration",
        "Title",
        WHOLE,
    ]
    assert all(one["when"].endswith("+00:00") for one in versions)


def test_the_words_of_versions_are_not_read_twice(page: Page, project: Project) -> None:
    page.edit("title", value="The brave fox")
    page.edit("title", value="The braver fox")
    words = [one["words"] for one in page.ask("versions", project=project.id)["versions"]]
    file = project.path / "versions" / "0.json"
    there = file.stat()
    file.write_bytes(b"x" * there.st_size)
    os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))
    again = page.ask("versions", project=project.id)["versions"]
    assert [one["words"] for one in again] == words == ["Title", "Title", WHOLE]
    os.utime(file)
    damaged = page.ask("versions", project=project.id)["versions"]
    assert [one["revision"] for one in damaged] == [2, 1]


def test_a_copy_that_is_brought_twice_at_once_is_one_story(page: Page, project: Project) -> None:
    copy = page.ask("copy", project=project.id)["copy"]
    for number in range(4):
        copy["story"]["id"] = f"copy-{number}"
        with ThreadPoolExecutor(4) as windows:
            sent = json.dumps({"copy": copy}).encode()
            answers = [*windows.map(lambda body: page.send("remember", body)[0], [sent] * 4)]
        assert sorted(answers) == [200, 409, 409, 409]


def test_a_browsers_copy_becomes_the_story_again(
    page: Page, project: Project, settings: Settings
) -> None:
    page.edit("recast", character="dragon", kind="rabbit", colour="blue")
    copy = page.ask("copy", project=project.id)["copy"]
    page.refused("remember", 409, copy=copy)
    project.path.rename(settings.home / "forgotten")
    page.refused("open", 404, project=project.id)
    assert page.ask("remember", copy=copy) == {"project": project.id}
    story = page.ask("open", project=project.id)
    assert (story["head"]["title"], story["revision"]) == ("The shy fox", 1)
    assert story["head"]["cast"][1]["played"] == "the blue rabbit"


def test_a_copy_without_a_casting_is_cast(page: Page, project: Project, settings: Settings) -> None:
    copy = page.ask("copy", project=project.id)["copy"]
    project.path.rename(settings.home / "forgotten")
    page.ask("remember", copy={"story": copy["story"], "casting": None})
    assert page.ask("open", project=project.id)["head"]["cast"][0]["played"] == "the red fox"


def test_unread_words_are_marked(page: Page, project: Project) -> None:
    told = {"project": project.id, "scene": "dawn", "region": "mia"}
    for text, places in {"a shy fox": [(2, 5)], " \n a shy fox ": [(5, 8)]}.items():
        marks = page.ask("words", **told, text=text)["marks"]
        assert [(one["start"], one["end"]) for one in marks] == places
    gone = {**told, "region": "nobody"}
    assert page.ask("words", **gone, text="a shy fox")["marks"] == []


def test_a_picture_of_ones_own_comes_and_goes(page: Page, project: Project) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), (10, 90, 200)).save(picture, "PNG")
    route = f"picture?project={project.id}&scene=dawn"
    status, changed = page.send(route, picture.getvalue())
    assert status == 200
    assert f"{project.id}/pictures/" in changed["scenes"]["dawn"]["mine"]
    assert changed["revision"] == 1
    changed = page.edit("picture", scene="dawn", value=None)
    assert changed["scenes"]["dawn"]["mine"] is None
    assert page.send(route, b"no picture")[0] == 400


@pytest.fixture
def neighbours(settings: Settings, queue: Queue) -> tuple[Page, Page]:
    """Two visitors of one studio; the first has a story."""
    client = TestClient(FastAPI(routes=api_routes(replace(settings, visitors=True), queue)))
    mine, theirs = Page(client), Page(client, THEIRS)
    mine.ask("remember", copy={"story": make_story().model_dump(mode="json"), "casting": None})
    return mine, theirs


def test_visitors_see_their_own_stories_only(neighbours: tuple[Page, Page], queue: Queue) -> None:
    mine, theirs = neighbours
    name = "the-shy-fox"
    assert [one["id"] for one in mine.ask("shelf")["stories"]] == [name]
    assert theirs.ask("shelf")["stories"] == []
    mine.ask("render", project=name, scenes=["dawn"], quality="draft", seed=0)
    (job,) = queue.jobs()
    for route, told in [
        ("open", {}), ("watch", {"known": [job.id], "revision": 0}), ("scene", {"scene": "dawn"}),
        ("cancel", {"ids": [job.id]}), ("versions", {}), ("copy", {}), ("film", {}),
        ("animatic", {}), ("render", {"scenes": None, "quality": "draft", "seed": 0}),
        ("edit", {"op": "title", "value": "x", "base": 0}),
        ("words", {"scene": "dawn", "region": None, "text": "x"}),
    ]:  # fmt: skip
        hidden = theirs.refused(route, 404, project=name, **told)
        missing = theirs.refused(route, 404, project="nowhere", **told)
        assert str(hidden).replace(name, "nowhere") == str(missing)
    hidden, missing = (
        theirs.send(f"picture?project={one}&scene=dawn", b"no picture") for one in (name, "nowhere")
    )
    assert hidden[0] == missing[0] == 404
    assert str(hidden).replace(name, "nowhere") == str(missing)
    assert queue.jobs()[0].control == "none"


def test_work_of_another_story_is_not_heard_of(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    other = create_project(make_story(), make_casting(), settings=settings)
    job_id = queue.submit("render", other.path, {"scene_id": "dawn"})
    assert page.ask("watch", project=project.id, known=[job_id], revision=0)["jobs"] == []
    page.ask("cancel", project=project.id, ids=[job_id])
    assert queue.jobs(active=True)[0].control == "none"
