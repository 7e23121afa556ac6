"""A project as one zip and back; hostile zips leave nothing but a sentence."""

from __future__ import annotations

import io
import json
import os
import random
import stat
import struct
import time
import zipfile
from pathlib import Path

import pytest

from pipeline import bundle
from pipeline.artifacts import PlanRecord
from pipeline.bundle import read_bundle, write_bundle
from pipeline.errors import InputError, PipelineError, WorkspaceError
from pipeline.settings import Settings
from pipeline.workspace import Project, create_project, projects_dir
from tests.pipeline.stories import make_casting, make_story, make_take, make_video

MP4 = b"\0\0\0\x18ftypisom"
JPG = b"\xff\xd8\xff\xe0picture"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", user="ada")


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> Project:
    """A project with two versions, two takes, a film, a picture and a scene in the bin."""
    record = PlanRecord(planner="builtin", idea="A fox had a kite.", seed=3)
    project = create_project(make_story(), make_casting(), planning=record, settings=settings)
    for number in (1, 2):
        saved = 1_000_000_000 + number * 10
        os.utime(project.path / "story.json", (saved, saved))
        project.save_story(project.story.revised(title=f"Tale {number}"))
        take = make_take(f"take-0{number}", seed=number)
        project.save_take(take, make_video(tmp_path / "v", MP4 + bytes([number])))
    project.choose_take("meadow", "take-01")
    project.throw(make_story().scenes[1].model_copy(update={"id": "cave"}), 1)
    film = make_video(project.new_film_path(), MP4 + b"film")
    film.with_suffix(".srt").write_text("1\n", "utf-8")
    film.with_suffix(".vtt").write_text("WEBVTT\n\n1\n", "utf-8")
    project.picture_file("sky").parent.mkdir()
    project.picture_file("sky").write_bytes(JPG)
    project.choose_picture("meadow", "sky")
    return project


@pytest.fixture
def path(project: Project, tmp_path: Path) -> Path:
    write_bundle(project, tmp_path / "tale.zip")
    return tmp_path / "tale.zip"


def _files(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def _with(path: Path, **changes: bytes | None) -> Path:
    """The zip with files of other content; None leaves one out. '__' stands for '/'."""
    changed = path.with_name("changed.zip")
    new = {name.replace("__", "/").replace("_json", ".json"): c for name, c in changes.items()}
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as archive:
        content = {name: old.read(name) for name in old.namelist()}
        for name, one in {**content, **new}.items():
            if one is not None:
                archive.writestr(name, one)
    return changed


def _plus(path: Path, name: str, content: bytes = b"x", mode: int = 0) -> Path:
    changed = path.with_name("changed.zip")
    changed.write_bytes(path.read_bytes())
    with zipfile.ZipFile(changed, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
    return changed


def _take_with(**changes: object) -> bytes:
    return json.dumps({**make_take("take-01").model_dump(mode="json"), **changes}).encode()


def _story(revision: int) -> bytes:
    return make_story(revision=revision).model_dump_json().encode()


def _refused(path: Path, settings: Settings, words: str) -> None:
    """Reading the zip is refused in one line of such words, and leaves nothing."""
    before = _files(settings.home)
    with pytest.raises(InputError, match=words) as caught:
        read_bundle(path, settings)
    assert "\n" not in str(caught.value)
    assert str(settings.home) not in str(caught.value)
    assert _files(settings.home) == before


def test_a_project_comes_back_whole(project: Project, path: Path, settings: Settings) -> None:
    came = read_bundle(path, settings)
    assert (came.path.name, came.id) == ("lost-kite-2", "lost-kite-2")
    assert came.path.parent == projects_dir(settings)
    mine, theirs = _files(project.path), _files(came.path)
    assert json.loads(theirs.pop("story.json")) == {
        **json.loads(mine.pop("story.json")),
        "id": "lost-kite-2",
    }
    assert theirs == mine
    assert [one.saved for one in came.history()[1:]] == [
        "2001-09-09T01:47:00+00:00",
        "2001-09-09T01:46:50+00:00",
    ]
    assert [one.settings.seed for one in came.takes("meadow")] == [1, 2]
    assert came.restore(0).title == "The lost kite"
    assert came.bin()[0].scene.id == "cave"


def test_another_user_gets_the_name_as_it_was(path: Path, tmp_path: Path) -> None:
    came = read_bundle(path, Settings(home=tmp_path / "other", user="v-bob"))
    assert came.path == tmp_path / "other" / "users" / "v-bob" / "projects" / "lost-kite"
    assert [file.name for file in came.path.parent.iterdir()] == ["lost-kite"]


def test_a_zip_may_be_written_to_a_stream(project: Project, path: Path) -> None:
    stream = io.BytesIO()
    write_bundle(project, stream)
    assert stream.getvalue() == path.read_bytes()


def test_what_is_broken_or_not_ours_is_left_behind(
    project: Project, settings: Settings, tmp_path: Path
) -> None:
    project.save_take(make_take("take-03"), make_video(tmp_path / "v", b"no video"))
    (project.path / "casting.json").write_text("{", "utf-8")
    (project.path / "versions" / "0.json").write_text("{", "utf-8")
    (project.path / "notes.txt").write_text("mine", "utf-8")
    (project.path / "films" / "animatic.mp4").write_bytes(MP4)
    write_bundle(project, tmp_path / "tale.zip")
    came = read_bundle(tmp_path / "tale.zip", settings)
    assert not came.has_casting
    assert came.versions() == [1]
    assert [take.id for take in came.takes("meadow")] == ["take-01", "take-02"]
    assert not {"notes.txt", "films/animatic.mp4"} & {*_files(came.path)}


def test_an_older_story_is_brought_up_to_date(path: Path, settings: Settings) -> None:
    story = json.loads((Path(__file__).parent / "story_v1.json").read_text("utf-8"))
    changed = _with(path, story_json=json.dumps({**story, "revision": 9}).encode())
    assert read_bundle(changed, settings).story.language == "en"


@pytest.mark.parametrize(
    "name",
    [
        "../story.json",
        "/etc/passwd",
        "takes/../../x.json",
        "takes\\..\\x.json",
        "C:/x.json",
        "takes/meadow/take-03.exe",
        "takes/Meadow/take-03.mp4",
        "takes/meadow/take-0\u0663.mp4",
        "versions/../story.json",
        "versions/01.json",
        "story.json/x",
        "STORY.JSON",
        "media/sky.svg",
        "../",
        "evil/",
        "run.sh",
    ],
)
def test_a_name_that_no_project_has_is_refused(path: Path, settings: Settings, name: str) -> None:
    _refused(_plus(path, name), settings, "which no story has")


def test_folders_of_a_zip_that_was_packed_anew_are_passed_over(
    path: Path, settings: Settings
) -> None:
    changed = _plus(_plus(path, "takes/", b""), "takes/meadow/", b"")
    assert read_bundle(changed, settings).takes("meadow")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(path: Path, settings: Settings, kind: int) -> None:
    changed = _plus(path, "films/film-07.mp4", b"/etc/passwd", kind | 0o777)
    _refused(changed, settings, "is a link")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_there_twice_is_refused(path: Path, settings: Settings) -> None:
    _refused(_plus(path, "story.json", b"{}"), settings, "story.json twice")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"story_json": None}, "holds no story", id="no story"),
        pytest.param({"story_json": b"[" * 9999}, "story.json in the zip", id="deep"),
        pytest.param({"story_json": b'{"schema_version": 99}'}, "version 99", id="newer"),
        pytest.param({"casting_json": b'{"pack": 1}'}, "casting.json in the zip", id="casting"),
        pytest.param({"planning_json": b"\xff"}, "planning.json in the zip", id="planning"),
        pytest.param({"decisions_json": b'{"takes": {"../x": "y"}}'}, "decisions", id="decided"),
        pytest.param({"bin_json": b'{"scenes": [{}]}'}, "bin.json in the zip", id="bin"),
        pytest.param({"versions__0_json": b"{}"}, "versions/0.json in the zip", id="version"),
        pytest.param({"versions__1_json": _story(0)}, "else than its name", id="another version"),
        pytest.param({"versions__7_json": _story(7)}, "else than its name", id="version to come"),
        pytest.param({"takes__meadow__take-01_json": None}, "only a part", id="no json"),
        *(
            pytest.param(
                {"takes__meadow__take-01_json": _take_with(**changes)},
                "take-01.json in the zip",
                id=f"take with {changes}",
            )
            for changes in (
                {"created": "soon"},
                {"created": "0001-01-01"},
                {"seconds_taken": 1e300},
            )
        ),
        pytest.param({"takes__meadow__take-01.mp4": None}, "only a part", id="no video"),
        pytest.param({"takes__meadow__take-01.mp4": b"<html>"}, "else than", id="no mp4"),
        pytest.param({"films__film-01.mp4": b"MZ"}, "else than", id="no film"),
        pytest.param({"media__sky.jpg": b"<svg/>"}, "else than", id="no picture"),
        pytest.param(
            {"takes__meadow__take-01_json": make_take("take-02").model_dump_json().encode()},
            "else than",
            id="another take",
        ),
        pytest.param(
            {
                "takes__meadow__take-01_json": make_take("take-01", scene_id="shore")
                .model_dump_json()
                .encode()
            },
            "else than",
            id="another scene's take",
        ),
        pytest.param({"story_json": b" " * 5_000_001}, "too large", id="large"),
    ],
)
def test_what_does_not_hold_together_is_refused(
    path: Path, settings: Settings, changes: dict[str, bytes | None], words: str
) -> None:
    _refused(_with(path, **changes), settings, words)


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 99, b"PK\5\6" + b"\0" * 18])
def test_what_is_no_zip_is_said(settings: Settings, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    _refused(tmp_path / "x.zip", settings, "is no zip|holds no story")


def test_a_file_that_is_not_there_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="cannot unpack the zip"):
        read_bundle(tmp_path / "x.zip", settings)
    assert _files(settings.home) == {}


def test_a_bomb_is_refused_before_it_goes_off(
    path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(path) as archive:
        count, size = len(archive.infolist()), sum(i.file_size for i in archive.infolist())
    bomb = path.with_name("bomb.zip")
    bomb.write_bytes(path.read_bytes())
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("films/film-09.mp4", MP4 + bytes(3_000_000))
    assert bomb.stat().st_size < path.stat().st_size + 5_000
    monkeypatch.setattr(bundle, "MAX_BYTES", size + 1_000_000)
    _refused(bomb, settings, "at most")
    monkeypatch.setattr(bundle, "MAX_FILES", count - 1)
    _refused(path, settings, "at most")


def test_a_video_that_packs_well_is_none(
    path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "_PLAIN_BYTES", 500_000)
    packed = path.with_name("packed.zip")
    for size, many in ((400_000, False), (600_000, True)):
        packed.write_bytes(path.read_bytes())
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("films/film-09.mp4", MP4 + bytes(size))
        if many:
            _refused(packed, settings, "far more than it is")
        else:
            assert read_bundle(packed, settings).films()


def test_a_video_that_was_packed_anew_is_read(path: Path, settings: Settings) -> None:
    packed, film = path.with_name("packed.zip"), MP4 + random.Random(4).randbytes(700_000)
    packed.write_bytes(path.read_bytes())
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("films/film-09.mp4", film)
    assert read_bundle(packed, settings).films()[-1].read_bytes() == film


def test_there_are_only_so_many_words(
    path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(path) as archive:
        sizes = [i.file_size for i in archive.infolist() if i.filename.endswith(".json")]
    monkeypatch.setattr(bundle, "MAX_JSON_BYTES", sum(sizes))
    assert read_bundle(path, settings).takes("meadow")
    monkeypatch.setattr(bundle, "MAX_JSON_BYTES", sum(sizes) - 1)
    _refused(path, settings, "of them words")


def test_versions_beyond_the_last_ones_are_not_even_read(path: Path, settings: Settings) -> None:
    new = {f"versions__{n}_json": b"{" for n in range(2, 40)}
    new |= {f"versions__{n}_json": _story(n) for n in range(700, 750)}
    changed = _with(path, story_json=_story(900), **new)
    assert read_bundle(changed, settings).versions() == [*range(700, 750)]


def test_what_a_killed_import_left_is_swept_a_day_later(path: Path, settings: Settings) -> None:
    home = projects_dir(settings)
    old, new = home / ".import.0123456789ab.part", home / ".import.ba9876543210.part"
    for folder, days in ((old, 1.01), (new, 0.99)):
        (folder / "takes").mkdir(parents=True)
        then = time.time() - days * 86_400
        os.utime(folder, (then, then))
    read_bundle(path, settings)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_project_that_would_not_come_back_is_not_written(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "MAX_BYTES", 2_000)
    with pytest.raises(InputError, match="at most"):
        write_bundle(project, tmp_path / "tale.zip")
    assert not list(tmp_path.glob("*tale.zip*"))


def test_a_file_that_is_longer_than_it_says_is_refused(path: Path, settings: Settings) -> None:
    """The size of a packed file is a lie in the list: what is beyond it is never unpacked."""
    content = bytearray(_plus(path, "films/film-09.mp4", MP4 + bytes(100_000)).read_bytes())
    at = content.rfind(b"PK\1\2")
    struct.pack_into("<L", content, at + 24, 500)
    (path.parent / "lies.zip").write_bytes(content)
    _refused(path.parent / "lies.zip", settings, "is no zip, or it is broken")


@pytest.mark.parametrize("lie", ["length", "zip64"])
def test_an_endless_list_of_files_is_not_read(path: Path, settings: Settings, lie: str) -> None:
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\5\6")
    if lie == "length":
        struct.pack_into("<L", content, at + 12, 1 << 30)
    else:
        content[at:at] = b"PK\6\7" + bytes(16)
    (path.parent / "lies.zip").write_bytes(content)
    _refused(path.parent / "lies.zip", settings, "more files than a story has")


def test_a_list_of_files_that_is_cut_short_is_noticed(path: Path, settings: Settings) -> None:
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\5\6")
    (number,) = struct.unpack_from("<H", content, at + 10)
    struct.pack_into("<H", content, at + 10, number + 1)
    (path.parent / "lies.zip").write_bytes(content)
    _refused(path.parent / "lies.zip", settings, "is no zip, or it is broken")


def test_any_damage_leaves_a_whole_project_or_nothing(path: Path, tmp_path: Path) -> None:
    rng, whole = random.Random(5), path.read_bytes()
    outcomes = set()
    for number in range(300):
        content = bytearray(whole)
        for _ in range(rng.choice((1, 1, 4))):
            content[rng.randrange(len(content))] = rng.randrange(256)
        if number % 5 == 0:
            del content[rng.randrange(len(content)) :]
        damaged = tmp_path / "damaged.zip"
        damaged.write_bytes(content)
        home = Settings(home=tmp_path / f"home-{number}", user="bob")
        try:
            assert read_bundle(damaged, home).takes("meadow")
            outcomes.add("read")
        except PipelineError:
            assert _files(home.home) == {}
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
