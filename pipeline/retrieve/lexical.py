"""Captions by their words: what an index can do, and which one a library gets."""

from __future__ import annotations

import itertools
import logging
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pipeline.files import short, workspace_errors
from pipeline.progress import Progress, Work, finish
from pipeline.retrieve.libraries import OpenLibrary
from pipeline.retrieve.memory_index import MemoryIndex
from pipeline.retrieve.tantivy_index import TantivyIndex
from pipeline.retrieve.words import TOKENISER, tokenize

logger = logging.getLogger(__name__)

IN_MEMORY = 100_000
"""Up to so many clips an index in memory is quick enough: 0.1 s a question, 0.2 GB."""
_STEP_ROWS = 1_000_000
"""So many captions are indexed between two reports of progress."""


class LexicalIndex(Protocol):
    """Captions by their words, scored by BM25 (k1 1.2, b 0.75, Lucene's idf)."""

    def add(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Take in captions: rowid and words; rowids ascending, above those that are there."""
        ...

    def search(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Give up to `limit` captions with any of the terms.

        Returns:
            Rowid and score above 0, best first, of equal scores the lower rowid first. A term
            counts once, however often it is given.
        """
        ...


def open_index(library: OpenLibrary) -> LexicalIndex:
    """Give the index of a library's captions, up to date; see `index_library`."""
    return finish(index_library(library))


def index_library(library: OpenLibrary) -> Work[LexicalIndex]:
    """Bring the index of a library's captions up to date and give it.

    Up to `IN_MEMORY` clips it is made in memory each time. Above, it lies in the library's `index/`
    and takes in what is new; it is made anew where captions changed, or where it is damaged.

    Raises:
        RetrievalError: another process is adding to the index.
        WorkspaceError: the catalogue or the index cannot be read or written.
    """
    size = library.catalogue.count()
    small = size <= IN_MEMORY
    why = "in memory" if small else f"by tantivy: more than {IN_MEMORY} are too slow in memory"
    logger.info("library %s: %d captions are searched %s", library.record.id, size, why)
    if not small:
        return (yield from _persisted(library, size))
    index = MemoryIndex()
    index.add((rowid, tokenize(caption)) for rowid, caption in library.catalogue.captions())
    return index


def _persisted(library: OpenLibrary, size: int) -> Work[TantivyIndex]:
    """Give the index in the library's folder, made for its captions as they are now."""
    name = f"{TOKENISER}-{library.catalogue.captions_version()}"
    folder = library.path / "index" / name
    _drop_others(folder)
    index = _opened(folder)
    if index.num_captions > size:
        index = _anew(folder, "it holds more captions than the catalogue")
    yield from _append(library, index, size)
    if index.num_captions < size:
        index = _anew(folder, "it lacks captions of the catalogue")
        yield from _append(library, index, size)
    return index


def _opened(folder: Path) -> TantivyIndex:
    try:
        return TantivyIndex(folder)
    except (ValueError, OSError) as error:
        return _anew(folder, str(error))


def _anew(folder: Path, reason: str) -> TantivyIndex:
    logger.warning("the index %s is made anew: %s", short(folder), reason)
    with workspace_errors(f"clear the index {short(folder)}"):
        shutil.rmtree(folder)
    return TantivyIndex(folder)


def _drop_others(folder: Path) -> None:
    """Delete the indexes of captions as they were, and of other ways to take them apart."""
    others = [other for other in folder.parent.glob("*") if other.name != folder.name]
    with workspace_errors(f"clear the index {short(folder.parent)}"):
        for other in others:
            shutil.rmtree(other) if other.is_dir() else other.unlink()


def _append(library: OpenLibrary, index: TantivyIndex, size: int) -> Iterator[Progress]:
    """Index the captions behind the last one that is in it, and report each million."""
    done, note = index.num_captions, f"captions of {library.record.title}"
    if done >= size:  # the last row is looked for only where it is needed: all are read for it
        return
    rows = ((rowid, tokenize(text)) for rowid, text in library.catalogue.captions(index.last_rowid))
    while done < size:
        yield Progress(stage="index", step=done, total=size, note=note)
        index.add(itertools.islice(rows, _STEP_ROWS))
        if index.num_captions == done:
            return
        done = index.num_captions
