"""A pack tried on one scene: rendered with and without its boxes, measured, and laid on a sheet.

Whether boxes are obeyed can be seen so on any pack and any machine, real CogVideoX weights too.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.files import short, workspace_errors, write_bytes
from pipeline.packs.record import PackRecord, load_record
from pipeline.progress import Work
from pipeline.story import Box, Character, Key, Motion, Region, Scene, Story

if TYPE_CHECKING:
    from pipeline.artifacts import RenderSettings, ScenePrompt
    from pipeline.rendering import Rendered
    from pipeline.runner import Runner

SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
"""What a sheet can be called, and what it is then."""
_STANDS = Box(x0=0.68, y0=0.32, x1=0.92, y1=0.92)

SCENE = Story(
    id="trial",
    title="A pack tried on one scene",
    characters=(
        Character(id="fox", name="the fox", kind="fox", look="a red fox"),
        Character(id="robot", name="the robot", kind="robot", look="a blue robot"),
    ),
    motions=(
        Motion(id="walks", words="walks to the right", locomotion=True),
        Motion(id="waves", words="waves"),
    ),
    scenes=(
        Scene(
            id="trial",
            setting="a forest",
            background="an empty clearing in a forest of tall trees",
            regions=(
                Region(
                    id="fox",
                    character_id="fox",
                    motion_id="walks",
                    keys=(
                        Key(box=Box(x0=0.04, y0=0.5, x1=0.32, y1=0.94)),
                        *(4 * (None,)),
                        Key(box=Box(x0=0.3, y0=0.5, x1=0.58, y1=0.94)),
                    ),
                ),
                Region(
                    id="robot",
                    character_id="robot",
                    motion_id="waves",
                    keys=(
                        Key(box=_STANDS),
                        *(4 * (None,)),
                        Key(box=_STANDS),
                    ),
                ),
            ),
        ),
    ),
)
"""What is rendered: two that any pack can play, far enough apart to be told from each other."""


@dataclass(frozen=True)
class Trial:
    """One scene rendered twice from one seed, and the sheet that shows both."""

    with_boxes: Rendered
    without_boxes: Rendered
    sheet: Path


def try_pack(runner: Runner, render: RenderSettings, out: Path) -> Work[Trial]:
    """Render the trial scene with its boxes and without, on the runner's pack, and draw a sheet.

    Without boxes the pack gets the scene's caption alone, as a plain model would.

    Raises:
        InputError: the sheet cannot have that name, or the settings do not fit the pack.
        ModelUnavailableError: the pack cannot be loaded, or does not fit the device.
        RenderError: the model failed.
        WorkspaceError: the sheet cannot be written.
    """
    from pipeline.rendering import render_prompt

    check_sheet_path(out)
    prompt = trial_prompt(load_record(runner.settings.pack))
    takes: list[Rendered] = []
    for name, use_regions in (("with-boxes", True), ("without-boxes", False)):
        settings = render.model_copy(update={"use_regions": use_regions})
        named = prompt.model_copy(update={"scene_id": name})
        takes.append((yield from render_prompt(runner, named, settings)))
    trial = Trial(with_boxes=takes[0], without_boxes=takes[1], sheet=out)
    write_sheet(trial)
    for take in takes:
        take.checkpoint.clear()
    return trial


def check_sheet_path(out: Path) -> None:
    """Make sure, before any long work, that a sheet can be written.

    Raises:
        InputError: its name does not end in one of `SUFFIXES`.
        WorkspaceError: its folder cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"a sheet cannot be called {short(out)}",
            hint=f"Let its name end in {' or '.join(SUFFIXES)}.",
        )
    doing = f"write {short(out)}"
    with workspace_errors(doing, hint="Choose a folder that can be written."):
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out.parent):
            pass


def trial_prompt(record: PackRecord) -> ScenePrompt:
    """Give the trial scene in a pack's words."""
    from pipeline.playing import cast_for, prompt_for
    from pipeline.rendering import normalise

    (scene,) = SCENE.scenes
    casting = cast_for(SCENE, record, pack=record.name)
    return normalise(prompt_for(SCENE, scene.id, record, casting), record)


def write_sheet(trial: Trial) -> None:
    """Write the sheet of a trial: both takes at the six keyframes, PNG or JPEG by its name."""
    from pipeline.assemble.sheet import Row, draw_sheet

    prompt = trial.with_boxes.prompt
    rows = [
        Row(title, take.clip.frames, take.report)
        for title, take in (
            ("with boxes", trial.with_boxes),
            (f"without boxes, from the same noise: {prompt.caption}", trial.without_boxes),
        )
    ]
    file = io.BytesIO()
    draw_sheet(prompt.regions, rows).save(file, SUFFIXES[trial.sheet.suffix.lower()])
    write_bytes(trial.sheet, file.getvalue())
