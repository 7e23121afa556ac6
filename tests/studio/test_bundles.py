"""A story out of one studio as a zip, and into another."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline.bundle import write_bundle
from pipeline.settings import Settings
from pipeline.workspace import Project, list_projects
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.bundles import importing
from studio.pictures import keep_picture, plain_jpeg
from studio.projects import open_by_id
from studio.visitors import Visitors
from tests.studio.talking import Sending

TOKEN = "t" * 43
URL = f"{API_PREFIX}/import"


def client_of(settings: Settings, *, at_most: int = 1_000_000) -> TestClient:
    endpoint = importing(Visitors(settings), at_most=at_most)
    return TestClient(Starlette(routes=[Route(URL, endpoint, methods=["POST"])]))


def zip_of(project: Project) -> bytes:
    file = io.BytesIO()
    write_bundle(project, file)
    return file.getvalue()


def post(client: TestClient, body: bytes | Iterator[bytes], token: str = TOKEN):  # noqa: ANN201
    return client.post(URL, content=body, headers={TOKEN_HEADER: token})


@pytest.fixture
def elsewhere(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "elsewhere", visitors=True)


def test_a_story_comes_as_it_went(project: Project, elsewhere: Settings) -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (10, 200, 90)).save(file, "PNG")
    picture = keep_picture(project, "dawn", plain_jpeg(file.getvalue()))
    answer = post(client_of(elsewhere), zip_of(project))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["notice"]["title"] == "“The shy fox” is here"
    assert told["notice"]["lines"] == ["2 scenes, no takes."]
    owner = Visitors(elsewhere).settings_of(TOKEN)
    arrived = open_by_id(owner, told["project"])
    assert arrived.story.scenes == project.story.scenes
    assert arrived.picture("dawn") == picture
    assert list_projects(replace(elsewhere, user="local")) == []


@pytest.mark.parametrize("body", [b"", b"PK", b"no zip", bytes(5000)])
def test_what_is_no_such_zip_is_refused(elsewhere: Settings, body: bytes) -> None:
    answer = post(client_of(elsewhere), body)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert list_projects(Visitors(elsewhere).settings_of(TOKEN)) == []


@pytest.mark.parametrize(("declares", "asked"), [(True, 0), (False, 4)])
def test_too_much_is_refused_before_its_end(
    elsewhere: Settings, declares: bool, asked: int
) -> None:
    sending = Sending(declares=declares)
    assert sending.status_of(importing(Visitors(elsewhere), at_most=35)) == 413
    assert sending.asked == asked


def test_nobody_brings_nothing(elsewhere: Settings, project: Project) -> None:
    answer = post(client_of(elsewhere), zip_of(project), token="")
    assert answer.status_code == 401
    assert "error" in answer.json()
    assert not (elsewhere.home / "users").exists()


def test_nothing_is_left_of_what_was_sent(
    elsewhere: Settings, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = zip_of(project)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    for one in (body, b"no zip"):
        post(client_of(elsewhere), one)
        assert list(folder.iterdir()) == []
