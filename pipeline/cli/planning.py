"""The commands that plan, check and exchange stories: plan, replan, lint, plan-import, ..."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import describe, describe_scene, show
from pipeline.cli.reading import read_idea, seed
from pipeline.errors import WorkspaceError
from pipeline.files import short, workspace_errors
from pipeline.settings import Settings, load_settings, named_pack

if TYPE_CHECKING:
    from pipeline.plan.exchange import Refused

PLANNERS = ("builtin", "openai")
FORMATS = ("plan", "story", "jsonl")
"""What `plan-export` writes; see `pipeline.plan.exchange.FORMATS`."""

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)


def add_planning(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    plan = commands.add_parser("plan", parents=[home], help="idea to a new project")
    plan.add_argument("idea", help="the story idea; - reads stdin, @FILE reads a text file")
    plan.add_argument(
        "--out", type=Path, metavar="DIR", help="the project's folder, or the story.json in it"
    )
    replan = commands.add_parser("replan", parents=[home], help="one scene anew, with a note")
    replan.add_argument(
        "project", type=Path, metavar="PROJECT", help="the folder or its story.json"
    )
    replan.add_argument("scene", metavar="SCENE", help="the scene's id, such as scene-2")
    replan.add_argument("note", metavar="NOTE", help='what shall be different: "make it night"')
    for command, run in ((plan, _plan), (replan, _replan)):
        command.add_argument("--planner", choices=PLANNERS, default="builtin")
        command.add_argument("--seed", type=seed, default=0, help="another seed, another story")
        command.add_argument("--pack", metavar="PACK", help="who plays: a pack's name or folder")
        command.set_defaults(run=run)
    _add_files(commands, home)
    schema = commands.add_parser("schema", help="print the JSON Schema of story.json")
    schema.set_defaults(run=_schema)


def _add_files(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    lint = commands.add_parser("lint", parents=[home], help="what is wrong with a story")
    lint.add_argument("story", type=Path, metavar="STORY", help="a project or any file of a story")
    lint.add_argument("--fix", action="store_true", help="apply the safe fixes and save")
    bring = commands.add_parser("plan-import", parents=[home], help="a file's plans to projects")
    bring.add_argument(
        "file", type=Path, metavar="FILE", help="story.json, plan text, .jsonl or .fountain"
    )
    bring.add_argument("--out", type=Path, required=True, metavar="DIR", help="where they go")
    for command, run in ((lint, _lint), (bring, _import)):
        command.add_argument("--pack", metavar="PACK", help="who plays: a pack's name or folder")
        command.set_defaults(run=run)
    export = commands.add_parser("plan-export", parents=[home], help="a story in another format")
    export.add_argument(
        "project", type=Path, metavar="PROJECT", help="the folder or its story.json"
    )
    export.add_argument("--format", choices=FORMATS, default="plan", help="plan unless given")
    export.add_argument("--out", type=Path, metavar="FILE", help="a new file; stdout unless given")
    export.add_argument("--force", action="store_true", help="write over a file that is there")
    export.set_defaults(run=_export)


def _plan(options: argparse.Namespace) -> int:
    from pipeline.planning import plan

    idea, settings = read_idea(options.idea), _settings(options)
    work = plan(
        idea, settings=settings, path=options.out, seed=options.seed, planner=options.planner
    )
    print(describe(show(work)))
    return 0


def _replan(options: argparse.Namespace) -> int:
    from pipeline.planning import replan
    from pipeline.workspace import open_project

    project, settings = open_project(options.project), _settings(options)
    work = replan(
        project,
        options.scene,
        options.note,
        settings=settings,
        planner=options.planner,
        seed=options.seed,
    )
    story = show(work)
    print(describe_scene(story.scene(options.scene)))
    print(f"saved as revision {story.revision}", file=sys.stderr)
    return 0


def _lint(options: argparse.Namespace) -> int:
    from pipeline.checking import Checked, check, mend
    from pipeline.plan.exchange import Refused

    settings = _settings(options)
    if options.fix:
        mended = mend(options.story, settings=settings)
        for change in mended.changes:
            print(f"mended: {change}")
        told = f"saved as revision {mended.story.revision}" if mended.changes else "nothing to mend"
        print(told, file=sys.stderr)
    plans = check(options.story, settings=settings)
    for plan in plans:
        if isinstance(plan, Refused):
            print(f"error: {plan.name} cannot be read: {plan.message}")
            continue
        name = f"{plan.name}: " if len(plans) > 1 else ""
        for finding, sentence in zip(plan.findings, plan.sentences, strict=True):
            offer = f" (to fix: {finding.fix})" if finding.fix else ""
            print(f"{finding.severity}: {name}{sentence}{offer}")
    return 0 if all(isinstance(plan, Checked) and plan.is_clean for plan in plans) else 1


def _import(options: argparse.Namespace) -> int:
    from pipeline.checking import Arrival, import_plans

    results = show(import_plans(options.file, options.out, settings=_settings(options)))
    arrived = [one for one in results if isinstance(one, Arrival)]
    for one in arrived:
        print(f"{one.path}: {one.title}")
        for note in one.notes:
            print(f"  note: {note}")
        for change in one.changes:
            print(f"  mended: {change}")
    return _tell_refused([one for one in results if not isinstance(one, Arrival)], len(arrived))


def _tell_refused(refused: list[Refused], num_arrived: int) -> int:
    for one in refused:
        print(f"error: {one.name} is not imported: {one.message}", file=sys.stderr)
    if refused:
        print(f"{num_arrived} imported, {len(refused)} not", file=sys.stderr)
    return 1 if refused else 0


def _export(options: argparse.Namespace) -> int:
    from pipeline.checking import load_story
    from pipeline.files import write_bytes
    from pipeline.plan.exchange import write_story

    if options.out is not None and not options.force:
        _check_new(options.out)
    exported = write_story(load_story(options.project), options.format)
    for note in exported.notes:
        print(f"note: {note}", file=sys.stderr)
    if options.out is None:
        print(exported.text, end="")
    else:
        write_bytes(options.out, exported.text.encode())
        print(options.out)
    return 0


def _check_new(path: Path) -> None:
    with workspace_errors(f"look for {short(path)}"):
        if path.exists():
            raise WorkspaceError(
                f"cannot write {short(path)}: there is something already",
                hint="Choose another name, or write over it with --force.",
            )


def _schema(_: argparse.Namespace) -> int:
    from pipeline.story import Story

    print(json.dumps(Story.model_json_schema(), indent=2))
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    settings = load_settings(options.home)
    return replace(settings, pack=named_pack(options.pack)) if options.pack else settings
