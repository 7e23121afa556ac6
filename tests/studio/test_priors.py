"""The library of what was learned: its cards, previews, zips, and what is deleted."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.prior import TrainSettings
from pipeline.priors.store import PriorStore
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio.api import api_routes
from studio.media import make_routes
from studio.prior_words import settings_words
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.learned import WEBP, keep_prior, make_look, make_plan, make_prior
from tests.studio.talking import MINE, Page

NAME = "the-shy-fox"


@pytest.fixture
def project(settings: Settings) -> Project:
    story = make_story().model_copy(update={"motions": (Motion(id="dances", words="dances"),)})
    return create_project(story, make_casting(), settings=settings)


@pytest.fixture
def media(settings: Settings, queue: Queue) -> TestClient:
    return TestClient(FastAPI(routes=make_routes(settings, queue)))


def own(page: Page, project: str = NAME) -> list[dict]:
    """The cards of what the user learned, without what came with the studio."""
    return [one for one in page.ask("priors", project=project)["priors"] if not one["shipped"]]


def test_a_card_tells_what_was_learned_and_from_what(
    page: Page, project: Project, settings: Settings
) -> None:
    key = keep_prior(settings, make_prior(make_plan())).key
    (card,) = own(page)
    assert (card["id"], card["kind"], card["title"]) == (key, "motion", "dances")
    assert (card["sources"], card["steps"]) == ("2 clips", 300)
    assert card["licences"] == ["CC-BY-4.0", "licence unknown"]
    assert (card["state"], card["fits"], card["for"]) == ("ready", True, "for The paper theatre")
    assert card["made"] == "learned in 2 min 50 s, 2026-03-04"
    assert (card["imported"], card["removable"], card["size"]) == (False, True, "1 kB")
    library = page.ask("priors", project=NAME)
    assert (library["pack"], library["own"], library["most"]) == ("theatre", 1, None)


def test_a_look_says_whose_it_is(page: Page, project: Project, settings: Settings) -> None:
    keep_prior(settings, make_prior(make_look()))
    keep_prior(settings, make_prior(make_look(words="Otto", figure="owl", trigger="look5")))
    assert {card["title"] for card in own(page)} == {"Mia, a fox", "Otto, an owl"}
    assert {card["sources"] for card in own(page)} == {"1 picture"}


def test_what_does_not_fit_or_was_stopped_says_so(
    page: Page, project: Project, settings: Settings
) -> None:
    keep_prior(settings, make_prior(make_plan(pack_revision="0" * 16)))
    keep_prior(settings, make_prior(make_plan(pack="cogvideox-2b", pack_revision="1" * 16)))
    keep_prior(settings, make_prior(make_plan(words="bows", trigger="motion3"), steps=120))
    told = {card["state_words"]: (card["state"], card["fits"]) for card in own(page)}
    assert told == {
        "for another version of the model": ("other", False),
        "for CogVideoX 2B": ("other", False),
        "stopped after 120 of 300 steps": ("stopped", True),
    }


def test_one_is_shown_with_its_losses_samples_and_sources(
    page: Page, project: Project, settings: Settings
) -> None:
    key = keep_prior(settings, make_prior(make_plan()), steps=(100, 200)).key
    whole = page.ask("prior", project=NAME, prior=key)
    assert whole["losses"] == [
        {"step": 10, "loss": 0.41, "debiased": 0.29},
        {"step": 300, "loss": 0.17, "debiased": None},
    ]
    assert [one["step"] for one in whole["samples"]] == [100, 200]
    assert whole["preview"] == whole["samples"][1]["picture"]
    assert ["Steps", "300"] in whole["settings"]
    assert ["Seed", "5"] in whole["settings"]
    first, second = whole["learned_from"]
    assert (first["prompt"], first["credit"]) == ("a blue fox motion7", "Ada, the film club")
    assert second["name"] == "a robot <b>dances</b>"  # the page shows it as text
    assert whole["trigger"] == "motion7"


@pytest.mark.parametrize("key", ["0" * 24, "../x", "", "x" * 150])
def test_what_is_not_there_is_said_so(page: Page, project: Project, key: str) -> None:
    page.refused("prior", 404, project=NAME, prior=key)
    page.refused("prior_remove", 404, project=NAME, prior=key)


def test_previews_are_served_to_who_may_see_them(
    page: Page, project: Project, settings: Settings, media: TestClient
) -> None:
    key = keep_prior(settings, make_prior(make_plan()), steps=(100,)).key
    address = page.ask("prior", project=NAME, prior=key)["samples"][0]["picture"]
    answer = media.get(f"/{address}")
    assert answer.content == WEBP + bytes([100])
    assert answer.headers["content-type"] == "image/webp"
    for other in (address.replace("u=local", "u=other"), address.replace("100.webp", "200.webp")):
        assert media.get(f"/{other}").status_code == 404


@pytest.mark.parametrize("name", ["200.webp", "100.png", "1e2.webp", "x.webp", "9" * 30 + ".webp"])
def test_no_other_file_of_one_is_served(
    settings: Settings, project: Project, page: Page, media: TestClient, name: str
) -> None:
    from studio.signing import Links

    key = keep_prior(settings, make_prior(make_plan()), steps=(100,)).key
    address = Links(settings).link(settings, f"_learned/{key}/samples/{name}")
    assert media.get(f"/{address}").status_code == 404


def test_one_is_handed_over_as_a_zip(
    page: Page, project: Project, settings: Settings, media: TestClient
) -> None:
    keep_prior(settings, make_prior(make_plan()))
    (card,) = own(page)
    answer = media.get(f"/{card['export']}")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = {one.rpartition("/")[2] for one in archive.namelist()}
        assert {"pytorch_lora_weights.safetensors", "README.md", "prior.json"} <= names
    assert str(settings.home) not in answer.content.decode("latin-1")


def test_one_that_stories_use_is_deleted_only_when_told_twice(
    page: Page, project: Project, settings: Settings
) -> None:
    key = keep_prior(settings, make_prior(make_plan())).key
    page.ask("open", project=NAME)
    assert own(page)[0]["used_by"] == ["“The shy fox”: dances"]
    told = page.ask("prior_remove", project=NAME, prior=key)
    assert not told["removed"]
    assert told["notice"]["lines"] == ["“The shy fox”: dances"]
    assert PriorStore(settings).find(key)
    told = page.ask("prior_remove", project=NAME, prior=key, anyway=True)
    assert told["removed"]
    assert [one["id"] for one in told["priors"] if not one["shipped"]] == []
    assert told["story"]["head"]["motions"][0]["state"] == "to_learn"
    assert PriorStore(settings).find(key) is None
    assert project.casting.learned == ()


def test_one_that_nobody_uses_is_deleted_at_once(
    page: Page, project: Project, settings: Settings
) -> None:
    key = keep_prior(settings, make_prior(make_plan(words="juggles"))).key
    assert page.ask("prior_remove", project=NAME, prior=key)["removed"]


def test_what_came_with_the_studio_stays(page: Page, project: Project) -> None:
    for card in page.ask("priors", project=NAME)["priors"]:
        assert card["shipped"]
        page.refused("prior_remove", 403, project=NAME, prior=card["id"], anyway=True)


def test_visitors_see_their_own_and_no_other_s(settings: Settings, queue: Queue) -> None:
    public = replace(settings, visitors=True)
    client = TestClient(FastAPI(routes=api_routes(public, queue)))
    page, other = Page(client), Page(client, token="o" * 43)
    mine = Visitors(public).settings_of(MINE)
    project = create_project(make_story(), make_casting(), settings=mine)
    theirs = Visitors(public).settings_of("o" * 43)
    elsewhere = create_project(make_story(), make_casting(), settings=theirs)
    key = keep_prior(mine, make_prior(make_plan())).key
    assert [one["id"] for one in own(page, project.id)] == [key]
    assert own(other, elsewhere.id) == []
    other.refused("prior", 404, project=elsewhere.id, prior=key)
    other.refused("prior_remove", 404, project=elsewhere.id, prior=key, anyway=True)
    assert PriorStore(mine).find(key)


def test_settings_are_told_in_words() -> None:
    how = TrainSettings(steps=150, debias=0, prompts="shared", num_frames=25, height_px=240)
    told = dict(json.loads(json.dumps(settings_words(how))))
    assert (told["Steps"], told["Texts"]) == ("150", "one for all")
    assert told["Weight against copying looks"] == "not used"
    assert told["Frames, height, width"] == "25, 240"
