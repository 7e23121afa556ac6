"""Nobody gets at what is somebody else's: every route there is, asked by the owner and another.

A route that is added and stands in none of these tables fails here.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline.progress import Progress
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio.answers import API_PREFIX, TOKEN_HEADER
from studio.api import api_routes
from studio.media import make_routes
from studio.origins import OwnPages
from studio.pictures import keep_picture, plain_jpeg
from studio.signing import MEDIA_PREFIX, Links
from studio.visitors import Visitors
from tests.studio.fixtures import add_take, make_casting, make_story
from tests.studio.found import keep_found
from tests.studio.learned import keep_prior, make_look, make_plan, make_prior
from tests.studio.talking import Page

ADA, BEN = "a" * 43, "b" * 43
STORY, TITLE = "secret-of-the-owls", "The secret of the owls"

OWN = {
    **{key: {} for key in ("shelf", "first", "jobs", "settings", "disk", "clean")},
    "example_copy": {},
    "remember": {"copy": {"story": {"id": "kites", "title": "Kites", "scenes": [{"id": "one"}]}}},
    "settings_keep": {"model": "mine"},
    "settings_test": {"endpoint": "http://169.254.169.254/latest"},
    "import": b"PK",  # no whole zip
}
"""Routes that name nothing of anybody: what they answer Ben holds nothing of Ada's."""

BY_ID: dict[str, dict[str, Any]] = {
    **{key: {} for key in ("open", "animatic", "versions", "copy", "motions", "libraries")},
    **{key: {} for key in ("packs", "priors", "film", "film_desk", "whole_film", "report")},
    **{key: {} for key in ("watch", "whole_film_told")},
    "edit": {"base": 0, "op": "title", "value": "Mine now"},
    "scene": {"scene": "dawn"},
    "cancel": {"ids": ["JOB"]},
    "render": {"scenes": ["dawn"]},
    "render_again": {"scene": "dawn", "take": "TAKE"},
    "take": {"scene": "dawn", "take": "TAKE"},
    "words": {"scene": "dawn", "region": "mia", "text": "a fox"},
    "motion": {"motion": "hops"},
    "search": {"motion": "hops", "words": "hops"},
    "decide": {"motion": "hops", "clip": "CLIP", "verdict": "rejected"},
    "library_add": {"path": "/etc"},
    "library_again": {"library": "LIBRARY"},
    "library_remove": {"library": "LIBRARY"},
    "pack_fetch": {"pack": "cogvideox-2b"},
    "pack_remove": {"pack": "cogvideox-2b"},
    "prior": {"prior": "PRIOR"},
    "prior_use": {"character": "mia", "prior": "PRIOR"},
    "prior_remove": {"prior": "PRIOR", "anyway": True},
    "learning": {"motion": "hops"},
    "learn": {"motion": "hops"},
    "learn_control": {"id": "JOB", "word": "stop"},
    "look": {"character": "mia"},
    "look_remove": {"character": "mia", "picture": "LOOK"},
    "film_edit": {"scenes": {"dawn": {"left_out": True}}},
}
"""Routes of a story, and what they are sent beside its id."""

QUERIES = {
    "picture": "scene=dawn",
    "look_picture": "character=mia",
    "clip": "motion=hops&name=a.mp4",
    "captions": "name=a.csv",
    "prior_import": "name=a.safetensors&kind=motion&words=hops",
    "voice": "scene=dawn",
}
"""Routes of a story that take a file, and what their address names beside it."""

OF_JOBS: dict[str, dict[str, Any]] = {
    "job_control": {"id": "JOB", "word": "cancel"},
    "job_again": {"id": "JOB"},
    "job_move": {"id": "JOB", "before": None},
}
"""Routes that name a piece of work alone."""

OWNERS_ALONE = {
    "library_add",
    "packs",
    "pack_fetch",
    "pack_remove",
    "settings_keep",
    "settings_test",
}
"""What no visitor may do, not even with what is their own."""
OF_PROJECT_ALONE = {"priors", "packs", "libraries", "library_again", "library_remove"}
OF_PROJECT_ALONE |= {"prior", "prior_remove"}
"""Routes that look into the asker's own store, whatever story is open."""

MEDIA = {
    "{project_id}/takes/{scene_id}/{take_id}.mp4",
    "{project_id}/takes/{scene_id}/{take_id}.jpg",
    "{project_id}/takes/{scene_id}/{take_id}/film.mp4",
    "{project_id}/films/{film_id}.mp4",
    "{project_id}/films/{film_id}.srt",
    "{project_id}/films/{film_id}.vtt",
    "{project_id}/pictures/{picture_id}.jpg",
    "{project_id}/looks/{picture_id}.png",
    "{project_id}/clips/{motion_id}/{clip_id}/{name}",
    "{project_id}/jobs/{job_id}/{step}",
    "{project_id}/story/{name}",
    "{project_id}/export.zip",
    "{project_id}/stills.zip",
    "{project_id}/voices/{voice_id}.m4a",
    "_learned/{key}/samples/{name}",
    "_learned/{key}/export.zip",
    "_report/{project_id}/{name}.zip",
}
BROKEN = {"{project_id}/takes/{scene_id}/{take_id}.jpg", "{project_id}/stills.zip"}
BROKEN |= {"{project_id}/takes/{scene_id}/{take_id}/film.mp4"}
"""Made of videos, which are no real ones here."""


@dataclass(frozen=True)
class Things:
    """All that Ada has, by what the tables call it."""

    project: Project
    settings: Settings
    ids: dict[str, Any]

    def body(self, told: dict[str, Any], project: str = STORY) -> dict[str, Any]:
        """What a route is sent, with Ada's ids in it."""
        text = json.dumps(told)
        for name, value in self.ids.items():
            text = text.replace(json.dumps(name), json.dumps(value))
        return {"project": project, **json.loads(text)}

    def path(self, template: str) -> str:
        """The path of a medium."""
        named = {"project_id": STORY, "scene_id": "dawn", "take_id": self.ids["TAKE"]}
        named |= {"film_id": "film-01", "picture_id": self.ids["PICTURE"], "motion_id": "hops"}
        named |= {"clip_id": self.ids["CLIP"], "job_id": str(self.ids["JOB"]), "step": "3"}
        named |= {"voice_id": "voice-1", "key": self.ids["PRIOR"], "name": "story"}
        if "/looks/" in template:
            named["picture_id"] = self.ids["LOOK"]
        for part, file in (
            ("samples/", "100.webp"),
            ("/clips/", "crop.mp4"),
            ("_report", "words"),
        ):
            if part in template:
                named["name"] = file
        return re.sub(r"{(\w+)}", lambda found: named[found[1]], template)


@pytest.fixture
def shared(settings: Settings) -> Settings:
    return replace(settings, visitors=True)


@pytest.fixture
def client(shared: Settings, queue: Queue) -> Iterator[TestClient]:
    app = FastAPI(routes=[*api_routes(shared, queue), *make_routes(shared, queue)])
    with TestClient(app) as client:
        yield client


@pytest.fixture
def ada(shared: Settings, queue: Queue, client: TestClient, tmp_path: Path) -> Things:
    """Ada's story with everything that a story can have."""
    settings = Visitors(shared).settings_of(ADA)
    changes = {"id": STORY, "title": TITLE, "motions": (Motion(id="hops", words="hops"),)}
    told = make_story().model_copy(update=changes)
    project = create_project(told, make_casting(), settings=settings)
    found = keep_found(project, settings, "hops", tmp_path / "clips")
    prior = keep_prior(settings, make_prior(make_plan(words="hops")))
    keep_prior(settings, make_prior(make_look()))
    job = queue.submit("train", project.path, {"motion_id": "hops"}, user=settings.user)
    queue.claim("worker")
    queue.report(job, Progress(stage="train", step=3, total=9, preview=b"RIFFsecret"))
    project.films_dir.mkdir()
    (project.films_dir / "film-01.mp4").write_bytes(b"film")
    srt = "1\n00:00:00,500 --> 00:00:02,000\nOnce.\n"
    (project.films_dir / "film-01.srt").write_text(srt)
    picture = keep_picture(project, "dawn", plain_jpeg(painted()))
    (project.path / "media" / "voice-1.m4a").write_bytes(b"voice")
    answer = Page(client, ADA).send(f"look_picture?project={STORY}&character=mia", painted())[1]
    ids = {
        **{"TAKE": add_take(project, "dawn").id, "JOB": job, "PRIOR": prior.key},
        **{"CLIP": found.candidates[0].clip.id, "LIBRARY": found.libraries[0]},
        **{"PICTURE": picture, "LOOK": answer["look"]["pictures"][0]["id"]},
    }
    return Things(project, settings, ids)


@pytest.fixture
def ben(shared: Settings) -> Project:
    """A story of Ben's own."""
    told = make_story().model_copy(update={"motions": (Motion(id="hops", words="hops"),)})
    return create_project(told, make_casting(), settings=Visitors(shared).settings_of(BEN))


def painted() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (90, 60), (200, 40, 10)).save(file, "PNG")
    return file.getvalue()


def post(client: TestClient, token: str, route: str, body: object) -> tuple[int, str]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {TOKEN_HEADER: token} if token else {}
    answer = client.post(f"{API_PREFIX}/{route}", content=sent, headers=headers)
    return answer.status_code, answer.text


def left(things: Things, queue: Queue) -> dict[str, Any]:
    """What there is of Ada's: every file, and what her work shall do."""
    files = sorted(path for path in things.settings.home.rglob("*") if path.is_file())
    mine = {str(p): p.stat().st_size for p in files if things.settings.user in p.parts}
    jobs = [(job.id, job.state, job.control) for job in queue.jobs() if "secret" in job.project]
    story = things.project.reload()
    return {"files": mine, "jobs": jobs, "story": story}


def test_every_route_is_in_a_table(client: TestClient, shared: Settings, queue: Queue) -> None:
    routes = {getattr(one, "path", "").rpartition("/")[2] for one in api_routes(shared, queue)}
    tables = [OWN, BY_ID, QUERIES, OF_JOBS]
    assert routes == {name for table in tables for name in table}
    assert sum(map(len, tables)) == len(routes)
    media = {getattr(one, "path", "") for one in make_routes(shared, queue)}
    signed = {path.removeprefix(f"{MEDIA_PREFIX}/") for path in media if MEDIA_PREFIX in path}
    assert signed == MEDIA
    assert sorted(path.split("/")[3] for path in media if MEDIA_PREFIX not in path) == [
        *("static", "theatre", "theatre"),  # the page's own, of nobody
    ]


def test_who_has_no_token_is_told_nothing(client: TestClient, ada: Things) -> None:
    for route, told in {**OWN, **BY_ID, **OF_JOBS}.items():
        body = told if isinstance(told, bytes) else ada.body(told)
        assert post(client, "", route, body)[0] == 401, route
    for route, query in QUERIES.items():
        assert post(client, "", f"{route}?project={STORY}&{query}", b"x")[0] == 401, route


def test_nobody_opens_the_story_of_another(client: TestClient, ada: Things, queue: Queue) -> None:
    before = left(ada, queue)
    for route, told in BY_ID.items():
        if route in OF_PROJECT_ALONE:
            continue
        status, answer = post(client, BEN, route, ada.body(told))
        assert status == 404 or (status == 403 and route in OWNERS_ALONE), route
        assert TITLE not in answer, route
    for route, query in QUERIES.items():
        status, _ = post(client, BEN, f"{route}?project={STORY}&{query}", painted())
        assert status == 404, route
    assert left(ada, queue) == before


def test_what_names_nobody_gives_only_what_is_ones_own(
    client: TestClient, ada: Things, ben: Project, queue: Queue
) -> None:
    before = left(ada, queue)
    for route in sorted({*OWN, *OF_PROJECT_ALONE}):
        told = OWN.get(route, {})
        body = told if isinstance(told, bytes) else {**told}
        if route in OF_PROJECT_ALONE:
            body = ada.body(BY_ID[route], ben.id)
        status, answer = post(client, BEN, route, body)
        wanted = 403 if route in OWNERS_ALONE else 404 if {"prior", "library"} & {*body} else 200
        assert status == (400 if route == "import" else wanted), (route, answer)
        hidden = (STORY, TITLE, ada.settings.user, ada.ids["PRIOR"], str(ada.settings.home))
        assert not [word for word in hidden if word in answer], route
    assert left(ada, queue) == before


def test_the_work_and_the_learned_of_another_cannot_be_reached_through_ones_own_story(
    client: TestClient, ada: Things, ben: Project, queue: Queue
) -> None:
    before = left(ada, queue)
    through = {name: BY_ID[name] for name in ("prior_use", "prior_remove", "learn_control")}
    through |= {"prior": BY_ID["prior"], "look_remove": BY_ID["look_remove"]}
    through |= {"take": BY_ID["take"], "decide": BY_ID["decide"], **OF_JOBS}
    for route, told in through.items():
        body = ada.body(told, ben.id)
        if route in OF_JOBS:
            del body["project"]
        status, answer = post(client, BEN, route, body)
        assert status == 404, (route, answer)
    watched = {**ada.body({"known": ["JOB"]}, ben.id)}
    assert json.loads(post(client, BEN, "watch", watched)[1])["jobs"] == []
    assert post(client, BEN, "cancel", ada.body(BY_ID["cancel"], ben.id))[0] == 200
    assert left(ada, queue) == before


def test_all_of_it_is_there_for_its_owner(client: TestClient, ada: Things) -> None:
    first = ("open", "scene", "take", "motion", "prior", "look", "watch", "film_desk", "learning")
    for route in first:  # so that the refusals above are about who asks
        status, answer = post(client, ADA, route, ada.body(BY_ID[route]))
        assert status == 200, (route, answer)
    for route in ("library_add", "pack_fetch", "pack_remove"):
        assert post(client, ADA, route, ada.body(BY_ID[route]))[0] == 403, route
    for route in ("job_control", "job_again"):
        body = {
            name: value for name, value in ada.body(OF_JOBS[route]).items() if name != "project"
        }
        assert post(client, ADA, route, body)[0] == 200, route


def test_a_medium_is_its_owners_alone(client: TestClient, ada: Things, shared: Settings) -> None:
    links = Links(shared)
    ben = Visitors(shared).settings_of(BEN)
    for template in sorted(MEDIA):
        path = ada.path(template)
        mine, theirs = links.link(ada.settings, path), links.link(ben, path)
        if template not in BROKEN:
            assert client.get(f"/{mine}").status_code == 200, template
        assert client.get(f"/{theirs}").status_code == 404, template
        swapped = mine.replace(ada.settings.user, ben.user)
        for address in (
            mine.partition("?")[0],
            swapped,
            f"{mine[:-1]}x",
            mine.replace("&s=", "&t="),
        ):
            assert client.get(f"/{address}").status_code == 404, address


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_studio_of_one_person_answers_no_other_website(
    settings: Settings, queue: Queue, host: str
) -> None:
    routes = [*api_routes(settings, queue), *make_routes(settings, queue)]
    client = TestClient(OwnPages(FastAPI(routes=routes), host=host), base_url="http://127.0.0.1")
    headers = {TOKEN_HEADER: ADA, "Origin": "https://evil.example"}
    for route in routes:
        path = re.sub(r"{[^}]*}", "x", getattr(route, "path", ""))
        for method in getattr(route, "methods", ()):
            assert client.request(method, path, headers=headers).status_code == 403, path
