"""What stands before the routes: who has signed in, and which ways into Gradio are shut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from gradio.context import LocalContext
from gradio.routes import App
from starlette.testclient import TestClient

from pipeline.errors import InputError, WorkspaceError
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import create_project
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.guards import read_accounts
from studio.visitors import UnknownVisitorError, Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.signed import paths_of, sign_in, whole_app
from tests.studio.talking import MINE, Page

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ACCOUNTS = [("mia", "fox-17"), ("otto", "owl-23")]
OPEN = {
    *("/", "/login", "/login/", "/logout", "/config", "/config/", "/theme.css", "/favicon.ico"),
    *("/robots.txt", "/manifest.json", "/pwa_icon", "/pwa_icon/{size}", "/assets/{path:path}"),
    *("/static/{path:path}", "/svelte/{path:path}"),
    *("/gradio_api/login_check", "/gradio_api/login_check/", "/gradio_api/startup-events"),
    *("/gradio_api/app_id", "/gradio_api/app_id/", "/gradio_api/theme.css"),
}
"""What a stranger may ask for: the page to sign in, and nothing of a story."""


@pytest.fixture
def shared(settings: Settings) -> Settings:
    return replace(settings, visitors=True, accounts=True)


@pytest.fixture
def app(shared: Settings, queue: Queue) -> Iterator[App]:
    with whole_app(shared, queue, ACCOUNTS) as app:
        yield app


def filled(path: str) -> str:
    return re.sub(r"{[^}]*}", "x", path)


def test_without_an_account_every_route_refuses(app: App) -> None:
    stranger = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    headers = {TOKEN_HEADER: MINE}
    answered = {}
    paths = paths_of(app)
    assert len(paths) > 100
    for method, path in paths:
        answer = stranger.request(method, filled(path), headers=headers, follow_redirects=False)
        if answer.status_code not in (401, 404):
            answered[path] = answer.status_code
        if "/studio/" in path:
            assert answer.status_code == 401, path
    assert set(answered) <= OPEN
    assert "The shy fox" not in stranger.get("/config").text


def test_a_wrong_password_opens_nothing(app: App) -> None:
    client = TestClient(app, base_url="http://127.0.0.1")
    told = {"username": "mia", "password": "owl-23"}
    assert client.post("/login", data=told).status_code == 400
    assert client.post(f"{API_PREFIX}/shelf", json={}).status_code == 401
    client.cookies.set(f"access-token-unsecure-{app.cookie_id}", "guessed")
    assert client.post(f"{API_PREFIX}/shelf", json={}).status_code == 401


def test_each_account_has_its_own_stories_in_any_browser(app: App, shared: Settings) -> None:
    mia, otto = (Page(sign_in(app, *account)) for account in ACCOUNTS)  # with the same token
    elsewhere = Page(sign_in(app, *ACCOUNTS[0]), "n" * 43)
    story = make_story().model_dump(mode="json")
    made = mia.ask("remember", copy={"story": story, "casting": None})["project"]
    assert [one["id"] for one in elsewhere.ask("shelf")["stories"]] == [made]
    assert otto.ask("shelf")["stories"] == []
    otto.refused("open", 404, project=made)
    assert [path.name[:2] for path in (shared.home / "users").iterdir()] == ["a-"]


def test_who_signs_out_is_a_stranger_again(app: App) -> None:
    client = sign_in(app, *ACCOUNTS[0])
    page = Page(client)
    page.ask("shelf")
    client.get("/logout")
    page.refused("shelf", 401)


def test_another_website_cannot_use_who_has_signed_in(app: App) -> None:
    client = sign_in(app, *ACCOUNTS[0])
    headers = {TOKEN_HEADER: MINE, "Origin": "https://evil.example"}
    assert client.post(f"{API_PREFIX}/shelf", json={}, headers=headers).status_code == 403


def test_one_account_asks_for_a_password_and_keeps_the_stories_there_are(
    settings: Settings, queue: Queue
) -> None:
    create_project(make_story(), make_casting(), settings=settings)
    with whole_app(settings, queue, ACCOUNTS[:1]) as app:
        Page(TestClient(app, base_url="http://127.0.0.1")).refused("shelf", 401)
        mia = Page(sign_in(app, *ACCOUNTS[0]))
        assert [one["title"] for one in mia.ask("shelf")["stories"]] == ["The shy fox"]


def test_an_event_of_gradio_acts_for_who_signed_in(shared: Settings) -> None:
    visitors = Visitors(shared)
    with pytest.raises(UnknownVisitorError, match="signed in"):
        visitors.user_of(MINE)
    before = LocalContext.request.set(gr.Request(username="mia"))
    try:
        assert visitors.user_of(MINE) == visitors.user_of("n" * 43)
    finally:
        LocalContext.request.reset(before)


def test_ways_into_gradio_that_nobody_needs_are_shut(settings: Settings, queue: Queue) -> None:
    shut = (
        *("file=/etc/hostname", "file/x", "upload", "upload/", "upload_progress", "runs"),
        *("proxy=https://example.com", "deep_link", "stream/a/b/c/playlist.m3u8", "run/x"),
        *("call/make_story", "component_server", "process_recording", "vibe-edit/", "user"),
        *("openapi.json", "api/make_story", "token", "dev/reload", "Upload"),
    )
    with whole_app(settings, queue, []) as app:
        client = TestClient(app, base_url="http://127.0.0.1")
        for path in shut:
            for method in ("GET", "POST"):
                assert client.request(method, f"/gradio_api/{path}").status_code == 404, path
        assert client.get("/monitoring").status_code == 404
        assert client.get("/config").status_code == 200


def test_accounts_are_read_from_the_option_or_a_file(tmp_path: Path) -> None:
    assert read_accounts("mia:fox:17") == [("mia", "fox:17")]
    file = tmp_path / "accounts"
    file.write_text("# who may\nmia:fox-17\n\n otto:owl-23\n")
    assert read_accounts(str(file)) == ACCOUNTS
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError):
        read_accounts(str(file))


@pytest.mark.parametrize("told", ["mia", ":x", "mia:", "  "])
def test_what_is_no_account_is_refused_and_not_repeated(told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_accounts(told)
    assert "mia" not in str(caught.value)


def test_an_account_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    file.write_text("mia:one\nmia:two\n")
    with pytest.raises(InputError, match="twice"):
        read_accounts(str(file))
    file.write_text("")
    with pytest.raises((InputError, WorkspaceError)):
        read_accounts(str(file))
