"""The film desk: what it shows, what it keeps, recordings, and how it says that a film is old."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline.film_edit import FilmEdit, SceneEdit, read_film_edit, save_film_edit
from pipeline.filming import SMOOTHED, make_film
from pipeline.progress import finish
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio.media import make_routes
from studio.signing import MEDIA_PREFIX, Links
from tests.pipeline.assemble.films import write_greys
from tests.pipeline.clips import make_clip
from tests.pipeline.test_filming import keep_take
from tests.studio.filmed import keep_takes
from tests.studio.talking import Page


@pytest.fixture
def filmed(project: Project, settings: Settings, tmp_path: Path) -> Project:
    """Both scenes with a take that shows them as they are."""
    keep_takes(project, settings, tmp_path)
    return project


def tone(seconds: float = 1.5, *codec: str) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    sound = ["-i", f"sine=f=440:d={seconds},volume=4", *codec, "-f", "webm", "-"]
    return subprocess.run([*command, *sound], check=True, capture_output=True).stdout


def scene_of(desk: dict[str, Any], scene_id: str) -> dict[str, Any]:
    return next(scene for scene in desk["scenes"] if scene["id"] == scene_id)


def test_the_desk_shows_the_film_as_it_would_be(page: Page, filmed: Project) -> None:
    scenes = {"dawn": {"from_frame": 2, "to_frame": 6, "join": "crossfade"}}
    settings = {"subtitles": "off", "title_card": True, "byline": "told by Mia"}
    desk = page.ask("film_edit", project=filmed.id, scenes=scenes, settings=settings)
    dawn, dusk = desk["scenes"]
    assert (dawn["id"], dawn["number"], dawn["seconds"]) == ("dawn", 1, 0.5)
    assert (dawn["from_frame"], dawn["to_frame"], dawn["join"]) == (2, 6, "crossfade")
    assert (dawn["start"], dusk["take"]["num_frames"]) == (2.5, 8)
    assert (desk["fps"], desk["takes_fps"], desk["revision"]) == (24, 8, 1)
    assert desk["seconds"] == pytest.approx(2.5 + 0.5 + 1 - 6 / 24), "the fade is half of the cut"
    assert desk == page.ask("film_desk", project=filmed.id)
    again = page.ask("film_edit", project=filmed.id, scenes={"dusk": {"left_out": True}})
    assert scene_of(again, "dusk")["start"] is None
    assert again["settings"] == desk["settings"], "what is not named stays"


def test_a_story_without_takes_has_an_empty_film(page: Page, project: Project) -> None:
    desk = page.ask("film_desk", project=project.id)
    assert (desk["seconds"], desk["film"], desk["fps"]) == (0, None, 24)
    assert [scene["take"] for scene in desk["scenes"]] == [None, None]


@pytest.mark.parametrize(
    "told",
    [
        {"settings": {"rate": "60"}},
        {"settings": {"byline": "x" * 200}},
        {"settings": {"colour": "red"}},
        {"scenes": {"dawn": {"from_frame": -1}}},
        {"scenes": {"dawn": {"from_frame": 4, "to_frame": 4}}},
        {"scenes": {"dawn": {"join": "wipe"}}},
    ],
)
def test_what_cannot_be_kept_is_refused(
    page: Page, filmed: Project, told: dict[str, object]
) -> None:
    page.refused("film_edit", 400, project=filmed.id, **told)
    assert read_film_edit(filmed) == FilmEdit()


def test_what_is_not_there_is_refused(page: Page, filmed: Project) -> None:
    page.refused("film_edit", 404, project=filmed.id, scenes={"noon": {"left_out": True}})
    page.refused("film_edit", 404, project=filmed.id, scenes={"dawn": {"voice": "voice-9"}})
    page.refused("film_desk", 404, project="nowhere")
    assert page.send(f"voice?project={filmed.id}&scene=noon", tone())[0] == 404


def test_a_recording_is_kept_heard_and_taken_back(
    page: Page, filmed: Project, settings: Settings, queue: Queue
) -> None:
    before = page.ask("film_desk", project=filmed.id)
    status, desk = page.send(f"voice?project={filmed.id}&scene=dawn", tone())
    assert status == 200
    voice = scene_of(desk, "dawn")["voice"]
    assert voice["seconds"] == pytest.approx(1.5, abs=0.05)
    assert scene_of(desk, "dawn")["seconds"] == pytest.approx(voice["seconds"] + 0.6, abs=0.1)
    with TestClient(FastAPI(routes=make_routes(settings, queue))) as client:
        sound = client.get(f"/{voice['address']}")
        assert (sound.status_code, sound.headers["content-type"]) == (200, "audio/mp4")
        assert client.get(f"/{voice['address'].partition('?')[0]}").status_code == 404
    back = page.ask("film_edit", project=filmed.id, scenes={"dawn": {"voice": None}})
    assert back["seconds"] == before["seconds"]
    again = page.ask("film_edit", project=filmed.id, scenes={"dawn": {"voice": voice["id"]}})
    assert scene_of(again, "dawn")["voice"]["id"] == voice["id"]


@pytest.mark.parametrize("body", [b"", b"no sound", b"ffconcat version 1.0\nfile x\n"])
def test_what_is_no_recording_is_refused(page: Page, filmed: Project, body: bytes) -> None:
    status, told = page.send(f"voice?project={filmed.id}&scene=dawn", body)
    assert status == 400
    assert "no recording" in told["error"]["message"]
    assert not [*filmed.path.glob("media/voice-*")]


def test_the_pictures_are_those_that_the_film_shows(
    filmed: Project, settings: Settings, queue: Queue
) -> None:
    trimmed = SceneEdit(from_frame=3, to_frame=4)
    out = SceneEdit(left_out=True)
    save_film_edit(filmed, FilmEdit(scenes={"dawn": trimmed, "dusk": out}))
    address = Links(settings).link(settings, f"{filmed.path.name}/stills.zip")
    with TestClient(FastAPI(routes=make_routes(settings, queue))) as client:
        answer = client.get(f"/{address}")
        assert client.get(f"{MEDIA_PREFIX}/{filmed.path.name}/stills.zip").status_code == 404
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.namelist() == [f"01-dawn/keyframe-{k}.png" for k in range(1, 7)]
    with Image.open(io.BytesIO(archive.read("01-dawn/keyframe-6.png"))) as picture:
        assert picture.size == (96, 64)
        pixel = picture.convert("L").getpixel((48, 32))
    assert isinstance(pixel, int)
    assert abs(pixel - 90) < 5


def test_a_film_is_old_once_its_story_would_make_another(
    page: Page, filmed: Project, settings: Settings
) -> None:
    def film() -> dict[str, Any]:
        return page.ask("open", project=filmed.id)["head"]["film"]

    finish(make_film(filmed, settings))
    assert film()["mark"] == ""
    page.ask("film_edit", project=filmed.id, scenes={"dawn": {"to_frame": 5}})
    assert film()["mark"] == "older than your changes"
    assert "its cut was changed" in film()["note"]
    page.ask("film_edit", project=filmed.id, scenes={"dawn": {"to_frame": None}})
    assert film()["mark"] == "", "as it was"
    page.edit("edit", scene="dawn", field="narration", value="Another morning.")
    assert "the narration was changed" in film()["note"]
    page.edit("reorder", order=["dusk", "dawn"])
    assert "moved and the narration" in film()["note"]
    keep_take(filmed, "dusk", write_greys(filmed.path / "new.mp4", [30] * 8))
    assert film()["mark"] == "older than 1 take"


def test_a_film_says_whether_it_is_one_of_drafts(
    page: Page, filmed: Project, settings: Settings
) -> None:
    def film() -> dict[str, Any]:
        return page.ask("open", project=filmed.id)["head"]["film"]

    take = filmed.takes("dawn")[0]
    rough = take.settings.model_copy(update={"num_inference_steps": 8})
    file = filmed.take_video(take).with_suffix(".json")
    draft = take.model_copy(update={"settings": rough}).model_dump_json()
    file.write_text(draft, encoding="utf-8")
    finish(make_film(filmed, settings))
    assert film()["drafts"]
    assert film()["note"].startswith(film()["made"])
    keep_take(filmed, "dawn", write_greys(filmed.path / "new.mp4", [30] * 8))
    assert film()["drafts"], "it is of what it shows, not of what a newer one would show"
    finish(make_film(filmed, settings))
    assert not film()["drafts"]


def test_the_credits_are_of_what_is_filmed(page: Page, filmed: Project, settings: Settings) -> None:
    def credits() -> str:
        return page.ask("open", project=filmed.id)["head"]["film"]["credits"]

    clip, (dawn, dusk) = make_clip(), filmed.story.scenes
    filmed.keep_footage(clip)
    moved = dawn.regions[0].model_copy(update={"clip": clip.id})
    scenes = (dawn.model_copy(update={"regions": (moved,)}), dusk)
    filmed.save_story(filmed.story.revised(scenes=scenes))
    finish(make_film(filmed, settings))
    named = "Movement after Theatre of the Sea (CC0)"
    assert credits() == named
    page.ask("film_edit", project=filmed.id, settings={"rate": "smooth"})
    assert credits() == f"{named}; {SMOOTHED}"
    page.ask("film_edit", project=filmed.id, scenes={"dawn": {"left_out": True}})
    assert credits() == SMOOTHED


def test_a_story_opens_whose_edit_of_the_film_cannot_be_made_out(
    page: Page, filmed: Project, settings: Settings
) -> None:
    finish(make_film(filmed, settings))
    later = '{"schema_version": 1, "settings": {"byline": "told by Mia"}, "music": "slow"}'
    (filmed.path / "film.json").write_text(later, encoding="utf-8")
    assert page.ask("open", project=filmed.id)["head"]["film"]["mark"] == ""
    scenes = {"dawn": {"left_out": True}}
    for route, told in (("film_desk", {}), ("film_edit", {"scenes": scenes}), ("film", {})):
        answer = page.refused(route, 400, project=filmed.id, **told)
        assert "film.json" in answer["error"]["hint"]
        assert str(settings.home) not in str(answer)
    assert (filmed.path / "film.json").read_text(encoding="utf-8") == later


def test_each_edit_makes_a_film_of_its_own(page: Page, filmed: Project, queue: Queue) -> None:
    page.ask("film", project=filmed.id)
    page.ask("film", project=filmed.id)
    page.ask("film_edit", project=filmed.id, settings={"rate": "takes"})
    page.ask("film", project=filmed.id)
    asked = sorted(str(job.arguments) for job in queue.jobs(filmed.path))
    assert asked == ["{'edited': 1}", "{}"]
    out = {"left_out": True}
    page.ask("film_edit", project=filmed.id, scenes={"dawn": out, "dusk": out})
    page.refused("film", 400, project=filmed.id)


def test_a_scene_that_is_left_out_keeps_no_film_waiting(
    page: Page, filmed: Project, queue: Queue
) -> None:
    page.edit("edit", scene="dawn", field="setting", value="the castle")
    assert page.ask("film", project=filmed.id)["notice"]["lines"] == ["Dawn"]
    page.ask("film_edit", project=filmed.id, scenes={"dawn": {"left_out": True}})
    assert page.ask("film", project=filmed.id)["notice"] is None
    assert [job.kind for job in queue.jobs(filmed.path)] == ["film"]


def test_others_see_and_change_nothing(filmed: Project, settings: Settings, queue: Queue) -> None:
    from studio.api import api_routes

    shared = replace(settings, visitors=True)
    with TestClient(FastAPI(routes=api_routes(shared, queue))) as client:
        stranger = Page(client, "t" * 43)
        stranger.refused("film_desk", 404, project=filmed.id)
        stranger.refused("film_edit", 404, project=filmed.id, settings={"rate": "takes"})
        assert stranger.send(f"voice?project={filmed.id}&scene=dawn", tone())[0] == 404
    assert read_film_edit(filmed) == FilmEdit()
