"""The whole search on a part of the theatre's library: real clips, real models, every reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.clips import Clip, Retrieval, SearchSettings
from pipeline.packs.record import load_record
from pipeline.packs.sight import load_sight
from pipeline.progress import Progress, finish
from pipeline.retrieve.libraries import OpenLibrary, create_library
from pipeline.retrieve.search import Query, search
from pipeline.retrieve.sources.folder import scan_folder
from pipeline.settings import Settings
from pipeline.theatre.library.drawing import draw_library
from pipeline.theatre.library.specs import ClipSpec, load_specs
from pipeline.vision.sight import Sight

DANCE = Query("dances", "dances", ("dances", "dancing", "dance"))
LIMITS = SearchSettings(by_words=40, by_pictures=30, examined=17, closely=9, shown=7)


def _chosen() -> list[ClipSpec]:
    """Dances and walks with their troublemakers, and some clips that nobody has described."""
    specs = load_specs()
    dances = [one for one in specs if one.figures[0].motion == "dances"]
    walks = [one for one in specs if one.figures[0].motion == "walks"]
    plain = [one for one in dances if not one.trouble][:9]
    short = [one for one in specs if one.num_frames < 40][:1]
    wordless = [one for one in dances if not one.caption][:2]
    twins = [one for one in specs if one.duplicate_of][:1]
    known = {one.path: one for one in specs}
    originals = [known[one.duplicate_of] for one in twins if one.duplicate_of]
    every = [*plain, *short, *wordless, *twins, *originals, *walks[:6]]
    return list({one.path: one for one in every}.values())


def _sources() -> list[str]:
    return [one.path for one in _chosen()]


@pytest.fixture(scope="module")
def sight() -> Sight:
    return load_sight("theatre")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("searched"))


@pytest.fixture(scope="module")
def library(settings: Settings) -> OpenLibrary:
    made = create_library(settings, "Some dances", "theatre", library_id="some", shared=True)
    finish(draw_library(made.root, _chosen()))
    finish(scan_folder(made))
    return made


@pytest.fixture(scope="module")
def told(
    library: OpenLibrary, sight: Sight, settings: Settings
) -> Iterator[tuple[Retrieval, list[Progress]]]:
    records = list[Progress]()
    work = search(DANCE, [library], sight, settings=settings, limits=LIMITS, aspect=1.5)
    while True:
        try:
            records.append(next(work))
        except StopIteration as end:
            yield end.value, records
            return


def _motion_of(clip: Clip) -> str:
    return next(one.figures[0].motion for one in load_specs() if one.path == clip.source)


def test_the_best_clips_show_the_motion(told: tuple[Retrieval, list[Progress]]) -> None:
    best = [_motion_of(one.clip) for one in told[0].kept[:4]]
    assert best.count("dances") >= 3


def test_every_clip_of_the_library_is_shown_or_has_its_reason(
    told: tuple[Retrieval, list[Progress]], library: OpenLibrary
) -> None:
    found, _ = told
    assert len(found.kept) == LIMITS.shown
    assert len({one.clip.id for one in found.candidates}) == len(found.candidates)
    for one in found.candidates:
        assert bool(one.stage) == bool(one.reason)
    short = [one for one in found.candidates if one.stage == "duration"]
    assert {one.clip.num_frames for one in short} == {12}
    every = {clip.id for source in _sources() for clip in library.catalogue.clips_of(source)}
    assert len(every) == library.catalogue.count()
    assert {one.clip.id for one in found.candidates} == every


def test_what_nobody_described_is_found_by_its_pictures(
    told: tuple[Retrieval, list[Progress]],
) -> None:
    wordless = [one for one in told[0].candidates if not one.clip.caption]
    assert wordless
    assert {one.found_by for one in wordless} == {("pictures",)}
    assert all(one.scores.bm25 is None and one.scores.picture is not None for one in wordless)


def test_the_shown_ones_have_a_crop_that_plays_and_all_scores(
    told: tuple[Retrieval, list[Progress]], settings: Settings
) -> None:
    for one in told[0].kept:
        assert one.track is not None
        assert one.crop is not None
        assert one.crop.end_frame <= (one.clip.num_frames or 0)
        assert None not in (one.scores.clip, one.scores.video_text, one.scores.final)
    finals = [one.scores.final for one in told[0].kept]
    assert finals[0] == max(score for score in finals if score is not None)
    crops = list((settings.home / "cache" / "clips").glob("*/crop-*.mp4"))
    assert len(crops) >= len(told[0].kept)


def test_each_step_says_how_many_it_kept(told: tuple[Retrieval, list[Progress]]) -> None:
    kept = {one.stage: one.kept for one in told[0].counts}
    assert kept["looked"] <= LIMITS.examined
    assert kept["actor"] <= kept["looked"]
    assert kept["closely"] <= LIMITS.closely
    assert kept["shown"] == LIMITS.shown
    assert kept["aspect"] <= kept["frames"] <= kept["duration"] <= kept["words"]


def test_progress_names_every_stage(told: tuple[Retrieval, list[Progress]]) -> None:
    stages = list(dict.fromkeys(one.stage for one in told[1]))
    assert [one for one in stages if one != "index"] == ["pictures", "look", "video_text", "crop"]


def test_searching_again_looks_at_nothing_twice(
    told: tuple[Retrieval, list[Progress]], library: OpenLibrary, sight: Sight, settings: Settings
) -> None:
    cached = {path: path.stat().st_mtime_ns for path in _cached(settings)}
    work = search(DANCE, [library], sight, settings=settings, limits=LIMITS, aspect=1.5)
    again = finish(work)
    assert [one.clip.id for one in again.kept] == [one.clip.id for one in told[0].kept]
    assert {path: path.stat().st_mtime_ns for path in _cached(settings)} == cached


def _cached(settings: Settings) -> list[Path]:
    return sorted((settings.home / "cache" / "clips").rglob("*.*"))


def test_own_clips_come_first_and_pass_every_filter(
    told: tuple[Retrieval, list[Progress]], library: OpenLibrary, sight: Sight, settings: Settings
) -> None:
    short = next(one.clip for one in told[0].candidates if one.stage == "duration")
    work = search(
        DANCE, [library], sight, settings=settings, limits=LIMITS, aspect=1.5, brought=[short]
    )
    found = finish(work)
    assert found.kept[0].clip.id == short.id
    assert found.kept[0].found_by == ("own",)
    assert [one.clip.id for one in found.candidates].count(short.id) == 1


def test_a_stopped_search_keeps_what_it_saw(
    library: OpenLibrary, sight: Sight, settings: Settings, tmp_path: Path
) -> None:
    fresh = replace(settings, home=tmp_path)
    work = search(DANCE, [library], sight, settings=fresh, limits=LIMITS, aspect=1.5)
    for record in work:
        if record.stage == "look" and record.step == 3:
            break
    work.close()
    assert len(list((tmp_path / "cache" / "clips").glob("*/tracks-*.json"))) == 3


def test_the_shipped_pack_looks_with_its_own_models(sight: Sight) -> None:
    troupe = load_record("theatre").troupe
    assert troupe is not None
    assert set(sight.tracker.labels) >= set(troupe.kinds)
    assert len(set(sight.ids)) == 3
