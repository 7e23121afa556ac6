"""Libraries: made, listed for a pack, opened, deleted; and no file outside is ever given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.clips import Clip, clip_id
from pipeline.errors import InputError, UnreadableVideoError
from pipeline.progress import finish
from pipeline.retrieve.libraries import (
    OpenLibrary,
    create_library,
    delete_library,
    libraries_dirs,
    list_libraries,
    open_library,
)
from pipeline.retrieve.own import keep_own, own_library
from pipeline.retrieve.probing import probe_clips, verify_library
from pipeline.settings import Settings
from tests.pipeline.retrieve.films import FPS, write_film


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", user="ada")


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    (tmp_path / "videos" / "deep").mkdir(parents=True)
    return tmp_path / "videos"


def make_clip(
    library: OpenLibrary, source: str, start: float | None = None, **more: object
) -> Clip:
    fields = {"id": clip_id(source, start, None), "library": library.record.id, "source": source}
    clip = Clip.model_validate({**fields, "start_seconds": start, **more})
    library.catalogue.add([clip])
    return clip


def rot(file: Path) -> None:
    """Spoil a file as an old disk does: its size and date stay."""
    there = file.stat()
    file.write_bytes(bytes(there.st_size))
    os.utime(file, ns=(there.st_atime_ns, there.st_mtime_ns))


def test_libraries_are_shared_or_ones_own_and_suit_a_pack(settings: Settings, videos: Path) -> None:
    create_library(settings, "Dances!", "folder", root=videos, licence="CC0")
    create_library(settings, "Puppets", "theatre", suits=["theatre"], shared=True)
    other = Settings(home=settings.home, user="bob")
    assert [one.record.id for one in list_libraries(settings)] == ["dances", "puppets"]
    assert [one.record.id for one in list_libraries(settings, "cogvideox")] == ["dances"]
    assert [one.record.id for one in list_libraries(other, "theatre")] == ["puppets"]
    opened = open_library(settings, "dances")
    assert (opened.root, opened.record.licence) == (videos, "CC0")
    assert opened.catalogue.licence == "CC0"
    assert open_library(other, "puppets").root == settings.home / "libraries" / "puppets" / "clips"


def test_titles_may_repeat_ids_never_do(settings: Settings, videos: Path) -> None:
    made = [create_library(settings, title, "folder", root=videos) for title in ("A b", "a B", "☂")]
    assert [one.record.id for one in made] == ["a-b", "a-b-2", "clips"]
    with pytest.raises(InputError, match="already"):
        create_library(settings, "x", "list", library_id="a-b", shared=True)
    with pytest.raises(InputError, match="no folder"):
        create_library(settings, "x", "folder", root=videos / "nowhere")
    for name in ("../a-b", "", "nobody"):
        with pytest.raises(InputError):
            open_library(settings, name)


def test_a_broken_library_is_left_out(settings: Settings, videos: Path) -> None:
    good = create_library(settings, "good", "folder", root=videos)
    bad = create_library(settings, "bad", "folder", root=videos)
    moved = create_library(settings, "moved", "folder", root=videos)
    (bad.path / "library.json").write_text("{", "utf-8")
    moved.path.rename(moved.path.with_name("elsewhere"))
    assert [one.record.id for one in list_libraries(settings)] == [good.record.id]


def test_deleting_leaves_the_videos(settings: Settings, videos: Path) -> None:
    write_film(videos / "fox.mp4")
    library = create_library(settings, "mine", "folder", root=videos)
    create_library(settings, "all", "theatre", shared=True)
    delete_library(settings, "mine")
    assert not library.path.exists()
    assert (videos / "fox.mp4").is_file()
    visitor = Settings(home=settings.home, user="bob", visitors=True)
    with pytest.raises(InputError, match="for all"):
        delete_library(visitor, "all")
    assert [*libraries_dirs(settings)[0].iterdir()] == [settings.home / "libraries" / "all"]


def test_only_files_inside_the_folder_are_given(settings: Settings, videos: Path) -> None:
    library = create_library(settings, "mine", "folder", root=videos)
    secret = write_film(videos.parent / "secret.mp4")
    inside = write_film(videos / "deep" / "fox.mp4")
    (videos / "linked.mp4").symlink_to(inside)
    (videos / "out.mp4").symlink_to(secret)
    (videos / "loop.mp4").symlink_to("loop.mp4")
    for source in ("deep/fox.mp4", "linked.mp4"):
        assert library.file_of(make_clip(library, source)) == inside
    refused = {
        "out.mp4": "outside",
        "../secret.mp4": "outside",
        str(secret): "outside",
        "deep/../../secret.mp4": "outside",
        "loop.mp4": "gone",
        "none.mp4": "gone",
        "a\0.mp4": "gone",
        "deep": "no file",
    }
    for source, reason in refused.items():
        with pytest.raises(UnreadableVideoError, match=reason):
            library.file_of(make_clip(library, source))


def test_a_fetched_file_is_its_clip_and_nothing_else(settings: Settings) -> None:
    library = create_library(settings, "list", "internvid")
    clip = make_clip(library, "dQw4w9WgXcQ", 61.5, end_seconds=65.0)
    with pytest.raises(UnreadableVideoError, match="not fetched"):
        library.file_of(clip)
    assert [one.state for one in probe_clips(library, [clip.id])] == ["unknown"]
    file = write_film(library.path / "clips" / f"{clip.id}.mp4", 28)
    known = next(probe_clips(library, [clip.id]))
    assert library.file_of(known) == file
    assert (known.state, library.frames_of(known)) == ("ok", range(28))


def test_probing_gives_the_facts_of_the_span(settings: Settings, videos: Path) -> None:
    library = create_library(settings, "mine", "folder", root=videos)
    write_film(videos / "fox.mp4", 37)
    (videos / "page.mp4").write_text("<html>not found</html>", "utf-8")
    part = make_clip(library, "fox.mp4", 1.5, end_seconds=4.0)
    late = make_clip(library, "fox.mp4", 99.0)
    page, gone = make_clip(library, "page.mp4"), make_clip(library, "gone.mp4")
    with pytest.raises(UnreadableVideoError, match="not known"):
        library.frames_of(part)
    known = {one.id: one for one in probe_clips(library, [part.id, late.id, page.id, gone.id])}
    found = known[part.id]
    assert (found.num_frames, found.fps, found.width, found.height) == (20, FPS, 96, 64)
    assert (found.duration_seconds, len(found.content_hash or "")) == (2.5, 64)
    assert library.frames_of(found) == range(12, 32)
    assert "behind the end" in known[late.id].reason
    assert known[gone.id].reason == "the file is gone"
    assert known[page.id].reason
    write_film(videos / "page.mp4", 23)
    bad = finish(verify_library(library))
    assert {one.id for one in bad} == {late.id, gone.id}
    assert library.catalogue.clip(page.id).num_frames == 23
    rot(videos / "fox.mp4")
    assert part.id in {one.id for one in finish(verify_library(library))}


def test_ones_own_clips_are_kept_cut_and_free_to_use(settings: Settings, tmp_path: Path) -> None:
    upload = write_film(tmp_path / "upload.bin.mp4", 80, cut_at=38).rename(tmp_path / "upload")
    clips = keep_own(settings, upload, "Oma springt_über den Zaun.MP4")
    assert not upload.exists()
    assert [(one.num_frames, one.own, one.state) for one in clips] == [
        (38, True, "ok"),
        (42, True, "ok"),
    ]
    assert {one.caption for one in clips} == {"oma springt über den zaun"}
    assert {one.licence for one in clips} == {"own recording"}
    second = keep_own(settings, write_film(tmp_path / "b.mp4"), "IMG_0042.mov")
    assert [(one.caption, one.licence) for one in second] == [("", "own recording")]
    library = own_library(settings)
    assert library.record.kind == "own"
    assert library.catalogue.count() == 3
    assert library.file_of(second[0]).suffix == ".mov"


def test_what_is_no_video_is_not_kept(settings: Settings, tmp_path: Path) -> None:
    page = tmp_path / "upload"
    page.write_text("<html>", "utf-8")
    with pytest.raises(UnreadableVideoError):
        keep_own(settings, page, "me.mp4")
    with pytest.raises(InputError, match="no name of a video"):
        keep_own(settings, page, "me.exe")
    assert page.exists()
    assert own_library(settings).catalogue.count() == 0


def test_a_persons_library_never_gets_the_id_of_the_studios_own(
    settings: Settings, tmp_path: Path
) -> None:
    for title in ("Theatre", "My clips"):
        made = create_library(settings, title, "folder", root=tmp_path)
        assert made.record.id in ("theatre-2", "my-clips-2")
    assert own_library(settings).record.kind == "own"


def test_a_library_that_cannot_be_made_leaves_nothing(settings: Settings) -> None:
    with pytest.raises(InputError, match="more than a library can hold"):
        create_library(settings, "x" * 6_000_000, "list", library_id="walks")
    assert [path for folder in libraries_dirs(settings) for path in folder.glob("*")] == []
    assert create_library(settings, "Walks", "list", library_id="walks").record.id == "walks"
