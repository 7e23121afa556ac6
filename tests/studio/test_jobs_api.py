"""The window of all work: a visitor's own jobs, over all their stories, in line and over."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from tests.studio.fixtures import add_take
from tests.studio.talking import Page


def _render(
    queue: Queue, project: Project, scene: str, quality: str = "final", **more: object
) -> int:
    arguments = {"scene_id": scene, "quality": quality, **more}
    return queue.submit("render", project.path, arguments)


def _ids(views: list[dict[str, Any]]) -> list[int]:
    return [view["id"] for view in views]


def test_work_is_told_in_line_with_its_place_and_its_end(
    page: Page, queue: Queue, project: Project
) -> None:
    first = _render(queue, project, "dawn", "draft")
    queue.claim("1")
    for step in (0, 4):
        queue.report(first, Progress(stage="render", step=step, total=9, preview=b"RIFF"))
    final, draft = _render(queue, project, "dusk"), _render(queue, project, "dusk", "draft")
    told = page.ask("jobs")
    assert _ids(told["going"]) == [first, draft, final]
    running, second, third = told["going"]
    assert (running["title"], running["story"]) == ("Rendering “Dawn”", "The shy fox")
    assert f"/jobs/{first}/4?" in running["preview"]
    assert [one["ahead"] for one in told["going"]] == [0, 1, 2]
    assert [one["quality"] for one in told["going"]] == ["draft", "draft", "final"]
    assert (second["eta"], third["wait"]) == (None, None)  # nobody has measured such work yet
    assert told["ended"] == []


def test_minutes_are_told_once_they_are_measured(
    page: Page, queue: Queue, project: Project
) -> None:
    for quality, started in (("draft", 10.0), ("final", 40.0)):
        job_id = _render(queue, project, "dawn", quality)
        queue.claim("1")
        queue.report(job_id, Progress(stage="render", step=0, total=10))
        with queue._file.connected() as connection:
            back = "UPDATE jobs SET started = started - ?"
            connection.execute(back, (started,))
        queue.finish(job_id, pack="theatre")
    first, second = _render(queue, project, "dusk"), _render(queue, project, "dusk", "draft")
    told = page.ask("jobs")["going"]
    assert _ids(told) == [second, first]
    assert [round(one["eta"], -1) for one in told] == [10, 50]
    assert [round(one["wait"], -1) for one in told] == [0, 10]


def test_what_is_over_shows_its_take_and_what_became_of_it(
    page: Page, queue: Queue, project: Project
) -> None:
    take = add_take(project, "dawn")
    done, stopped, failed = (_render(queue, project, "dawn", seed=seed) for seed in (1, 2, 3))
    queue.claim("1")
    queue.finish(done, take.model_dump(mode="json"))
    queue.claim("1")
    queue.report(stopped, Progress(stage="render", step=5, total=9, preview=b"RIFF"))
    queue.control(stopped, "stop")
    queue.cancelled(stopped)
    queue.claim("1")
    queue.fail(failed, "no room", "Make some.")
    told = page.ask("jobs")
    assert told["going"] == []
    assert _ids(told["ended"]) == [failed, stopped, done]
    assert told["ended"][0]["failed"] == "No room. Make some."
    assert f"/jobs/{stopped}/5?" in told["ended"][1]["picture"]
    assert "/takes/dawn/take-01.jpg?" in told["ended"][2]["picture"]
    assert told["ended"][2]["ended"] > 1e9


def test_work_of_a_story_that_is_gone_is_told_all_the_same(
    page: Page, queue: Queue, settings: Settings
) -> None:
    path = settings.home / "users" / "local" / "projects" / "gone"
    queue.submit("render", path, {"scene_id": "dawn"})
    (told,) = page.ask("jobs")["going"]
    assert (told["title"], told["story"], told["picture"]) == ("Rendering", "", None)


def test_waiting_work_is_moved(page: Page, queue: Queue, project: Project) -> None:
    jobs = [_render(queue, project, "dawn", seed=seed) for seed in (1, 2, 3)]
    told = page.ask("job_move", id=jobs[2], before=jobs[0])
    assert _ids(told["going"]) == [jobs[2], jobs[0], jobs[1]]
    assert _ids(page.ask("job_move", id=jobs[2])["going"]) == jobs
    queue.claim("1")
    page.refused("job_move", 400, id=jobs[0], before=jobs[1])


def test_work_is_stopped_goes_on_and_is_cancelled(
    page: Page, queue: Queue, project: Project
) -> None:
    job_id = _render(queue, project, "dawn")
    (told,) = page.ask("job_control", id=job_id, word="stop")["ended"]
    assert told["state"] == "stopped"
    (told,) = page.ask("job_again", id=job_id)["going"]
    assert told["state"] == "queued"
    (told,) = page.ask("job_control", id=job_id, word="cancel")["ended"]
    assert told["state"] == "cancelled"
    page.refused("job_control", 404, id=job_id, word="stop")
    page.refused("job_control", 400, id=job_id, word="save_now")


def test_done_work_is_not_asked_for_again(page: Page, queue: Queue, project: Project) -> None:
    job_id = _render(queue, project, "dawn")
    queue.claim("1")
    queue.finish(job_id)
    page.refused("job_again", 400, id=job_id)


@pytest.mark.parametrize(
    ("route", "told"),
    [("job_control", {"word": "cancel"}), ("job_again", {}), ("job_move", {"before": None})],
)
def test_nobody_has_work_of_others(
    page: Page, queue: Queue, project: Project, route: str, told: dict[str, Any]
) -> None:
    mine = _render(queue, project, "dawn")
    others = queue.submit("render", project.path, {"scene_id": "dusk"}, user="v-other")
    assert _ids(page.ask("jobs")["going"]) == [mine]
    page.refused(route, 404, id=others, **told)
    page.refused("job_move", 404, id=mine, before=others)
    job = queue.get(others)
    assert job is not None
    assert job.state == "queued"


def test_a_stopped_learning_is_told_where_it_is_learned(
    page: Page, queue: Queue, project: Project
) -> None:
    job_id = queue.submit("train", project.path, {"character_id": "mia"})
    page.ask("cancel", project=project.path.name, ids=[job_id])
    (told,) = page.ask("jobs")["ended"]
    assert (told["state"], told["title"]) == ("stopped", "Learning “Mia”")
