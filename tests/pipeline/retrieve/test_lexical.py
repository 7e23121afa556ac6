"""Both indexes give the same answers; a library gets the one for its size, always up to date."""

from __future__ import annotations

import logging
import math
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clips import Clip, Library, clip_id
from pipeline.errors import RetrievalError
from pipeline.retrieve import lexical
from pipeline.retrieve.catalogue import Catalogue
from pipeline.retrieve.lexical import LexicalIndex, index_library, open_index
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.memory_index import MemoryIndex, stored_lengths
from pipeline.retrieve.tantivy_index import TantivyIndex
from pipeline.retrieve.words import tokenize

Rows = list[tuple[int, list[str]]]
MakeIndex = Callable[[], LexicalIndex]

CAPTIONS = (
    "a man runs",
    "a man jumps",
    "a man swims",
    "a woman runs and runs and runs",
    "",
    "a dog runs fast over the bridge while a man looks on from the far end of the street",
    " ".join(["a", "crowd"] * 150),
)


@pytest.fixture(params=["memory", "tantivy"])
def make_index(request: pytest.FixtureRequest, tmp_path: Path) -> MakeIndex:
    """Give what makes an empty index, by each backend in turn."""
    if request.param == "memory":
        return MemoryIndex
    return lambda: TantivyIndex(Path(tempfile.mkdtemp(dir=tmp_path)))


def rows_of(captions: Sequence[str], first: int = 1) -> Rows:
    return [(rowid, tokenize(text)) for rowid, text in enumerate(captions, first)]


def by_hand(rows: Rows, terms: Sequence[str]) -> dict[int, float]:
    """Give BM25 as its formula says, of every row that scores."""
    lengths = stored_lengths(np.array([len(words) for _, words in rows]))
    mean = sum(len(words) for _, words in rows) / len(rows)
    scores: dict[int, float] = {}
    for (rowid, words), length in zip(rows, lengths, strict=True):
        counts = Counter(words)
        for term in set(terms) & set(words):
            with_it = sum(term in other for _, other in rows)
            idf = math.log1p((len(rows) - with_it + 0.5) / (with_it + 0.5))
            share = counts[term] + 1.2 * (0.25 + 0.75 * float(length) / mean)
            scores[rowid] = scores.get(rowid, 0.0) + idf * counts[term] * 2.2 / share
    return scores


def agrees(found: list[tuple[int, float]], scores: dict[int, float], limit: int) -> None:
    """Check an answer against the true scores: its ids up to ties, each score, the order."""
    true = sorted(scores.values(), reverse=True)[:limit]
    assert len({rowid for rowid, _ in found}) == len(found) == len(true)
    assert [score for _, score in found] == pytest.approx(true, rel=1e-5)
    assert [scores[rowid] for rowid, _ in found] == pytest.approx(true, rel=1e-5)
    assert found == sorted(found, key=lambda hit: (-hit[1], hit[0]))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize(
    "question",
    ["man runs", "runs", "a", "crowd a", "bridge swims", "nothing of it", "", "man man man"],
)
def test_scores_are_those_of_the_formula(make_index: MakeIndex, question: str, limit: int) -> None:
    rows = rows_of(CAPTIONS, first=7)
    index = make_index()
    index.add(rows)
    terms = tokenize(question)
    agrees(index.search(terms, limit), by_hand(rows, terms), limit)


WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=60)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=30),
    st.lists(st.sampled_from("abcdefghx"), max_size=6),
    st.integers(1, 40),
)
def test_both_backends_answer_alike(
    captions: list[list[str]], terms: list[str], limit: int
) -> None:
    rows = list(enumerate(captions, 3))
    half = len(rows) // 2
    with tempfile.TemporaryDirectory() as folder:
        for index in (MemoryIndex(), TantivyIndex(Path(folder))):
            index.add(rows[:half])
            index.add(rows[half:])
            agrees(index.search(terms, limit), by_hand(rows, terms), limit)


def test_of_equal_scores_the_lower_row_comes_first(make_index: MakeIndex) -> None:
    rows: Rows = [(rowid, ["a", "man"]) for rowid in range(1, 500)]
    index = make_index()
    for start, end in ((0, 10), (10, 40), (40, 499)):  # parts on disk, later ones larger
        index.add(rows[start:end])
    assert [rowid for rowid, _ in index.search(["man"], 5)] == [1, 2, 3, 4, 5]
    assert [rowid for rowid, _ in index.search(["man"], 499)] == [rowid for rowid, _ in rows]


def test_an_empty_index_finds_nothing(make_index: MakeIndex) -> None:
    index = make_index()
    assert index.search(["man"], 5) == []
    index.add([])
    assert index.search(["man"], 5) == []
    index.add([(4, [])])
    assert index.search(["man"], 5) == []


def test_one_and_two_clips_have_their_scores(make_index: MakeIndex) -> None:
    one, two = make_index(), make_index()
    one.add([(1, ["a", "man", "runs"])])
    two.add([(1, ["a", "man", "runs"]), (2, ["a", "dog", "swims"])])
    assert one.search(["man", "runs"], 5) == [(1, pytest.approx(0.5753641, rel=1e-5))]
    assert two.search(["man", "runs"], 5) == [(1, pytest.approx(1.3862944, rel=1e-5))]


@pytest.mark.parametrize(
    "term",
    [
        "man: runs (fast",
        '"',
        "words:man",
        "*",
        "man OR",
        "\\",
        "\0",
        "",
        " ",
        "\U0001f57a",
        "x" * 99_999,
    ],
)
def test_odd_words_are_only_words(make_index: MakeIndex, term: str) -> None:
    index = make_index()
    index.add(rows_of(CAPTIONS))
    assert index.search([term], 5) == []
    assert index.search([term, "swims"], 5) == index.search(["swims"], 5) != []


def test_ten_thousand_words_are_searched(make_index: MakeIndex) -> None:
    rows: Rows = [(rowid, [f"w{rowid}", f"w{rowid * 3}"]) for rowid in range(1, 400)]
    index = make_index()
    index.add(rows)
    terms = [f"w{number}" for number in range(10_000)]
    agrees(index.search(terms, 50), by_hand(rows, terms), 50)


def test_nothing_is_asked_for(make_index: MakeIndex) -> None:
    index = make_index()
    index.add(rows_of(CAPTIONS))
    assert index.search(["man"], 0) == []


def test_lengths_are_kept_as_lucene_keeps_them() -> None:
    exact = np.arange(41)
    assert (stored_lengths(exact) == exact).all()
    above = [41, 42, 43, 55, 56, 59, 60, 87, 88, 95, 96, 152, 167, 168, 3000, 10**6]
    kept = [40, 42, 42, 54, 56, 56, 60, 84, 88, 88, 96, 152, 152, 168, 2840, 983_064]
    assert stored_lengths(np.array(above)).tolist() == kept


# The index of a library


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenLibrary:
    """Give a library of 40 clips, which is many here."""
    monkeypatch.setattr(lexical, "IN_MEMORY", 30)
    path = tmp_path / "walks"
    record = Library(id="walks", title="Walks", kind="list", created="2026-01-02T03:04:05+00:00")
    opened = OpenLibrary(record, path, Catalogue(path / "catalogue.sqlite"))
    fill(opened, range(40))
    return opened


def fill(library: OpenLibrary, numbers: range) -> None:
    library.catalogue.add(
        Clip(id=clip_id(f"{n}.mp4", None, None), library="walks", source=f"{n}.mp4", caption=text)
        for n, text in ((n, f"a man{n % 7} walks past shop{n}") for n in numbers)
    )


def rowids(index: LexicalIndex, *terms: str) -> list[int]:
    return [rowid for rowid, _ in index.search(terms, 100)]


def test_the_size_of_a_library_chooses_its_index(
    library: OpenLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert isinstance(open_index(library), TantivyIndex)
    assert "40 captions are searched by tantivy" in caplog.text
    large = open_index(library).search(["man3"], 9)
    monkeypatch.setattr(lexical, "IN_MEMORY", 40)
    small = open_index(library)
    assert isinstance(small, MemoryIndex)
    assert "40 captions are searched in memory" in caplog.text
    assert [rowid for rowid, _ in small.search(["man3"], 9)] == [rowid for rowid, _ in large]


def test_an_index_is_kept_and_takes_in_what_is_new(
    library: OpenLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39]
    stamp = newest(library)
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39]
    assert newest(library) == stamp  # nothing was written
    fill(library, range(40, 50))
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39, 46]
    assert rowids(open_index(library), "shop49") == [50]
    assert "anew" not in caplog.text


def newest(library: OpenLibrary) -> int:
    files = (library.path / "index").rglob("*.*")
    return max(file.stat().st_mtime_ns for file in files if not file.name.endswith(".lock"))


def test_a_changed_caption_and_a_lost_clip_are_searched_as_they_are_now(
    library: OpenLibrary,
) -> None:
    assert rowids(open_index(library), "shop5") == [6]
    library.catalogue.mark(clip_id("5.mp4", None, None), caption="nobody")
    assert rowids(open_index(library), "shop5") == []
    assert rowids(open_index(library), "nobody") == [6]
    assert len(list((library.path / "index").iterdir())) == 1


def test_indexing_a_library_reports_its_progress(library: OpenLibrary) -> None:
    records = list(index_library(library))
    assert [(one.stage, one.step, one.total) for one in records] == [("index", 0, 40)]


HARM: dict[str, Callable[[Path], object]] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "cut": lambda file: os.truncate(file, file.stat().st_size // 2),
    "noise": lambda file: file.write_bytes(b"\x5a" * file.stat().st_size),
    "a bit": lambda file: file.write_bytes(
        bytes([file.read_bytes()[0] ^ 1]) + file.read_bytes()[1:]
    ),
}


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize(
    "kind", ["meta.json", "*.idx", "*.term", "*.fast", "*.fieldnorm", "*.store"]
)
def test_a_damaged_index_is_made_anew(
    library: OpenLibrary, kind: str, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    open_index(library)
    [file] = (library.path / "index").rglob(kind)
    HARM[harm](file)
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39]
    assert "made anew" in caplog.text or (kind, harm) == ("meta.json", "gone")


def test_what_was_committed_before_a_break_is_not_indexed_again(
    library: OpenLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    work = index_library(library)
    next(work)
    work.close()
    half = TantivyIndex(next((library.path / "index").iterdir()))
    half.add([(rowid, tokenize(text)) for rowid, text in library.catalogue.rows(limit=20)])
    (half.folder / "0123456789abcdef0123456789abcdef.idx").write_bytes(b"half written")
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39]
    assert "anew" not in caplog.text


def test_an_index_of_another_catalogue_is_made_anew(
    library: OpenLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    open_index(library)
    for file in library.path.glob("catalogue.sqlite*"):
        file.unlink()
    again = OpenLibrary(library.record, library.path, Catalogue(library.path / "catalogue.sqlite"))
    fill(again, range(100, 135))
    assert rowids(open_index(again), "shop5") == []
    assert rowids(open_index(again), "shop134") == [35]
    assert "more captions than the catalogue" in caplog.text


def test_two_cannot_add_at_once(tmp_path: Path) -> None:
    one, two = TantivyIndex(tmp_path), TantivyIndex(tmp_path)

    def rows() -> Rows:
        with pytest.raises(RetrievalError, match="cannot be added to"):
            two.add([(1, ["man"])])
        return [(1, ["man"])]

    one.add(row for part in [rows] for row in part())
    assert [rowid for rowid, _ in one.search(["man"], 3)] == [1]


def test_an_emptied_index_folder_is_no_harm(library: OpenLibrary) -> None:
    open_index(library)
    shutil.rmtree(library.path / "index")
    assert rowids(open_index(library), "man3") == [4, 11, 18, 25, 32, 39]
