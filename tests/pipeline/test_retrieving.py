"""Libraries made ready, clips brought, and searches saved: what jobs and commands call."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.clips import Retrieval
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.packs.record import find_pack
from pipeline.packs.sight import load_sight
from pipeline.progress import finish
from pipeline.queue import Queue, open_queue
from pipeline.retrieve.libraries import create_library, list_libraries
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.retrieving import (
    add_folder,
    add_list,
    draw_theatre_library,
    find_motion,
    keep_brought,
    ready_libraries,
    retrieve,
)
from pipeline.runner import Runner
from pipeline.settings import Settings
from pipeline.tasks import RUN
from pipeline.theatre.library.drawing import draw_library
from pipeline.theatre.library.specs import ClipSpec, load_specs
from pipeline.vision.sight import Sight
from pipeline.workspace import Project, create_project
from tests.pipeline.retrieve.sights import plain_sight, write_fox
from tests.pipeline.retrieve.test_fetch import COPIES, install
from tests.pipeline.stories import make_casting, make_story


def _walks(number: int) -> list[ClipSpec]:
    specs = (one for one in load_specs() if one.figures[0].motion == "walks" and not one.trouble)
    return [one for one in specs if one.caption and "walk" in one.caption.lower()][:number]


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finish(draw_library(tmp_path_factory.mktemp("walks"), _walks(5)))


@pytest.fixture(scope="module")
def sight() -> Sight:
    return load_sight("theatre")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack that plays as the theatre does under another name, so that no library is drawn."""
    folder, shipped = tmp_path / "stage", find_pack("theatre")
    folder.mkdir()
    record = json.loads((shipped / "pack.json").read_text("utf-8"))
    (folder / "pack.json").write_text(json.dumps({**record, "name": "stage"}), "utf-8")
    shutil.copytree(shipped / "sight", folder / "sight")
    return folder


@pytest.fixture
def settings(tmp_path: Path, pack: Path) -> Settings:
    return Settings(home=tmp_path / "home", pack=str(pack))


@pytest.fixture
def project(settings: Settings) -> Project:
    return create_project(make_story(), make_casting(), settings=settings)


def test_a_motion_is_found_by_its_id_or_its_words(project: Project) -> None:
    assert find_motion(project, "walks") == find_motion(project, "WALKS")
    with pytest.raises(InputError, match="no motion 'flies'") as caught:
        find_motion(project, "flies")
    assert "walks" in caught.value.hint


def test_without_a_library_the_search_says_what_to_bring(
    project: Project, settings: Settings, sight: Sight
) -> None:
    motion = find_motion(project, "walks")
    with pytest.raises(InputError, match="no clips yet that the stage pack"):
        finish(retrieve(project, motion, settings=settings, load_sight=lambda: sight))


def test_a_search_is_saved_with_the_project(
    project: Project, settings: Settings, sight: Sight, videos: Path
) -> None:
    finish(add_folder(videos, settings=settings))
    motion = find_motion(project, "walks")
    found = finish(retrieve(project, motion, settings=settings, load_sight=lambda: sight))
    assert project.retrieval("walks") == found
    assert (found.words, found.terms[0], len(found.kept)) == ("walks", "walk", 5)
    assert {one.clip.licence for one in found.kept} == {_licence(videos)}


def _licence(videos: Path) -> str:
    return json.loads((videos / "clips.jsonl").read_text("utf-8").splitlines()[0])["licence"]


def test_terms_that_were_edited_are_what_is_searched_for(
    project: Project, settings: Settings, sight: Sight, videos: Path
) -> None:
    finish(add_folder(videos, settings=settings))
    motion, terms = find_motion(project, "walks"), ("parcel", "parcel", "hat")
    found = finish(
        retrieve(project, motion, settings=settings, load_sight=lambda: sight, terms=terms)
    )
    assert found.terms == ("parcel", "hat")
    assert {one.scores.bm25 for one in found.kept} == {None}
    assert {one.found_by for one in found.kept} == {("pictures",)}


def test_the_theatres_library_is_for_the_theatre_alone(settings: Settings, videos: Path) -> None:
    drawn = create_library(settings, "Theatre", "theatre", library_id="theatre", suits=("theatre",))
    finish(scan_folder(drawn))
    assert finish(add_folder(videos, settings=settings)).added == 5
    assert [one.record.kind for one in finish(ready_libraries(settings))] == ["folder"]


def test_a_folder_that_holds_the_studios_own_files_is_refused(settings: Settings) -> None:
    settings.home.mkdir(parents=True)
    for folder in (settings.home, settings.home.parent):
        with pytest.raises(InputError, match="the studio's own files"):
            finish(add_folder(folder, settings=settings))


def test_a_video_of_ones_own_is_approved_and_followed(
    project: Project, settings: Settings, sight: Sight, videos: Path, tmp_path: Path
) -> None:
    upload = tmp_path / "upload.mp4"
    shutil.copyfile(next(videos.glob("*/*.mp4")), upload)
    motion = find_motion(project, "walks")
    work = keep_brought(
        project, motion, upload, "My walk.mp4", settings=settings, load_sight=lambda: sight
    )
    (clip,) = finish(work)
    (told,) = project.clip_decisions("walks").values()
    assert (told.verdict, told.clip.id, told.clip.own) == ("approved", clip.id, True)
    assert told.track is not None
    assert not upload.exists()
    found = finish(retrieve(project, motion, settings=settings, load_sight=lambda: sight))
    assert (found.kept[0].clip.id, found.kept[0].found_by) == (clip.id, ("own",))


def test_what_is_no_video_is_not_kept(
    project: Project, settings: Settings, sight: Sight, tmp_path: Path
) -> None:
    upload = tmp_path / "upload.mp4"
    upload.write_text("<html>not found</html>", "utf-8")
    motion = find_motion(project, "walks")
    work = keep_brought(
        project, motion, upload, "walk.mp4", settings=settings, load_sight=lambda: sight
    )
    with pytest.raises(UnreadableVideoError):
        finish(work)
    assert project.clip_decisions("walks") == {}
    assert not upload.exists()


def test_a_list_of_captions_becomes_a_library(settings: Settings, tmp_path: Path) -> None:
    upload = tmp_path / "upload.csv"
    upload.write_text(
        "YoutubeID,Start_timestamp,End_timestamp,Caption\n"
        "abcdefghijk,00:00:01.500,00:00:07.250,a man dances\n",
        "utf-8",
    )
    finish(add_list(upload, "Street dances.csv", settings=settings))
    (library,) = list_libraries(settings)
    assert (library.record.title, library.catalogue.count()) == ("street-dances", 1)
    assert not upload.exists()


def test_an_uploaded_list_of_files_is_refused_before_it_is_kept(
    settings: Settings, videos: Path, tmp_path: Path
) -> None:
    upload = tmp_path / "upload"
    upload.write_text("path,caption\nwalks/fox.mp4,a fox walks\n", "utf-8")
    with pytest.raises(InputError, match=r"'foxes\.csv' are not on this machine") as caught:
        finish(add_list(upload, "foxes.csv", settings=settings))
    assert caught.value.hint == "Add the folder they lie in, or name the list's own path."
    assert list_libraries(settings) == []
    assert not (settings.home / "users" / settings.user / "lists").exists()


def test_a_list_is_added_by_its_own_path(settings: Settings, tmp_path: Path) -> None:
    write_fox(tmp_path / "films" / "fox.mp4", 3)
    rows = tmp_path / "films" / "foxes.csv"
    rows.write_text("path,caption\nfox.mp4,a fox walks\n", "utf-8")
    assert finish(add_folder(rows, settings=settings)).added == 1
    (library,) = list_libraries(settings)
    assert (library.record.kind, library.root) == ("list", rows.parent)
    settings.home.mkdir(parents=True, exist_ok=True)
    inside = settings.home / "foxes.csv"
    shutil.copyfile(rows, inside)
    with pytest.raises(InputError, match="the studio's own files"):
        finish(add_folder(inside, settings=settings))
    with pytest.raises(InputError, match="neither a folder nor a list"):
        finish(add_folder(tmp_path / "films" / "fox.mp4", settings=settings))


def test_a_name_that_no_list_has_is_refused(settings: Settings, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_text("YoutubeID\nabcdefghijk\n", "utf-8")
    with pytest.raises(InputError, match=r"'dances\.mp3' is no list of clips"):
        finish(add_list(upload, "dances.mp3", settings=settings))
    assert list_libraries(settings) == []
    assert not (settings.home / "users" / settings.user / "lists").exists()


def test_clips_of_a_list_are_fetched_when_that_is_asked_for(
    project: Project, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    write_fox(tmp_path / "bin" / "film.mp4", 3)
    install(tmp_path / "bin", COPIES)
    upload = tmp_path / "upload.csv"
    spans = ("abcdefghijk,1.5,7.5,a fox walks", "abcdefghijk,9.5,15.5,a fox walks on")
    upload.write_text("\n".join(("YoutubeID,start,end,caption", *spans)), "utf-8")
    finish(add_list(upload, "walks.csv", settings=settings))
    motion = find_motion(project, "walks")

    def search(*, fetch: bool = False) -> Retrieval:
        work = retrieve(project, motion, settings=settings, load_sight=plain_sight, fetch=fetch)
        return finish(work)

    assert {one.reason for one in search().candidates} == {"it is not fetched yet"}
    found = search(fetch=True)
    shown, alike = found.candidates
    assert (shown.stage, alike.stage) == ("", "duplicate")
    assert shown.track is not None
    assert (alike.track, alike.crop) == (None, None)
    assert project.retrieval("walks") == found
    project.decide_clip("walks", alike.model_copy(update={"track": shown.track}), "approved")
    assert search().candidates[1].track is not None


def _run(settings: Settings, project: Project, kind: str, **arguments: object) -> object:
    queue: Queue = open_queue(settings)
    queue.submit(kind, project.path, arguments, user=settings.user)
    job = queue.claim("1")
    assert job is not None
    return finish(RUN[kind](Runner(settings), job))


def test_jobs_do_the_same(project: Project, settings: Settings, videos: Path) -> None:
    _run(settings, project, "scan", path=str(videos))
    found = _run(settings, project, "retrieve", motion_id="walks", words="walks", terms=None)
    assert isinstance(found, Retrieval)
    assert project.retrieval("walks") == found
    with pytest.raises(InputError, match="names nothing"):
        _run(settings, project, "scan")
    narrow = {"min_seconds": 2.0, "min_frames": 53, "min_aspect": 0.9}
    found = _run(settings, project, "retrieve", motion_id="walks", filter=narrow)
    assert isinstance(found, Retrieval)
    assert {one.stage for one in found.candidates} == {"frames"}
    assert {one.reason for one in found.candidates} == {"it has 48 frames; 53 are needed"}


def test_commands_search_and_decide(
    project: Project,
    settings: Settings,
    videos: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DREAMRUNNER_PACK", settings.pack)
    home = ["--home", str(settings.home)]
    assert main(["library", "add", str(videos), "--title", "Walks", *home]) == 0
    assert main(["retrieve", str(project.path), "--motion", "walks", *home]) == 0
    found = project.retrieval("walks")
    assert found is not None
    first, then = (one.clip.id for one in found.kept[:2])
    lines = capsys.readouterr().out.splitlines()
    assert "  clip              final caption pictures movement  found by" in lines
    (line,) = (one for one in lines if first in one)
    assert " words and pictures: " in line
    asked = ["--term", "parcel", "--term", "hat", "--min-frames", "53"]
    assert main(["retrieve", str(project.path), "--motion", "walks", *asked, *home]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "walks: parcel hat"
    short = ["--motion", "walks", "--min-seconds", "soon"]
    assert main(["retrieve", str(project.path), *short, *home]) == 1
    assert "min_seconds" in capsys.readouterr().err
    assert main(["retrieve", str(project.path), "--motion", "walks", *home]) == 0
    motion = ["--motion", "walks", *home]
    assert main(["approve", str(project.path), first, *motion]) == 0
    assert main(["reject", str(project.path), then, *motion]) == 0
    verdicts = {name: one.verdict for name, one in project.clip_decisions("walks").items()}
    assert verdicts == {first: "approved", then: "rejected"}
    assert main(["reject", str(project.path), then, "--undo", *motion]) == 0
    assert list(project.clip_decisions("walks")) == [first]
    assert main(["approve", str(project.path), "nothing", *motion]) == 1


@pytest.mark.slow
def test_the_theatres_library_is_drawn_once(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    finish(draw_theatre_library(settings))
    (library,) = list_libraries(settings, "theatre")
    assert library.catalogue.count() == len(load_specs())
    assert list(draw_theatre_library(settings)) == []
    assert list_libraries(settings, "cogvideox-2b") == []
