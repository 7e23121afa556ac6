"""Captions of a small library, searched in memory: rank-bm25 with two of its sums put right."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence

import numpy as np
from rank_bm25 import BM25Okapi

K1, B = 1.2, 0.75
"""How soon a repeated word stops counting, and how much long captions are held back (Lucene's)."""


class CaptionBM25(BM25Okapi):
    """BM25 as Lucene and tantivy count it.

    rank-bm25 gives a word found in half of the captions or more no weight, or a negative one, and
    fails on none: in a library of two clips every score is 0. Lucene's idf is above 0 always.
    """

    def __init__(self, corpus: Sequence[list[str]]) -> None:
        super().__init__(corpus, k1=K1, b=B)
        self.doc_len = stored_lengths(np.asarray(self.doc_len))

    def _calc_idf(self, nd: dict[str, int]) -> None:
        size = self.corpus_size
        self.idf = {word: math.log1p((size - n + 0.5) / (n + 0.5)) for word, n in nd.items()}


def stored_lengths(lengths: np.ndarray) -> np.ndarray:
    """Round lengths down as tantivy and Lucene do, which keep one byte of each.

    Up to 40 words are exact; above, four binary digits of `length - 24` are kept.

    Args:
        lengths: int (N,), words per caption.

    Returns:
        int (N,).
    """
    above = np.maximum(lengths - 24, 8)
    step = 2 ** (np.log2(above).astype(np.int64) - 3)
    return np.where(lengths > 40, 24 + above // step * step, lengths)


class MemoryIndex:
    """A `LexicalIndex` for up to some 100 000 captions; it is made anew when captions come."""

    def __init__(self) -> None:
        self._rowids: list[int] = []
        self._captions: list[list[str]] = []
        self._scorer: CaptionBM25 | None = None

    def add(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Take in captions: rowid and words, rowids ascending."""
        for rowid, words in rows:
            self._rowids.append(rowid)
            self._captions.append([sys.intern(word) for word in words])
        self._scorer = CaptionBM25(self._captions) if any(self._captions) else None

    def search(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """Give up to `limit` captions with any of the terms: rowid and score, best first."""
        if self._scorer is None or limit < 1:
            return []
        known = [term for term in dict.fromkeys(terms) if term in self._scorer.idf]
        scores = self._scorer.get_scores(known)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(self._rowids[at], float(scores[at])) for at in best if scores[at] > 0]
