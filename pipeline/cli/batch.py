"""The part of `render` that takes a file of plans: `render PLANS.jsonl --out DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.display import one_line, show
from pipeline.cli.rendering import chosen, render_settings_of
from pipeline.errors import InputError
from pipeline.files import short
from pipeline.recipes import RECIPES

if TYPE_CHECKING:
    from pipeline.batch import Outcome

PLANS_SUFFIX = ".jsonl"


def add_batch_options(render: argparse.ArgumentParser) -> None:
    """Add to `render` what a file of plans takes; `--recipe` is for projects too."""
    plans = render.add_argument_group(f"a file of plans ({PLANS_SUFFIX}) in place of PROJECT")
    plans.add_argument("--out", type=Path, metavar="DIR", help="where the plans' films go")
    plans.add_argument(
        "--shard",
        type=_shard,
        default=(0, 1),
        metavar="I/N",
        help="only every N-th plan from the I-th on, counted from 0",
    )
    render.add_argument("--recipe", choices=tuple(RECIPES), help="as published work renders")


def wants_batch(options: argparse.Namespace) -> bool:
    """Whether `render` was given a file of plans, or what only such a file takes."""
    return options.project.suffix.lower() == PLANS_SUFFIX or options.out is not None


def run_batch(options: argparse.Namespace) -> int:
    """Render the file's plans; 1 if one of them has no film.

    Raises:
        InputError: an option is missing, or does not go with plans.
        PipelineError: see `pipeline.batch.render_plans`.
    """
    from pipeline.batch import render_plans
    from pipeline.runner import Runner

    _check(options)
    settings, recipe = chosen(options)
    render = render_settings_of(options, settings, recipe)
    runner = Runner(settings, placement=options.placement)
    work = render_plans(
        runner, options.project, options.out, render, shard=options.shard, recipe=recipe
    )
    return _tell(show(work))


def _tell(outcomes: tuple[Outcome, ...]) -> int:
    from pipeline.batch import PlanFilm

    films = [one for one in outcomes if isinstance(one, PlanFilm)]
    for film in films:
        print(film.path)
    for one in outcomes:
        if not isinstance(one, PlanFilm):
            print(f"error: {one_line(f'{one.name}: {one.message}')}", file=sys.stderr)
    there = sum(film.was_there for film in films)
    missing = len(outcomes) - len(films)
    print(f"{len(films) - there} rendered, {there} there before, {missing} not", file=sys.stderr)
    return 1 if missing else 0


def _check(options: argparse.Namespace) -> None:
    if options.project.suffix.lower() != PLANS_SUFFIX:
        raise InputError(
            f"--out takes the films of a file of plans, and {short(options.project)} is none",
            hint=f"Give a {PLANS_SUFFIX} file; the takes of a project stay in it.",
        )
    if options.out is None:
        raise InputError("the plans' films need a folder", hint="Add --out DIR.")
    if options.scene is not None or options.all or options.another:
        raise InputError(
            "--scene, --all and --another are for projects",
            hint="Leave them out; films that are there are never rendered again.",
        )


def _shard(text: str) -> tuple[int, int]:
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and int(number) < int(count)):
        raise argparse.ArgumentTypeError(f"{text!r} is no I/N such as 0/4, I less than N")
    return int(number), int(count)
