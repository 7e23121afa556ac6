"""The studio's own routes for files: served by signed id, in ranges, and nothing else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline import bundle
from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.vision.encode import encode_frames
from pipeline.vision.ffmpeg import probe
from pipeline.workspace import Project, create_project
from studio.media import STATIC_PREFIX, make_routes
from studio.pictures import keep_picture, plain_jpeg
from studio.signing import Links
from tests.studio.fixtures import add_take, make_casting, make_story

SRT = "1\n00:00:00,500 --> 00:00:02,000\nOnce upon a time.\n"
Get = Callable[..., Any]


@pytest.fixture
def client(settings: Settings, queue: Queue) -> TestClient:
    return TestClient(FastAPI(routes=make_routes(settings, queue)))


@pytest.fixture
def get(client: TestClient, settings: Settings) -> Get:
    """Get a medium by the address that the studio signed for it."""
    links = Links(settings)

    def get(
        path: str, also: str = "", user: str = "local", headers: dict[str, str] | None = None
    ) -> object:
        address = links.link(replace(settings, user=user), path)
        return client.get(f"/{address}{also}", headers=headers)

    return get


def put_video(project: Project, scene_id: str, take_id: str) -> None:
    """Put a video of twelve frames, each darker than the one before, in place of a take's."""
    frames = np.repeat(np.arange(240, 0, -20, dtype=np.uint8), 64 * 96 * 3)
    path = project.path / "takes" / scene_id / f"{take_id}.mp4"
    encode_frames(frames.reshape(12, 64, 96, 3), path, fps=8)


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


def test_stories_are_handed_over_as_files(get: Get, project: Project) -> None:
    url = f"{project.id}/story"
    whole = get(f"{url}/story")
    assert whole.json()["title"] == project.story.title
    assert whole.headers["content-disposition"] == f'attachment; filename="{project.id}.json"'
    plans = get(f"{url}/plan")
    assert plans.text.count("Background:") == len(project.story.scenes)
    assert plans.headers["content-disposition"].endswith('.txt"')
    assert get(f"{url}/jsonl").status_code == 200


@pytest.mark.parametrize(
    "path", ["the-shy-fox/story/fountain", "the-shy-fox/story/..", "unknown/story/story",
             "the-shy-fox/story/story.json", "..%2fx/story/plan"]
)  # fmt: skip
def test_stories_have_no_other_files(get: Get, project: Project, path: str) -> None:
    assert get(path).status_code == 404


def test_takes_are_served_whole_and_in_ranges(get: Get, project: Project) -> None:
    take = add_take(project, "dawn")
    url = f"{project.id}/takes/dawn/{take.id}.mp4"
    whole = get(url)
    part = get(url, headers={"Range": "bytes=9-13"})
    assert whole.headers["content-type"] == "video/mp4"
    assert part.status_code == 206
    assert part.content == whole.content[9:14]


def test_media_are_nothing_but_what_they_say(get: Get, project: Project) -> None:
    take = add_take(project, "dawn")
    (project.films_dir).mkdir()
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    paths = [f"takes/dawn/{take.id}.mp4", "films/film-01.mp4", "story/plan", "export.zip"]
    for path in paths:
        headers = get(f"{project.id}/{path}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "sandbox" in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "the-shy-fox/takes/dawn/take-99.mp4",
        "the-shy-fox/takes/nowhere/take-01.mp4",
        "the-shy-fox/takes/dawn/..%2ftake-01.mp4",
        "other/takes/dawn/take-01.mp4",
        "..%2f..%2fhome/takes/dawn/take-01.mp4",
        "the-shy-fox/takes/dawn/take-01.jpg",
        "the-shy-fox/takes/dawn/take-99.jpg",
        "the-shy-fox/films/film-01.mp4",
        "the-shy-fox/films/animatic.mp4",
        "the-shy-fox/films/..%2f..%2fstory.mp4",
        "the-shy-fox/pictures/0123.jpg",
        "the-shy-fox/pictures/..%2fstory.jpg",
        "other/export.zip",
        "the-shy-fox/jobs/7/3",
        f"the-shy-fox/jobs/{2**63}/3",
        "the-shy-fox/jobs/abc/3",
        "the-shy-fox/jobs/\u0667/3",
        "the-shy-fox/films/film-02.vtt",
        f"the-shy-fox/jobs/{-(2**64)}/3",
    ],
)
def test_unknown_ids_are_not_found(get: Get, project: Project, path: str) -> None:
    add_take(project, "dawn")  # its video is none that can be read
    project.films_dir.mkdir()
    (project.films_dir / "film-02.srt").write_bytes(b"1\n00:00:00,500 --> 00:00:02,000\n\xff\n")
    assert get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["takes/dawn/take-01.mp4", "takes/dawn/take-01.jpg", "story/story", "export.zip",
     "films/film-01.mp4", "films/film-01.srt", "films/film-01.vtt"],
)  # fmt: skip
def test_nothing_is_found_without_the_studios_signature(
    client: TestClient, get: Get, settings: Settings, project: Project, path: str
) -> None:
    put_video(project, "dawn", add_take(project, "dawn").id)
    project.films_dir.mkdir()
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    (project.films_dir / "film-01.srt").write_text(SRT, encoding="utf-8")
    whole = f"{project.id}/{path}"
    assert get(whole).status_code == 200
    address = "/" + Links(settings).link(settings, whole)
    bare, _, query = address.partition("?")
    for wrong in ("", "?u=local", "?u=local&s=", f"?u=local&s={'0' * 64}", f"?{query[:-1]}x"):
        assert client.get(bare + wrong).status_code == 404
    other = "/" + Links(settings).link(settings, f"{project.id}/story/plan")
    assert client.get(f"{bare}?{other.partition('?')[2]}").status_code == 404
    assert client.get(address.replace("u=local", "u=locale")).status_code == 404


def test_a_visitor_sees_the_own_story_alone(get: Get, settings: Settings, project: Project) -> None:
    mine = replace(settings, user="v-0123")
    story = make_story().model_copy(update={"title": "Mine"})
    create_project(story, make_casting(), settings=mine)
    path = f"{project.id}/story/story"
    assert get(path).json()["title"] == "The shy fox"
    assert get(path, user="v-0123").json()["title"] == "Mine"
    assert get(path, user="v-4567").status_code == 404


def test_a_sheet_of_a_takes_keyframes_is_made_once(get: Get, project: Project) -> None:
    take = add_take(project, "dawn")
    put_video(project, "dawn", take.id)
    url = f"{project.id}/takes/dawn/{take.id}.jpg"
    answer = get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as sheet:
        assert sheet.size == (6 * 360, 240)
        greys = [int(np.asarray(sheet.convert("L"))[120, 180 + 360 * k]) for k in range(6)]
    assert greys == pytest.approx([220, 180, 140, 100, 60, 20], abs=6)
    kept = project.path / "takes" / "dawn" / f"{take.id}.jpg"
    kept.write_bytes(b"made before")
    assert get(url).content == b"made before"
    assert [one.id for one in project.takes("dawn")] == [take.id]


def test_a_picture_of_the_storytellers_own_is_served(get: Get, project: Project) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (10, 200, 90)).save(file, "PNG")
    name = keep_picture(project, "dawn", plain_jpeg(file.getvalue()))
    answer = get(f"{project.id}/pictures/{name}.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (30, 20)


def test_all_of_a_story_is_handed_over_as_a_zip(
    get: Get, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = {*tmp_path.iterdir()}
    answer = get(f"{project.id}/export.zip")
    disposition = answer.headers["content-disposition"]
    assert disposition == f'attachment; filename="{project.id}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert any(name.endswith("story.json") for name in archive.namelist())
    assert {*tmp_path.iterdir()} == before
    assert int(answer.headers["content-length"]) == len(answer.content)
    part = get(f"{project.id}/export.zip", headers={"Range": "bytes=9-13"})
    assert (part.status_code, len(part.content)) == (200, len(answer.content))


def test_a_story_too_large_for_a_zip_is_told_so(
    get: Get, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MAX_FILES", 1)
    answer = get(f"{project.id}/export.zip")
    assert answer.status_code == 413
    assert "Remove takes or films" in answer.json()["detail"]


def test_what_nobody_foresaw_is_told_in_neutral_words(get: Get, project: Project) -> None:
    take = add_take(project, "dawn")
    (project.path / "takes" / "dawn" / f"{take.id}.jpg").mkdir()
    answer = get(f"{project.id}/takes/dawn/{take.id}.jpg")
    assert answer.status_code in (404, 500)
    assert str(project.path) not in answer.text


def test_film_and_narration_can_be_played_and_kept(get: Get, project: Project) -> None:
    project.films_dir.mkdir(parents=True, exist_ok=True)
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    (project.films_dir / "film-01.srt").write_text(SRT, encoding="utf-8")
    films = f"{project.id}/films/film-01"
    assert "content-disposition" not in get(f"{films}.mp4").headers
    kept = get(f"{films}.mp4", also="&download=1")
    assert 'attachment; filename="the-shy-fox.mp4"' in kept.headers["content-disposition"]
    assert get(f"{films}.srt").text == SRT
    (project.films_dir / "animatic.mp4").write_bytes(b"boxes")
    boxes = get(f"{project.id}/films/animatic.mp4", also="&download=1")
    assert "the-shy-fox-animatic.mp4" in boxes.headers["content-disposition"]
    project.save_story(project.story.revised(title="Ärger / im Wald!"))
    assert "arger-im-wald.srt" in get(f"{films}.srt").headers["content-disposition"]
    captions = get(f"{films}.vtt")
    assert captions.text.startswith("WEBVTT")
    assert "00:00:00.500 --> 00:00:02.000" in captions.text


@pytest.mark.parametrize("words", ["0:00:01:hello", "[Script Info]", "WEBVTT", "{1}{2}three"])
def test_narration_may_look_like_any_format(get: Get, project: Project, words: str) -> None:
    project.films_dir.mkdir(parents=True, exist_ok=True)
    text = SRT.replace("Once upon a time.", words)
    (project.films_dir / "film-01.srt").write_text(text, encoding="utf-8")
    captions = get(f"{project.id}/films/film-01.vtt")
    assert "00:00:00.500 --> 00:00:02.000" in captions.text


def test_preview_is_the_newest_of_a_job_of_that_project(
    get: Get, project: Project, queue: Queue, settings: Settings
) -> None:
    picture = b"RIFF\x04\x00\x00\x00WEBP"
    job_id = queue.submit("render", project.path, {"scene_id": "dawn"}, user=settings.user)
    queue.claim("worker-1")
    queue.report(job_id, Progress(stage="render", step=3, total=8, preview=picture))
    answer = get(f"{project.id}/jobs/{job_id}/3")
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/webp"
    assert get(f"other/jobs/{job_id}/3").status_code == 404
    create_project(make_story(), make_casting(), settings=replace(settings, user="v-0123"))
    assert get(f"{project.id}/jobs/{job_id}/3", user="v-0123").status_code == 404
    queue.finish(job_id)
    assert get(f"{project.id}/jobs/{job_id}/3").status_code == 204


def test_a_scene_is_handed_over_as_a_film_with_its_narration(
    get: Get, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    take = add_take(project, "dawn")
    frames = np.full((24, 48, 72, 3), 90, np.uint8)
    encode_frames(frames, project.take_video(take), fps=8)
    before = {*tmp_path.iterdir()}
    answer = get(f"{project.id}/takes/dawn/{take.id}/film.mp4")
    assert answer.headers["content-disposition"] == f'attachment; filename="{project.id}-dawn.mp4"'
    assert {*tmp_path.iterdir()} == before
    film = tmp_path / "film.mp4"
    film.write_bytes(answer.content)
    assert probe(film).num_frames == 24
    assert b"Once." in answer.content
    assert get(f"{project.id}/takes/dusk/{take.id}/film.mp4").status_code == 404
