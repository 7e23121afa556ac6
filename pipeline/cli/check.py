"""The command that tries a pack on one scene: check."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.cli.display import one_line, show
from pipeline.cli.reading import seed
from pipeline.settings import load_settings, named_pack

if TYPE_CHECKING:
    from pipeline.artifacts import TakeReport
    from pipeline.trial import Trial

Parser = TypeVar("Parser", bound=argparse.ArgumentParser)


def add_check(commands: argparse._SubParsersAction[Parser], home: Parser) -> None:
    """Add the command; `home` holds the option that all of them take."""
    check = commands.add_parser(
        "check", parents=[home], help="one scene with and without boxes: does a pack obey them?"
    )
    check.add_argument("--pack", metavar="PACK", help="who plays: a pack's name or folder")
    check.add_argument("--seed", type=seed, default=0, help="another seed, another noise")
    check.add_argument("--draft", action="store_true", help="faster, rougher")
    check.add_argument("--placement", metavar="KIND", help="how the model lies on the device")
    check.add_argument(
        "--out", type=Path, metavar="FILE", help="the sheet, .png or .jpg; check-PACK.png if unset"
    )
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    from pipeline.packs.record import load_record
    from pipeline.rendering import render_settings
    from pipeline.runner import Runner
    from pipeline.trial import try_pack

    settings = load_settings(options.home)
    if options.pack is not None:
        settings = replace(settings, pack=named_pack(options.pack))
    record = load_record(settings.pack)
    render = render_settings(record, draft=options.draft, seed=options.seed)
    out = options.out or Path(f"check-{record.name}.png")
    runner = Runner(settings, placement=options.placement)
    print(describe_trial(show(try_pack(runner, render, out))))


def describe_trial(trial: Trial) -> str:
    """Give the take reports of both renders as a small table, what was seen, and the sheet."""
    lines = [f"{'':15}   IoU  on its mark   near  missed"]
    told: list[str] = []
    for name, take in (("with boxes", trial.with_boxes), ("without boxes", trial.without_boxes)):
        figures, sentences = _tell(take.report)
        lines.append(f"{name:15} {figures}")
        told += ["", f"{name}:", *(f"  {one_line(sentence)}" for sentence in sentences)]
    return "\n".join([*lines, *told, "", str(trial.sheet)])


def _tell(report: TakeReport | None) -> tuple[str, tuple[str, ...]]:
    """The line of a report in the table, and its sentences."""
    from pipeline.render.report import MARKS, summarise

    if report is None:
        return "not measured", ("nobody looked",)
    found = summarise(report)
    if found.mean_iou is None:
        return "not measured", found.sentences
    on, near, missed = (f"{found.shares[mark]:.0%}" for mark in MARKS)
    return f"{found.mean_iou:>5.2f} {on:>12} {near:>6} {missed:>7}", found.sentences
