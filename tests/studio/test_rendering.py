"""What a page asks to be rendered, as a job: with the words and settings that were meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.artifacts import RenderSettings
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
