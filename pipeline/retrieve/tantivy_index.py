"""Captions of a large library, searched by tantivy from files: BM25 as `CaptionBM25` counts it."""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from tantivy import (
    Document,
    Index,
    IndexWriter,
    Occur,
    Order,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from pipeline.errors import RetrievalError
from pipeline.files import short, workspace_errors

_WORDS, _ROWID, _SPACES = "words", "rowid", "spaces"
_HEAP_BYTES = 256_000_000
"""Room for some two million captions before a part of the index is written out."""
_MOST_TIES = 20_000
"""Of more captions of equal score than these, those in the largest part of the index come first."""


class TantivyIndex:
    """A `LexicalIndex` in a folder: what was added and committed stays.

    It holds no text, only which words are in which row and how often.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index, making its folder if there is none.

        Raises:
            ValueError, OSError: it is damaged, or of another make.
            WorkspaceError: the folder cannot be made.
        """
        self.folder = folder
        with workspace_errors(f"open the index {short(folder)}"):
            folder.mkdir(parents=True, exist_ok=True)
        _check_files(folder)
        self._schema = _schema()
        self._index = Index(self._schema, path=str(folder), sort_by_field=_ROWID)
        # Tokenisers are not kept with an index. Words are parted by `tokenize`, joined by a space.
        spaces = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
        self._index.register_tokenizer(_SPACES, spaces)

    @property
    def num_captions(self) -> int:
        """How many captions are committed."""
        return self._index.searcher().num_docs

    @property
    def last_rowid(self) -> int:
        """The highest rowid that is committed; 0 = none."""
        found = self._index.searcher().search(
            Query.all_query(), limit=1, count=False, order_by_field=_ROWID, order=Order.Desc
        )
        return found.hits[0][0] if found.hits else 0

    def add(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Add captions: rowid and words; rowids ascending, above those that are there.

        Raises:
            RetrievalError: another process is adding to it.
            WorkspaceError: it cannot be written.
        """
        writer = self._writer()
        with workspace_errors(f"write the index {short(self.folder)}"):
            for rowid, words in rows:
                document = Document()
                document.add_integer(_ROWID, rowid)
                document.add_text(_WORDS, " ".join(words))
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()

    def search(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Give up to `limit` captions with any of the terms: rowid and score, best first."""
        if limit < 1:
            return []
        asked = limit + limit // 2
        while True:
            found = self._best(terms, asked)
            cut_in_ties = len(found) == asked and found[limit - 1][1] == found[-1][1]
            if not cut_in_ties or asked > _MOST_TIES:
                return sorted(found, key=_best_first)[:limit]
            asked *= 4

    def _best(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Give the best captions; of equal ones tantivy takes those of any part of the index."""
        queries = [
            (Occur.Should, Query.term_query(self._schema, _WORDS, term, index_option="freq"))
            for term in dict.fromkeys(terms)
        ]
        searcher = self._index.searcher()
        hits = searcher.search(Query.boolean_query(queries), limit=limit, count=False).hits
        rowids = searcher.fast_field_values(_ROWID, [address for _, address in hits])
        return [(int(rowid or 0), score) for rowid, (score, _) in zip(rowids, hits, strict=True)]

    def _writer(self) -> IndexWriter:
        try:  # one thread: captions stay in the order of their rows
            return self._index.writer(_HEAP_BYTES, num_threads=1)
        except ValueError as error:
            raise RetrievalError(
                f"the index {short(self.folder)} cannot be added to: {error}",
                hint="Wait until the other search or scan of this library is done.",
            ) from error


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_text_field(_WORDS, tokenizer_name=_SPACES, index_option="freq")
    builder.add_integer_field(_ROWID, fast=True)
    return builder.build()


def _best_first(hit: tuple[int, float]) -> tuple[float, int]:
    rowid, score = hit
    return -score, rowid


def _check_files(folder: Path) -> None:
    """Compare the files of the index with the checksums in them; ValueError where one differs.

    tantivy itself looks at them only as it reads, and then may stop the whole process.
    """
    meta = folder / "meta.json"
    if not meta.exists():
        return
    for segment in json.loads(meta.read_text(encoding="utf-8"))["segments"]:
        for file in folder.glob(f"{segment['segment_id'].replace('-', '')}.*"):
            if not _is_whole(file):
                raise ValueError(f"{file.name} is damaged")


def _is_whole(file: Path) -> bool:
    """Say whether a file's checksum is right: `content, {"crc": ...}, length of that, 1337`."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        length, magic = struct.unpack("<II", data[-8:])
        if magic != 1337 or length > len(data) - 8:
            return False
        end = len(data) - 8 - length
        with memoryview(data) as view, view[:end] as content:
            return zlib.crc32(content) == json.loads(data[end:-8])["crc"]
