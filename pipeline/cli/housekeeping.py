"""The commands that keep house: disk, clean, report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.cleaning import Waste

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_SHOWN_PATHS = 40


def add_housekeeping(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    disk = commands.add_parser("disk", parents=[home], help="what the home holds, by kind")
    disk.set_defaults(run=_disk)
    clean = commands.add_parser(
        "clean",
        parents=[home],
        help="say what can be deleted; --yes deletes it",
        description="Say what can be deleted, and delete it with --yes. Without a kind: what work "
        "that was cut off left behind, and old logs.",
    )
    clean.set_defaults(run=_clean)
    clean.add_argument(
        "kinds",
        nargs="*",
        metavar="KIND",
        help="temporary, logs, bin (takes in the bin), takes (those that are not chosen), films "
        "(all but the last), training (stopped learning), cache",
    )
    clean.add_argument("--yes", action="store_true", help="delete it")
    report = commands.add_parser(
        "report", parents=[home], help="a report of a problem, without keys and words"
    )
    report.set_defaults(run=_report)
    report.add_argument("project", nargs="?", type=Path, metavar="PROJECT")
    report.add_argument("--out", type=Path, default=Path("problem-report.zip"), metavar="FILE")
    report.add_argument(
        "--words", action="store_true", help="with the words of the story and of what went wrong"
    )


def _disk(options: argparse.Namespace) -> None:
    from pipeline.disk import disk_use, free_bytes, size_words

    settings = load_settings(options.home)
    for use in disk_use(settings):
        print(f"{size_words(use.num_bytes):>9}  {use.words}")
    print(f"{size_words(free_bytes(settings.home)):>9}  free on this disk")
    print(settings.home, file=sys.stderr)


def _clean(options: argparse.Namespace) -> None:
    from pipeline.cleaning import HARMLESS, clean, find_waste
    from pipeline.disk import size_words

    waste = find_waste(load_settings(options.home), options.kinds or HARMLESS)
    for line in _lines(waste):
        print(line)
    if options.yes:
        print(f"{size_words(clean(waste))} are free again")
    elif waste:
        total = size_words(sum(one.num_bytes for one in waste))
        print(f"{total} would be free; --yes deletes this", file=sys.stderr)
    else:
        print("there is nothing to delete", file=sys.stderr)


def _lines(waste: Sequence[Waste]) -> list[str]:
    from pipeline.cli.display import one_line
    from pipeline.disk import size_words

    told = [
        f"{size_words(one.num_bytes):>9}  {one.kind}: {one_line(str(one.path))}"
        for one in sorted(waste, key=lambda one: -one.num_bytes)
    ]
    more = len(told) - _SHOWN_PATHS
    return [*told[:_SHOWN_PATHS], *([f"           and {more} more"] if more > 0 else [])]


def _report(options: argparse.Namespace) -> None:
    from pipeline.files import write_bytes
    from pipeline.problems import problem_report
    from pipeline.workspace import open_project

    project = open_project(options.project) if options.project else None
    report = problem_report(load_settings(options.home), project=project, words=options.words)
    write_bytes(options.out.absolute(), report)
    print(options.out)
