"""The pictures that a character's look is learned from: brought, shown, taken away."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient

from pipeline import lessons
from pipeline.bundle import read_bundle, write_bundle
from pipeline.queue import Queue
from pipeline.settings import Settings
from pipeline.workspace import Project
from studio import looks
from studio.media import make_routes
from tests.studio.talking import Page

NAME = "the-shy-fox"
Bring = Callable[..., tuple[int, dict]]


def picture(number: int = 1, *, kind: str = "PNG", size: tuple[int, int] = (40, 60)) -> bytes:
    """A picture of one colour, clear where a figure is not."""
    mode = "RGBA" if kind == "PNG" else "RGB"
    drawn = Image.new(mode, size, (0, 0, 0, 0)[: len(mode)])
    drawn.paste((20 * number % 256, 90, 200, 255)[: len(mode)], (10, 10, 30, 50))
    file = io.BytesIO()
    drawn.save(file, kind)
    return file.getvalue()


@pytest.fixture
def bring(page: Page, project: Project) -> Bring:
    def bring(data: bytes, character: str = "mia", story: str = NAME) -> tuple[int, dict]:
        return page.send(f"look_picture?project={story}&character={character}", data)

    return bring


def look(page: Page, character: str = "mia") -> dict:
    return page.ask("look", project=NAME, character=character)


def test_a_picture_is_kept_and_shown(
    page: Page, bring: Bring, project: Project, settings: Settings, queue: Queue
) -> None:
    before = project.story.revision
    status, told = bring(picture())
    assert status == 200, told
    (shown,) = told["look"]["pictures"]
    assert (told["look"]["room"], told["look"]["most"]) == (19, 20)
    assert (told["look"]["learning"]["ready"], told["look"]["learning"]["sources"]) == (True, 1)
    assert told["story"]["revision"] == before + 1
    assert told["story"]["head"]["cast"][0]["pictures"] == 1
    assert project.reload().characters[0].pictures == (shown["id"],)
    media = TestClient(FastAPI(routes=make_routes(settings, queue)))
    answer = media.get(f"/{shown['picture']}")
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as served:
        assert (served.mode, served.size) == ("RGBA", (40, 60))
        assert served.getpixel((0, 0))[3] == 0  # type: ignore[index]


def quarters(mode: str = "RGB", size: tuple[int, int] = (200, 100)) -> bytes:
    """A picture whose right half is red and whose left half is blue."""
    drawn = Image.new(mode, size, (0, 0, 255, 255)[: len(mode)])
    drawn.paste((255, 0, 0, 200)[: len(mode)], (size[0] // 2, 0, *size))
    file = io.BytesIO()
    drawn.save(file, "PNG")
    return file.getvalue()


def kept(project: Project) -> Image.Image:
    """The only picture that lies beside the story."""
    (path,) = project.path.glob("media/*")
    return Image.open(path)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_only_the_wanted_part_of_a_picture_is_kept(page: Page, project: Project, mode: str) -> None:
    route = f"look_picture?project={NAME}&character=mia&crop=0.55,0.2,0.9,0.9"
    status, told = page.send(route, quarters(mode))
    assert status == 200, told
    with kept(project) as picture:
        assert (picture.size, picture.mode) == ((70, 70), mode)
        colours = picture.convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) == 1


def test_a_part_beyond_the_edge_ends_there(page: Page, project: Project) -> None:
    route = f"look_picture?project={NAME}&character=mia&crop=-0.3,0.5,0.25,1.5"
    assert page.send(route, quarters())[0] == 200
    with kept(project) as picture:
        assert picture.size == (50, 50)


@pytest.mark.parametrize(
    "crop", ["0.1,0.1", "a,b,c,d", "0.5,0.1,0.4,0.9", "0,0,nan,1", "0.4,0.4,0.5,0.5", "0,0,9,9"]
)
def test_what_is_no_part_of_a_picture_is_refused(page: Page, project: Project, crop: str) -> None:
    route = f"look_picture?project={NAME}&character=mia&crop={crop}"
    status, told = page.send(route, quarters())
    assert (status, bool(told["error"]["hint"])) == (400, True)
    assert not [*project.path.glob("media/*")]


def test_the_same_picture_is_kept_once(page: Page, bring: Bring, project: Project) -> None:
    for number in (1, 2, 1):
        bring(picture(number))
    assert len(look(page)["pictures"]) == 2
    assert look(page, "dragon")["pictures"] == []


def test_bad_pictures_are_refused_in_words(bring: Bring, project: Project, page: Page) -> None:
    frames = [Image.new("RGB", (30, 30), (n, 0, 0)) for n in (10, 200)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    for data in (b"", b"no picture", picture()[:70], moving.getvalue()):
        status, told = bring(data)
        assert status == 400, told
        assert told["error"]["message"]
        assert told["error"]["hint"]
    assert look(page)["pictures"] == []
    assert not [*project.path.glob("media/look-*")]


def test_pictures_of_nobody_are_not_kept(bring: Bring, project: Project, page: Page) -> None:
    for character, story in (("nobody", NAME), ("../x", NAME), ("", NAME), ("mia", "other")):
        assert bring(picture(), character, story)[0] == 404
    page.refused("look", 404, project=NAME, character="nobody")


def test_too_many_pictures_are_refused(
    page: Page, bring: Bring, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "MOST_PICTURES", 2)
    statuses = [bring(picture(number))[0] for number in (1, 2, 3, 2)]
    assert statuses == [200, 200, 400, 200]


def test_pictures_take_no_more_room_than_a_story_may(
    bring: Bring, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bring(picture(1))[0] == 200
    held = sum(one.stat().st_size for one in project.path.glob("media/look-*"))
    monkeypatch.setattr(looks, "MAX_LOOK_BYTES", held + 10)
    assert bring(picture(2))[0] == 413


def test_a_picture_is_taken_away_for_good(page: Page, bring: Bring, project: Project) -> None:
    first, second = (bring(picture(number))[1]["look"]["pictures"][-1]["id"] for number in (1, 2))
    told = page.ask("look_remove", project=NAME, character="mia", picture=first)
    assert [one["id"] for one in told["look"]["pictures"]] == [second]
    assert not project.look_file(first).exists()
    page.refused("look_remove", 404, project=NAME, character="mia", picture=first)
    page.refused("look_remove", 404, project=NAME, character="dragon", picture=second)
    assert project.look_file(second).is_file()


def test_one_picture_of_two_characters_stays_while_one_has_it(
    page: Page, bring: Bring, project: Project
) -> None:
    for character in ("mia", "dragon"):
        told = bring(picture(), character)[1]
    picture_id = told["look"]["pictures"][0]["id"]
    page.ask("look_remove", project=NAME, character="mia", picture=picture_id)
    assert len(look(page, "dragon")["pictures"]) == 1


def test_an_earlier_version_shows_only_the_pictures_that_are_there(
    page: Page, bring: Bring, project: Project
) -> None:
    one = bring(picture(1))[1]["look"]["pictures"][0]["id"]
    revision = project.reload().revision
    page.ask("look_remove", project=NAME, character="mia", picture=one)
    project.restore(revision)
    assert project.story.characters[0].pictures == (one,)
    view = look(page)
    assert (view["pictures"], view["learning"]["ready"]) == ([], False)


def test_looks_are_queued_with_their_background(
    page: Page, bring: Bring, queue: Queue, project: Project
) -> None:
    bring(picture())
    view = look(page)["learning"]
    assert [one[0] for one in view["backgrounds"]] == ["keep", "remove"]
    assert view["cost"].startswith("Learns from 1 picture, about ")
    page.ask("learn", project=NAME, character="mia", background="remove")
    (job,) = queue.jobs(active=True)
    assert job.arguments == {"character_id": "mia", "background": "remove"}
    (told,) = page.ask("watch", project=NAME)["jobs"]
    assert (told["title"], told["character"]) == ("Learning “Mia”", "mia")


def test_pictures_go_along_in_a_zip(bring: Bring, project: Project, settings: Settings) -> None:
    one = bring(picture())[1]["look"]["pictures"][0]["id"]
    path = settings.home / "story.zip"
    with path.open("wb+") as file:
        project.reload()
        write_bundle(project, file)
    copied = read_bundle(path, settings)
    assert copied.path != project.path
    assert copied.look_file(one).read_bytes() == project.look_file(one).read_bytes()
