"""As many clips as are asked for, where there are as many, and a reason for all the others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clips import Clip, ClipFilter, Library, SearchSettings, clip_id
from pipeline.retrieve import candidates
from pipeline.retrieve.candidates import find_by_words, find_in_libraries, search_captions
from pipeline.retrieve.catalogue import Catalogue
from pipeline.retrieve.lexical import LexicalIndex, open_index
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.memory_index import MemoryIndex

LIMIT = SearchSettings().by_words
WHERE = ClipFilter()
ANY = ClipFilter(min_seconds=0, min_frames=0, min_aspect=0)
NAMES = ("man", "dog", "runs", "jumps", "fast", "a", "bridge")

BAD: tuple[dict[str, object], ...] = (
    {"duration_seconds": 1.5},
    {"duration_seconds": 9.0, "num_frames": 39},
    {"width": 80, "height": 96},
    {"state": "bad", "reason": "moov atom not found"},
)
GOOD: tuple[dict[str, object], ...] = (
    {},
    {"duration_seconds": 6.0, "num_frames": 48},
    {"width": 288, "height": 192},
)


def clip(number: int, caption: str, library: str = "walks", /, **facts: object) -> Clip:
    source = f"{number}.mp4"
    id_ = clip_id(source, None, None)
    fields = {"id": id_, "library": library, "source": source, "caption": caption, **facts}
    return Clip.model_validate(fields)


def library_of(folder: Path, clips: Sequence[Clip], name: str = "walks") -> OpenLibrary:
    record = Library(id=name, title=name, kind="list", created="2026-01-02T03:04:05+00:00")
    catalogue = Catalogue(folder / name / "catalogue.sqlite")
    catalogue.add(clips)
    return OpenLibrary(record, folder / name, catalogue)


def passes(one: Clip, where: ClipFilter) -> bool:
    """Say what the filter means, without the catalogue."""
    if one.state == "bad":
        return False
    known = (
        (one.duration_seconds, where.min_seconds),
        (one.num_frames, where.min_frames),
        (one.aspect, where.min_aspect),
    )
    return all(value is None or value >= least for value, least in known)


def varied(seed: int, count: int, passing: float) -> list[Clip]:
    """Give clips of which about that share passes the filter."""
    rng = random.Random(seed)
    clips = []
    for number in range(count):
        words = " ".join(rng.choice(NAMES) for _ in range(rng.randrange(12)))
        facts = rng.choice(GOOD if rng.random() < passing else BAD)
        clips.append(clip(number, words, **facts))
    return clips


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 999),
    count=st.integers(0, 120),
    passing=st.sampled_from([0.0, 0.03, 0.5, 1.0]),
    limit=st.integers(0, 40),
)
def test_the_best_that_pass_are_found(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, passing: float, limit: int
) -> None:
    clips = varied(seed, count, passing)
    library = library_of(tmp_path_factory.mktemp("clips"), clips)
    index = open_index(library)
    terms = random.Random(seed).choices(NAMES, k=3)
    everything = index.search(terms, count + 1)
    wanted = [hit for hit in everything if passes(clips[hit[0] - 1], WHERE)][:limit]
    found = search_captions(index, library.catalogue, terms, limit=limit, where=WHERE)
    assert found.hits == wanted
    assert found.hits == find_by_words(index, library.catalogue, terms, limit=limit, where=WHERE)
    before = everything[: everything.index(wanted[-1])] if len(wanted) == limit > 0 else everything
    passed_over = [hit for hit in before if not passes(clips[hit[0] - 1], WHERE)]
    assert found.passed_over == (passed_over if limit else [])


def test_a_full_number_comes_back_where_there_is_one(tmp_path: Path) -> None:
    library = library_of(tmp_path, varied(5, 2000, 0.4))
    found = find_by_words(
        open_index(library), library.catalogue, ["man", "a"], limit=LIMIT, where=WHERE
    )
    assert len(found) == 400


class CountedIndex(MemoryIndex):
    """An index that notes how much was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def search(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        self.asked.append(limit)
        return super().search(terms, limit)


def counted(library: OpenLibrary) -> CountedIndex:
    index = CountedIndex()
    index.add((rowid, caption.split()) for rowid, caption in library.catalogue.captions())
    return index


def test_more_is_asked_for_only_where_it_is_needed(tmp_path: Path) -> None:
    library = library_of(tmp_path, [clip(n, "a man", num_frames=n) for n in range(300)])
    index = counted(library)

    def found(min_frames: int) -> int:
        index.asked.clear()
        where = ClipFilter(min_frames=min_frames)
        return len(find_by_words(index, library.catalogue, ["man"], limit=20, where=where))

    assert (found(0), index.asked) == (20, [30])
    assert (found(60), index.asked) == (20, [30, 60, 120])
    assert (found(290), index.asked) == (10, [30, 60, 120, 240, 480])


def test_a_filter_that_nothing_passes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "_DEEPEST", 100)
    library = library_of(tmp_path, [clip(n, "a man", num_frames=n) for n in range(300)])
    index = counted(library)
    where = ClipFilter(min_frames=9999)
    assert find_by_words(index, library.catalogue, ["man"], limit=20, where=where) == []
    assert index.asked == [30, 60, 120]


@pytest.mark.parametrize("terms", [[], [""], ["?!"], ["nobody"]])
def test_no_words_find_nothing(tmp_path: Path, terms: list[str]) -> None:
    library = library_of(tmp_path, [clip(1, "a man")])
    assert (
        find_by_words(open_index(library), library.catalogue, terms, limit=LIMIT, where=WHERE) == []
    )


def test_words_are_taken_apart_as_captions_are(tmp_path: Path) -> None:
    library = library_of(tmp_path, [clip(1, "The MAN's dog: (Jumps)"), clip(2, "a cat")])
    index = open_index(library)
    terms = ["man: runs (fast", '"DOG\u2019s', "jumps jumps"]
    found = find_by_words(index, library.catalogue, terms, limit=LIMIT, where=WHERE)
    assert found == index.search(["man", "dog", "jumps"], 5)
    assert [rowid for rowid, _ in found] == [1]


# Several libraries


def searched(*libraries: OpenLibrary) -> list[tuple[OpenLibrary, LexicalIndex]]:
    return [(library, open_index(library)) for library in libraries]


def test_libraries_are_merged_by_score(tmp_path: Path) -> None:
    walks = [clip(n, f"{'a ' * n}man") for n in range(9)]
    parks = [clip(100 + n, f"{'the ' * n}man", "parks") for n in range(6)]
    both = searched(library_of(tmp_path, walks), library_of(tmp_path, parks, "parks"))
    found = find_in_libraries(both, ["man"], limit=7, where=ANY)
    scores = [one.scores.bm25 or 0.0 for one in found.kept]
    every = [score for _, index in both for _, score in index.search(["man"], 99)]
    assert scores == sorted(every, reverse=True)[:7]
    assert {one.clip.library for one in found.kept} == {"walks", "parks"}
    assert {one.found_by for one in found.kept} == {("words",)}
    assert found.dropped == []


def test_a_clip_of_two_libraries_comes_once_with_its_better_score(tmp_path: Path) -> None:
    one = library_of(tmp_path, [clip(1, "a man"), clip(2, "a dog"), clip(3, "a cat")])
    other = library_of(tmp_path, [clip(1, "a man"), clip(4, "man")], "parks")
    found = find_in_libraries(searched(one, other), ["man"], limit=LIMIT, where=ANY)
    [twice] = [one for one in found.kept if one.clip.source == "1.mp4"]
    assert len(found.kept) == 2
    assert twice.clip.library == "walks"  # where few have the word, it says more


def test_each_dropped_clip_has_its_reason_and_is_counted(tmp_path: Path) -> None:
    clips = [
        clip(1, "a man runs", duration_seconds=1.25),
        clip(2, "a man runs", num_frames=12),
        clip(3, "a man runs", num_frames=13),
        clip(4, "a man runs", width=90, height=200),
        clip(5, "a man runs", state="bad", reason="no picture in it"),
        clip(6, "a man runs", duration_seconds=9.0, num_frames=72, width=96, height=96),
        clip(7, "a man runs"),
        clip(8, "a dog swims", num_frames=3),
    ]
    found = find_in_libraries(
        searched(library_of(tmp_path, clips)), ["runs"], limit=LIMIT, where=WHERE
    )
    assert [one.clip.source for one in found.kept] == ["6.mp4", "7.mp4"]
    assert [(one.clip.source, one.stage) for one in found.dropped] == [
        ("1.mp4", "duration"),
        ("2.mp4", "frames"),
        ("3.mp4", "frames"),
        ("4.mp4", "aspect"),
        ("5.mp4", "unreadable"),
    ]
    assert all(one.reason and one.scores.bm25 for one in found.dropped)
    assert found.dropped[-1].reason == "no picture in it"
    counts = {one.stage: one.kept for one in found.counts}
    assert counts == {"words": 7, "unreadable": 6, "duration": 5, "frames": 3, "aspect": 2}


def test_no_library_gives_nothing() -> None:
    found = find_in_libraries([], ["man"], limit=LIMIT, where=WHERE)
    assert (found.kept, found.dropped, found.counts[0].kept) == ([], [], 0)
