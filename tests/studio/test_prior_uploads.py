"""Weights from elsewhere: kept where they fit, refused in words where not."""

from __future__ import annotations

import pickle
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from pipeline.settings import Settings
from pipeline.workspace import Project, create_project
from studio import prior_uploads, priors
from studio.answers import API_PREFIX
from studio.prior_uploads import bringing
from studio.signing import Links
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.learned import keep_prior, lora_bytes, make_plan, make_prior
from tests.studio.talking import MINE, Page

NAME = "the-shy-fox"


def bring(page: Page, data: bytes, **told: str) -> tuple[int, dict]:
    query = {"project": NAME, "name": "C:\\loras\\juggling.safetensors", **told}
    return page.send(f"prior_import?{urlencode(query)}", data)


def test_a_file_becomes_a_learned_motion(page: Page, project: Project) -> None:
    status, told = bring(page, lora_bytes(), kind="motion", words="juggles", licence="CC0-1.0")
    assert status == 200, told
    card = next(one for one in told["priors"] if one["id"] == told["prior"])
    assert (card["title"], card["imported"], card["fits"]) == ("juggles", True, True)
    assert (card["licences"], card["made"][:10]) == (["CC0-1.0"], "brought in")
    assert told["notice"]["title"] == "“juggles” is here"
    whole = page.ask("prior", project=NAME, prior=told["prior"])
    assert "juggling.safetensors" in whole["origin"]
    assert "loras" not in whole["origin"]
    assert (whole["settings"], whole["learned_from"]) == ([], [])


def test_a_look_from_elsewhere_is_used_by_its_words(page: Page, project: Project) -> None:
    data = lora_bytes()
    status, told = bring(page, data, kind="character", words="Mia", figure="fox", trigger="look3")
    assert status == 200, told
    cast = {one["id"]: one["learned"] for one in told["story"]["head"]["cast"]}
    assert cast == {"mia": True, "dragon": False}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", {"kind": "motion", "words": "juggles"}),
        (b"no weights at all", {"kind": "motion", "words": "juggles"}),
        (pickle.dumps({"a": 1}), {"kind": "motion", "words": "juggles"}),
        (lora_bytes()[:-100], {"kind": "motion", "words": "juggles"}),
        (lora_bytes(), {}),  # nobody says what it is
        (lora_bytes(), {"kind": "motion"}),
        (lora_bytes(), {"kind": "place", "words": "juggles"}),
        (lora_bytes(), {"kind": "motion", "words": "x" * 300}),
        (lora_bytes(), {"kind": "motion", "words": "juggles", "more": "x"}),
    ],
)
def test_what_cannot_be_used_is_refused(
    page: Page, project: Project, data: bytes, told: dict
) -> None:
    status, answer = bring(page, data, **told)
    assert status == 400, answer
    assert answer["error"]["message"]
    assert page.ask("priors", project=NAME)["own"] == 0


def test_other_people_s_stories_take_nothing(page: Page, project: Project) -> None:
    told = {"kind": "motion", "words": "juggles", "project": "another"}
    assert bring(page, lora_bytes(), **told)[0] == 404


def test_a_file_that_is_too_long_is_not_read_to_its_end(
    page: Page, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prior_uploads, "MAX_WEIGHTS_BYTES", 1000)
    assert bring(page, lora_bytes(), kind="motion", words="juggles")[0] == 413


def test_visitors_bring_so_many_and_so_much(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = replace(settings, visitors=True)
    endpoint = bringing(Visitors(public), Links(public))
    routes = [Route(f"{API_PREFIX}/prior_import", endpoint, methods=["POST"])]
    page = Page(TestClient(Starlette(routes=routes)))
    mine = Visitors(public).settings_of(MINE)
    create_project(make_story(), make_casting(), settings=mine)
    told = {"kind": "motion", "words": "juggles"}
    monkeypatch.setattr(prior_uploads, "MAX_VISITOR_WEIGHTS_BYTES", 1000)
    assert bring(page, lora_bytes(), **told)[0] == 413
    keep_prior(mine, make_prior(make_plan()))
    monkeypatch.setattr(priors, "MAX_VISITOR_PRIORS", 1)
    assert bring(page, b"x", **told)[0] == 400
