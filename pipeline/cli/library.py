"""The commands over libraries of clips: library add, list, models, stats, verify, delete."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import one_line, show
from pipeline.errors import InputError
from pipeline.settings import DEFAULT_PACK, load_settings

if TYPE_CHECKING:
    from pipeline.retrieve.catalogue import CatalogueStats
    from pipeline.retrieve.sources.reports import ScanReport
    from pipeline.retrieve.sources.table import ColumnMap

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_PARTS = {"detector": "detector", "clip": "CLIP model", "video_text": "video-text model"}


def add_library_commands(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    library = commands.add_parser("library", help="libraries of clips that motions are found in")
    actions = library.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add = actions.add_parser("add", parents=[home], help="a folder of videos, or a list of clips")
    add.add_argument(
        "path", type=Path, metavar="DIR|FILE", help="a folder, or .csv .jsonl .parquet"
    )
    add.add_argument("--title", default="", help="the name of the folder or file unless given")
    add.add_argument("--licence", default="", help="the terms of clips that name none")
    add.add_argument("--kind", choices=("auto", "folder", "table", "internvid"), default="auto")
    add.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="WHAT=NAME",
        help="which column of a list holds what: caption=Title",
    )
    add.add_argument(
        "--suits", action="append", default=[], metavar="PACK", help="only for this pack"
    )
    add.set_defaults(run=_add)
    listed = actions.add_parser("list", parents=[home], help="all libraries")
    listed.add_argument("--pack", metavar="PACK", help="only those for this pack")
    listed.set_defaults(run=_list)
    models = actions.add_parser("models", parents=[home], help="the models that look at clips")
    models.add_argument("--fetch", action="store_true", help="fetch those that are missing")
    models.set_defaults(run=_models)
    for name, run, words in (
        ("stats", _stats, "what a library holds"),
        ("verify", _verify, "look into all its videos again"),
        ("delete", _delete, "delete a library; videos in other folders stay"),
    ):
        command = actions.add_parser(name, parents=[home], help=words)
        command.add_argument("library", metavar="ID", help="as `library list` names it")
        command.set_defaults(run=run)


def _add(options: argparse.Namespace) -> int:
    from pipeline.retrieve.adding import add_library

    work = add_library(
        load_settings(options.home),
        options.path,
        title=options.title,
        licence=options.licence,
        given=options.kind,
        columns=_columns(options.column),
        suits=options.suits,
    )
    library, report = show(work)
    print(f"{library.record.id}: {library.record.title}, {_clips(library.catalogue.count())}")
    _tell(report)
    return 0


def _columns(named: list[str]) -> ColumnMap:
    from pipeline.retrieve.sources.table import ColumnMap

    pairs = {what: name for what, _, name in (one.partition("=") for one in named)}
    for what, name in pairs.items():
        if what not in ColumnMap.model_fields or not name:
            raise InputError(
                f"no list has a column for {what[:40]!r}",
                hint=f"Write WHAT=NAME, WHAT one of {', '.join(ColumnMap.model_fields)}.",
            )
    return ColumnMap(**pairs)


def _tell(report: ScanReport) -> None:
    counts = {
        "new": report.added,
        "unchanged": report.unchanged,
        "cannot be read": report.bad,
        "gone": report.gone,
        "left out": report.broken,
    }
    shown = ", ".join(f"{count:,} {words}" for words, count in counts.items() if count)
    print(shown or "nothing new", file=sys.stderr)
    for problem in report.problems:
        print(f"note: {one_line(problem)}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    from pipeline.retrieve.libraries import THEATRE_LIBRARY, list_libraries

    libraries = list_libraries(load_settings(options.home), options.pack)
    drawn = any(one.record.id == THEATRE_LIBRARY for one in libraries)
    if not drawn and options.pack in (None, DEFAULT_PACK):
        print(
            "note: the paper theatre's own clips are drawn with the first search", file=sys.stderr
        )
    for library in libraries:
        record = library.record
        for_packs = f", for {', '.join(record.suits)}" if record.suits else ""
        count = _clips(library.catalogue.count())
        print(f"{record.id}: {record.title} ({record.kind}, {count}{for_packs})")
    return 0


def _stats(options: argparse.Namespace) -> int:
    from pipeline.retrieve.libraries import open_library

    library = open_library(load_settings(options.home), options.library)
    print(f"{library.record.title} ({library.record.kind}) at {library.root}")
    for words, value in _counts(library.catalogue.stats()):
        print(f"{words}: {value}")
    return 0


def _counts(stats: CatalogueStats) -> list[tuple[str, str]]:
    counts = {
        "clips": stats.clips,
        "looked into": stats.ok,
        "cannot be read": stats.bad,
        "not looked into": stats.unknown,
        "with a caption": stats.with_caption,
        "without a caption": stats.clips - stats.with_caption,
        "own": stats.own,
    }
    licences = {f"licence {one or 'unknown'}": count for one, count in stats.licences.items()}
    hours = f"{stats.seconds / 3600:.2f}"
    lines = [(words, f"{count:,}") for words, count in {**counts, **licences}.items()]
    return [*lines, ("hours", hours)]


def _verify(options: argparse.Namespace) -> int:
    from pipeline.retrieve.libraries import open_library
    from pipeline.retrieve.probing import verify_library

    library = open_library(load_settings(options.home), options.library)
    bad = show(verify_library(library))
    for clip in bad:
        print(f"{one_line(clip.source)}: {one_line(clip.reason)}")
    print(f"{library.catalogue.count() - len(bad):,} good, {len(bad):,} bad", file=sys.stderr)
    return 1 if bad else 0


def _models(options: argparse.Namespace) -> int:
    from pipeline.packs.sight import fetch_models, named_models, why_missing

    settings = load_settings(options.home)
    if options.fetch:
        fetch_models(settings.pack, settings.home)
    missing = 0
    for one in named_models(settings.pack, home=settings.home):
        reason = why_missing(one)
        print(f"{_PARTS[one.part]}: {one}: {one_line(reason) or 'there'}")
        missing += bool(reason)
    if missing:
        hint = "python -m pipeline library models --fetch"
        print(f"{missing} of 3 missing; fetch them: {hint}", file=sys.stderr)
    return 1 if missing else 0


def _delete(options: argparse.Namespace) -> int:
    from pipeline.retrieve.libraries import delete_library

    delete_library(load_settings(options.home), options.library)
    return 0


def _clips(count: int) -> str:
    return f"{count:,} clip{'' if count == 1 else 's'}"
