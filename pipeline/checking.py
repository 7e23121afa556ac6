"""Checks, mends, imports and exports story files: what command line and page call for it."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.artifacts import PlanRecord
from pipeline.editing import reduce_story
from pipeline.errors import InputError, InvalidStoryError, WorkspaceError
from pipeline.files import read_text, short, workspace_errors, write_record
from pipeline.packs.record import load_record
from pipeline.plan.draft import DraftStory, draft_of, story_of
from pipeline.plan.exchange import Imported, Refused, read_each, read_plans
from pipeline.plan.exchange.formats import format_of
from pipeline.plan.lint import Finding, Limits, apply_fix, lint, repair, tell
from pipeline.planning import keep_story
from pipeline.progress import Progress, Work
from pipeline.settings import Settings
from pipeline.story import Story, slug
from pipeline.workspace import Project, open_project


@dataclass(frozen=True)
class Checked:
    """One plan of a file and what is wrong with it."""

    name: str
    draft: DraftStory
    findings: tuple[Finding, ...]
    sentences: tuple[str, ...]
    """One for each finding, with its place in words."""

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing but hints."""
        return all(finding.severity == "hint" for finding in self.findings)


@dataclass(frozen=True)
class Mended:
    """A story that was mended and saved."""

    path: Path
    story: Story
    changes: tuple[str, ...]
    """What was changed, one sentence each; none = nothing was saved."""


@dataclass(frozen=True)
class _Ready:
    """A plan that is mended and not written yet."""

    plan: Imported
    story: Story
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Arrival:
    """A plan that was imported."""

    name: str
    path: Path
    """The new project's folder."""
    title: str
    changes: tuple[str, ...]
    """What was mended, one sentence each."""
    notes: tuple[str, ...]
    """What the file held that a story does not."""


def check(path: Path, *, settings: Settings) -> tuple[Checked | Refused, ...]:
    """Give what is wrong with each plan of a file or with a project's story.

    A plan that cannot be read comes back as `Refused`.

    Raises:
        WorkspaceError: there is no such file.
        InvalidStoryError: the file cannot be read at all.
    """
    found = read_each(_story_file(path))
    return tuple(
        one if isinstance(one, Refused) else _checked(one.name, one.draft, settings)
        for one in found
    )


def mend(path: Path, *, settings: Settings) -> Mended:
    """Apply the safe fixes to a project's story or to a story file and save its next revision.

    What was there is kept: in the project's `versions`, or beside the file under its revision;
    nothing that is there already is written over.

    Raises:
        InputError: the file is no story file.
        InvalidStoryError: it is no whole story after the safe fixes either; nothing is saved.
        WorkspaceError: it cannot be read or written.
    """
    file = _story_file(path)
    if format_of(read_text(file, "story"), file.suffix) != "story":
        raise InputError(
            f"{short(file)} is no story file, so it cannot be mended in place",
            hint="`plan-import` mends what it imports.",
        )
    (one,) = read_plans(file)
    draft, changes = _repaired(one.draft, settings)
    story = _whole(draft, short(file))
    if not changes:
        return Mended(file, story, ())
    story = story.model_copy(update={"revision": one.draft.revision + 1})
    _save(story, file, one.draft.revision)
    return Mended(file, story, changes)


def fix(project: Project, finding: Finding, *, settings: Settings) -> Story:
    """Apply the fix that a finding of a project's story offers and save the next revision.

    Raises:
        InputError: the finding is not true of the story any more, or offers no fix.
        InvalidStoryError: the fix leaves no whole story.
        WorkspaceError: the story was edited elsewhere meanwhile, or it cannot be written.
    """
    before = draft_of(project.story)
    after = apply_fix(before, finding, limits=limits_of(settings))
    if after == before:
        raise InputError("There is nothing to fix there any more", hint="Look at the scene again.")
    story = _whole(after, f"story {project.story.id!r}")
    story = story.model_copy(update={"revision": project.story.revision + 1})
    project.save_story(story)
    return story


def import_plans(
    path: Path, out: Path | None, *, settings: Settings, at_most: int | None = None
) -> Work[tuple[Arrival | Refused, ...]]:
    """Make a project in the folder `out` of every plan of a file; None = in the user's projects.

    Each is mended by the safe fixes. What cannot be imported comes back as `Refused`, and nothing
    of it is written. Writing begins once all are mended; what was written is removed again where
    it does not come to its end.

    Raises:
        InputError: it holds more plans than `at_most`.
        InvalidStoryError: the file as a whole cannot be read.
        WorkspaceError: it cannot be read, one of the projects is there already or cannot be
            written; then there is none of them.
    """
    found = read_each(path)
    if at_most is not None and len(found) > at_most:
        raise InputError(
            f"The file holds {len(found):,} plans; at most {at_most} are opened at once",
            hint="`python -m pipeline plan-import` takes them all.",
        )
    folders = list(_folders(found, out)) if out else [None] * len(found)
    total = 2 * len(found)
    yield Progress(stage="import", step=0, total=total, note=f"{len(found)} plans found")
    ready: list[_Ready | Refused] = []
    for one in found:
        ready.append(one if isinstance(one, Refused) else _readied(one, settings))
        yield Progress(stage="import", step=len(ready), total=total, note=one.name)
    results: list[Arrival | Refused] = []
    try:
        for one, folder in zip(ready, folders, strict=True):
            results.append(one if isinstance(one, Refused) else _arrive(one, folder, settings))
            step = len(found) + len(results)
            yield Progress(stage="import", step=step, total=total, note=results[-1].name)
    except BaseException:
        for one in results:
            if isinstance(one, Arrival):
                shutil.rmtree(one.path, ignore_errors=True)
        raise
    return tuple(results)


def load_story(path: Path) -> Story:
    """Give the story of a project or of a story file of any name; raises as `read_story`."""
    from pipeline.story_file import read_story

    return read_story(_story_file(path))


def limits_of(settings: Settings) -> Limits:
    """Give what the pack that plays can obey."""
    record = load_record(settings.pack)
    rows, columns = record.grid
    return Limits(columns=columns, rows=rows, seconds=record.num_frames / record.fps)


def _story_file(path: Path) -> Path:
    with workspace_errors(f"open {short(path)}"):
        return path / "story.json" if path.is_dir() else path


def _checked(name: str, draft: DraftStory, settings: Settings) -> Checked:
    record = load_record(settings.pack)
    # a closed cast plays what was cast, so words it does not know are no fault of the story
    normalise = None if record.troupe else record.normalise
    findings = lint(draft, limits=limits_of(settings), normalise=normalise)
    return Checked(name, draft, findings, tuple(tell(one, draft) for one in findings))


def _repaired(draft: DraftStory, settings: Settings) -> tuple[DraftStory, tuple[str, ...]]:
    """The draft with the safe fixes applied, and each of them in a sentence."""
    repaired = repair(draft, limits=limits_of(settings))
    return repaired.draft, tuple(
        f"{tell(finding, draft)} ({finding.fix})" for finding in repaired.applied
    )


def _whole(draft: DraftStory, name: str) -> Story:
    try:
        return story_of(draft)
    except InvalidStoryError as error:
        first = ": ".join(filter(None, error.problems[0]))
        raise InvalidStoryError(
            f"{name} is no whole story, and no safe fix makes it one: {first}",
            problems=error.problems,
        ) from error


def _save(story: Story, file: Path, revision: int) -> None:
    """Save over a story file that may be no valid story, which is kept."""
    in_project = file.name == "story.json"
    if in_project and _opens(file):
        open_project(file).save_story(story, base_revision=revision)
        return
    name = f"{revision}" if in_project else f"{file.stem}.{revision}"
    _keep(file, file.parent / "versions" if in_project else file.parent, name)
    write_record(file, story)


def _keep(file: Path, folder: Path, name: str) -> None:
    """Copy a file to the first free name in a folder: 'tale.0.json', 'tale.0-2.json', ..."""
    with workspace_errors(f"keep {short(file)} in {short(folder)}"):
        content = file.read_bytes()
        folder.mkdir(exist_ok=True)
        for number in itertools.count(1):
            free = f"{name}.json" if number == 1 else f"{name}-{number}.json"
            with suppress(FileExistsError), (folder / free).open("xb") as kept:
                kept.write(content)
                return


def _opens(file: Path) -> bool:
    try:
        open_project(file)
    except InvalidStoryError:
        return False
    return True


def _folders(found: tuple[Imported | Refused, ...], out: Path) -> Iterator[Path]:
    """A folder for each plan, none of them there yet."""
    taken: set[str] = set()
    for one in found:
        name = slug(one.name, fallback="story", taken=taken)
        taken.add(name)
        with workspace_errors(f"look for {short(out / name)}", hint="Choose another folder."):
            if isinstance(one, Imported) and (out / name).exists():
                raise WorkspaceError(
                    f"cannot import {short(out / name)}: there is something already",
                    hint="Choose another folder.",
                )
        yield out / name


def _readied(one: Imported, settings: Settings) -> _Ready | Refused:
    try:
        draft, changes = _repaired(one.draft, settings)
        story = reduce_story(_whole(draft, one.name), load_record(settings.pack).grid)
        return _Ready(one, story, changes)
    except InvalidStoryError as error:
        return Refused(name=one.name, message=str(error), problems=error.problems)


def _arrive(one: _Ready, folder: Path | None, settings: Settings) -> Arrival:
    record = PlanRecord(planner="import", repairs=one.changes)
    project = keep_story(one.story, record, settings=settings, path=folder)
    return Arrival(one.plan.name, project.path, one.story.title, one.changes, one.plan.notes)
