"""The studio's own routes: served by id, in ranges, and nothing else."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.media import MEDIA_PREFIX, STATIC_PREFIX, make_routes
from tests.studio.fixtures import add_take

SRT = "1\n00:00:00,500 --> 00:00:02,000\nOnce upon a time.\n"


@pytest.fixture
def client(settings: Settings, queue: Queue) -> TestClient:
    return TestClient(FastAPI(routes=make_routes(settings, queue)))


def test_scripts_and_styles_are_served(client: TestClient) -> None:
    answer = client.get(f"{STATIC_PREFIX}/page/board.js")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert client.get(f"{STATIC_PREFIX}/studio.css").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "page/none.js",
        "%00.js",
        f"{'x' * 5000}.js",
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "stories",
        "/etc/hostname",
        "",
    ],
)
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"{STATIC_PREFIX}/{name}").status_code == 404


def test_stories_are_handed_over_as_files(client: TestClient, project: Project) -> None:
    url = f"{MEDIA_PREFIX}/{project.id}/story"
    whole = client.get(f"{url}/story")
    assert whole.json()["title"] == project.story.title
    assert whole.headers["content-disposition"] == f'attachment; filename="{project.id}.json"'
    plans = client.get(f"{url}/plan")
    assert plans.text.count("Background:") == len(project.story.scenes)
    assert plans.headers["content-disposition"].endswith('.txt"')
    assert client.get(f"{url}/jsonl").status_code == 200


@pytest.mark.parametrize(
    "path", ["the-shy-fox/story/fountain", "the-shy-fox/story/..", "unknown/story/story",
             "the-shy-fox/story/story.json", "..%2fx/story/plan"]
)  # fmt: skip
def test_stories_have_no_other_files(client: TestClient, project: Project, path: str) -> None:
    assert client.get(f"{MEDIA_PREFIX}/{path}").status_code == 404


def test_takes_are_served_whole_and_in_ranges(client: TestClient, project: Project) -> None:
    take = add_take(project, "dawn")
    url = f"{MEDIA_PREFIX}/{project.id}/takes/dawn/{take.id}.mp4"
    whole = client.get(url)
    part = client.get(url, headers={"Range": "bytes=9-13"})
    assert whole.headers["content-type"] == "video/mp4"
    assert part.status_code == 206
    assert part.content == whole.content[9:14]


@pytest.mark.parametrize(
    "path",
    [
        "the-shy-fox/takes/dawn/take-99.mp4",
        "the-shy-fox/takes/nowhere/take-01.mp4",
        "the-shy-fox/takes/dawn/..%2ftake-01.mp4",
        "other/takes/dawn/take-01.mp4",
        "..%2f..%2fhome/takes/dawn/take-01.mp4",
        "the-shy-fox/films/film-01.mp4",
        "the-shy-fox/films/..%2f..%2fstory.mp4",
        "the-shy-fox/jobs/7/3",
        f"the-shy-fox/jobs/{2**63}/3",
        f"the-shy-fox/jobs/{-(2**64)}/3",
    ],
)
def test_unknown_ids_are_not_found(client: TestClient, project: Project, path: str) -> None:
    add_take(project, "dawn")
    assert client.get(f"{MEDIA_PREFIX}/{path}").status_code == 404


def test_film_and_narration_can_be_played_and_kept(client: TestClient, project: Project) -> None:
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    (project.films_dir / "film-01.srt").write_text(SRT, encoding="utf-8")
    films = f"{MEDIA_PREFIX}/{project.id}/films/film-01"
    assert "content-disposition" not in client.get(f"{films}.mp4").headers
    kept = client.get(f"{films}.mp4?download=1")
    assert "attachment" in kept.headers["content-disposition"]
    assert client.get(f"{films}.srt").text == SRT
    captions = client.get(f"{films}.vtt")
    assert captions.text.startswith("WEBVTT")
    assert "00:00:00.500 --> 00:00:02.000" in captions.text


@pytest.mark.parametrize("words", ["0:00:01:hello", "[Script Info]", "WEBVTT", "{1}{2}three"])
def test_narration_may_look_like_any_format(
    client: TestClient, project: Project, words: str
) -> None:
    project.films_dir.mkdir(parents=True, exist_ok=True)
    text = SRT.replace("Once upon a time.", words)
    (project.films_dir / "film-01.srt").write_text(text, encoding="utf-8")
    captions = client.get(f"{MEDIA_PREFIX}/{project.id}/films/film-01.vtt")
    assert "00:00:00.500 --> 00:00:02.000" in captions.text


def test_preview_is_the_newest_of_a_job_of_that_project(
    client: TestClient, project: Project, queue: Queue, settings: Settings
) -> None:
    picture = b"RIFF\x04\x00\x00\x00WEBP"
    job_id = queue.submit("render", project.path, {"scene_id": "dawn"}, user=settings.user)
    queue.claim("worker-1")
    queue.report(job_id, Progress(stage="render", step=3, total=8, preview=picture))
    answer = client.get(f"{MEDIA_PREFIX}/{project.id}/jobs/{job_id}/3")
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/webp"
    assert client.get(f"{MEDIA_PREFIX}/other/jobs/{job_id}/3").status_code == 404
    queue.finish(job_id)
    assert client.get(f"{MEDIA_PREFIX}/{project.id}/jobs/{job_id}/3").status_code == 204
