"""The steps of a search on small films: what is fetched, kept, dropped, and kept when stopped."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.clips import Clip, ClipFilter, Retrieval, SearchSettings, Track, clip_id
from pipeline.errors import InputError
from pipeline.progress import Work, finish
from pipeline.retrieve.adding import add_library
from pipeline.retrieve.examining import ClipFrames
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.probing import verify_library
from pipeline.retrieve.search import Query, search
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.settings import Settings
from pipeline.vision.sight import Sight
from tests.pipeline.retrieve.sights import Spotter, plain_sight, write_fox
from tests.pipeline.retrieve.test_fetch import COPIES, REFUSES, install

DANCE = Query("dances", "a fox dances", ("fox", "dances"))
LIMITS = SearchSettings(by_words=9, by_pictures=7, examined=6, closely=4, shown=3)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def sight() -> Sight:
    return plain_sight()


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for seed in range(5):
        write_fox(folder / f"fox dances {'abcde'[seed]}.mp4", seed)
    write_fox(folder / "fox dances shortly.mp4", 7, num_frames=13)
    return folder


@pytest.fixture
def library(settings: Settings, tmp_path: Path, films: Path) -> OpenLibrary:
    shutil.copytree(films, tmp_path / "films")
    made = create_library(settings, "Foxes", "theatre", root=tmp_path / "films")
    finish(scan_folder(made))
    return made


@pytest.fixture
def listed(settings: Settings) -> OpenLibrary:
    made = create_library(settings, "From a site", "internvid")
    made.catalogue.add(_on_site(source) for source in ("dQw4w9WgXcQ", "-Qw4w9WgXcR"))
    return made


def _on_site(source: str) -> Clip:
    return Clip(
        id=clip_id(source, 3.5, 9.5),
        library="from-a-site",
        source=source,
        start_seconds=3.5,
        end_seconds=9.5,
        caption=f"a fox dances on {source}",
    )


def _search(
    settings: Settings,
    sight: Sight,
    *libraries: OpenLibrary,
    brought: tuple[Clip, ...] = (),
    fetch: bool = False,
) -> Work[Retrieval]:
    return search(
        DANCE, libraries, sight, settings=settings, limits=LIMITS, aspect=1.5, brought=brought,
        fetch=fetch,
    )  # fmt: skip


def _spotter(sight: Sight) -> Spotter:
    assert isinstance(sight.tracker, Spotter)
    return sight.tracker


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_every_clip_is_shown_or_dropped_once_with_a_reason(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    found = finish(_search(settings, sight, library))
    assert len(found.kept) == 3
    assert len({one.clip.id for one in found.candidates}) == len(found.candidates) == 6
    assert all(bool(one.stage) == bool(one.reason) for one in found.candidates)
    assert [one.stage for one in found.candidates if one.clip.num_frames == 13] == ["duration"]
    crops = [one.name for one in (settings.home / "cache" / "clips").glob("*/crop-*.mp4")]
    assert len(crops) == 3


def test_clips_on_a_site_are_left_out_unless_they_are_to_be_fetched(
    settings: Settings, sight: Sight, listed: OpenLibrary, programs: Path
) -> None:
    found = finish(_search(settings, sight, listed))
    assert {(one.stage, one.reason) for one in found.candidates} == {
        ("unreadable", "it is not fetched yet")
    }
    assert list(programs.iterdir()) == []


def test_fetched_clips_are_looked_at_like_others(
    settings: Settings, sight: Sight, listed: OpenLibrary, programs: Path
) -> None:
    write_fox(programs / "film.mp4", 3)
    install(programs, COPIES)
    work = _search(settings, sight, listed, fetch=True)
    stages = [record.stage for record in work]
    found = finish(_search(settings, sight, listed))
    assert stages.count("fetch") == 2
    assert [one.clip.num_frames for one in found.kept] == [48]
    assert [one.stage for one in found.candidates] == ["", "duplicate"]


def test_why_a_clip_was_not_fetched_is_its_reason_until_it_is_verified(
    settings: Settings, sight: Sight, listed: OpenLibrary, programs: Path
) -> None:
    install(programs, REFUSES)
    for fetch in (True, False):
        found = finish(_search(settings, sight, listed, fetch=fetch))
        assert {one.reason for one in found.candidates} == {
            "it cannot be fetched: ERROR: [youtube] Private video. Sign in"
        }
    assert finish(verify_library(listed)) == []
    write_fox(programs / "film.mp4", 3)
    install(programs, COPIES)
    assert len(finish(_search(settings, sight, listed, fetch=True)).kept) == 1


def test_a_search_that_is_to_fetch_says_at_once_that_nothing_can(
    settings: Settings, sight: Sight, listed: OpenLibrary, programs: Path
) -> None:
    assert list(programs.iterdir()) == []
    with pytest.raises(InputError, match="yt-dlp is not installed"):
        next(_search(settings, sight, listed, fetch=True))


def test_ones_own_clips_come_first_and_need_no_length(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    (short,) = library.catalogue.clips_of("fox dances shortly.mp4")
    found = finish(_search(settings, sight, library, brought=(short,)))
    assert (found.kept[0].clip, found.kept[0].found_by) == (short, ("own",))
    assert [one.clip.id for one in found.candidates].count(short.id) == 1
    assert len(found.kept) == 3


def test_ones_own_clip_needs_no_actor_that_the_tracker_knows(
    settings: Settings, library: OpenLibrary, tmp_path: Path
) -> None:
    blind = Sight(Blind(), plain_sight().clip, plain_sight().video_text)
    (clip,) = library.catalogue.clips_of("fox dances a.mp4")
    found = finish(_search(settings, blind, library, brought=(clip,)))
    assert [(one.clip.id, one.crop) for one in found.kept] == [(clip.id, None)]
    assert {one.stage for one in found.candidates[1:]} == {"actor", "duration"}


class Blind(Spotter):
    """A tracker that sees nobody."""

    id: str = "blind-1"

    def track(self, frames: NDArray[np.uint8], numbers: Sequence[int]) -> list[Track]:
        return []


def test_a_clip_of_a_library_that_is_elsewhere_is_left_out(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    (short,) = library.catalogue.clips_of("fox dances shortly.mp4")
    away = short.model_copy(update={"library": "of-another-home", "id": "f" * 16})
    found = finish(_search(settings, sight, library, brought=(away,)))
    (told,) = (one for one in found.candidates if one.clip.id == away.id)
    assert (told.stage, told.reason) == ("unreadable", "its library is not here")


def test_wordless_clips_of_a_list_are_looked_into_and_found_by_their_pictures(
    settings: Settings, sight: Sight, tmp_path: Path
) -> None:
    rows = tmp_path / "films" / "rows.csv"
    for seed, frames in enumerate((48, 13)):
        write_fox(tmp_path / "films" / f"{frames}.mp4", 40 + seed, num_frames=frames)
    (tmp_path / "films" / "page.mp4").write_text("<html>", "utf-8")
    rows.write_text("path,caption\n48.mp4,\n13.mp4,\npage.mp4,\ngone.mp4,\n", "utf-8")
    library, _ = finish(add_library(settings, rows))
    found = finish(_search(settings, sight, library))
    told = {one.clip.source: (one.stage, one.reason, one.found_by) for one in found.candidates}
    assert told.pop("48.mp4") == ("", "", ("pictures",))
    assert told.pop("13.mp4")[:2] == ("duration", "it lasts 1.6 s; 2 s are needed")
    assert [one[0] for one in told.values()] == ["unreadable", "unreadable"]
    assert told["gone.mp4"][1] == "the file is gone"
    assert {one[2] for one in told.values()} == {("pictures",)}


def test_only_wordless_clips_are_looked_into_before_they_are_found(
    settings: Settings, sight: Sight, tmp_path: Path
) -> None:
    rows = tmp_path / "films" / "rows.csv"
    write_fox(tmp_path / "films" / "owl.mp4", 50)
    rows.write_text("path,caption\nowl.mp4,an owl waits\n", "utf-8")
    library, _ = finish(add_library(settings, rows))
    assert finish(_search(settings, sight, library)).candidates == ()
    assert library.catalogue.stats().unknown == 1


def test_a_stopped_search_goes_on_where_it_was(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    work = _search(settings, sight, library)
    for record in work:
        if record.stage == "look" and record.step == 3:
            break
    work.close()
    assert _spotter(sight).clips == 3
    again = plain_sight()
    finish(_search(settings, again, library))
    assert _spotter(again).clips == 2
    third = plain_sight()
    finish(_search(settings, third, library))
    assert _spotter(third).clips == 0


def test_a_second_search_gives_the_same(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    first, then = (finish(_search(settings, sight, library)) for _ in range(2))
    assert first.candidates == then.candidates


def test_no_frames_stay_in_memory(settings: Settings, sight: Sight, library: OpenLibrary) -> None:
    for record in _search(settings, sight, library):
        held = sum(type(one) is ClipFrames for one in gc.get_objects())
        assert held == 0, record


def test_a_film_that_goes_away_meanwhile_has_its_reason(
    settings: Settings, sight: Sight, library: OpenLibrary
) -> None:
    for path in library.root.glob("*.mp4"):
        path.unlink()
    found = finish(_search(settings, sight, library))
    assert found.kept == ()
    assert {one.stage for one in found.candidates} == {"unreadable", "duration"}


def test_two_folders_with_files_of_one_name_are_different_clips(
    settings: Settings, sight: Sight, tmp_path: Path
) -> None:
    libraries = []
    for seed, name in enumerate(("first", "second")):
        write_fox(tmp_path / name / "fox dances.mp4", 30 + seed)
        made = create_library(settings, name, "folder", root=tmp_path / name)
        finish(scan_folder(made))
        libraries.append(made)
    found = finish(_search(settings, sight, *libraries))
    assert {one.clip.library for one in found.kept} == {"first", "second"}


def test_the_filter_is_asked_of_clips_that_nobody_had_looked_into(
    settings: Settings, sight: Sight, listed: OpenLibrary, programs: Path
) -> None:
    write_fox(programs / "film.mp4", 3, num_frames=13)
    install(programs, COPIES)
    found = finish(_search(settings, sight, listed, fetch=True))
    needed = f"{ClipFilter().min_seconds:g} s are needed"
    assert {one.stage for one in found.candidates} == {"duration"}
    assert all(needed in one.reason for one in found.candidates)
