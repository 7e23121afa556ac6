"""A page whose pack plays anyone: nobody is cast, and all but rendering works without weights."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import ModelUnavailableError
from pipeline.packs.record import load_record
from pipeline.progress import finish
from pipeline.queue import Queue
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.tasks import RUN
from pipeline.theatre.world import load_world
from pipeline.workspace import Project, create_project
from studio.handlers import Handlers
from studio.projects import open_by_id
from studio.staging import stage
from tests.pipeline.plan.llm import told
from tests.pipeline.plan.llm.chat_server import chat_server
from tests.studio.fixtures import make_casting, make_story
from tests.studio.models import Model
from tests.studio.talking import MINE, Page

PACK = "cogvideox-2b"
BOX = {"box": [0.12, 0.23, 0.44, 0.86], "visible": True, "ease": "linear"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return Settings(home=settings.home, pack=PACK)


@pytest.fixture
def opened(page: Page, project: Project) -> dict[str, Any]:
    """The small story as the page gets it; it was cast for the theatre once."""
    return page.ask("open", project=project.id)


def test_nobody_is_played_by_anybody(opened: dict[str, Any], project: Project) -> None:
    head, scenes = opened["head"], opened["scenes"]
    for actor in head["cast"]:
        assert (actor["played"], actor["face"], actor["asks"], actor["choices"]) == (
            "",
            None,
            "",
            [],
        )
    assert len({actor["colour"] for actor in head["cast"]}) == 2
    assert head["notes"] == []
    assert head["known_motions"] == [*load_world().motions]
    assert head["stage"]["latent_frames"] == load_record(PACK).latent_frames
    played = [region["played"] for region in scenes["dusk"]["regions"]]
    assert played == ["a red fox walks", "it waves"]
    assert project.casting == make_casting(), "what was decided for the theatre is kept"


def test_a_sketch_is_behind_the_boxes_where_there_is_one(
    page: Page, opened: dict[str, Any]
) -> None:
    dawn = opened["scenes"]["dawn"]
    assert dawn["picture"].endswith("/backdrops/forest.png")
    assert "sketch" in dawn["place"]
    changed = page.edit("edit", scene="dawn", field="setting", value="a spaceship")
    dawn = changed["scenes"]["dawn"]
    assert (dawn["picture"], dawn["backdrop"], dawn["place"]) == (None, None, "")


def test_scenes_are_edited_and_actors_added(page: Page, project: Project) -> None:
    page.edit("patch", scene="dawn", patch={"regions": {"mia": {"keys": [BOX] + [None] * 5}}})
    page.edit("shot", scene="dawn", value="medium")
    page.edit("describe", scene="dawn", region="mia", value="a red fox leaps over a brook")
    head = page.edit("motion", scene="dusk", region="dragon", words="somersaults")["head"]
    told = {"id": "somersaults", "words": "somersaults", "state": "known", "played": ""}
    assert head["motions"][-1] == told
    head = page.edit("character", id=None, name="Ada", kind="robot", look="a tall robot")["head"]
    ada = head["cast"][-1]["id"]
    scene = page.edit("enter", scene="dusk", character=ada)["scenes"]["dusk"]
    assert [one["name"] for one in scene["regions"]] == ["Mia", "Old Dragon", "Ada"]
    (mia,) = page.ask("open", project=project.id)["scenes"]["dawn"]["regions"]
    assert (mia["motion"], mia["played"]) == ("leaps", "a red fox leaps over a brook")
    where = {"project": project.id, "scene": "dawn", "region": "mia"}
    assert page.ask("words", **where, text="zorbs quietly") == {"marks": []}
    assert page.ask("motions", project=project.id)["motions"][-1]["state"] == "known"
    assert page.ask("motion", project=project.id, motion="somersaults")["candidates"] == []


def test_nobody_can_be_recast(page: Page, project: Project) -> None:
    answer = page.refused(
        "edit",
        400,
        project=project.id,
        base=0,
        op="recast",
        character="mia",
        kind="fox",
        colour="red",
    )
    assert "plays anyone" in answer["error"]["message"]
    assert project.casting == make_casting()


def test_a_storyboard_is_made_and_its_animatic_filmed(
    handlers: Handlers, page: Page, settings: Settings, queue: Queue
) -> None:
    *_, last = handlers.make_story("A fox looks for the sea.", "builtin", MINE)
    name = last[0]["project"]
    opened = page.ask("open", project=name)
    assert len(opened["order"]) >= 5
    assert not any(one["severity"] == "error" for one in opened["head"]["findings"])
    page.ask("animatic", project=name)
    job = queue.claim("worker-1")
    assert job is not None
    finish(RUN["animatic"](Runner(settings), job))
    assert page.ask("open", project=name)["head"]["animatic"] is not None


def test_a_language_model_plans_and_replans(
    handlers: Handlers, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_server(Model()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", told.KEY)
        monkeypatch.setenv("OPENAI_MODEL", "tiny")
        *_, last = handlers.make_story(told.IDEA, "openai", MINE)
    project = open_by_id(settings, last[0]["project"])
    assert project.story.title == told.STORY["title"]
    assert project.casting.parts == ()
    assert project.casting.pack == PACK


def test_rendering_says_how_to_get_the_weights(
    page: Page, project: Project, settings: Settings, queue: Queue
) -> None:
    page.ask("render", project=project.id, scenes=["dawn"], quality="draft", seed="same")
    job = queue.claim("worker-1")
    assert job is not None
    with pytest.raises(ModelUnavailableError, match="packs fetch cogvideox-2b"):
        finish(RUN["render"](Runner(settings), job))


def test_a_story_of_this_pack_is_cast_anew_by_the_theatre(settings: Settings) -> None:
    story = make_story()
    project = create_project(
        story, make_casting().model_copy(update={"pack": PACK, "parts": ()}), settings=settings
    )
    theatre = Settings(home=settings.home)
    assert [part.kind for part in stage(project, theatre).casting.parts] == ["fox", "robot"]
    assert stage(project, settings).casting.parts == ()
