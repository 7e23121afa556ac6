"""The settings window: what is chosen, tried and kept; the disk; a report of a problem."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.preferences import (
    Preferences,
    read_key,
    read_preferences,
    write_key,
    write_preferences,
)
from pipeline.queue import Queue
from pipeline.settings import Settings, current
from pipeline.workspace import Project
from studio.api import api_routes
from studio.media import make_routes
from studio.staging import played_pack
from studio.visitors import Visitors
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import ChatServer, Fails, Says, chat_server
from tests.studio.fixtures import add_take
from tests.studio.talking import MINE, Page

NAME = "the-shy-fox"
KEY = told.KEY
HELLO = Says('{"words": ["hello"]}')


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DREAMRUNNER_PACK", "DREAMRUNNER_DEVICE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def chats() -> Iterator[ChatServer]:
    with chat_server(lambda _: HELLO) as server:
        yield server


@pytest.fixture
def visitor(settings: Settings, queue: Queue) -> Iterator[Page]:
    shared = replace(settings, visitors=True)
    with TestClient(FastAPI(routes=api_routes(shared, queue))) as client:
        yield Page(client)


def test_the_window_shows_what_is_chosen_and_never_the_key(page: Page, settings: Settings) -> None:
    first = page.ask("settings")
    assert (first["from"], first["key"], first["shared"]) == ("nowhere", "", False)
    assert (first["pack"], first["device"], first["draft_steps"]) == ("theatre", "auto", None)
    told = {"endpoint": "http://localhost:11434/v1", "model": "tiny", "key": f" {KEY} "}
    kept = page.ask("settings_keep", **told)
    assert (kept["from"], kept["key"]) == ("window", f"ends in …{KEY[-2:]}")
    assert kept["asks"] == "tiny at localhost:11434"
    assert [name for name, _ in kept["planners"]] == ["builtin", "openai"]
    assert KEY not in json.dumps([kept, page.ask("settings")])
    assert read_key(settings.home) == KEY


def test_a_key_stays_with_its_address_and_can_be_forgotten(page: Page, settings: Settings) -> None:
    page.ask("settings_keep", endpoint="http://localhost:11434/v1", key=KEY)
    page.ask("settings_keep", model="other")
    assert read_key(settings.home) == KEY
    page.ask("settings_keep", endpoint="http://localhost:11434/v2")
    assert read_key(settings.home) == KEY
    page.ask("settings_keep", endpoint="http://elsewhere.example/v1")
    assert read_key(settings.home) == ""
    page.ask("settings_keep", key=KEY)
    page.ask("settings_keep", key="", endpoint="")
    assert (read_key(settings.home), page.ask("settings")["from"]) == ("", "nowhere")


def test_a_kept_key_is_not_tried_at_another_address(
    page: Page, settings: Settings, chats: ChatServer
) -> None:
    write_preferences(settings.home, Preferences(endpoint="http://localhost:1/v1"))
    write_key(settings.home, KEY)
    answer = page.ask("settings_test", endpoint=chats.url, model="tiny")
    assert answer["ok"], answer
    assert all(KEY not in asked.key for asked in chats.asked)


def test_a_model_that_answers_is_told_plainly(page: Page, chats: ChatServer) -> None:
    answer = page.ask("settings_test", endpoint=chats.url, model="tiny", key=KEY)
    host = chats.url.split("/")[2]
    assert answer["ok"]
    assert answer["words"].startswith(f"tiny at {host} answered in ")
    assert page.ask("settings")["from"] == "nowhere"  # to try is not to keep


@pytest.mark.parametrize(
    ("fails", "words"),
    [
        (Fails(401, f"Incorrect API key provided: {KEY}"), "Check the key."),
        (Fails(404, "the model `tiny` does not exist", code="model_not_found"), "Set the model"),
        (Fails(503, "overloaded"), "."),
    ],
    ids=["key", "model", "busy"],
)
def test_what_goes_wrong_is_told_in_the_windows_words(page: Page, fails: Fails, words: str) -> None:
    with chat_server(lambda _: fails) as server:
        answer = page.ask("settings_test", endpoint=server.url, model="tiny", key=KEY)
    assert not answer["ok"]
    assert words in answer["words"]
    assert "OPENAI" not in answer["words"]
    assert KEY not in answer["words"]


def test_an_address_where_nobody_answers_is_told(page: Page) -> None:
    answer = page.ask("settings_test", endpoint="http://127.0.0.1:9/v1", model="tiny")
    assert not answer["ok"]
    assert "127.0.0.1:9" in answer["words"]
    assert page.ask("settings_test")["words"] == "Give an address or a key first."


@pytest.mark.parametrize(
    "told",
    [
        {"endpoint": "ftp://a/v1"},
        {"endpoint": "http://mia:secret@a.example/v1"},
        {"key": "two words"},
        {"device": "moon"},
        {"draft_steps": 0},
        {"final_steps": 201},
        {"final_steps": 8},
        {"film_rate": "fast"},
        {"pack": "../../etc"},
        {"pack": "cogvideox-5b"},
        {"more": 1},
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    page: Page, settings: Settings, told: dict[str, object]
) -> None:
    answer = page.refused("settings_keep", 400, **{"model": "tiny", **told})
    assert "secret" not in str(answer)
    assert read_preferences(settings.home) == Preferences()
    assert read_key(settings.home) == ""


def test_usual_steps_are_those_of_every_take(
    page: Page, settings: Settings, project: Project, queue: Queue
) -> None:
    own = page.ask("settings_keep", draft_steps=3, final_steps=9)
    assert (own["draft_steps"], own["final_steps"]) == (3, 9)
    assert own["pack_draft_steps"] not in (3, None)
    page.ask("render", project=NAME, scenes=["dawn"], quality="draft")
    page.ask("render", project=NAME, scenes=["dusk"], quality="final")
    assert [job.arguments["steps"] for job in queue.jobs(project.path)] == [3, 9]
    page.ask("settings_keep", draft_steps=None)
    assert played_pack(settings).record.draft_steps == own["pack_draft_steps"]
    assert played_pack(settings).record.num_inference_steps == 9


def test_device_and_model_change_only_while_nothing_is_made(
    page: Page, settings: Settings, project: Project, queue: Queue
) -> None:
    page.ask("animatic", project=NAME)
    answer = page.refused("settings_keep", 400, device="cpu")
    assert answer["error"]["message"] == "1 piece of work waits or goes on"
    page.ask("settings_keep", model="tiny", device="auto", pack="theatre")  # nothing new
    (job,) = queue.jobs(active=True)
    queue.control(job.id, "cancel")
    page.ask("settings_keep", device="cpu")
    assert current(settings).device == "cpu"
    assert Visitors(settings).settings_of(MINE).device == "cpu"


def test_what_the_environment_says_cannot_be_chosen(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DREAMRUNNER_DEVICE", "auto")
    answer = page.refused("settings_keep", 400, device="cpu")
    assert "DREAMRUNNER_DEVICE says" in answer["error"]["message"]
    assert page.ask("settings")["device_fixed"] == "DREAMRUNNER_DEVICE"


def test_visitors_see_why_they_choose_nothing(
    visitor: Page, settings: Settings, monkeypatch: pytest.MonkeyPatch, chats: ChatServer
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    view = visitor.ask("settings")
    assert view["shared"]
    assert "keeps no keys" in view["why"]
    assert "2 GB" in view["allowance"][0]
    assert not {"endpoint", "key", "home", "asks"} & {*view}
    visitor.refused("settings_keep", 403, endpoint="http://10.0.0.1/v1", key=KEY)
    visitor.refused("settings_test", 403, endpoint=chats.url, model="tiny")
    assert chats.asked == []
    assert read_key(settings.home) == ""


def test_room_is_told_and_made(page: Page, project: Project) -> None:
    for seed in (1, 2, 3):
        add_take(project, "dawn", seed=seed)
    disk = page.ask("disk")
    assert "Takes" in [words for words, _ in disk["uses"]]
    assert disk["free"].endswith("B")
    looked = page.ask("clean", kinds=["takes"])
    assert (looked["number"], looked["done"]) == (2, False)
    assert len(project.takes("dawn")) == 3
    assert page.ask("clean", kinds=["takes"], really=True, counted=looked["counted"])["done"]
    assert len(project.takes("dawn")) == 1
    page.refused("clean", 400, kinds=["stories"], really=True)
    assert page.ask("clean")["done"] is False


def test_only_what_was_counted_goes(page: Page, project: Project) -> None:
    for seed in (1, 2):
        add_take(project, "dawn", seed=seed)
    looked = page.ask("clean", kinds=["takes"])
    add_take(project, "dawn", seed=3)
    for counted in ({"counted": looked["counted"]}, {"counted": ""}, {}):
        answer = page.refused("clean", 409, kinds=["takes"], really=True, **counted)
        assert answer["error"]["hint"] == "Look again what would go."
    assert len(project.takes("dawn")) == 3
    again = page.ask("clean", kinds=["takes"])
    project.choose_take("dawn", "take-01")
    page.refused("clean", 409, kinds=["takes"], really=True, counted=again["counted"])
    assert len(project.takes("dawn")) == 3


def test_a_report_is_handed_over_by_its_address(
    page: Page, settings: Settings, project: Project, queue: Queue
) -> None:
    client = TestClient(FastAPI(routes=make_routes(settings, queue)))
    bare, about = page.ask("report"), page.ask("report", project=NAME)
    assert bare["words"] is None
    for address, has_words in (
        (bare["plain"], False),
        (about["plain"], False),
        (about["words"], True),
    ):
        answer = client.get(f"/{address}")
        assert answer.headers["content-disposition"] == 'attachment; filename="problem-report.zip"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert ("story/story.json" in archive.namelist()) is has_words
    page.refused("report", 404, project="nowhere")
    assert client.get(f"/{about['words'].replace('words.zip', 'other.zip')}").status_code == 404
