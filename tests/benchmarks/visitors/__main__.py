"""Many people in one studio: `python -m tests.benchmarks.visitors edits` or `whole-films`.

Starts the studio in a home of its own with `--visitors` and asks its routes over HTTP.

edits: 20 people, five minutes, each commits an edit every 3 s while the worker renders. Tells how
long commits take, what was refused, whether every edit is saved, and how the memory grew.
whole-films: five people press "Make the whole film" at once. Tells how long each waits for a first
take and for a first film.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.visitors.edits import measure_edits
from tests.benchmarks.visitors.whole_films import measure_whole_films
from tests.browser.opening import open_studio

MEASURES = {"edits": (measure_edits, 20, 300.0), "whole-films": (measure_whole_films, 5, 600.0)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and give 1 where a bar is not held."""
    parser = argparse.ArgumentParser(
        prog="tests.benchmarks.visitors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=MEASURES)
    parser.add_argument("--people", type=int, help="by default 20 and 5")
    parser.add_argument("--seconds", type=float, help="by default 300, and 600 at most")
    options = parser.parse_args(arguments)
    measure, number, seconds = MEASURES[options.what]
    with (
        tempfile.TemporaryDirectory() as home,
        open_studio(Path(home), None, "--visitors") as studio,
    ):
        asked = options.people or number, options.seconds or seconds
        rows = asyncio.run(measure(studio, *asked))
    for what, value in rows:
        print(f"{what:58} {value}", flush=True)
    return 0 if rows[-1][1] == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
