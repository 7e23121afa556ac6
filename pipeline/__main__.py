"""The command line: `python -m pipeline --help`.

Results go to stdout, progress and errors to stderr. Exit codes: 0 done, 1 an error (one line says
which) or findings of a check, 2 wrong usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline import __version__
from pipeline.cli.batch import add_batch_options, run_batch, wants_batch
from pipeline.cli.check import add_check
from pipeline.cli.display import show
from pipeline.cli.filming import add_film_options, keep_film_options
from pipeline.cli.housekeeping import add_housekeeping
from pipeline.cli.library import add_library_commands
from pipeline.cli.packs import add_pack_commands
from pipeline.cli.planning import add_planning
from pipeline.cli.priors import add_prior_commands
from pipeline.cli.reading import read_idea
from pipeline.cli.rendering import add_render_options, chosen, render_settings_of
from pipeline.cli.retrieving import add_retrieving
from pipeline.cli.training import add_training
from pipeline.errors import PipelineError, RunCancelledError
from pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipeline.progress import Work
    from pipeline.workspace import Project

_MAX_ERROR_CHARACTERS = 600


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        options = _parser().parse_args(arguments)
        code = options.run(options) or 0
        sys.stdout.flush()
        return code
    except OSError as error:
        if error.filename is not None:  # of a file; what is written to stdout has no name
            raise
        return _lose_output(error)
    except (KeyboardInterrupt, RunCancelledError):
        print("stopped", file=sys.stderr)
        return 130
    except PipelineError as error:
        _complain(str(error))
        return 1


def _lose_output(error: OSError) -> int:
    """Give up stdout: in silence where its reader has gone (`| head`), else with a line why."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    if not isinstance(error, BrokenPipeError):
        _complain(f"cannot write the output: {(error.strerror or str(error)).lower()}")
    return 1


def _make(options: argparse.Namespace) -> None:
    from pipeline.runner import Runner

    idea, settings = read_idea(options.idea), _settings(options)
    render = render_settings_of(options, settings)
    work = Runner(settings, placement=options.placement).make(
        idea, options.out, render, seed=render.seed
    )
    print(show(work))


def _render(options: argparse.Namespace) -> int:
    from pipeline.rendering import fresh_seed, kept_seed
    from pipeline.runner import Runner
    from pipeline.workspace import open_project

    if wants_batch(options):
        return run_batch(options)
    settings, recipe = chosen(options)
    project = open_project(options.project)
    render = render_settings_of(options, settings, recipe)
    runner = Runner(settings, placement=options.placement)
    seed_of = fresh_seed if options.another else kept_seed
    seed_of = None if options.seed is not None else seed_of
    if options.scene is None:
        work = runner.render_all(project, render, only_missing=not options.all, seed_of=seed_of)
        takes = show(work)
    else:
        given = render.seed if seed_of is None else seed_of(project, options.scene)
        settled = render.model_copy(update={"seed": given})
        takes = [show(runner.render(project, options.scene, settled))]
    for take in takes:
        print(project.take_video(take))
    if not takes:
        print("every scene has a take; --all renders new ones", file=sys.stderr)
    return 0


def _film(options: argparse.Namespace) -> None:
    from pipeline.runner import Runner

    settings = _settings(options)

    def film(project: Project) -> Work[Path]:
        keep_film_options(options, project, settings)
        return Runner(settings).film(project)

    _make_video(options, film)


def _animatic(options: argparse.Namespace) -> None:
    from pipeline.runner import Runner

    _make_video(options, Runner(_settings(options)).animatic)


def _make_video(options: argparse.Namespace, make: Callable[[Project], Work[Path]]) -> None:
    from pipeline.assemble.join import copy_film
    from pipeline.runner import check_film_path
    from pipeline.workspace import open_project

    project = open_project(options.project)
    if options.out is not None:
        check_film_path(options.out)
    film = show(make(project))
    print(film if options.out is None else copy_film(film, options.out))


def _worker(options: argparse.Namespace) -> None:
    from pipeline.worker import run_worker

    run_worker(_settings(options), once=options.once)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End with one line, as every other error does, and exit code 2."""
        _complain(f"{message}. See: {self.prog} --help")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m pipeline", description="Story in, film out.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    home = _Parser(add_help=False)
    home.add_argument("--home", type=Path, metavar="DIR", help="where projects are kept")
    _add_make(commands, home)
    add_planning(commands, home)
    add_library_commands(commands, home)
    add_retrieving(commands, home)
    add_training(commands, home)
    add_prior_commands(commands, home)
    add_pack_commands(commands, home)
    add_check(commands, home)
    add_housekeeping(commands, home)
    _add_stages(commands, home)
    worker = commands.add_parser("worker", parents=[home], help="run the jobs of the studio")
    worker.add_argument("--once", action="store_true", help="end when no job is left")
    worker.set_defaults(run=_worker)
    return parser


def _add_make(commands: argparse._SubParsersAction[_Parser], home: _Parser) -> None:
    make = commands.add_parser("make", parents=[home], help="idea to film in one go")
    make.add_argument("idea", help="the story idea; - reads stdin, @FILE reads a text file")
    make.add_argument("--out", type=Path, required=True, metavar="FILM", help="such as film.mp4")
    make.set_defaults(run=_make)
    add_render_options(make)


def _add_stages(commands: argparse._SubParsersAction[_Parser], home: _Parser) -> None:
    render = commands.add_parser("render", parents=[home], help="scenes to takes")
    film = commands.add_parser("film", parents=[home], help="takes to film")
    boxes = commands.add_parser("animatic", parents=[home], help="boxes to film, nothing rendered")
    for command, run in ((render, _render), (film, _film), (boxes, _animatic)):
        command.add_argument(
            "project", type=Path, metavar="PROJECT", help="the folder or its story.json"
        )
        command.set_defaults(run=run)
    which = render.add_mutually_exclusive_group()
    which.add_argument("--scene", metavar="ID", help="render this scene alone")
    which.add_argument("--all", action="store_true", help="also scenes that have a take")
    render.add_argument("--another", action="store_true", help="another seed: played differently")
    add_render_options(render)
    add_batch_options(render)
    add_film_options(film)
    for command in (film, boxes):
        command.add_argument("--out", type=Path, metavar="FILM", help="copy the film here")


def _settings(options: argparse.Namespace) -> Settings:
    return load_settings(options.home)


def _complain(message: str) -> None:
    line = " ".join(message.split())
    if len(line) > _MAX_ERROR_CHARACTERS:
        half = _MAX_ERROR_CHARACTERS // 2
        line = f"{line[:half]} ... {line[-half:]}"
    print(f"error: {line}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
