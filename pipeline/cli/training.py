"""The command that learns motions and looks: train."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import one_line, show
from pipeline.errors import InputError
from pipeline.prior import TrainSettings
from pipeline.priors.recipes import RECIPES
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.project import Project
    from pipeline.settings import Settings

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_Named = tuple[str | None, str | None]


def add_training(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the command; `home` holds the option that all of them take."""
    train = commands.add_parser(
        "train",
        parents=[home],
        help="learn motions from their approved clips, and looks from pictures",
        description="Without --motion and --character: all that there is something to learn from.",
    )
    train.add_argument("project", type=Path, metavar="PROJECT", help="its folder or story.json")
    one = train.add_mutually_exclusive_group()
    one.add_argument("--motion", metavar="NAME", help="its id or words")
    one.add_argument("--character", metavar="NAME", help="its id or name")
    train.add_argument(
        "--picture",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a picture of the character, kept with the story first; may be repeated",
    )
    train.add_argument("--recipe", choices=RECIPES, default="own", help="how (default: own)")
    train.add_argument("--steps", type=int, metavar="N", help="steps, instead of the recipe's")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        help=f"any other setting: {', '.join(sorted(TrainSettings.model_fields))}",
    )
    train.set_defaults(run=_train)


def _setting(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if name not in TrainSettings.model_fields or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is no NAME=VALUE of a training's settings")
    return name, value


def _train(options: argparse.Namespace) -> int:
    from pipeline.learning import learn_in
    from pipeline.runner import Runner
    from pipeline.workspace import open_project

    settings, project = load_settings(options.home), open_project(options.project)
    _bring_pictures(project, options)
    runner = Runner(settings)
    changes = dict(options.set) | {"steps": options.steps}
    for motion, character in _wanted(project, settings, options):
        work = learn_in(runner, project, motion, character, recipe=options.recipe, changes=changes)
        stored = show(work)
        print(f"{one_line(stored.prior.words)}: {stored.key} ({stored.prior.steps} steps)")
    return 0


def _bring_pictures(project: Project, options: argparse.Namespace) -> None:
    from pipeline.lessons import bring_picture, find_character

    if not options.picture:
        return
    if options.character is None:
        raise InputError(
            "a picture is of a character", hint="Say which one: --character NAME --picture FILE."
        )
    for file in options.picture:
        bring_picture(project, find_character(project, options.character), file)


def _wanted(project: Project, settings: Settings, options: argparse.Namespace) -> list[_Named]:
    """What is learned, each as a motion or as a character."""
    if options.motion or options.character:
        return [(options.motion, options.character)]
    from pipeline.lessons import learnable

    motions, characters = learnable(project, settings)
    if not motions and not characters:
        raise InputError(
            "there is nothing to learn from in this story",
            hint="Approve clips of a motion (python -m pipeline retrieve, approve), or bring "
            "pictures: --character NAME --picture FILE.",
        )
    return [*((one.id, None) for one in motions), *((None, one.id) for one in characters)]
