"""How quickly captions of a large library are searched: `python -m tests.benchmarks.captions`.

Writes synthetic captions as InternVid publishes its own (12 words each, of 150 000 pseudo-words,
the r-th of them as frequent as r^-1.1; spans of 0.5 to 8 s, of which four fifths pass the filter),
takes them into a library, indexes them, and asks 30 questions of six words in a fresh process, with
the attribute filter: 400 clips each. Up to 100 000 captions both backends are also compared. Ten
million take some 6 GB of disk; the folder is removed at the end.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.clips import SearchSettings
from pipeline.progress import finish
from pipeline.retrieve.candidates import find_by_words
from pipeline.retrieve.lexical import IN_MEMORY, open_index
from pipeline.retrieve.libraries import OpenLibrary, create_library, open_library
from pipeline.retrieve.memory_index import MemoryIndex
from pipeline.retrieve.sources.internvid import add_internvid
from pipeline.retrieve.tantivy_index import TantivyIndex
from pipeline.retrieve.words import tokenize
from pipeline.settings import Settings

LIBRARY = "captions"
NUM_WORDS, CAPTION_WORDS, EXPONENT = 150_000, 12, 1.1
SYLLABLES = tuple(c + v for c in "bdfghklmnprstvz" for v in "aeiou")
RANKS = ((0, 20), (0, 20), (50, 1000), (50, 1000), (500, 8000), (500, 8000))
"""Of the words of a question: how frequent ones."""
BATCH = 50_000


def pseudo_word(rank: int) -> str:
    """Give the word of a rank: its number, written in syllables."""
    rest, digit = divmod(rank, len(SYLLABLES))
    return (pseudo_word(rest - 1) if rest else "") + SYLLABLES[digit]


def questions(count: int = 30) -> list[list[str]]:
    """Give questions of two frequent, two middling and two rarer words."""
    rng = random.Random(17)
    return [[pseudo_word(rng.randrange(*ranks)) for ranks in RANKS] for _ in range(count)]


def captions(count: int) -> Iterator[list[str]]:
    """Give captions, many at a time."""
    rng = np.random.default_rng(23)
    words = np.array([pseudo_word(rank) for rank in range(NUM_WORDS)], dtype=object)
    weights = np.arange(1, NUM_WORDS + 1) ** -EXPONENT
    edges = np.cumsum(weights)
    for start in range(0, count, BATCH):
        places = rng.random((min(BATCH, count - start), CAPTION_WORDS)) * edges[-1]
        ranks = np.minimum(np.searchsorted(edges, places), NUM_WORDS - 1)
        yield [" ".join(row) for row in words[ranks].tolist()]


def write_captions(path: Path, count: int) -> None:
    """Write the captions as InternVid's lines: up to 100 spans of one video follow each other."""
    rng = random.Random(29)
    with path.open("w", encoding="utf-8") as opened:
        number = 0
        for batch in captions(count):
            for caption in batch:
                video, part = divmod(number, 100)
                length = rng.randrange(500, 8000)
                start = f"00:{part // 6:02}:{part % 6 * 10:02}.000"
                end = f"00:{part // 6:02}:{part % 6 * 10 + length // 1000:02}.{length % 1000:03}"
                opened.write(
                    f'{{"YoutubeID": "v{video:010}", "Start_timestamp": "{start}",'
                    f' "End_timestamp": "{end}", "Caption": "{caption}"}}\n'
                )
                number += 1


def settings_of(folder: Path) -> Settings:
    return Settings(home=folder / "home")


def build(folder: Path, count: int) -> None:
    """Make the captions, the library and its index, and print how long each took."""
    jsonl = folder / "captions.jsonl"
    seconds = [time.perf_counter()]
    write_captions(jsonl, count)
    seconds.append(time.perf_counter())
    library = create_library(settings_of(folder), LIBRARY, "internvid", library_id=LIBRARY)
    report = finish(add_internvid(library, jsonl))
    seconds.append(time.perf_counter())
    open_index(library)
    seconds.append(time.perf_counter())
    written, catalogue, index = np.diff(seconds)
    print(
        f"{count:,} captions written in {written:.1f} s ({megabytes(jsonl)} MB): {report.added:,}"
    )
    print(f"built in {catalogue + index:.1f} s: catalogue {catalogue:.1f}, index {index:.1f}")
    catalogue_mb, index_mb = (sum(map(megabytes, library.path.rglob(one))) for one in GLOBS)
    print(f"on disk: catalogue {catalogue_mb} MB, index {index_mb} MB", flush=True)


GLOBS = ("catalogue.sqlite*", "index/**/*.*")


def megabytes(path: Path) -> int:
    return round(path.stat().st_size / 1e6)


def ask(folder: Path) -> None:
    """Ask the questions in this process and print the times and the most memory it held."""
    started = time.perf_counter()
    library = open_library(settings_of(folder), LIBRARY)
    index = open_index(library)
    opened = time.perf_counter() - started
    taken, found, limits = [], [], SearchSettings()
    asked = {"limit": limits.by_words, "where": limits.filter}
    for terms in questions():
        started = time.perf_counter()
        found.append(len(find_by_words(index, library.catalogue, terms, **asked)))
        taken.append((time.perf_counter() - started) * 1000)
    half, most = np.percentile(taken, [50, 95])
    print(f"{type(index).__name__}, opened in {opened:.2f} s, at least {min(found)} found")
    print(f"a question: p50 {half:.1f} ms, p95 {most:.1f} ms; peak memory {peak_mb()} MB")


def peak_mb() -> int:
    """Give the most memory this process held, in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    [line] = [one for one in status if one.startswith("VmHWM")]
    return int(line.split()[1]) // 1000


def compare(library: OpenLibrary, folder: Path) -> None:
    """Ask both backends the same and print how far they agree."""
    rows = [(rowid, tokenize(caption)) for rowid, caption in library.catalogue.captions()]
    memory, stored = MemoryIndex(), TantivyIndex(folder / "compared")
    memory.add(rows)
    stored.add(rows)
    apart, differing = 0.0, 0
    for terms in questions():
        one, other = (dict(index.search(terms, 400)) for index in (memory, stored))
        cut = min(one.values())
        pairs = [(score, other[rowid]) for rowid, score in one.items() if rowid in other]
        apart = max([apart, *(abs(a - b) / a for a, b in pairs)])
        missing = [score for rowid, score in one.items() if rowid not in other]
        differing += sum(score > cut * (1 + 1e-5) for score in missing)
    print(f"both backends: scores differ by {apart:.1e} at most, {differing} clips above the cut")


def measure(folder: Path, count: int) -> None:
    build(folder, count)
    command = [sys.executable, "-m", "tests.benchmarks.captions", "--ask", str(folder)]
    subprocess.run(command, check=True)
    if count <= IN_MEMORY:
        compare(open_library(settings_of(folder), LIBRARY), folder)


def main() -> None:
    """Measure a small and a large library, each in a folder of its own that is removed."""
    parser = argparse.ArgumentParser(description="How quickly captions are searched.")
    parser.add_argument("--clips", type=int, nargs="+", default=[100_000, 10_000_000])
    parser.add_argument("--folder", type=Path, help="where to work; the system's own if not given")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        ask(options.ask)
        return
    for count in options.clips:
        if options.folder:
            options.folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="captions-", dir=options.folder))
        try:
            print(f"{shutil.disk_usage(folder).free / 1e9:.0f} GB are free")
            measure(folder, count)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
