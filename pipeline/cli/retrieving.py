"""The commands that find clips for a motion and decide on them: retrieve, approve, reject."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from pipeline.cli.display import one_line, show
from pipeline.errors import InputError
from pipeline.files import invalid_record
from pipeline.settings import load_settings

if TYPE_CHECKING:
    from pipeline.clips import Candidate, ClipFilter, Retrieval, Verdict
    from pipeline.project import Project
    from pipeline.settings import Settings
    from pipeline.story import Motion

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)
_SHOWN_REASONS = 12
_LIMITS = {
    "min_seconds": ("SECONDS", "how long a clip has to be"),
    "min_frames": ("NUMBER", "how many frames it needs"),
    "min_aspect": ("RATIO", "how wide it has to be, in heights"),
}


def add_retrieving(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the commands; `home` holds the option that all of them take."""
    find = commands.add_parser("retrieve", parents=[home], help="clips for a motion, ranked")
    find.add_argument("--motion", metavar="NAME", help="its id or words; all to learn unless given")
    find.add_argument("--words", default="", help="search for these words instead of its own")
    find.add_argument(
        "--term",
        action="append",
        metavar="WORD",
        help="search captions for this word, not for the forms of its own words; may be repeated",
    )
    for name, (unit, words) in _LIMITS.items():
        option = f"--{name.replace('_', '-')}"
        find.add_argument(option, metavar=unit, help=f"{words}; as the pack has it unless given")
    find.add_argument(
        "--suggest", action="store_true", help="a language model adds words (see plan --planner)"
    )
    find.add_argument(
        "--fetch",
        action="store_true",
        help="fetch clips that lie on YouTube with the yt-dlp that you installed (whether that is "
        "allowed is for you to know); without it they are left out",
    )
    find.set_defaults(run=_retrieve)
    approve = commands.add_parser("approve", parents=[home], help="take clips for a motion")
    reject = commands.add_parser("reject", parents=[home], help="leave clips out for a motion")
    for command, verdict in ((approve, "approved"), (reject, "rejected")):
        command.add_argument("--motion", metavar="NAME", required=True, help="its id or words")
        command.add_argument("--undo", action="store_true", help="take the decision back")
        command.set_defaults(run=_decide, verdict=verdict)
    for command in (find, approve, reject):
        command.add_argument(
            "project", type=Path, metavar="PROJECT", help="the folder or its story.json"
        )
    for command in (approve, reject):
        command.add_argument("clips", nargs="+", metavar="CLIP", help="ids that `retrieve` printed")


def _retrieve(options: argparse.Namespace) -> None:
    from pipeline.retrieving import retrieve
    from pipeline.runner import Runner
    from pipeline.workspace import open_project

    settings, project = load_settings(options.home), open_project(options.project)
    runner, limits = Runner(settings), _filter(settings, options)
    for motion in _asked(project, options.motion, settings):
        work = retrieve(
            project,
            motion,
            settings=settings,
            load_sight=runner.load_sight,
            words=options.words,
            terms=options.term,
            suggest=options.suggest,
            fetch=options.fetch,
            filter=limits,
        )
        _print(show(work), project)


def _filter(settings: Settings, options: argparse.Namespace) -> ClipFilter:
    """What a clip needs: as the pack has it, but for what was named."""
    from pipeline.clips import ClipFilter
    from pipeline.packs.record import load_record

    named = {name: value for name in _LIMITS if (value := getattr(options, name)) is not None}
    known = load_record(settings.pack).search.filter
    try:
        return ClipFilter.model_validate_strings({**_as_words(known), **named})
    except ValidationError as error:
        raise invalid_record("clips cannot be asked for that", error) from error


def _as_words(known: ClipFilter) -> dict[str, str]:
    return {name: str(value) for name, value in known}


def _asked(project: Project, name: str | None, settings: Settings) -> list[Motion]:
    """The motion of that name; without one, those that the pack has to learn."""
    from pipeline.blocking import cast_project
    from pipeline.playing import learned_heads
    from pipeline.retrieving import find_motion

    if name is not None:
        return [find_motion(project, name)]
    parts = cast_project(project, settings.pack, learned_heads(settings)).motions
    learning = {part.motion_id for part in parts if part.state == "to_learn"}
    wanted = [one for one in project.story.motions if one.id in learning]
    if not wanted:
        known = ", ".join(one.id for one in project.story.motions) or "none"
        raise InputError(
            "the story has no motion that is still to be learned",
            hint=f"Name one with --motion: {known}.",
        )
    return wanted


def _print(found: Retrieval, project: Project) -> None:
    verdicts = project.clip_decisions(found.motion_id)
    counts = ", ".join(f"{one.kept} {one.words}" for one in found.counts)
    print(f"{found.motion_id}: {' '.join(found.terms)}\n  {counts}")
    if found.kept:
        print(f"  {'clip':16}  final caption pictures movement  found by")
    for one in found.kept:
        decided = verdicts.get(one.clip.id)
        print(f"  {_line(one)}  {decided.verdict if decided else '-'}")
    reasons = Counter(one.reason for one in found.candidates if one.stage)
    for reason, number in reasons.most_common(_SHOWN_REASONS):
        print(f"  left out {number}: {one_line(reason)}")


def _line(one: Candidate) -> str:
    numbers = (one.scores.final, one.scores.bm25, one.scores.clip, one.scores.video_text)
    shown = ["-" if score is None else f"{score:.2f}" for score in numbers]
    final, caption, pictures, movement = shown
    scores = f"{final:>5} {caption:>7} {pictures:>8} {movement:>8}"
    found_by = " and ".join(one.found_by)
    return f"{one.clip.id}  {scores}  {found_by}: {one_line(one.clip.caption or one.clip.source)}"


def _decide(options: argparse.Namespace) -> None:
    from pipeline.retrieving import find_motion
    from pipeline.workspace import open_project

    project = open_project(options.project)
    motion = find_motion(project, options.motion)
    verdict: Verdict | None = None if options.undo else options.verdict
    found = [project.candidate(motion.id, clip) for clip in options.clips]
    for candidate in found:
        project.decide_clip(motion.id, candidate, verdict)
    decided = project.clip_decisions(motion.id).values()
    for word in ("approved", "rejected"):
        print(f"{sum(one.verdict == word for one in decided)} {word}")
