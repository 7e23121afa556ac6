"""The catalogue: rows in and out, what a filter lets through, and the versions an index needs."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.clips import Clip, ClipFilter, clip_id
from pipeline.errors import InputError, WorkspaceError
from pipeline.retrieve.catalogue import Catalogue
from pipeline.retrieve.rows import Source, key_of, row_of

GOOD = {"duration_seconds": 3.5, "num_frames": 84, "fps": 24.0, "width": 640, "height": 360}


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "zoo" / "catalogue.sqlite", licence="CC-BY-4.0")


def make_clip(name: str, **facts: object) -> Clip:
    source = f"{name}.mp4"
    fields = {"id": clip_id(source, None, None), "library": "zoo", "source": source, **facts}
    return Clip.model_validate(fields)


def test_a_clip_comes_back_as_it_was(catalogue: Catalogue) -> None:
    clip = make_clip(
        "fox",
        caption="a fox\nruns ✓",
        licence="CC0",
        credit="Ada",
        state="bad",
        reason="broken",
        content_hash="ab" * 32,
        own=True,
        **GOOD,
    )
    assert catalogue.add([clip], source="by hand") == 1
    assert catalogue.clip(clip.id) == clip
    assert catalogue.by_rowids([1]) == [clip]
    assert catalogue.source("by hand") == Source("by hand")


@given(st.integers(0, 2**63 - 1).map(lambda key: 2 * key + key % 2))
@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30
)
def test_every_id_finds_its_clip_and_no_other(catalogue: Catalogue, number: int) -> None:
    clip = make_clip("any").model_copy(update={"id": f"{number:016x}", "source": f"{number}.mp4"})
    catalogue.add([clip])
    assert catalogue.clip(clip.id).source == f"{number}.mp4"
    sibling = f"{number ^ 1:016x}"  # the same key, another id
    with pytest.raises(InputError, match="no clip"):
        catalogue.clip(sibling)
    with pytest.raises(InputError, match="no clip"):
        catalogue.mark(sibling, state="ok")
    assert catalogue.clips([sibling]) == []
    assert catalogue.rowids([sibling]) == {}


def test_adding_again_adds_nothing_but_takes_new_words(catalogue: Catalogue) -> None:
    fox, owl = make_clip("fox", caption="a fox", **GOOD), make_clip("owl", caption="an owl")
    assert catalogue.add([fox, owl]) == 2
    before = catalogue.captions_version()
    assert catalogue.add([owl, make_clip("cat")]) == 1
    assert catalogue.captions_version() == before
    assert catalogue.add([make_clip("fox", caption="a red fox")]) == 0
    assert catalogue.clip(fox.id).caption == "a red fox"
    assert catalogue.clip(fox.id).num_frames == 84
    assert catalogue.captions_version() > before
    assert catalogue.count() == 3


def test_rows_come_in_order_and_in_pieces(catalogue: Catalogue) -> None:
    catalogue.add(make_clip(f"clip{n}", caption=f"words {n}") for n in range(7))
    assert catalogue.rows(2, 2) == [(3, "words 2"), (4, "words 3")]
    assert list(catalogue.captions())[-1] == (7, "words 6")
    assert [clip.source for clip in catalogue.by_rowids([6, 99, 2])] == ["clip5.mp4", "clip1.mp4"]
    ids = [make_clip(f"clip{n}").id for n in (4, 1)]
    assert [clip.id for clip in catalogue.clips([*ids, "0" * 16])] == ids
    assert catalogue.rowids(ids) == {ids[0]: 5, ids[1]: 2}


def test_a_filter_keeps_the_unknown_and_never_the_bad(catalogue: Catalogue) -> None:
    facts: list[dict[str, object]] = [
        {},
        GOOD,
        {**GOOD, "state": "bad", "reason": "it is damaged"},
        {**GOOD, "duration_seconds": 1.25},
        {**GOOD, "num_frames": 39},
        {**GOOD, "width": 320, "height": 361},
        {"width": 320},
        {"duration_seconds": 1.9999999},
        {"state": "bad"},
    ]
    catalogue.add(make_clip(f"clip{n}", **one) for n, one in enumerate(facts))
    rowids = [9, 8, 7, 6, 5, 4, 3, 2, 1, 44]
    assert catalogue.kept(rowids, ClipFilter()) == [8, 7, 2, 1]
    dropped = catalogue.dropped(rowids, ClipFilter())
    assert dropped == {
        9: ("unreadable", "the file cannot be read"),
        6: ("aspect", "it is 0.89 times as wide as high; 0.9 times is needed"),
        5: ("frames", "it has 39 frames; 40 are needed"),
        4: ("duration", "it lasts 1.2 s; 2 s are needed"),
        3: ("unreadable", "it is damaged"),
    }
    assert list(dropped) == [9, 6, 5, 4, 3]
    wide = ClipFilter(min_seconds=1.25, min_frames=0, min_aspect=0.5)
    assert catalogue.kept(rowids, wide) == [8, 7, 6, 5, 4, 2, 1]


def test_what_is_known_changes(catalogue: Catalogue) -> None:
    fox = make_clip("fox")
    catalogue.add([fox])
    catalogue.mark(fox.id, state="ok", **GOOD)
    assert catalogue.clip(fox.id) == make_clip("fox", state="ok", licence="CC-BY-4.0", **GOOD)
    with pytest.raises(InputError):
        catalogue.mark("0" * 16, state="ok")
    with pytest.raises(ValueError, match="key"):
        catalogue.mark(fox.id, key=3)


def test_a_video_looked_into_again_has_only_its_new_clips(catalogue: Catalogue) -> None:
    whole = make_clip("fox", state="ok", **GOOD)
    part = make_clip("fox").model_copy(
        update={"id": clip_id("fox.mp4", 1, 2), "start_seconds": 1.0, "end_seconds": 2.0}
    )
    owl = make_clip("owl", state="ok")
    catalogue.settle(Source("owl.mp4"), [owl])
    catalogue.settle(Source("fox.mp4", 10, 20, "a"), [whole])
    before = catalogue.captions_version()
    catalogue.settle(Source("fox.mp4", 11, 21, "b"), [part.model_copy(update={"state": "ok"})])
    assert [clip.id for clip in catalogue.clips_of("fox.mp4")] == [part.id]
    assert catalogue.source("fox.mp4") == Source("fox.mp4", 11, 21, "b")
    assert catalogue.rowids([part.id, owl.id]) == {owl.id: 1, part.id: 3}  # 2 is not used again
    assert catalogue.captions_version() > before
    catalogue.lose(Source("owl.mp4"), "the file is gone")
    assert catalogue.clip(owl.id).reason == "the file is gone"
    assert catalogue.sources()["owl.mp4"].state == "gone"


def test_licences_are_the_clips_own_else_the_librarys(catalogue: Catalogue) -> None:
    catalogue.add(
        [
            make_clip("fox", licence="CC0", caption="x", duration_seconds=2.5),
            make_clip("owl", own=True, duration_seconds=4.0),
            make_clip("cat", state="bad"),
        ]
    )
    assert [clip.licence for clip in catalogue.by_rowids([1, 2])] == ["CC0", "CC-BY-4.0"]
    stats = catalogue.stats()
    assert stats.licences == {"CC-BY-4.0": 2, "CC0": 1}
    assert (stats.clips, stats.unknown, stats.ok, stats.bad) == (3, 2, 0, 1)
    assert (stats.with_caption, stats.own, stats.seconds) == (1, 1, 6.5)


def test_many_rows_stay_when_the_work_is_stopped_between_batches(catalogue: Catalogue) -> None:
    def stopped() -> None:
        with catalogue.writing() as writer:
            writer.add([row_of(make_clip("fox"))])
            writer.note(Source("list", done_lines=1, state="partly"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert catalogue.count() == 1
    assert catalogue.source("list") == Source("list", done_lines=1, state="partly")


def test_threads_and_a_second_object_share_a_catalogue(catalogue: Catalogue) -> None:
    def add(number: int) -> int:
        own = Catalogue(catalogue.path)
        return own.add(make_clip(f"{number % 3}-{n}", caption=f"{n}") for n in range(40))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(add, range(6))) == 120
    assert catalogue.count() == 120


def test_a_file_that_is_no_catalogue_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"<html>" * 2000)
    with pytest.raises(WorkspaceError, match="cannot be used"):
        Catalogue(tmp_path / "broken.sqlite")
    later = Catalogue(tmp_path / "later.sqlite").path
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(WorkspaceError, match="later version"):
        Catalogue(later)


def test_keys_fit_into_the_database() -> None:
    assert key_of("ffffffffffffffff") == (2**63 - 1, 1)
    assert key_of("0000000000000002") == (1, 0)
