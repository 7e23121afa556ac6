"""What a page asks to be rendered, as a job: with the words and settings that were meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.artifacts import RenderSettings, Take
from pipeline.files import write_record
from pipeline.packs.record import load_record
from pipeline.packs.weights import FETCHED_FILE, WEIGHTS_VARIABLE, Fetched
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.api import api_routes
from tests.studio.fixtures import add_take
from tests.studio.talking import Page

HUB = "cogvideox-2b"
FIRST, SECOND = "a1" * 20, "b2" * 20


@pytest.fixture
def hub_page(settings: Settings, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page of the same home whose pack's weights come from a hub."""
    monkeypatch.delenv(WEIGHTS_VARIABLE, raising=False)
    hub = Settings(home=settings.home, pack=HUB)
    return Page(TestClient(FastAPI(routes=api_routes(hub, queue))))


@pytest.fixture
def asked(project: Project, queue: Queue) -> Callable[[], list[dict[str, Any]]]:
    """The arguments of what waits, oldest first."""
    return lambda: [job.arguments for job in queue.jobs(project.path, active=True)]


def fetch(settings: Settings, commit: str) -> None:
    """Let weights of that commit be here."""
    folder = settings.home / "models" / HUB
    folder.mkdir(parents=True, exist_ok=True)
    fetched = Fetched(hub_id=f"THUDM/{HUB}", commit=commit, size_bytes=7, whole=True)
    write_record(folder / FETCHED_FILE, fetched)


def test_a_take_of_fetched_weights_is_compared_as_long_as_they_are_the_same(
    hub_page: Page, project: Project, settings: Settings, queue: Queue
) -> None:
    add_take(project, "dawn", pack=HUB, pack_revision=FIRST)
    told = {"project": project.id, "scenes": ["dawn"]}
    fetch(settings, SECOND)
    refusal = hub_page.refused("render", 400, **told, without="boxes")
    assert refusal["error"]["message"] == "This take was made by another version of the model"
    assert queue.jobs(active=True) == []
    fetch(settings, FIRST)
    hub_page.ask("render", **told, without="boxes")
    assert len(queue.jobs(active=True)) == 1


def test_where_the_weights_are_gone_the_work_says_so_itself(
    hub_page: Page, project: Project, queue: Queue
) -> None:
    add_take(project, "dawn", pack=HUB, pack_revision=FIRST)
    hub_page.ask("render", project=project.id, scenes=["dawn"], without="boxes")
    assert len(queue.jobs(active=True)) == 1


def test_a_comparison_has_all_settings_of_its_take(
    page: Page, project: Project, asked: Callable[[], list[dict[str, Any]]]
) -> None:
    how = RenderSettings(
        seed=40, num_inference_steps=13, guidance_scale=6.5, negative_prompt="rain",
        scheduler="dpm", num_frames=17, height_px=48, width_px=64, box_timing="interpolate",
    )  # fmt: skip
    revision = load_record("theatre").revision
    add_take(project, "dawn", settings=how, pack_revision=revision)
    told = {"project": project.id, "scenes": ["dawn"], "without": "boxes"}
    page.ask("render", **told, unwanted="a crowd")  # the take's own words stay
    (arguments,) = asked()
    assert arguments == {
        "scene_id": "dawn",
        "seed": 40,
        "steps": 13,
        "guidance": 6.5,
        "quality": "final",
        "use_regions": False,
        "render": {
            "negative_prompt": "rain",
            "scheduler": "dpm",
            "num_frames": 17,
            "height_px": 48,
            "width_px": 64,
            "box_timing": "interpolate",
        },
    }


def test_what_takes_should_not_show_is_said_in_the_models_words(
    page: Page, hub_page: Page, project: Project, asked: Callable[[], list[dict[str, Any]]]
) -> None:
    told = {"project": project.id, "scenes": ["dawn"]}
    page.ask("render", **told, unwanted="  A red fox, zorbs ")
    page.ask("render", **told, seed=7, unwanted="zorbs")
    hub_page.ask("render", **told, seed=8, unwanted=" zorbs ")
    words = [one.get("render", {}).get("negative_prompt") for one in asked()]
    assert words == ["a red fox", None, "zorbs"]
    page.refused("render", 400, **told, unwanted="x" * 1001)


Asked = Callable[[], list[dict[str, Any]]]


def seeds(asked: Asked) -> list[int]:
    return [one["seed"] for one in asked()]


def test_several_takes_have_seeds_of_their_own(page: Page, project: Project, asked: Asked) -> None:
    for seed in (4, 7, 2):
        add_take(project, "dawn", seed=seed)
    page.edit("drop_take", scene="dawn", take="take-02")
    told = {"project": project.id, "scenes": ["dawn"], "quality": "draft"}
    page.ask("render", **told, count=3, seed="new")
    assert seeds(asked) == [8, 9, 10]  # 7 lies in the bin and may come back
    page.ask("render", **told, count=3)
    assert seeds(asked)[3:] == [2, 11, 12]
    page.ask("render", **told, count=2, seed=40)
    assert seeds(asked)[6:] == [40, 41]
    assert {one["steps"] for one in asked()} == {load_record("theatre").draft_steps}


@pytest.mark.parametrize("count", [0, 7, 2.5, "2"])
def test_only_some_takes_are_made_at_once(
    page: Page, project: Project, asked: Asked, count: object
) -> None:
    page.refused("render", 400, project=project.id, scenes=["dawn"], count=count)
    assert asked() == []


def test_the_takes_of_one_wish_count_each(page: Page, project: Project, asked: Asked) -> None:
    for _ in range(13):
        page.ask("render", project=project.id, scenes=["dawn"], seed="new", count=6)
    refusal = page.refused("render", 400, project=project.id, scenes=["dawn"], seed="new", count=5)
    assert "would wait" in refusal["error"]["message"]
    assert len(asked()) == 78


RECIPE = RenderSettings(
    seed=40, num_inference_steps=13, guidance_scale=6.5, negative_prompt="rain",
    scheduler="dpm", num_frames=17,
)  # fmt: skip


@pytest.fixture
def take(project: Project) -> Take:
    """A take of that recipe, and a newer one of another."""
    revision = load_record("theatre").revision
    made = add_take(project, "dawn", settings=RECIPE, pack_revision=revision)
    add_take(project, "dawn", seed=44)
    return made


def test_a_take_is_made_again_by_its_recipe(
    page: Page, project: Project, take: Take, asked: Asked
) -> None:
    page.ask("render_again", project=project.id, scene="dawn", take=take.id)
    (arguments,) = asked()
    assert arguments == {
        "scene_id": "dawn",
        "seed": 40,
        "steps": 13,
        "guidance": 6.5,
        "quality": "final",
        "render": {"negative_prompt": "rain", "scheduler": "dpm", "num_frames": 17},
    }


def test_some_of_a_recipe_is_changed(
    page: Page, project: Project, take: Take, asked: Asked
) -> None:
    told = {"project": project.id, "scene": "dawn", "take": take.id}
    page.ask("render_again", **told, seed="new", steps=3, guidance=1.5, unwanted=" ")
    page.ask("render_again", **told, seed=7, unwanted="A red fox, zorbs")
    page.ask("render_again", **told, without="boxes", steps=3)
    changed, other, bare = asked()
    assert (changed["seed"], changed["steps"], changed["guidance"]) == (45, 3, 1.5)
    assert (changed["quality"], "negative_prompt" in changed["render"]) == ("draft", False)
    assert (other["seed"], other["render"]["negative_prompt"]) == (7, "a red fox")
    assert (bare["steps"], bare["use_regions"]) == (13, False)  # a comparison changes nothing else


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"take": "take-09"}, 404),
        ({"scene": "noon"}, 404),
        ({"project": "nobodys"}, 404),
        ({"steps": 0}, 400),
        ({"steps": 201}, 400),
        ({"guidance": 31}, 400),
        ({"seed": -1}, 400),
        ({"seed": "other"}, 400),
        ({"unwanted": "x" * 1001}, 400),
        ({"without": "sound"}, 400),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(
    page: Page, project: Project, take: Take, asked: Asked, wrong: dict[str, Any], status: int
) -> None:
    told = {"project": project.id, "scene": "dawn", "take": take.id}
    page.refused("render_again", status, **{**told, **wrong})
    assert asked() == []


def test_a_recipe_of_another_model_is_refused(page: Page, project: Project, asked: Asked) -> None:
    other = add_take(project, "dawn", settings=RECIPE, pack_revision="ab12" * 4)
    told = {"project": project.id, "scene": "dawn", "take": other.id}
    refusal = page.refused("render_again", 400, **told)
    assert refusal["error"]["message"] == "This take was made by another version of the model"
    assert asked() == []
