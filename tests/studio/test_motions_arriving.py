"""Where motions come from: libraries, folders, videos and caption lists that a person brings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.clips import clip_id
from pipeline.packs.record import find_pack
from pipeline.queue import Queue
from pipeline.retrieve.libraries import create_library
from pipeline.retrieve.sources.reports import ScanReport
from pipeline.settings import Settings
from pipeline.story import Motion
from pipeline.workspace import Project, create_project
from studio import uploads
from studio.api import api_routes
from studio.libraries import libraries_view
from studio.uploads import LIST, VIDEO, receiving, uploads_dir
from studio.visitors import Visitors
from tests.studio.fixtures import make_casting, make_story
from tests.studio.found import make_clip
from tests.studio.talking import Page, Sending

NAME = "the-shy-fox"
TOO_MUCH = "Your stories, takes and clips take more than 2 GB, all that a visitor has"
FILM = b"\0\0\0\x18ftypmp42" + bytes(range(200))


@pytest.fixture
def project(settings: Settings) -> Project:
    story = make_story().model_copy(update={"motions": (Motion(id="hops", words="hops"),)})
    return create_project(story, make_casting(), settings=settings)


@pytest.fixture
def crowded(settings: Settings, queue: Queue) -> Iterator[Page]:
    """A page of a studio for visitors."""
    routes = api_routes(replace(settings, visitors=True), queue)
    with TestClient(FastAPI(routes=routes)) as client:
        yield Page(client)


def kept(settings: Settings) -> list[Path]:
    folder = uploads_dir(settings)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_the_theatre_has_a_library_before_it_is_drawn(page: Page, project: Project) -> None:
    view = page.ask("libraries", project=NAME)
    assert [(one["id"], one["fits"]) for one in view["libraries"]] == [("theatre", True)]
    assert (view["asks"], view["folders"]) == (False, True)
    assert view["libraries"][0]["clips"] == "drawn with the first search"


def test_a_theatre_library_that_was_never_drawn_has_no_clips_yet(settings: Settings) -> None:
    create_library(settings, "The paper theatre", "theatre", library_id="theatre")
    (view,) = libraries_view(settings)["libraries"]
    assert view["clips"] == "drawn with the first search"


def test_another_pack_asks_where_motions_come_from(settings: Settings, tmp_path: Path) -> None:
    pack = tmp_path / "other"
    pack.mkdir()
    record = json.loads((find_pack("theatre") / "pack.json").read_text(encoding="utf-8"))
    (pack / "pack.json").write_text(json.dumps({**record, "name": "other"}), encoding="utf-8")
    other = replace(settings, pack=str(pack))
    create_library(settings, "Puppets", "folder", suits=("theatre",))
    view = libraries_view(other)
    assert [(one["title"], one["fits"]) for one in view["libraries"]] == [("Puppets", False)]
    assert view["asks"]
    create_library(settings, "My films", "folder", licence="CC0-1.0")
    mine = libraries_view(other)["libraries"][0]
    assert (mine["title"], mine["clips"], mine["licence"], mine["suits"]) == (
        "My films",
        "no clips",
        "CC0-1.0",
        "for every model",
    )
    assert not libraries_view(other)["asks"]


def test_a_folder_is_looked_through(
    page: Page, project: Project, queue: Queue, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    page.ask("library_add", project=NAME, path=f" {folder} ")
    (job,) = queue.jobs(project.path)
    assert (job.kind, job.arguments) == ("scan", {"path": str(folder)})
    listed = folder / "clips.csv"
    listed.write_text("path,caption\na.mp4,hops\n", "utf-8")
    page.ask("library_add", project=NAME, path=str(listed))
    assert queue.jobs(project.path)[-1].arguments == {"path": str(listed)}
    (folder / "notes.txt").write_text("hops", "utf-8")
    page.refused("library_add", 400, project=NAME, path=str(folder / "notes.txt"))
    for path in (str(tmp_path / "none"), "films", "", "a\0b", "/\0", "~no-such-person/films"):
        page.refused("library_add", 400, project=NAME, path=path)


def test_a_library_tells_what_cannot_be_read(
    page: Page, project: Project, settings: Settings, tmp_path: Path
) -> None:
    library = create_library(settings, "Films", "folder", root=tmp_path)
    names = [f"film-{number}.mp4" for number in range(37)]
    clips = [make_clip(library.record.id, 1).model_copy(update=clip_named(name)) for name in names]
    library.catalogue.add(clips)
    for number in range(3):
        library.catalogue.mark(clips[number].id, state="bad", reason=f"reason {number}")
    told = {one["id"]: one for one in page.ask("libraries", project=NAME)["libraries"]}
    assert told["films"]["clips"] == "37 clips, 3 cannot be read"
    assert told["films"]["unread"] == [f"film-{n}.mp4: reason {n}" for n in range(3)]
    assert told["theatre"]["unread"] == []


def clip_named(name: str) -> dict[str, str]:
    return {"source": name, "id": clip_id(name, None, None)}


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (
            ScanReport(added=12, files=17, bad=2, problems=("a.mp4: it is empty",)).model_dump(
                mode="json"
            ),
            "12 new clips, 2 cannot be read. a.mp4: it is empty.",
        ),
        (ScanReport(files=4, unchanged=4).model_dump(mode="json"), "No new clips."),
        (ScanReport(added=1, broken=3).model_dump(mode="json"), "1 new clip, 3 left out."),
        ([{"id": "0" * 16}, {"id": "1" * 16}], "2 new clips."),
        ("films", ""),
    ],
)
def test_the_end_of_a_look_through_tells_what_is_new(
    page: Page, project: Project, queue: Queue, result: object, told: str
) -> None:
    job = queue.submit("scan", project.path, {"path": "/films"}, user="local")
    queue.claim("worker")
    queue.finish(job, result)
    (seen,) = page.ask("watch", project=NAME, known=[job])["jobs"]
    assert seen["outcome"] == told


def test_visitors_add_no_folders(crowded: Page, settings: Settings, tmp_path: Path) -> None:
    user = Visitors(replace(settings, visitors=True)).user_of(crowded.token)
    create_project(make_story(), make_casting(), settings=replace(settings, user=user))
    answer = crowded.refused("library_add", 403, project=NAME, path=str(tmp_path))
    assert "Only who runs the studio" in answer["error"]["message"]
    assert not crowded.ask("libraries", project=NAME)["folders"]


def test_a_folder_is_looked_through_again(
    page: Page, project: Project, queue: Queue, settings: Settings, tmp_path: Path
) -> None:
    create_library(settings, "Films", "folder", root=tmp_path)
    create_library(settings, "Captions", "list")
    views = {one["id"]: one for one in page.ask("libraries", project=NAME)["libraries"]}
    assert {name: one["again"] for name, one in views.items()} == {
        "theatre": False,
        "films": True,
        "captions": False,
    }
    page.ask("library_again", project=NAME, library="films")
    (job,) = queue.jobs(project.path)
    assert (job.kind, job.arguments) == ("scan", {"library": "films"})
    page.refused("library_again", 403, project=NAME, library="captions")
    page.refused("library_again", 404, project=NAME, library="../films")


def test_a_library_is_deleted_but_not_its_folder(
    page: Page, project: Project, settings: Settings, tmp_path: Path
) -> None:
    film = tmp_path / "films" / "a.mp4"
    film.parent.mkdir()
    film.write_bytes(FILM)
    path = create_library(settings, "Films", "folder", root=film.parent).path
    told = page.ask("libraries", project=NAME)["libraries"]
    assert {one["id"]: one["loses"] for one in told} == {
        "theatre": "",
        "films": "Its videos stay in their folder.",
    }
    left = page.ask("library_remove", project=NAME, library="films")["libraries"]
    assert [one["id"] for one in left] == ["theatre"]
    assert (path.exists(), film.read_bytes()) == (False, FILM)
    page.refused("library_remove", 404, project=NAME, library="films")


def test_libraries_that_are_needed_stay(
    page: Page, crowded: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    create_library(settings, "The paper theatre", "theatre", library_id="theatre", shared=True)
    create_library(settings, "Captions", "list", shared=True)
    page.refused("library_remove", 403, project=NAME, library="theatre")
    user = Visitors(replace(settings, visitors=True)).user_of(crowded.token)
    create_project(make_story(), make_casting(), settings=replace(settings, user=user))
    crowded.refused("library_remove", 403, project=NAME, library="captions")
    job = queue.submit("retrieve", project.path, {"motion_id": "hops"}, user=settings.user)
    answer = page.refused("library_remove", 400, project=NAME, library="captions")
    assert "right now" in answer["error"]["message"]
    queue.claim("worker")
    queue.fail(job, "it broke", "Retry.")
    page.ask("library_remove", project=NAME, library="captions")


def test_a_visitor_s_libraries_do_not_fill_the_disk(
    page: Page, crowded: Page, project: Project, settings: Settings
) -> None:
    user = Visitors(replace(settings, visitors=True)).user_of(crowded.token)
    create_project(make_story(), make_casting(), settings=replace(settings, user=user))
    for whose in (user, settings.user):
        clips = create_library(replace(settings, user=whose), "My clips", "own").path / "clips"
        with (clips / "a.mp4").open("wb") as file:
            file.truncate(2_000_000_001)  # sparse: it takes no room
    status, answer = crowded.send(f"captions?project={NAME}&name=clips.csv", b"path,caption\n")
    assert (status, answer["error"]["message"]) == (413, TOO_MUCH)
    assert page.send(f"captions?project={NAME}&name=clips.csv", b"path,caption\n")[0] == 200


def test_a_video_is_kept_under_a_name_of_the_studio_s_own(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    name = "..%2F..%2FMe%20hopping%0A.MOV"
    status, _ = page.send(f"clip?project={NAME}&motion=hops&name={name}", FILM)
    assert status == 200
    (file,) = kept(settings)
    assert (file.suffix, file.read_bytes()) == (".mov", FILM)
    (job,) = queue.jobs(project.path)
    assert job.kind == "scan"
    assert job.arguments == {"upload": str(file), "name": "Me hopping.mov", "motion_id": "hops"}


def test_a_long_name_keeps_its_ending(page: Page, project: Project, settings: Settings) -> None:
    status, _ = page.send(f"clip?project={NAME}&motion=hops&name={'x' * 240}.mp4", FILM)
    assert (status, kept(settings)[0].suffix) == (200, ".mp4")


def test_a_caption_list_is_kept(
    page: Page, project: Project, queue: Queue, settings: Settings
) -> None:
    status, _ = page.send(f"captions?project={NAME}&name=clips.csv", b"path,caption\na.mp4,hops\n")
    assert status == 200
    (job,) = queue.jobs(project.path)
    assert job.arguments["motion_id"] is None
    assert job.arguments["name"] == "clips.csv"
    assert kept(settings)[0].suffix == ".csv"


@pytest.mark.parametrize(
    ("status", "route"),
    [
        (404, f"clip?project={NAME}&motion=flies&name=a.mp4"),
        (404, f"clip?project={NAME}&name=a.mp4"),
        (404, "clip?project=nowhere&motion=hops&name=a.mp4"),
        (400, f"clip?project={NAME}&motion=hops&name=a.html"),
        (400, f"clip?project={NAME}&motion=hops&name=mp4"),
        (400, f"clip?project={NAME}&motion=hops"),
        (400, f"captions?project={NAME}&name=a.mp4"),
    ],
)
def test_what_is_no_clip_is_refused(
    page: Page, project: Project, queue: Queue, settings: Settings, status: int, route: str
) -> None:
    assert page.send(route, FILM)[0] == status
    assert (kept(settings), queue.jobs(project.path)) == ([], [])


def test_an_empty_file_is_refused(page: Page, project: Project, settings: Settings) -> None:
    status, answer = page.send(f"clip?project={NAME}&motion=hops&name=a.mp4", b"")
    assert (status, answer["error"]["message"]) == (400, "This file is empty")
    assert kept(settings) == []


@pytest.mark.parametrize("declares", [True, False])
@pytest.mark.parametrize("kind", [VIDEO, LIST])
def test_what_is_too_long_is_not_read_to_its_end(
    settings: Settings, queue: Queue, project: Project, kind: object, declares: bool
) -> None:
    assert isinstance(kind, type(VIDEO))
    sending = Sending(declares=declares)
    name = f"a{kind.endings[0]}"
    sending.scope["query_string"] = f"project={NAME}&motion=hops&name={name}".encode()
    endpoint = receiving(Visitors(settings), queue, replace(kind, at_most=30))
    assert sending.status_of(endpoint) == 413
    assert sending.asked <= 4
    assert kept(settings) == []


def test_nothing_more_is_taken_while_too_much_waits(
    page: Page, project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_KEPT_BYTES", len(FILM))
    address = f"clip?project={NAME}&motion=hops&name=a.mp4"
    assert [page.send(address, FILM)[0] for _ in range(3)] == [200, 200, 413]
    assert len(kept(settings)) == 2
