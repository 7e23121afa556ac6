"""What the command line shows: progress on stderr, and a story in plain text."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from pipeline.progress import Progress, T, Work

if TYPE_CHECKING:
    from tqdm import tqdm

    from pipeline.story import Scene
    from pipeline.workspace import Project


def show(work: Work[T]) -> T:
    """Run the work, its progress on stderr; Ctrl-C closes it, so nothing half-written is left."""
    with closing(work), closing(_Display()) as display:
        while True:
            try:
                display.show(next(work))
            except StopIteration as stop:
                return stop.value


class _Display:
    """A progress bar on a terminal; elsewhere a line for each tenth of the way."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._last: tuple[str, int] | None = None

    def show(self, record: Progress) -> None:
        label = " ".join(filter(None, (record.stage, record.scene_id)))
        if sys.stderr.isatty():
            self._show_bar(label, record)
            return
        line = label, 10 * record.step // max(1, record.total)
        begins_one_step = record.total <= 1 and record.step == 0
        if line != self._last and not begins_one_step:
            self._last = line
            words = f"{label}: {record.step}/{record.total} {record.note}"
            sys.stderr.write(f"{words.rstrip()}\n")

    def _show_bar(self, label: str, record: Progress) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(file=sys.stderr, unit="step", leave=False, dynamic_ncols=True)
        if self._bar.total != record.total:
            self._bar.reset(record.total)
        self._bar.set_description(label, refresh=False)
        self._bar.update(record.step - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def one_line(text: str) -> str:
    """Give text of others in one line that a terminal only shows: names may hold its commands."""
    return "".join(one if one.isprintable() else "?" for one in " ".join(text.split()))


def describe(project: Project) -> str:
    """The project's path, its scenes in plain text, and what was cast differently."""
    lines = [str(project.path), "", project.story.title]
    for number, scene in enumerate(project.story.scenes, start=1):
        lines += ["", f"{number}. {describe_scene(scene)}"]
    notes = [*project.casting.notes(), *_to_learn(project)]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def _to_learn(project: Project) -> list[str]:
    """Which motions others stand in for until they are learned, in one line; else none."""
    waiting = {one.motion_id for one in project.casting.motions if one.state == "to_learn"}
    words = [motion.words for motion in project.story.motions if motion.id in waiting]
    how = f"python -m pipeline retrieve {project.path}"
    return [f"to learn: {', '.join(words)} ({how} finds clips)"] if words else []


def describe_scene(scene: Scene) -> str:
    """The scene's title, id, place, narration and figures in plain text."""
    lines = [f"{scene.title or scene.id} [{scene.id}]"]
    lines += [f"   {words}" for words in (scene.setting, scene.narration) if words]
    lines += [f"   - {region.description or region.id}" for region in scene.regions]
    return "\n".join(lines)
